"""Which days are worked, why, and how to reckon with them."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sereno.domain.errors import SerenoError

Source = Literal["weekend", "holiday", "book", "ordinary"]

WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")

LONGEST_RANGE = 366
"""Days that one line of the holidays file may cover; more is taken for a slip of the pen."""

SEARCH_DAYS = 5 * 366
"""How far a working day is looked for before the calendar itself is held to be wrong."""

YEAR_HEADING = "    " + "".join(f"{day if day == 1 or day % 5 == 0 else '':>2}" for day in range(1, 32))
YEAR_LEGEND = ". laborable   - fin de semana   F festivo   L libre   + se trabaja"

_DATE = r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
_ENTRY = re.compile(
    rf"(?P<plus>\+\s*)?(?P<first>{_DATE})(?:\s*\.\.\s*(?P<last>{_DATE}))?"
    # A date where the note belongs is a range written with a dash: told, not taken for a single day off.
    rf"(?:\s+[-\u2013\u2014](?:\s+(?P<note>(?!{_DATE}).*))?)?"
)
_COMPLETE = re.compile(r"#\s*completo\s+([0-9]{4})\b", re.IGNORECASE)

_EXPECTED_ENTRY = (
    "una fecha dd/mm/aaaa o aaaa-mm-dd, con + delante si se trabaja, o un intervalo fecha..fecha; "
    "detrás puede ir una nota, separada por un guion entre espacios"
)
_EXPECTED_DATE = "una fecha que exista, en la forma dd/mm/aaaa o aaaa-mm-dd"
_EXPECTED_ORDER = "un intervalo que empiece antes de acabar: primero la fecha más antigua"
_EXPECTED_LENGTH = f"un intervalo de {LONGEST_RANGE} días como mucho"


@dataclass(frozen=True, slots=True)
class Entry:
    """Recall the line of the holidays file that speaks of a day."""

    line: int
    note: str


@dataclass(frozen=True, slots=True)
class LineFault:
    """Name a line of the holidays file that cannot be read, and what is expected there."""

    number: int
    line: str
    expected: str


@dataclass(frozen=True, slots=True)
class HolidayBook:
    """Hold what the holidays file says; a line that cannot be read costs no other."""

    off: Mapping[date, Entry]
    working: Mapping[date, Entry]
    """Worked after all: beats the book's own days off, the public holidays and the weekend."""
    complete: frozenset[int]
    faults: tuple[LineFault, ...] = ()


@dataclass(frozen=True, slots=True)
class DayKind:
    """Say whether a day is worked, and why, in words for an operator."""

    working: bool
    reason: str
    source: Source


@dataclass(frozen=True, slots=True)
class Calendar:
    """Know the working days: weekends, public holidays and the holidays file together."""

    public: Callable[[int], Mapping[date, str]]
    """Name the public holidays of a year; never raises."""
    book: HolidayBook
    fault: str | None = None
    """What could not be used when it was loaded, in words for an operator; days off may then be unknown."""

    def is_working_day(self, day: date) -> bool:
        """Tell whether the day is worked."""
        return self.explain(day).working

    def explain(self, day: date) -> DayKind:
        """Say what a day is and who says so; the holidays file is asked first, `+` before all."""
        if entry := self.book.working.get(day):
            return DayKind(working=True, reason=_in_book(entry, "se trabaja"), source="book")
        if entry := self.book.off.get(day):
            return DayKind(working=False, reason=_in_book(entry, "día libre"), source="book")
        if name := self.public(day.year).get(day):
            return DayKind(working=False, reason=name, source="holiday")
        if day.weekday() >= 5:
            return DayKind(working=False, reason=WEEKDAYS[day.weekday()], source="weekend")
        return DayKind(working=True, reason="día laborable", source="ordinary")

    def certain(self, year: int) -> bool:
        """Tell whether somebody has vouched for the year in the holidays file (`# completo 2027`)."""
        return year in self.book.complete


_MARKS: Mapping[tuple[Source, bool], str] = {
    ("ordinary", True): ".",
    ("weekend", False): "-",
    ("holiday", False): "F",
    ("book", False): "L",
    ("book", True): "+",
}


def parse_holidays(text: str) -> HolidayBook:
    """Read the text of a holidays file: an entry a line, `#` opens a comment."""
    off: dict[date, Entry] = {}
    working: dict[date, Entry] = {}
    faults: list[LineFault] = []
    for number, line in _entries(text):
        try:
            plus, days, note = _parse_entry(line)
        except ValueError as fault:
            faults.append(LineFault(number, line, str(fault)))
        else:
            (working if plus else off).update(dict.fromkeys(days, Entry(number, note)))
    return HolidayBook(off, working, _complete_years(text), tuple(faults))


def year_to_confirm(calendar: Calendar, today: date) -> int | None:
    """Return next year, from 1 December on, while nobody has vouched for it."""
    following = today.year + 1
    return following if today.month == 12 and not calendar.certain(following) else None


