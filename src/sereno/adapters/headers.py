"""Headers of a mail: guarded against injection, encoded where they must be, folded where they may be.

The encodings are the standard library's. Lines are laid out here, because the library's folding turns a long
Message-ID or List-Id into encoded words, which RFC 5322 forbids, differs from one Python to the next, and
costs more than all the rest of a mail.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from email import base64mime, quoprimime
from email.utils import format_datetime
from functools import lru_cache
from typing import NoReturn
from urllib.parse import quote

from sereno.domain.addresses import shown
from sereno.domain.errors import LetterRefused

FOLD = "\r\n "
LINE = 78
"""Characters of a line without its end (RFC 5322, 2.1.1); what is longer and cannot be folded stays whole."""
LOCAL_PART = 64
"""Bytes of what stands before the @ (RFC 5321, 4.5.3.1.1)."""
_PLAIN = 60
"""Characters that fit a line with any header's name in front."""
_WORD = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_WORD}(?:\.{_WORD})*")
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_ID = re.compile(r"[A-Za-z0-9_-]+(?:[/.][A-Za-z0-9_-]+)*")
_Q_FRAME = slice(len("=?utf-8?q?"), -len("?="))
_Q_PIECES = re.compile("(?s).{1,54}(?<!=)(?<!=[0-9A-F])(?!=[89AB])")
_B_PIECES = re.compile(rb"(?s).{1,39}(?![\x80-\xbf])")
_PERCENT_PIECES = re.compile("(?s).{1,54}(?<!%)(?<!%[0-9A-F])(?!%[89AB])")
"""Pieces of a line, none of which ends within a character (RFC 2047, 5)."""
_PLAIN_NAME = re.compile(r"""(?!.*=\?)[!#-\[\]-~](?:[ !#-\[\]-~]{0,58}[!#-\[\]-~])?""")


def lines(headers: Mapping[str, str]) -> str:
    """Write headers, each with its line end."""
    return "".join([f"{name}: {value}\r\n" for name, value in headers.items()])


def distinct(*lists: Iterable[str]) -> list[tuple[str, ...]]:
    """Keep each address where it is first named, whatever its capitals."""
    first: dict[str, tuple[int, str]] = {}
    for place, addresses in enumerate(lists):
        for address in addresses:
            first.setdefault(address.lower(), (place, address))
    return [tuple(each for at, each in first.values() if at == place) for place in range(len(lists))]


def recipients(to: tuple[str, ...], cc: tuple[str, ...]) -> dict[str, str]:
    """Write To and Cc, an address a line; nobody is named where only blind copies go out."""
    if not to + cc:
        return {"To": "undisclosed-recipients:;"}
    return {name: f",{FOLD}".join(each) for name, each in (("To", to), ("Cc", cc)) if each}


def machine_headers(message_id: str, domain: str, date: datetime, list_id: str | None) -> dict[str, str]:
    """Write what identifies the mail, and says that no person wrote it (RFC 3834, 2919)."""
    of_list = {} if list_id is None else {"List-Id": f"<{identifier(list_id).replace('/', '.')}.{domain}>"}
    return {
        "Date": format_datetime(date),
        "Message-ID": f"<{identifier(message_id)}@{domain}>",
        **of_list,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "MIME-Version": "1.0",
    }


def identifier(value: str) -> str:
    """Return the value; raise LetterRefused where it would break a header or a boundary."""
    if not _ID.fullmatch(value):
        raise LetterRefused(
            f"«{shown(value)}» no sirve de identificador: solo letras sin tilde, cifras, - y _."
        )
    return value


def mailbox(name: str, address: str) -> str:
    """Write a name, in quotation marks or encoded, with its address."""
    quoted = '"{}"'.format(re.sub(r'(["\\])', r"\\\1", name))
    written = quoted if _is_plain(name) and len(quoted) <= _PLAIN + 2 else _encoded(name)
    fits = len(f"From: {written} <{address}>") <= LINE
    return f"{written}{' ' if fits else FOLD}<{address}>" if name else f"<{address}>"


def words(value: str) -> str:
    """Write a text as it is where a header may hold it so, else as encoded words (RFC 2047)."""
    return value if _is_plain(value) else _encoded(value)


@lru_cache(maxsize=256)  # a round writes the same ones to everybody
def _encoded(value: str) -> str:
    data = value.encode()
    quoted = quoprimime.header_encode(data, "utf-8")[_Q_FRAME]
    if len(quoted) <= len(data) * 4 / 3:
        return FOLD.join([f"=?utf-8?q?{piece}?=" for piece in _Q_PIECES.findall(quoted)])
    return FOLD.join([base64mime.header_encode(piece, "utf-8") for piece in _B_PIECES.findall(data)])


def attached_as(name: str) -> str:
    """Write the Content-Disposition of a file (RFC 2183); a name that is not plain as RFC 2231 has it."""
    if _PLAIN_NAME.fullmatch(name):
        return f'attachment;{FOLD}filename="{name}"'
    pieces = _PERCENT_PIECES.findall(quote(name, safe=""))
    if len(pieces) == 1:
        return f"attachment;{FOLD}filename*=utf-8''{pieces[0]}"
    numbered = (
        f"filename*{number}*={'' if number else chr(39) * 2}{piece}" for number, piece in enumerate(pieces)
    )
    return f";{FOLD}".join(("attachment", *numbered))


@lru_cache(maxsize=256)
def on_wire(address: str) -> str:
    """Return the address with its domain in ASCII (IDNA), as relays without SMTPUTF8 know it."""
    local, _, domain = address.rpartition("@")
    if not _LOCAL_PART.fullmatch(local):
        raise LetterRefused(
            f"«{shown(address)}» no es una dirección de correo. Se espera algo como nombre@example.com."
        )
    return f"{local}@{ascii_domain(domain)}"


@lru_cache(maxsize=256)
def ascii_domain(domain: str) -> str:
    """Return a domain in ASCII (IDNA)."""
    try:
        return domain.encode("idna").decode("ascii") if _DOMAIN.fullmatch(domain) else _refuse_domain(domain)
    except UnicodeError:
        return _refuse_domain(domain)


def slug(name: str) -> str:
    """Return what of a name can stand before an @ in plain ASCII; it may be nothing."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LOCAL_PART].rstrip("-")


def _is_plain(value: str) -> bool:
    """Tell whether a header may hold the value as it is: nothing to encode, to fold, to trim."""
    return value.isascii() and "=?" not in value and value == value.strip() and len(value) <= _PLAIN


def _refuse_domain(domain: str) -> NoReturn:
    raise LetterRefused(f"«{shown(domain)}» no es un dominio de correo. Se espera algo como example.com.")
