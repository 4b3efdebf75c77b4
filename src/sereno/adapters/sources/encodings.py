"""Recognise how a file of text is encoded, as a whole: half in one encoding, half in another is neither."""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO, TextIOWrapper

_UTF8_ACCENT = re.compile(rb"[\xc2\xc3][\x80-\xbf]")
"""An accented letter of Spanish in UTF-8; in cp1252 nobody writes those two characters."""
_DOS_ACCENT = re.compile(rb"[A-Za-z][\x82\xa1-\xa5][A-Za-z]")
"""é, í, ó, ú, ñ or Ñ within a word, in cp850; in cp1252 they are signs that stand in no word."""
_BEGINNING = 2**16


class NoText(Exception):
    """Save the file anew: it is no text, or in an encoding that would be read wrongly."""


@dataclass(frozen=True, slots=True)
class Text:
    """Hold a file's bytes, all of which its encoding can decode."""

    raw: bytes = field(repr=False)
    encoding: str

    @property
    def beginning(self) -> str:
        """Return the first characters."""
        return self.raw[:_BEGINNING].decode(self.encoding, errors="ignore")

    def lines(self) -> Iterable[str]:
        """Give the lines, with their endings as they are; decoded again, they need no memory."""
        return TextIOWrapper(BytesIO(self.raw), self.encoding, newline="")


def recognise_text(raw: bytes) -> Text:
    """Take bytes for UTF-8, with or without its mark, else for cp1252; raise NoText for what is neither."""
    raw = raw.removeprefix(codecs.BOM_UTF8)
    if b"\0" in raw or raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise NoText("no es texto, o está en UTF-16")
    line = _first_wrong_line(raw, "utf-8")
    if not line:
        return Text(raw, "utf-8")
    if _UTF8_ACCENT.search(raw):
        raise NoText(f"está en UTF-8, pero no todo: deja de estarlo en la línea {line}")
    if found := _DOS_ACCENT.search(raw):
        raise NoText(f"parece «CSV (MS-DOS)», por la línea {_line(raw, found.start())}")
    if line := _first_wrong_line(raw, "cp1252"):
        raise NoText(f"no está ni en UTF-8 ni en cp1252 (línea {line})")
    return Text(raw, "cp1252")


def _first_wrong_line(raw: bytes, encoding: str) -> int:
    """Return the number of the line that the encoding cannot decode; 0 where there is none."""
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as error:
        return _line(raw, error.start)
    return 0


def _line(raw: bytes, at: int) -> int:
    return raw[:at].count(b"\n") + 1
