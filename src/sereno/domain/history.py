"""What the ledger's past says: findings by age, overdue ones month by month."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

from sereno.domain.calendar import MONTHS
from sereno.domain.digest import Chart
from sereno.domain.ledger import Entry

AGES = (("0 a 30 días", 30), ("31 a 90 días", 90), ("91 a 180 días", 180), ("más de 180", None))
MONTHS_BACK = 12


def open_by_age(entries: Iterable[Entry], today: date) -> Chart:
    """Count the open findings by the days since they were first seen."""
    ages = [(today - entry.first_seen).days for entry in entries if entry.ended is None]
    bars, least = [], -1
    for label, most in AGES:
        bars.append((label, sum(least < age and (most is None or age <= most) for age in ages)))
        least = most if most is not None else least
    return _chart("ages", "Hallazgos abiertos por antigüedad", bars)


def overdue_by_month(entries: Sequence[Entry], today: date) -> Chart:
    """Count the findings overdue at the end of each of the last twelve months; today, in this one."""
    ends = [min(end, today) for end in _month_ends(today)]
    bars = [
        (f"{MONTHS[end.month - 1]} {end:%y}", sum(_was_overdue(entry, end) for entry in entries))
        for end in ends
    ]
    return _chart("overdue", "Hallazgos vencidos, mes a mes", bars)


def _was_overdue(entry: Entry, day: date) -> bool:
    seen = entry.first_seen <= day and (entry.ended_on is None or entry.ended_on > day)
    return seen and entry.due is not None and entry.due <= day


def _month_ends(today: date) -> list[date]:
    first = today.replace(day=1)
    ends = [today]
    for _ in range(MONTHS_BACK - 1):
        end = first - timedelta(days=1)
        ends.append(end)
        first = end.replace(day=1)
    return ends[::-1]


def _chart(name: str, title: str, bars: Sequence[tuple[str, int]]) -> Chart:
    words = ", ".join(f"{label}: {number}" for label, number in bars)
    return Chart(name, title, tuple(bars), f"{title}. {words}.")


CHARTS: Mapping[str, Callable[[Sequence[Entry], date], Chart]] = {
    "ages": open_by_age,
    "overdue": overdue_by_month,
}
"""The pictures that a monitor may ask for, by name."""
