"""Every row of a digest as a workbook (.xlsx), to sort and filter; nothing in it is ever a formula."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sereno.adapters.html.printable import one_line
from sereno.domain.digest import Line, Section
from sereno.domain.writing import BLANK

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GROUP_HEADING: Final = "De quién"
NOTE_HEADING: Final = "Novedad"
CUT_MARK: Final = " […texto cortado]"
MAX_CELL: Final = 32_767
"""Characters, as Excel counts them, that a cell may hold."""
MAX_NAME: Final = 31
WIDEST: Final = 50
PLAIN_WIDTH: Final = 16
MANY_ROWS: Final = 5_000
"""From here rows pass through temporary files instead of memory."""

_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Stands in every workbook as its date, so that the same rows give the same bytes."""
_DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4})")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,10})(?:,\d{0,5}[1-9])?")
_UNFIT_FOR_NAMES = re.compile(r"[\[\]:*?/\\]")
_LOOKS_ACTIVE = ("=", "+", "-", "@")
_TONES = {"red": ("#b3261e", "#ffffff"), "amber": ("#ffe0a3", "#5c3b00"), "green": ("#dcefe0", "#14532d")}


@dataclass(frozen=True, slots=True)
class Looks:
    """Hold the formats of a workbook's cells."""

    heading: Format
    text: Format
    guarded: Format
    """Text that would become a formula when somebody edits its cell, but for this."""
    day: Format
    tones: Mapping[str, Format]


def write_workbook(sections: Sequence[Section]) -> bytes:
    """Write a sheet per section, with every row, and return the .xlsx: the same bytes for the same rows.

    A text `dd/mm/yyyy` becomes a date, and a column of nothing but numbers becomes numbers. Everything else
    is text, whatever it looks like.
    """
    content = BytesIO()
    many = sum(len(section.lines) for section in sections) > MANY_ROWS
    options = {"constant_memory": True} if many else {"in_memory": True}
    with closing(Workbook(content, options)) as book:
        book.set_properties({"created": _MADE})
        looks = _looks(book)
        for name, section in zip(sheet_names(sections), sections, strict=True):
            _write_sheet(book.add_worksheet(name), section, looks)
    return content.getvalue()


def write_rows(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], figures: Collection[int]
) -> bytes:
    """Write a table of any length, a row at a time, as a workbook of one sheet; `figures` are its numbers.

    Cells are as in `write_workbook`.
    """
    content = BytesIO()
    with closing(Workbook(content, {"constant_memory": True})) as book:
        book.set_properties({"created": _MADE})
        looks, sheet = _looks(book), book.add_worksheet(next(_candidates(title)))
        for at, heading in enumerate(headings):
            sheet.set_column(at, at, max(len(heading) + 3, PLAIN_WIDTH))
            sheet.write_string(0, at, heading, looks.heading)
        sheet.freeze_panes(1, 0)
        last = 0
        for last, row in enumerate(rows, 1):
            for at, text in enumerate(row):
                _write_cell(sheet, (last, at), _fitting(one_line(text)), looks, numeric=at in figures)
        sheet.autofilter(0, 0, last, len(headings) - 1)
    return content.getvalue()


def sheet_names(sections: Sequence[Section]) -> list[str]:
    """Name the sheets after their sections, as Excel wants names: 31 characters, unlike each other."""
    taken: set[str] = set()
    names = []
    for section in sections:
        title = f"{section.group} - {section.title}" if section.group else section.title
        name = next(each for each in _candidates(title) if each.lower() not in taken)
        taken.add(name.lower())
        names.append(name)
    return names


def _candidates(title: str) -> Iterator[str]:
    plain = " ".join(_UNFIT_FOR_NAMES.sub(" ", one_line(title)).split()).strip("'")
    number = 1
    while True:
        end = "" if number == 1 else f" ({number})"
        yield _cut(plain or "Hoja", MAX_NAME - len(end)).strip(" '") + end
        number += 1


def _cut(text: str, length: int) -> str:
    """Shorten a text to the length that Excel counts, in units of UTF-16."""
    return text.encode("utf-16-le")[: 2 * length].decode("utf-16-le", errors="ignore")


def _looks(book: Workbook) -> Looks:
    top = {"valign": "top", "text_wrap": True}
    return Looks(
        heading=book.add_format({"bold": True, "valign": "top", "text_wrap": True, "bottom": 1}),
        text=book.add_format(top),
        guarded=book.add_format({**top, "quote_prefix": True}),
        day=book.add_format({"valign": "top", "num_format": "dd/mm/yyyy", "align": "left"}),
        tones={
            tone: book.add_format({"valign": "top", "bg_color": ground, "font_color": ink, "bold": True})
            for tone, (ground, ink) in _TONES.items()
        },
    )


def _write_sheet(sheet: Worksheet, section: Section, looks: Looks) -> None:
    headings, *rows = _table(section)
    numeric = [_is_numeric(column) for column in zip(*rows, strict=True)]
    for at, column in enumerate(zip(headings, *rows, strict=True)):
        sheet.set_column(at, at, min(max(map(len, column)) + 3, WIDEST))
        sheet.write_string(0, at, column[0], looks.heading)
    sheet.freeze_panes(1, 0)
    if headings:
        sheet.autofilter(0, 0, len(rows), len(headings) - 1)
    for number, (row, line) in enumerate(zip(rows, section.lines, strict=True), 1):
        for at, text in enumerate(row):
            if line.badge and at == section.badge_at:
                sheet.write_string(number, at, text, looks.tones[line.badge.tone])
            else:
                _write_cell(sheet, (number, at), text, looks, numeric=numeric[at])


def _table(section: Section) -> list[tuple[str, ...]]:
    """Return the headings and every row, with columns for the group and the notes where there are any."""
    noted = any(line.note for line in section.lines)
    group = (one_line(section.group),) if section.group else ()
    head = (*section.headings, *((GROUP_HEADING,) if group else ()), *((NOTE_HEADING,) if noted else ()))
    rows = (
        (*_cells(section, line), *group, *((one_line(line.note),) if noted else ())) for line in section.lines
    )
    return [tuple(map(one_line, head)), *rows]


def _cells(section: Section, line: Line) -> Iterator[str]:
    for at, cell in enumerate(line.cells):
        text = line.badge.words if line.badge and at == section.badge_at else cell
        yield _fitting("" if text == BLANK else one_line(text))


def _fitting(text: str) -> str:
    if 2 * len(text) <= MAX_CELL:  # no character counts for more than two
        return text
    whole = _cut(text, MAX_CELL)
    return text if whole == text else _cut(text, MAX_CELL - len(CUT_MARK)) + CUT_MARK


def _is_numeric(column: Sequence[str]) -> bool:
    filled = list(filter(None, column))
    return bool(filled) and all(map(_NUMBER.fullmatch, filled))


def _write_cell(sheet: Worksheet, place: tuple[int, int], text: str, looks: Looks, *, numeric: bool) -> None:
    day = _day(text)
    if day is not None:
        sheet.write_datetime(*place, day, looks.day)
    elif numeric and text:
        sheet.write_number(*place, float(text.replace(",", ".")), looks.text)
    else:
        sheet.write_string(*place, text, looks.guarded if text.startswith(_LOOKS_ACTIVE) else looks.text)


def _day(text: str) -> date | None:
    """Return the date that a text is; Excel knows none before 1900."""
    written = _DATE.fullmatch(text)
    if written is None or written[3] < "1900":
        return None
    try:
        return date(int(written[3]), int(written[2]), int(written[1]))
    except ValueError:
        return None
