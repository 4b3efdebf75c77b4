"""A mail to Ana, an account at a relay of this machine, a journal to look into, and what comes of them."""

from datetime import UTC, datetime

from sereno.adapters.mime import SenderPolicy, compose_mail
from sereno.adapters.smtp import SmtpRelay
from sereno.adapters.smtp_connection import SmtpAccount
from sereno.adapters.smtp_transaction import stuffed
from sereno.domain.errors import SerenoError
from sereno.domain.outbox import Envelope, Message, deliveries_of
from sereno.engine.ports import Letter

ANA, LUIS, JEFA = "ana@example.com", "luis@example.com", "jefa@example.com"
TEXT = "Equipos sin calibrar: año 2026.\n.\n..dos puntos\nFin.\n"
HTML = "<p>Equipos sin calibrar: <b>año 2026</b></p>\n"
DAY = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)


class NotedJournal:
    """Note what is told, in order."""

    claimer_id = "prueba"

    def __init__(self):
        self.notes = []

    def begun(self, delivery_id):
        self.notes.append(("begun", delivery_id))

    def ended(self, attempt):
        self.notes.append((attempt.verdict, attempt.delivery_id))

    def settled(self, delivery_ids):
        self.notes.append(("settled", *delivery_ids))


def compose(name="uno", to=(ANA,), cc=(), bcc=(), text=TEXT):
    letter = Letter(name, to, cc, bcc, "Calibración de equipos", "BRASS", "brass/equipos", DAY)
    return compose_mail(HTML, text, letter, SenderPolicy("example.com", return_path="rebotes@example.com"))


def raw(data, name="uno", to=(ANA,), sender="rebotes@example.com"):
    """A message of just these bytes."""
    return Message(name, "correos", "Aviso", Envelope(sender, to), data, DAY)


def as_sent(message):
    """The bytes on the way: a dot that opens a line is doubled."""
    return stuffed(message.data)


def account(port, security="none", host="localhost", **more):
    return SmtpAccount(host, port, security, **{"timeout": 5.0, "local_hostname": "prueba", **more})


def dealt(*messages):
    return [each for message in messages for each in deliveries_of(message, 100)]


def begin(port, *messages, connections=1, per_connection=100, journal=None, **more):
    """Begin to deliver; yields the attempts."""
    relay = SmtpRelay(account(port, **more), connections, per_connection)
    return relay.deliver(iter(dealt(*messages)), journal or NotedJournal())


def deliver(port, *messages, **more):
    return list(begin(port, *messages, **more))


def gather(attempts):
    """All attempts there are, and what ended them, if anything did."""
    known = []
    try:
        known.extend(attempts)
    except SerenoError as error:
        return known, error
    return known, None


def verdicts(attempts):
    return [each.verdict for each in attempts]