def next_working_day(calendar: Calendar, day: date) -> date:
    """Return the first working day after the day; SerenoError if there is none within five years."""
    return _nearest(calendar, day, 1)


def previous_working_day(calendar: Calendar, day: date) -> date:
    """Return the last working day before the day; SerenoError if there is none within five years."""
    return _nearest(calendar, day, -1)


def add_working_days(calendar: Calendar, day: date, n: int) -> date:
    """Go `n` working days on from the day, which is not counted; back when negative.

    With 0 it is the day itself, worked or not. SerenoError as for `next_working_day`.
    """
    for _ in range(abs(n)):
        day = _nearest(calendar, day, 1 if n > 0 else -1)
    return day


def working_days_between(calendar: Calendar, a: date, b: date) -> int:
    """Count the working days from `a`, excluded, to `b`, included; negative when `b` comes first.

    So `working_days_between(c, a, add_working_days(c, a, n)) == n` for every `n`. The cost grows with the
    years between them, not with the days: registers hold dates such as 31/12/9999.
    """
    if a == b:
        return 0
    if a < b:
        return _count(calendar, a + timedelta(days=1), b)
    return -_count(calendar, b, a - timedelta(days=1))


def days_from(day: date, step: Literal[1, -1] = 1) -> Iterator[date]:
    """Yield the day and those after it (before it), as far as a working day is looked for."""
    last = day.toordinal() + step * SEARCH_DAYS
    bounded = range(day.toordinal(), min(max(last, 0), date.max.toordinal() + 1), step)
    return map(date.fromordinal, bounded)


def year_rows(calendar: Calendar, year: int) -> list[str]:
    """Draw a year, a row a month, under `YEAR_HEADING` and over `YEAR_LEGEND`; at most 80 columns."""
    return [_month_row(calendar, year, month) for month in range(1, 13)]


def _in_book(entry: Entry, otherwise: str) -> str:
    return f"{entry.note or otherwise} (línea {entry.line} del fichero de festivos)"


def _entries(text: str) -> Iterator[tuple[int, str]]:
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
    return ((number, line) for number, line in lines if line and not line.startswith("#"))


def _complete_years(text: str) -> frozenset[int]:
    vouched = (_COMPLETE.match(line.strip()) for line in text.splitlines())
    return frozenset(int(found[1]) for found in vouched if found)


def _parse_entry(line: str) -> tuple[bool, list[date], str]:
    form = _ENTRY.fullmatch(line)
    if form is None:
        raise ValueError(_EXPECTED_ENTRY)
    first = _parse_date(form["first"])
    last = _parse_date(form["last"] or form["first"])
    return bool(form["plus"]), _days_between(first, last), (form["note"] or "").strip()


def _parse_date(text: str) -> date:
    numbers = [int(number) for number in re.split(r"[/-]", text)]
    year, month, day = reversed(numbers) if "/" in text else numbers
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueError(_EXPECTED_DATE) from error


def _days_between(first: date, last: date) -> list[date]:
    if last < first:
        raise ValueError(_EXPECTED_ORDER)
    if (last - first).days >= LONGEST_RANGE:
        raise ValueError(_EXPECTED_LENGTH)
    return [date.fromordinal(ordinal) for ordinal in range(first.toordinal(), last.toordinal() + 1)]


def _nearest(calendar: Calendar, day: date, step: Literal[1, -1]) -> date:
    for other in days_from(day, step):
        if other != day and calendar.is_working_day(other):
            return other
    side = "posterior" if step > 0 else "anterior"
    raise SerenoError(
        f"No hay ningún día laborable {side} al {day:%d/%m/%Y} en {SEARCH_DAYS} días: "
        "se espera al menos uno; revise el fichero de festivos (sereno check calendar)"
    )


def _count(calendar: Calendar, first: date, last: date) -> int:
    special = [day for day in _special_days(calendar, first, last) if first <= day <= last]
    corrections = sum(calendar.is_working_day(day) - (day.weekday() < 5) for day in special)
    return _mondays_to_fridays(last.toordinal()) - _mondays_to_fridays(first.toordinal() - 1) + corrections


def _special_days(calendar: Calendar, first: date, last: date) -> Iterable[date]:
    public = (day for year in range(first.year, last.year + 1) for day in calendar.public(year))
    return {*public, *calendar.book.off, *calendar.book.working}


def _mondays_to_fridays(ordinal: int) -> int:
    # Ordinal 1, 1 January of the year 1, is a Monday.
    weeks, rest = divmod(ordinal, 7)
    return weeks * 5 + min(rest, 5)


def _month_row(calendar: Calendar, year: int, month: int) -> str:
    kinds = [calendar.explain(date(year, month, day)) for day in range(1, monthrange(year, month)[1] + 1)]
    marks = "".join(f"{_MARKS[kind.source, kind.working]:>2}" for kind in kinds)
    return f"{MONTHS[month - 1]} {marks:<62}{sum(kind.working for kind in kinds):>4}"
