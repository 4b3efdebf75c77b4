"""Calendario: the working days of a year, and why a day is off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sereno.domain.calendar import Calendar, DayKind
from sereno.web.page import FIRST_YEAR, LAST_YEAR, Asked, Page
from sereno.web.reading import View


@dataclass(frozen=True, slots=True)
class Day:
    """Show a day."""

    date: date
    kind: DayKind


@dataclass(frozen=True, slots=True)
class Month:
    """Show a month as weeks of seven days, from Monday; `None` where a day is of another month."""

    number: int
    weeks: Sequence[Sequence[Day | None]]
    working: int


def calendar(view: View, asked: Asked) -> Page | None:
    """Show a year of the working calendar."""
    year = asked.year(view.now.year)
    if year is None:
        return None
    months = [_month(view.calendar, year, number) for number in range(1, 13)]
    special = [
        each for month in months for week in month.weeks for each in week if each and _is_special(each)
    ]
    return Page(
        "calendar.html",
        f"Calendario laboral de {year}",
        {
            "year": year,
            "months": months,
            "special": special,
            "working": sum(month.working for month in months),
            "certain": view.calendar.certain(year),
            "fault": view.calendar.fault,
            "lines": view.calendar.book.faults,
            "earlier": year - 1 if year > max(FIRST_YEAR, view.now.year - 5) else None,
            "later": year + 1 if year < min(LAST_YEAR, view.now.year + 2) else None,
        },
    )


def _month(book: Calendar, year: int, number: int) -> Month:
    first = date(year, number, 1)
    start = first - timedelta(days=first.weekday())
    dates = [start + timedelta(days=n) for n in range(42)]
    days = [Day(each, book.explain(each)) if each.month == number else None for each in dates]
    weeks = [days[at : at + 7] for at in range(0, 42, 7)]
    working = sum(each.kind.working for each in days if each)
    return Month(number, [week for week in weeks if any(week)], working)


def _is_special(each: Day) -> bool:
    """Tell whether a day is anything but what its weekday says."""
    return each.kind.source in {"holiday", "book"}
