"""Is this an address that somebody can be written at? Settings, directory and mail ask here, and so agree."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sereno.domain.errors import LetterRefused

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What no header may hold: it could end its line, and the next would be a stranger's choice."""
LONGEST_PIECE = 1000
"""Characters of a name with its address; an address has at most 254 (RFC 5321)."""
REMEMBERED = 4096
"""How many addresses are checked once: applications write to the same people again and again."""
_SHOWN = 120
_ENCODED_WORD = "=?"
"""Allowed before an @, and read by mail programs as quite another address."""
_EXPECTED = "Se espera algo como nombre@example.com"
_MARKS = re.compile(r'\\.|["()<>;,]')
_SEPARATORS = re.compile("[;,]")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"')
_LAST_ANGLE = re.compile(r'<((?:"(?:[^"\\]|\\.)*+"|[^<>"])*+)>$')
_CLOSES = {'"': '"', "(": ")", "<": ">"}
_OPENS_WITHIN = {"": '"(<', '"': "", ")": "(", ">": '"('}
"""What has a meaning within what: comments nest, and quotation marks hold nothing but text."""


@dataclass(frozen=True, slots=True)
class AddressList:
    """Hold what a list of recipients says: addresses in the form that relays take, and what is none."""

    valid: tuple[str, ...]
    """In the order written, repeated where they are."""
    refused: Mapping[str, str]
    """Pieces that are no address, with what is wrong."""


def check_address(text: str) -> str | None:
    """Return the address to write to, in the form that relays take; None where the text is no address."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 (only where one is checked)

    try:
        checked = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return None
    return checked.ascii_email or checked.normalized


def read_addresses(field: str, text: str) -> AddressList:
    """Read a list as other applications write it, separated by `;` or `,`.

    Names in front, quotation marks, comments and angle brackets are understood (RFC 5322, 3.4), and hold
    separators; one that is never closed holds none. Domains come out in ASCII (IDNA), and local parts with
    quotation marks only where they need them. Raises LetterRefused, which names the field, where a control
    character stands within the text.
    """
    valid: list[str] = []
    refused: dict[str, str] = {}
    for piece in filter(None, map(str.strip, _pieces(refuse_control(field, text.strip())))):
        address, wrong = _read(piece)
        if address is None:
            refused[shown(piece)] = wrong
        else:
            valid.append(address)
    return AddressList(tuple(valid), refused)


def refuse_control(field: str, value: str) -> str:
    """Return the value; raise LetterRefused where it holds what no header may."""
    if CONTROL.search(value):
        raise LetterRefused(
            f"Hay un salto de línea u otro carácter de control en {field}: «{shown(value)}». Quítelo."
        )
    return value


def shown(text: str) -> str:
    """Return a text as a sentence may quote it: visible, and not too long."""
    short = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", short)


def _pieces(text: str) -> Iterator[str]:
    start = 0
    opened: list[str] = []
    for mark in _MARKS.finditer(text):
        _follow(mark[0], opened)
        if not opened and mark[0] in ";,":
            yield text[start : mark.start()]
            start = mark.end()
    yield from _SEPARATORS.split(text[start:]) if opened else (text[start:],)


def _follow(mark: str, opened: list[str]) -> None:
    """Keep, in order, what would close that which is open."""
    closer = opened[-1] if opened else ""
    if mark == closer:
        opened.pop()
    elif mark in _OPENS_WITHIN[closer]:
        opened.append(_CLOSES[mark])


def _read(piece: str) -> tuple[str | None, str]:
    """Return the piece's address, or what is wrong with it."""
    if len(piece) > LONGEST_PIECE:
        return None, f"es demasiado largo ({len(piece)} caracteres). {_EXPECTED}"
    bare = _without_comments(piece).strip()
    angle = _LAST_ANGLE.search(bare)
    if angle and re.search("[<>]", _QUOTED.sub("", bare[: angle.start()])):
        return None, f"hay más de una dirección. Sepárelas con ; o con una coma. {_EXPECTED}"
    written = _unquoted(angle[1].strip() if angle else bare)
    address = _checked(written)
    return address, "" if address else f"{_what_is_wrong(written)}. {_EXPECTED}"


def _without_comments(text: str) -> str:
    if "(" not in text:
        return text
    kept: list[str] = []
    since = 0
    opened: list[str] = []
    inside = False
    for mark in _MARKS.finditer(text):
        before = inside
        _follow(mark[0], opened)
        inside = opened[-1:] == [")"]
        if inside and not before:
            kept.append(text[since : mark.start()])
        if inside or before:
            since = mark.end()
    if not inside:
        kept.append(text[since:])
    return "".join(kept)


def _unquoted(written: str) -> str:
    """Take off the apostrophes in which Outlook puts an address that is its own name."""
    return written[1:-1] if written[:1] == written[-1:] == "'" else written


@lru_cache(maxsize=REMEMBERED)
def _checked(written: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 (only where one is checked)

    if _ENCODED_WORD in written:
        return None
    try:
        checked = validate_email(written, check_deliverability=False, allow_quoted_local=True)
    except EmailNotValidError:
        return None
    return f"{checked.ascii_local_part or checked.local_part}@{checked.ascii_domain}"


def _what_is_wrong(written: str) -> str:
    bare = _QUOTED.sub("", written)
    if not written:
        return "no contiene ninguna dirección"
    if "@" not in bare:
        return "no tiene @"
    if bare.count("@") > 1:
        return "tiene más de una @. Separe las direcciones con ; o con una coma"
    if any(map(str.isspace, bare)):
        return "tiene espacios"
    return "no es una dirección de correo"
