"""Tables that leave the program: CSV as Spanish Excel reads it, and .xlsx."""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO

from sereno.adapters.workbook import write_workbook
from sereno.domain.digest import Line, Section

_ACTIVE = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""
_BREAKS = re.compile(r"\r\n?|\n")


def csv_bytes(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write a table as CSV: UTF-8 with its mark, separated by `;`; no text in it is ever a formula."""
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def xlsx_bytes(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write a table as the only sheet of a workbook."""
    lines = tuple(Line(tuple(row)) for row in rows)
    return write_workbook([Section("tabla", title, tuple(headings), lines, total=len(lines))])


def inert(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    guarded = f"'{text}" if text.startswith(_ACTIVE) else text
    return _BREAKS.sub(" ", guarded.replace("\0", ""))
