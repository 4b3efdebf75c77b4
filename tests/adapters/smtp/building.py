"""A mail to Ana, an account at a relay of this machine, and the deliveries that come of them."""

from datetime import UTC, datetime

from sereno.adapters.mime import SenderPolicy, compose_mail
from sereno.adapters.smtp import SmtpRelay
from sereno.adapters.smtp_connection import SmtpAccount
from sereno.engine.ports import Letter

ANA, LUIS, JEFA = "ana@example.com", "luis@example.com", "jefa@example.com"
TEXT = "Equipos sin calibrar: año 2026.\n.\n..dos puntos\nFin.\n"
HTML = "<p>Equipos sin calibrar: <b>año 2026</b></p>\n"


def compose(name="uno", to=(ANA,), cc=(), bcc=(), text=TEXT):
    day = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)
    letter = Letter(name, to, cc, bcc, "Calibración de equipos", "BRASS", "brass/equipos", day)
    return compose_mail(HTML, text, letter, SenderPolicy("example.com", return_path="rebotes@example.com"))


def account(port, security="none", **more):
    return SmtpAccount("localhost", port, security, **{"timeout": 5.0, "local_hostname": "prueba", **more})


def deliver(port, *messages, security="none", **more):
    return list(SmtpRelay(account(port, security, **more)).deliver(messages))


def verdicts(deliveries):
    return [each.verdict for each in deliveries]
