"""Invented projects with their editions, risks and plans: the tables of riesgos, and an ordinary history."""

from collections.abc import Iterator
from random import Random

from sereno.adapters.demo.dossiers import ORDINARY_PROJECTS, first_of_projects, mnemonic
from sereno.adapters.demo.people import QUALITY, Staff
from sereno.adapters.demo.records import Record, Sheet, Value, sheet


def _plan_sheets(kind: str) -> tuple[Sheet, Sheet]:
    return (
        sheet(
            f"TbRiesgosPlan{kind}Ppal",
            f"ID{kind} key, IDRiesgo int, DisparadorDelPlan text",
            link="IDRiesgo",
        ),
        sheet(
            f"TbRiesgosPlan{kind}Detalle",
            f"IDAccion{kind} key, ID{kind} int, Accion text, FechaInicio date, FechaFinPrevista date,"
            " FechaFinReal date",
            link=f"ID{kind}",
        ),
    )


SHEETS = (
    sheet(
        "TbProyectos",
        "IDProyecto key, IDExpediente int, Proyecto text, NombreProyecto text, Juridica text,"
        " NombreUsuarioCalidad text, ParaInformeAvisos flag, FechaCierre iso, FechaMaxProximaPublicacion iso,"
        " FechaPrevistaCierre iso",
    ),
    sheet(
        "TbProyectosEdiciones",
        "IDEdicion key, IDProyecto int, Edicion int, FechaEdicion iso, FechaMaxProximaPublicacion iso,"
        " FechaPreparadaParaPublicar iso, PropuestaRechazadaPorCalidadFecha iso, FechaPublicacion iso,"
        " PropuestaRechazadaPorCalidadMotivo text",
        link="IDProyecto",
    ),
    sheet(
        "TbRiesgos",
        "IDRiesgo key, IDEdicion int, CodigoRiesgo text, Descripcion text, CausaRaiz text, Mitigacion text,"
        " JustificacionAceptacionRiesgo text, JustificacionRetiroRiesgo text,"
        " FechaJustificacionAceptacionRiesgo date, FechaAprobacionAceptacionPorCalidad date,"
        " FechaRechazoAceptacionPorCalidad date, FechaRetirado date, FechaJustificacionRetiroRiesgo date,"
        " FechaAprobacionRetiroPorCalidad date, FechaRechazoRetiroPorCalidad date, FechaMaterializado date,"
        " FechaRiesgoParaRetipificar date, FechaRiesgoRetipificado date",
        link="IDEdicion",
    ),
    *_plan_sheets("Mitigacion"),
    *_plan_sheets("Contingencia"),
    sheet("TbRiesgosNC", "IDRiesgo int, FechaDecison date", link="IDRiesgo"),
)

NAMES = (
    "Red de radioenlaces del norte",
    "Terminales tácticos de voz",
    "Estaciones satélite desplegables",
    "Mando y control embarcado",
    "Centro de datos principal",
    "Vigilancia de costas",
)
WORRIES = (
    ("Retraso del proveedor de antenas", "Un solo proveedor cualificado"),
    ("Falta de personal habilitado", "Trámite lento de la habilitación"),
    ("Interferencias por encima de 60 dB", "Emplazamiento compartido"),
    ("Obsolescencia del procesador", "El fabricante deja de suministrarlo"),
    ("Cambio de requisitos del cliente", "Especificación <sin cerrar> & sin firmar"),
    ("Fallo en las pruebas ambientales", "Margen térmico insuficiente"),
)
TRIGGERS = ("El proveedor incumple un hito", "Quedan menos de dos meses", "Falla una prueba intermedia")
ACTIONS = (
    "Cualificar un segundo proveedor",
    "Adelantar el pedido de repuestos",
    "Reunión mensual de seguimiento con el cliente",
    "Repetir el ensayo con margen ampliado",
    "Preparar un emplazamiento alternativo",
)
COPIES = 3
"""Editions of an ordinary project; each copies the risks of the one before."""


