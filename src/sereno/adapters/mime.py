"""Compose a letter to the exact bytes that are sent.

The parts are the standard library's (`email`). The header lines are laid out here, because the library's
folding turns a long Message-ID or List-Id into encoded words, which RFC 5322 forbids, and differs from one
Python to the next: what was composed must look the same years later.
"""

import re
import unicodedata
from dataclasses import dataclass
from email.header import Header
from email.message import MIMEPart
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import NoReturn

from sereno.domain.errors import SerenoError
from sereno.domain.outbox import Envelope, Message
from sereno.engine.ports import Letter

_PARTS = SMTP.clone(max_line_length=76)  # RFC 2045's limit for quoted-printable; the library's default is 78
_FOLD = "\r\n "
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_WORD = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_WORD}(?:\.{_WORD})*")
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_ID = re.compile(r"[A-Za-z0-9_-]+(?:[/.][A-Za-z0-9_-]+)*")


class LetterError(SerenoError):
    """Correct the letter: its recipients, sender or headers; nothing was composed."""


@dataclass(frozen=True, slots=True)
class SenderPolicy:
    """Say in whose name mail is sent."""

    domain: str
    """`MAIL_DOMAIN`: of the From address, the Message-ID and the List-Id."""
    sender: str | None = None
    """`MAIL_FROM`; where absent, a slug of the application at `domain`."""
    return_path: str | None = None
    """`MAIL_RETURN_PATH`; where absent, the From address receives the bounces."""


def compose_mail(html: str, text: str, letter: Letter, sender: SenderPolicy) -> Message:
    """Compose both bodies and the letter's headers to a message, the same for ever for the same letter.

    Bcc is in the envelope alone. The bytes are 7-bit with CRLF line ends; only an address whose local part
    is not ASCII puts UTF-8 into the headers, and then needs a relay with SMTPUTF8.
    Raises LetterError when nobody would receive it, an address is malformed, or a header holds a control
    character.
    """
    to, cc, bcc = _distinct(letter.to, letter.cc, letter.bcc)
    if not to + cc + bcc:
        raise LetterError(f"El correo «{letter.subject}» no tiene ningún destinatario. Indique al menos uno.")
    domain = _ascii_domain(sender.domain)
    address = _on_wire(sender.sender) if sender.sender else _own_address(letter.application, domain)
    bounces = _on_wire(sender.return_path) if sender.return_path else address
    headers = {
        "From": _mailbox(_clean("la aplicación", letter.application), address),
        **_recipient_headers(to, cc),
        "Subject": _words("Subject", _clean("el asunto", letter.subject)),
        **_identity_headers(letter, domain),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    data = head.encode() + _alternatives(html, text, letter.message_id)
    envelope = Envelope(bounces, to + cc + bcc)
    return Message(letter.message_id, letter.list_id, letter.subject, envelope, data, letter.date)


def _distinct(*lists: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Keep each recipient where it is first named, whatever its capitals."""
    first: dict[str, tuple[int, str]] = {}
    for place, addresses in enumerate(lists):
        for address in map(_on_wire, addresses):
            first.setdefault(address.lower(), (place, address))
    return [tuple(each for at, each in first.values() if at == place) for place in range(len(lists))]


def _on_wire(address: str) -> str:
    """Return the address with its domain in ASCII (IDNA), as relays without SMTPUTF8 know it."""
    local, _, domain = address.rpartition("@")
    if not _LOCAL_PART.fullmatch(local):
        raise LetterError(
            f"«{_shown(address)}» no es una dirección de correo. Se espera algo como nombre@example.com."
        )
    return f"{local}@{_ascii_domain(domain)}"


def _ascii_domain(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii") if _DOMAIN.fullmatch(domain) else _refuse_domain(domain)
    except UnicodeError:
        return _refuse_domain(domain)


def _refuse_domain(domain: str) -> NoReturn:
    raise LetterError(f"«{_shown(domain)}» no es un dominio de correo. Se espera algo como example.com.")


def _own_address(application: str, domain: str) -> str:
    plain = unicodedata.normalize("NFKD", application).encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not slug:
        raise LetterError(
            f"De «{_shown(application)}» no se puede formar una dirección de remitente. Indique MAIL_FROM."
        )
    return f"{slug}@{domain}"


def _recipient_headers(to: tuple[str, ...], cc: tuple[str, ...]) -> dict[str, str]:
    if not to + cc:
        return {"To": "undisclosed-recipients:;"}
    return {name: f",{_FOLD}".join(each) for name, each in (("To", to), ("Cc", cc)) if each}


def _identity_headers(letter: Letter, domain: str) -> dict[str, str]:
    return {
        "Date": format_datetime(letter.date),
        "Message-ID": f"<{_identifier(letter.message_id)}@{domain}>",
        "List-Id": f"<{_identifier(letter.list_id).replace('/', '.')}.{domain}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "MIME-Version": "1.0",
    }


def _identifier(value: str) -> str:
    if not _ID.fullmatch(value):
        raise LetterError(
            f"«{_shown(value)}» no sirve de identificador: solo letras sin tilde, cifras, - y _."
        )
    return value


def _mailbox(name: str, address: str) -> str:
    if _is_plain(name):
        return formataddr((name, address))
    return f"{_words('From', name)}{_FOLD}<{address}>"


def _words(header: str, value: str) -> str:
    if _is_plain(value):
        return value
    return Header(value, "utf-8", header_name=header).encode(linesep="\r\n")


def _is_plain(value: str) -> bool:
    """Tell whether a header may hold the value as it is: nothing to encode, to fold, to trim."""
    return value.isascii() and "=?" not in value and value == value.strip() and len(value) <= 60


def _clean(what: str, value: str) -> str:
    if _BREAKS.search(value):
        raise LetterError(
            f"Hay un salto de línea u otro carácter de control en {what}: «{_shown(value)}». Quítelo."
        )
    return value


def _shown(value: str) -> str:
    return _BREAKS.sub("\N{REPLACEMENT CHARACTER}", value)


def _alternatives(html: str, text: str, message_id: str) -> bytes:
    mail = MIMEPart(_PARTS)
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    mail.set_boundary(f"=_{message_id}")  # "=_" never occurs in quoted-printable, so no body can end a part
    return mail.as_bytes()
