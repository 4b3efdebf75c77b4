"""Compose a letter to the exact bytes that are sent: what was composed must look the same years later."""

import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sereno.adapters.headers import (
    FOLD,
    ascii_domain,
    attached_as,
    distinct,
    identifier,
    lines,
    machine_headers,
    mailbox,
    on_wire,
    recipients,
    slug,
    words,
)
from sereno.domain.addresses import refuse_control, shown
from sereno.domain.errors import LetterRefused
from sereno.domain.outbox import Envelope, Message
from sereno.engine.ports import Letter

_FILE_NAME = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+")
_BLANK_AT_END = re.compile(rb"(?<=[^\n]{74})=(?:20|09)\r\n")
_NO_IMAGES: Mapping[str, bytes] = {}
_NO_IDENTITY: Mapping[str, str] = {}


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
    Raises LetterRefused when nobody would receive it, an address is malformed, a header holds a control
    character, or the name of a picture or file is not plain.
    """
    to, cc, bcc = distinct(*(map(on_wire, each) for each in (letter.to, letter.cc, letter.bcc)))
    if not to + cc + bcc:
        raise LetterRefused(
            f"El correo «{letter.subject}» no tiene ningún destinatario. Indique al menos uno."
        )
    domain = ascii_domain(sender.domain)
    address = on_wire(sender.sender) if sender.sender else _own_address(letter.application, domain)
    headers = {
        "From": mailbox(refuse_control("la aplicación", letter.application), address),
        **recipients(to, cc),
        "Subject": words(refuse_control("el asunto", letter.subject)),
        **machine_headers(letter.message_id, domain, letter.date, letter.list_id),
    }
    shown_as = _related(encoded_body(html, "html"), images, letter.message_id)
    body = alternatives(encoded_body(text, "plain"), shown_as, letter.message_id)
    files = (encoded_file(each.type, _attached_plainly(each.name), each.content) for each in attachments)
    data = lines(headers).encode() + with_files(body, files, letter.message_id)
    envelope = Envelope(bounces_to(sender, address), to + cc + bcc)
    return Message(letter.message_id, letter.list_id, letter.subject, envelope, data, letter.date)


def content_id(name: str) -> str:
    """Return by what the HTML calls a picture that travels in the same mail."""
    return f"{identifier(name)}@sereno"


def bounces_to(sender: SenderPolicy, address: str) -> str:
    """Return the envelope sender of mail from an address."""
    return on_wire(sender.return_path) if sender.return_path else address


def encoded_body(text: str, subtype: str) -> bytes:
    """Write a text as a part, UTF-8 in quoted-printable; every line of it, the last too, ends in CRLF."""
    headers = {
        "Content-Type": f'text/{subtype}; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
    }
    data = text.encode().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    whole = data if data.endswith(b"\n") else data + b"\n"
    return f"{lines(headers)}\r\n".encode() + quoted_printable(whole.replace(b"\n", b"\r\n"))


def quoted_printable(text: bytes) -> bytes:
    """Encode text whose lines end in CRLF, the last one too; no line is longer than 76 (RFC 2045, 6.7).

    The standard library's C encoder writes a lone dot on a line of its own when it has just broken the line,
    and two characters too many where a blank ends a full line.
    """
    encoded = b2a_qp(text).replace(b"=\r\n.\r\n", b"=\r\n=2E\r\n")
    if b"=20\r\n" in encoded or b"=09\r\n" in encoded:
        return _BLANK_AT_END.sub(rb"=\r\n\g<0>", encoded)
    return encoded


def encoded_file(
    media_type: str, disposition: str, content: bytes, identity: Mapping[str, str] = _NO_IDENTITY
) -> bytes:
    """Write a file as a part."""
    headers = {
        "Content-Type": media_type,
        "Content-Transfer-Encoding": "base64",
        **identity,
        "Content-Disposition": disposition,
    }
    return f"{lines(headers)}\r\n".encode() + encodebytes(content).replace(b"\n", b"\r\n")


def alternatives(plain: bytes, html: bytes, message_id: str) -> bytes:
    """Join a text and what says the same better."""
    return _multipart("alternative", f"=_{message_id}", (plain, html))


def with_files(body: bytes, files: Iterable[bytes], message_id: str) -> bytes:
    """Join a body and the files that go with it; it stays as it is where there are none."""
    parts = (body, *files)
    return _multipart("mixed", f"mixed=_{message_id}", parts) if len(parts) > 1 else body


def _own_address(application: str, domain: str) -> str:
    local = slug(application)
    if not local:
        raise LetterRefused(
            f"De «{shown(application)}» no se puede formar una dirección de remitente. Indique MAIL_FROM."
        )
    return f"{local}@{domain}"


def _related(html: bytes, images: Mapping[str, bytes], message_id: str) -> bytes:
    if not images:
        return html
    pictures = (
        encoded_file("image/png", "inline", png, {"Content-ID": f"<{content_id(name)}>"})
        for name, png in images.items()
    )
    return _multipart("related", f"related=_{message_id}", (html, *pictures), type="text/html")


def _attached_plainly(name: str) -> str:
    if not _FILE_NAME.fullmatch(name):
        raise LetterRefused(
            f"«{shown(name)}» no sirve de nombre de fichero: se espera algo como informe.xlsx."
        )
    return attached_as(name)


def _multipart(subtype: str, boundary: str, parts: Sequence[bytes], **parameters: str) -> bytes:
    """Join parts; the boundary holds `=_`, which neither quoted-printable nor base64 ever does."""
    wanted = "".join(
        f';{FOLD}{name}="{value}"' for name, value in {"boundary": boundary, **parameters}.items()
    )
    head = lines({"Content-Type": f"multipart/{subtype}{wanted}"})
    between = f"\r\n--{boundary}\r\n".encode()
    return head.encode() + b"".join(between + part for part in parts) + f"\r\n--{boundary}--\r\n".encode()
