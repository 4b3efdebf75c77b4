"""Compose a letter to the exact bytes that are sent.

The encodings are the standard library's. The lines of headers and parts are laid out here, because the
library's folding turns a long Message-ID or List-Id into encoded words, which RFC 5322 forbids, and differs
from one Python to the next: what was composed must look the same years later.
"""

import re
import unicodedata
from base64 import encodebytes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.header import Header
from email.quoprimime import body_encode
from email.utils import format_datetime, formataddr
from functools import lru_cache
from typing import NoReturn

from sereno.domain.errors import SerenoError
from sereno.domain.outbox import Envelope, Message
from sereno.engine.ports import Letter

QP_LENGTH = 76
"""Characters of a line of quoted-printable (RFC 2045)."""
_FOLD = "\r\n "
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_WORD = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_WORD}(?:\.{_WORD})*")
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_ID = re.compile(r"[A-Za-z0-9_-]+(?:[/.][A-Za-z0-9_-]+)*")
_FILE_NAME = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+")
_NO_IMAGES: Mapping[str, bytes] = {}


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


@dataclass(frozen=True, slots=True)
class Attachment:
    """Hold a file that goes with a mail."""

    name: str
    """In plain ASCII with its ending: `brass-diario.xlsx`."""
    type: str
    """`application/pdf`."""
    content: bytes


def compose_mail(
    html: str,
    text: str,
    letter: Letter,
    sender: SenderPolicy,
    *,
    images: Mapping[str, bytes] = _NO_IMAGES,
    attachments: Sequence[Attachment] = (),
) -> Message:
    """Compose both bodies and the letter's headers to a message, the same for ever for the same letter.

    `images` are PNG pictures that the HTML shows as `cid:` + content_id(name). Bcc is in the envelope alone.
    The bytes are 7-bit with CRLF line ends; only an address whose local part is not ASCII puts UTF-8 into the
    headers, and then needs a relay with SMTPUTF8.
    Raises LetterError when nobody would receive it, an address is malformed, a header holds a control
    character, or the name of a picture or file is not plain.
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
    shown = _related(_body(html, "html"), images, letter.message_id)
    body = _multipart("alternative", f"=_{letter.message_id}", (_body(text, "plain"), shown))
    data = _lines(headers).encode() + _mixed(body, attachments, letter.message_id)
    envelope = Envelope(bounces, to + cc + bcc)
    return Message(letter.message_id, letter.list_id, letter.subject, envelope, data, letter.date)


def content_id(name: str) -> str:
    """Return by what the HTML calls a picture that travels in the same mail."""
    return f"{_identifier(name)}@sereno"


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


@lru_cache(maxsize=64)  # a round writes the same ones to everybody
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


def _lines(headers: Mapping[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())


def _body(text: str, subtype: str) -> bytes:
    headers = {
        "Content-Type": f'text/{subtype}; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
    }
    lines = b"\n".join(text.encode().splitlines()).decode("latin-1")  # a character a byte, as it wants them
    encoded = body_encode(f"{lines}\n", QP_LENGTH).replace("\n", "\r\n")
    return f"{_lines(headers)}\r\n{encoded}".encode("ascii")


def _related(html: bytes, images: Mapping[str, bytes], message_id: str) -> bytes:
    if not images:
        return html
    pictures = (
        _file("image/png", "inline", png, {"Content-ID": f"<{content_id(name)}>"})
        for name, png in images.items()
    )
    return _multipart("related", f"related=_{message_id}", (html, *pictures), type="text/html")


def _mixed(body: bytes, attachments: Sequence[Attachment], message_id: str) -> bytes:
    if not attachments:
        return body
    files = (
        _file(each.type, f'attachment;{_FOLD}filename="{_file_name(each.name)}"', each.content, {})
        for each in attachments
    )
    return _multipart("mixed", f"mixed=_{message_id}", (body, *files))


def _file_name(name: str) -> str:
    if not _FILE_NAME.fullmatch(name):
        raise LetterError(
            f"«{_shown(name)}» no sirve de nombre de fichero: se espera algo como informe.xlsx."
        )
    return name


def _file(media_type: str, disposition: str, content: bytes, identity: Mapping[str, str]) -> bytes:
    headers = {
        "Content-Type": media_type,
        "Content-Transfer-Encoding": "base64",
        **identity,
        "Content-Disposition": disposition,
    }
    return f"{_lines(headers)}\r\n".encode() + encodebytes(content).replace(b"\n", b"\r\n")


def _multipart(subtype: str, boundary: str, parts: Sequence[bytes], **parameters: str) -> bytes:
    """Join parts; the boundary holds `=_`, which neither quoted-printable nor base64 ever does."""
    wanted = "".join(
        f';{_FOLD}{name}="{value}"' for name, value in {"boundary": boundary, **parameters}.items()
    )
    head = _lines({"Content-Type": f"multipart/{subtype}{wanted}"})
    between = f"\r\n--{boundary}\r\n".encode()
    return head.encode() + b"".join(between + part for part in parts) + f"\r\n--{boundary}--\r\n".encode()