def project(*editions: Record, **values: Value) -> Record:
    """Make an open project whose limits lie with its editions."""
    quiet: dict[str, Value] = {"Juridica": "TSOL", "ParaInformeAvisos": True, "FechaPrevistaCierre": 300}
    return Record("TbProyectos", quiet | values, editions)


def edition(*risks: Record, **values: Value) -> Record:
    """Make an open edition, not proposed, whose limit is far."""
    quiet: dict[str, Value] = {"Edicion": 1, "FechaEdicion": -150, "FechaMaxProximaPublicacion": 150}
    return Record("TbProyectosEdiciones", quiet | values, risks)


def risk(*parts: Record, **values: Value) -> Record:
    """Make a risk that is being reduced, and in which no rule finds anything."""
    quiet: dict[str, Value] = {
        "CodigoRiesgo": "R001",
        "Descripcion": WORRIES[0][0],
        "CausaRaiz": WORRIES[0][1],
        "Mitigacion": "Reducir",
    }
    return Record("TbRiesgos", quiet | values, parts)


def plan(kind: str, *actions: Record, trigger: str = TRIGGERS[0]) -> Record:
    """Make a plan of mitigation or contingency."""
    return Record(f"TbRiesgosPlan{kind}Ppal", {"DisparadorDelPlan": trigger}, actions)


def action(kind: str, **values: Value) -> Record:
    """Make an open action of such a plan, planned for later."""
    quiet: dict[str, Value] = {"Accion": ACTIONS[0], "FechaInicio": -90, "FechaFinPrevista": 90}
    return Record(f"TbRiesgosPlan{kind}Detalle", quiet | values)


def decision(days: int | None) -> Record:
    """Make a row that says when it was decided whether a risk is a nonconformity."""
    return Record("TbRiesgosNC", {"FechaDecison": days})


def ordinary_projects(chance: Random, staff: Staff, scale: int) -> Iterator[Record]:
    """Invent projects that mostly ended long ago, each of the dossier that was made for it."""
    first = first_of_projects()
    for dossier in range(first, first + ORDINARY_PROJECTS * scale):
        closed = -chance.randint(1, 1500) if chance.random() < 0.6 else None
        yield project(
            *_editions(chance, closed),
            IDExpediente=dossier,
            Proyecto=mnemonic(dossier),
            NombreProyecto=chance.choice(NAMES),
            NombreUsuarioCalidad=staff.reference(chance.choice(QUALITY), chance),
            ParaInformeAvisos=chance.choice((True, True, None)),
            FechaCierre=closed,
            FechaPrevistaCierre=closed or chance.randint(60, 600),
        )


def _editions(chance: Random, closed: int | None) -> Iterator[Record]:
    begun = (closed or 0) - chance.randint(90, 170)
    worries = chance.sample(WORRIES, 3)
    for number in range(1, COPIES + 1):
        day = begun - 180 * (COPIES - number)
        done = number < COPIES or closed is not None
        yield edition(
            *(_risk(chance, at, worry, day, done=done) for at, worry in enumerate(worries, 1)),
            Edicion=number,
            FechaEdicion=day,
            FechaMaxProximaPublicacion=day + 180,
            FechaPublicacion=day + 170 if done else None,
        )


def _risk(chance: Random, number: int, worry: tuple[str, str], day: int, *, done: bool) -> Record:
    what, why = worry
    kind = chance.choice(("Mitigacion", "Contingencia"))
    actions = [_action(chance, kind, day, done=done) for _ in range(2)]
    return risk(
        plan(kind, *actions, trigger=chance.choice(TRIGGERS)),
        CodigoRiesgo=f"R{number:03d}",
        Descripcion=what,
        CausaRaiz=why,
        Mitigacion=chance.choice(("Reducir", "Evitar", "Transferir", None)),
    )


def _action(chance: Random, kind: str, day: int, *, done: bool) -> Record:
    planned = day + chance.randint(60, 240)
    finished = planned + chance.randint(-20, 20) if done else None
    return action(
        kind,
        Accion=chance.choice(ACTIONS),
        FechaInicio=day,
        FechaFinPrevista=planned,
        FechaFinReal=finished,
    )
