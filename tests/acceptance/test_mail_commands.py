"""Mail of another application, from its table to the relay and back, as an operator sees and decides it."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.acceptance.installation import Installation
from tests.smtp_server import smtp_server

MADRID = ZoneInfo("Europe/Madrid")
COLUMNS = (
    "IDCorreo INTEGER PRIMARY KEY, Aplicacion TEXT, Destinatarios TEXT, DestinatariosConCopia TEXT,"
    " DestinatariosConCopiaOculta TEXT, Asunto TEXT, Cuerpo TEXT, URLAdjunto TEXT, FechaGrabacion DATETIME,"
    " FechaEnvio DATETIME"
)


class Office:
    """An installation with a queue and a relay."""

    def __init__(self, home, box):
        self.home, self.box = home, box
        self.site = Installation(home)
        self.execute(f"CREATE TABLE TbCorreosEnviados ({COLUMNS})")
        (home / "adjuntos").mkdir()
        (home / ".env").write_text(
            f"CORREOS_DB_URL=sqlite:///correos.sqlite\nSMTP_HOST=localhost\nSMTP_PORT={box.port}\n"
            "SMTP_SECURITY=none\nMAIL_DOMAIN=example.com\nATTACHMENT_ROOTS=adjuntos\n"
            "MAIL_DIGEST_HOURS=siempre\n",
            "utf-8",
        )

    def execute(self, statement, values=()):
        with closing(sqlite3.connect(self.home / "correos.sqlite")) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def deeds(self):
        asked = "SELECT who, action, subject, detail FROM deeds ORDER BY number"
        with closing(sqlite3.connect(self.home / "var" / "sereno.sqlite")) as connection:
            return connection.execute(asked).fetchall()

    def leave(self, number, to="ana@example.com", *, days=0, subject="Pedido 7", file=None):
        at = datetime.now(MADRID).replace(tzinfo=None) - timedelta(days=days)
        values = (
            number,
            "Pedidos",
            to,
            subject,
            "<p>Hola, <b>año</b></p>",
            file,
            at.isoformat(" ", "seconds"),
        )
        self.execute(
            "INSERT INTO TbCorreosEnviados (IDCorreo, Aplicacion, Destinatarios, Asunto, Cuerpo, URLAdjunto,"
            " FechaGrabacion) VALUES (?, ?, ?, ?, ?, ?, ?)",
            values,
        )

    def stamped(self):
        return [
            n for (n,) in self.execute("SELECT IDCorreo FROM TbCorreosEnviados WHERE FechaEnvio NOT NULL")
        ]

    def deliver(self, *options):
        return self.site.script("run_email_services.py", *options)

    def mail(self, *arguments):
        return self.site.sereno("mail", *arguments)

    def states(self):
        lines = json.loads(self.mail("list", "--json").out)
        return {line["id"].split("-")[1].lstrip("0"): line["state"] for line in lines}


@pytest.fixture
def office(tmp_path):
    with smtp_server() as box:
        yield Office(tmp_path, box)


def test_what_is_pending_leaves_and_is_stamped_and_the_rest_is_said(office):
    office.leave(1)
    office.leave(2, "nadie")
    office.leave(3, days=9)
    office.leave(4, file=str(office.home / "adjuntos/informe.pdf"))
    done = office.deliver()
    assert done.code == 1
    assert "1 rechazado." in done.out
    assert "1 correo espera a sus adjuntos" in done.out
    assert "primera vez que se mira. Antiguos, que se quedan como están: 1" in done.out
    assert office.stamped() == [1]
    assert office.states() == {"2": "dead", "3": "old", "4": "held"}
    (office.home / "adjuntos/informe.pdf").write_bytes(b"pdf")
    assert "aceptados: 1" in office.deliver().out
    assert office.stamped() == [1, 4]
    assert len(office.box.received) == 2


def test_a_dry_run_writes_nothing_anywhere(office):
    office.leave(1)
    before = office.site.files()
    done = office.deliver("--dry-run")
    assert (done.code, "ana@example.com" in done.out) == (0, True)
    assert office.site.files() == before
    assert office.box.received == []


def test_a_person_decides_about_what_does_not_leave_by_itself(office):
    office.leave(2, "nadie")
    office.leave(3, days=9)
    office.leave(5, "mala@example.com")
    office.box.refusals["mala@example.com"] = "550 5.1.1 no existe"
    office.deliver()
    assert office.states() == {"2": "dead", "3": "old", "5": "dead"}
    assert "550 5.1.1 no existe" in office.mail("show", "correos-5").out
    assert office.mail("retry", "correos-2", "--to", "luis@example.com").code == 0
    assert office.mail("adopt", "--origin", "correos", "3").code == 0
    assert office.mail("drop", "correos-5", "--reason", "se equivocaron").code == 0
    assert office.deliver().code == 0
    assert office.stamped() == [2, 3]
    assert [received.recipients for received in office.box.received] == [
        ("luis@example.com",),
        ("ana@example.com",),
    ]
    assert "Descartado por una persona: se equivocaron" in office.mail("show", "correos-5").out


def test_one_mail_is_held_by_name_and_the_others_leave(office):
    office.leave(1)
    office.leave(2)
    assert office.mail("hold", "on").code == 0
    office.deliver()
    done = office.mail("hold", "correos-1", "--reason", "lleva un error")
    assert (done.code, "retenido. «sereno mail retry» lo devuelve a la cola" in done.out) == (0, True)
    assert office.mail("hold", "nada").code == 2
    assert office.mail("hold").code == 2
    assert office.mail("hold", "off").code == 0
    assert office.deliver().code == 1  # it is said that one waits for a person
    assert office.states()["1"] == "held"
    assert office.stamped() == [2]
    assert office.mail("retry", "correos-1").code == 0
    assert office.deliver().code == 0
    assert office.stamped() == [1, 2]


def test_what_somebody_decides_about_mail_is_recorded_with_who_and_when(office):
    for number, days in ((1, 0), (2, 0), (3, 400), (4, 400)):
        office.leave(number, days=days)
    office.mail("hold", "on", "--reason", "mudanza")
    office.mail("hold", "on")
    office.deliver()
    office.mail("hold", "correos-1", "--reason", "lleva un error")
    office.mail("retry", "correos-1")
    office.mail("retry", "correos-1", "--to", "luis@example.com")
    office.mail("drop", "correos-2", "--reason", "sobra")
    office.mail("adopt", "--origin", "correos", "3")
    office.mail("ignore", "--origin", "correos", "--all")
    office.mail("ignore", "--origin", "correos", "--all")  # there is none any more
    office.mail("hold", "off")
    office.mail("hold", "off")
    assert office.mail("drop", "correos-2").code == 1  # it has been
    deeds = office.deeds()
    assert {who.startswith("sistema/") for who, *_ in deeds} == {True}
    assert [(action, subject[:18], detail.partition(":")[0]) for _, action, subject, detail in deeds] == [
        ("mail_held", "", "mudanza"),
        ("mail_kept_back", "correos-0000000001", "lleva un error"),
        ("mail_retried", "correos-0000000001", ""),
        ("mail_retried", "correos-0000000001", "solo para luis@example.com"),
        ("mail_dropped", "correos-0000000002", "sobra"),
        ("mail_adopted", "correos-0000000003", ""),
        ("mail_ignored", "correos-0000000004", ""),
        ("mail_let_go", "", ""),
        ("mail_dropped", "correos-0000000002", ""),
        ("mail_dropped", "correos-0000000002", "no se hizo"),
    ]


def test_of_several_who_hold_mail_at_once_one_is_recorded(office):
    office.deliver()
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda why: office.mail("hold", "on", "--reason", why), "abcd"))
    (held,) = (why for why, each in zip("abcd", done, strict=True) if "queda retenido" in each.out)
    deeds = office.deeds()
    undone = [detail for *_, detail in deeds if detail.startswith("no se hizo: Otra persona")]
    assert sorted(each.code for each in done) == [0] * (4 - len(undone)) + [1] * len(undone)
    assert len(deeds) == 1 + 2 * len(undone)
    assert held in [detail for *_, detail in deeds]


def test_mail_that_was_sent_and_is_wanted_again_waits_for_a_person(office):
    office.leave(1)
    office.deliver()
    office.execute("UPDATE TbCorreosEnviados SET FechaEnvio = NULL")
    done = office.deliver()
    assert (done.code, "piden reenviar 1 correo ya enviado" in done.out) == (1, True)
    assert len(office.box.received) == 1
    (line,) = json.loads(office.mail("list", "--json").out)
    assert office.mail("retry", line["id"]).code == 0
    assert office.deliver().code == 0
    assert (len(office.box.received), office.stamped()) == (2, [1])


def test_a_hold_lets_nothing_leave_and_goes_on_taking_in(office):
    office.leave(1)
    office.mail("hold", "on", "--reason", "mudanza")
    done = office.deliver()
    assert "retenido desde" in done.out
    assert "mudanza" in done.out
    assert office.states() == {"1": "queued"}
    office.mail("hold", "off")
    office.deliver()
    assert office.stamped() == [1]


def test_a_preview_shows_the_exact_bytes_and_runs_none_of_them(office):
    office.leave(1)
    office.deliver()
    folder = office.home / "vista"
    assert office.mail("preview", "correos-1", "--output", str(folder)).code == 0
    mail, page = sorted(folder.iterdir())
    assert mail.read_bytes() == office.box.received[0].data
    assert '<iframe sandbox=""' in page.read_text("utf-8")
    assert "&lt;p&gt;Hola" in page.read_text("utf-8")
    assert mail.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "nada"], "no hay tal correo"),
        (["list", "--state", "perdido"], "--state: perdido. Se espera: uno de queued"),
        (["adopt", "--origin", "correos"], "los IDCorreo, o --all para todos"),
        (["retry", "a", "b", "--to", "x@example.com"], "un solo correo"),
    ],
)
def test_what_is_asked_wrongly_is_said_so(office, arguments, said):
    done = office.mail(*arguments)
    assert done.code == 2
    assert said in done.err


def test_a_queue_that_is_gone_is_said_and_stops_nothing_else(office):
    (office.home / "correos.sqlite").unlink()
    done = office.deliver()
    assert done.code == 1
    assert "correos" in done.out
    assert "correo: nada que enviar" in done.out
    assert not (office.home / "correos.sqlite").exists()


def test_a_dry_run_says_that_mail_is_held(office):
    office.leave(1)
    office.mail("hold", "on", "--reason", "mudanza")
    assert "El correo está retenido" in office.deliver("--dry-run").out
