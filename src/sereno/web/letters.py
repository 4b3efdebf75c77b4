"""A message's exact bytes, opened for a reader: headers, text, files, and HTML that fetches nothing."""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import default
from html import escape

from sereno.web.guard import MAIL_POLICY

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif"})
_CID = re.compile(r"cid:([^\s\"'<>)]+)")
_UNDECODED = "(no se puede descifrar)"


@dataclass(frozen=True, slots=True)
class Attached:
    """Name a file that a message carries."""

    name: str
    kind: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Hold what a message says."""

    headers: tuple[tuple[str, str], ...]
    text: str
    has_html: bool
    files: tuple[Attached, ...]
    size: int
    """Bytes, of all of it."""


def open_letter(data: bytes) -> Letter:
    """Open a message."""
    message = _parsed(data)
    plain = message.get_body(("plain",))
    return Letter(
        tuple((name, str(value)) for name, value in message.items()),
        "" if plain is None else _text(plain),
        message.get_body(("html",)) is not None,
        tuple(_files(message)),
        len(data),
    )


def framed(data: bytes) -> str | None:
    """Return a message's HTML under a policy that fetches nothing, its own pictures written into it."""
    message = _parsed(data)
    body = message.get_body(("html",))
    if body is None:
        return None
    pictures = dict(_pictures(message))
    shown = _CID.sub(lambda found: pictures.get(found[1], ""), _text(body))
    policy = f'<meta http-equiv="Content-Security-Policy" content="{escape(MAIL_POLICY)}">'
    return f'<!doctype html><meta charset="utf-8">{policy}\n{shown}'


def _parsed(data: bytes) -> EmailMessage:
    return message_from_bytes(data, policy=default)


def _text(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except (LookupError, ValueError, KeyError):  # a charset that Python does not know
        return _UNDECODED


def _files(message: EmailMessage) -> Iterator[Attached]:
    for part in message.iter_attachments():
        content = part.get_payload(decode=True)
        size = len(content) if isinstance(content, bytes) else 0
        yield Attached(part.get_filename() or "", part.get_content_type(), size)


def _pictures(message: EmailMessage) -> Iterator[tuple[str, str]]:
    for part in message.walk():
        named, content = part.get("Content-ID"), part.get_payload(decode=True)
        if named and isinstance(content, bytes) and part.get_content_type() in PICTURES:
            yield (
                str(named).strip("<> "),
                f"data:{part.get_content_type()};base64,{b64encode(content).decode()}",
            )
