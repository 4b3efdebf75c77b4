"""One mail of each kind to the operators, with invented troubles."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.golden.watched import POSTS, a_week

from sereno.domain.alarms import Change, Condition
from sereno.domain.calendar import Calendar, parse_holidays
from sereno.engine.bulletin import write_changes
from sereno.engine.overview import write_overview

NOW = datetime(2026, 11, 24, 9, 5, tzinfo=ZoneInfo("Europe/Madrid"))
EARLIER = NOW - timedelta(days=1, hours=1)
TAIL = """\
09:03:58 brass/diario: se lee TbEquiposMedida
Traceback (most recent call last):
  File "/opt/sereno/src/sereno/adapters/sources/database.py", line 120, in rows
    yield from self._pages(table, columns)
sereno.domain.errors.SourceUnavailable: brass: \x1b[31mno contesta\x1b[0m <script>alert("hola")</script>
\tdespués de 30 s; C:\\datos\\brass\\unacarpetaconunnombrelarguísimoquenoacaba\\y_otra\\brass.accdb"""
WHY = (
    "No se ha podido comprobar «Equipos de medida» (BR): brass: no contesta después de 30 s. "
    "Mire si el servidor está en marcha"
)
UNSERVED = "Terminaron sin servirse: riesgos/tecnico: 2026-W47. Lo que no se avisó entonces ya no se avisa."
DOUBTS = """\
Festivos.txt, línea 4: «24/13/2026» no vale y no cuenta.
Nadie ha confirmado los festivos de 2027."""
REJECTED = (
    "El servidor rechazó para siempre, o aplazó demasiado: 2. «sereno mail list --state dead» los muestra."
)
DEAD = """\
24/11 08:55 correos «Pedido 4711» para ana@example.com, luis@example.com: 550 5.1.1 No such user here
23/11 18:02 brass/diario «Equipos por calibrar» para baja@example.com: 550 5.1.1 No such user here"""


def changes():
    return write_changes(
        [
            Change(
                "over", "job/riesgos", 2, "Terminó a las 08:01 del 23/11/2026: tiempo agotado.", "", EARLIER
            ),
            Change(
                "raised",
                "mail/dead",
                2,
                REJECTED,
                DEAD,
                NOW,
            ),
            Change(
                "worse",
                "job/brass",
                2,
                "Terminó a las 09:04 del 24/11/2026: necesita a una persona, 3 veces seguidas.",
                TAIL,
                EARLIER,
            ),
            Change(
                "raised",
                "digest/brass/diario",
                1,
                f"Ronda a ciegas el 24/11/2026 a las 09:04 (2026-11-24). {WHY}",
                "",
                NOW,
            ),
            Change(
                "raised",
                "missed",
                1,
                UNSERVED,
                "",
                NOW,
            ),
            Change(
                "raised",
                "calendar",
                1,
                DOUBTS,
                "",
                NOW,
            ),
        ],
        NOW,
    )


def solved():
    over = Change("over", "digest/brass/diario", 1, f"Ronda a ciegas el 23/11/2026. {WHY}", "", EARLIER)
    return write_changes([over], NOW)


def overview():
    conditions = [
        Condition("mail/dead", 2, REJECTED),
        Condition("job/riesgos", 1, "Terminó a las 08:01 del 23/11/2026: tiempo agotado."),
    ]
    return _overview(conditions)


def quiet_overview():
    return _overview([])


def _overview(conditions):
    calendar = Calendar(lambda _year: {}, parse_holidays(""))
    store = a_week(NOW, failed=bool(conditions))
    return write_overview("2026-W48", POSTS, store, conditions, calendar, NOW)


BULLETINS = {
    "operadores_cambios": changes,
    "operadores_resuelto": solved,
    "operadores_semana": overview,
    "operadores_semana_en_orden": quiet_overview,
}
