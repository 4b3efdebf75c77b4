"""Texts of registers made fit to be written: one line each, and nothing in them that a reader cannot see."""

import re
from dataclasses import fields, is_dataclass, replace
from typing import cast

from sereno.domain.digest import Digest

# Illegal in HTML and XML, unfit for a mail's bytes, or able to turn the direction of the text around them.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")

# Beside those, characters without width: in a line of a log they would hide what it says.
_UNSEEN = re.compile(f"{_UNPRINTABLE.pattern}|[\u00ad\u200b-\u200f\u2028\u2029\u2060-\u2064\ufeff]")
_LINES = re.compile("\r\n|\r|\n")


def one_line(text: str) -> str:
    """Write a text on one line, without what no reader can see."""
    if text.isprintable() and "  " not in text and text == text.strip():
        return text  # as nearly all are
    return _UNPRINTABLE.sub("", " ".join(text.split()))


def as_printed(text: str) -> str:
    """Keep the lines of what a program printed; what no reader could see is spelt out."""
    return "\n".join(_UNSEEN.sub(_spelt, line.expandtabs(4)).rstrip() for line in _LINES.split(text))


def _spelt(unseen: re.Match[str]) -> str:
    code = ord(unseen[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def printable(digest: Digest) -> Digest:
    """Clean every text that the mail's body shows; of the sheet only the sections' frames are kept."""
    sheet = tuple(replace(section, lines=()) for section in digest.sheet)
    return cast("Digest", _printable(replace(digest, sheet=sheet)))


def _printable(value: object) -> object:
    """Walk through whatever a digest is made of, so that no field can be forgotten."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, tuple):
        return tuple(map(_printable, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{field.name: _printable(getattr(value, field.name)) for field in fields(value)}
        )
    return value
