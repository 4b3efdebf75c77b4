"""Look at a relay step by step as a sender would, and send it a test mail past the outbox."""

import smtplib
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sereno.adapters.memory import MemoryJournal
from sereno.adapters.mime import SenderPolicy, compose_mail
from sereno.adapters.smtp import SmtpRelay
from sereno.adapters.smtp_connection import SmtpAccount, connect, step
from sereno.domain.errors import RelayUnavailable
from sereno.domain.outbox import Attempt, Delivery, Message
from sereno.engine.ports import Letter

ENDS_SOON = 21
"""Days: a certificate with fewer left is told as such; renewals are due at thirty."""
SUBJECT = "Correo de prueba de Sereno"
_TEXT = (
    "Este es un correo de prueba de Sereno: alguien lo ha pedido para ver que el servidor de correo lo "
    "acepta y que llega. No hay que hacer nada."
)
_FEATURES = ("size", "8bitmime", "smtputf8", "pipelining", "starttls", "auth")
"""What Sereno makes use of, of all that a relay offers."""
_SIZE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Step:
    """Tell how a step went, in words."""

    name: str
    good: bool
    words: str
    soon: bool = False
    """It went well, and will not for long."""


def check_relay(account: SmtpAccount, now: datetime, tell: Callable[[Step], None]) -> bool:
    """Go through each step of a connection up to the login, and tell of each; False where one failed.

    No mail is sent. What comes after a step that failed is not tried.
    """
    to_come = _planned(account)

    def well(words: str, *, soon: bool = False) -> None:
        tell(Step(to_come.pop(0), good=True, words=words, soon=soon))

    def passed(connection: smtplib.SMTP) -> None:
        words, soon = _SAID[to_come[0]](connection, account, now)
        well(words, soon=soon)

    try:
        with step(account, "al buscar su nombre"):
            found = _resolve(account)
        well(f"{account.host} es {', '.join(found)}")
        with step(account, "al conectar"):
            socket.create_connection((account.host, account.port), account.timeout).close()
        well(f"el puerto {account.port} está abierto")
        connect(account, passed).close()
    except RelayUnavailable as error:
        tell(Step(to_come[0], good=False, words=str(error)))
        return False
    return True


def send_test(account: SmtpAccount, message: Message) -> Attempt:
    """Hand one message to the relay, past the outbox; raise RelayUnavailable where it does not take it."""
    delivery = Delivery(message.id, message, message.envelope.recipients)
    (attempt,) = SmtpRelay(account, 1, 1).deliver([delivery], MemoryJournal(message.id))
    return attempt


def compose_test(to: str, sender: SenderPolicy, message_id: str, now: datetime) -> Message:
    """Compose the test mail; raise LetterRefused for an address that is none."""
    letter = Letter(message_id, (to,), (), (), SUBJECT, "Sereno", "sereno/prueba", now)
    return compose_mail(f"<p>{_TEXT}</p>", _TEXT, letter, sender)


def _planned(account: SmtpAccount) -> list[str]:
    greeting = "TLS" if account.security == "tls" else "Saludo"
    encrypts = ["STARTTLS"] if account.security == "starttls" else []
    return ["Nombre", "Puerto", greeting, "EHLO", *encrypts, *(["Sesión"] if account.user else [])]


def _resolve(account: SmtpAccount) -> list[str]:
    found = socket.getaddrinfo(account.host, account.port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


Said = Callable[[smtplib.SMTP, SmtpAccount, datetime], tuple[str, bool]]


def _greeting(_connection: smtplib.SMTP, _account: SmtpAccount, _now: datetime) -> tuple[str, bool]:
    return "saluda como servidor de correo", False


def _encryption(connection: smtplib.SMTP, _account: SmtpAccount, now: datetime) -> tuple[str, bool]:
    """Tell the protocol, and whose certificate it is, until when."""
    if not isinstance(connection.sock, ssl.SSLSocket):
        return "sin cifrar", False
    facts: Mapping[str, Any] = connection.sock.getpeercert() or {}
    names = [value for _, value in facts.get("subjectAltName", ())]
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(facts["notAfter"])), UTC)
    left = (ends - now).days
    told = (
        f"{connection.sock.version()}, certificado de {', '.join(names)}, dado por {_issuer(facts)}, "
        f"hasta el {ends:%d/%m/%Y} (quedan {left} días)"
    )
    return told, left < ENDS_SOON


def _issuer(facts: Mapping[str, Any]) -> str:
    parts = {name: value for part in facts.get("issuer", ()) for name, value in part}
    return str(parts.get("organizationName") or parts.get("commonName") or "quien no dice su nombre")


def _features(connection: smtplib.SMTP, _account: SmtpAccount, _now: datetime) -> tuple[str, bool]:
    offered = {
        name: value for name in _FEATURES if (value := connection.esmtp_features.get(name)) is not None
    }
    return f"ofrece {', '.join(_feature(*each) for each in offered.items()) or 'lo mínimo'}", False


def _feature(name: str, value: str) -> str:
    if name == "size" and value.isdecimal() and int(value):
        return f"SIZE ({int(value) // _SIZE} MB por correo)"
    return f"{name.upper()} ({value.strip()})" if value.strip() else name.upper()


def _login(connection: smtplib.SMTP, account: SmtpAccount, _now: datetime) -> tuple[str, bool]:
    ways = connection.esmtp_features.get("auth", "").strip()
    return f"entra como {account.user} (se ofrece {ways})", False


_SAID: Mapping[str, Said] = {
    "Saludo": _greeting,
    "TLS": _encryption,
    "EHLO": _features,
    "STARTTLS": _encryption,
    "Sesión": _login,
}
