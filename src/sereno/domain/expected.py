"""What a day's place in the calendar says of a digest: its period, and why that opens on another day."""

from dataclasses import dataclass
from datetime import date, time, timedelta, tzinfo

from sereno.domain.cadence import Cadence, Period, next_period, period_id
from sereno.domain.calendar import Calendar
from sereno.domain.errors import SerenoError
from sereno.domain.wallclock import first_reading


@dataclass(frozen=True, slots=True)
class Expected:
    """Hold the period that a day belongs to, and on which day it would open if every day were worked."""

    period: Period | None
    """`None` where no day of its day, week or month is worked."""
    preferred: date
    off: tuple[tuple[date, str], ...] = ()
    """The days off because of which it opens on another day, each with its reason."""


def expected(cadence: Cadence, day: date, calendar: Calendar, zone: tzinfo) -> Expected:
    """Find the period that a day belongs to, as the calendar now stands."""
    first, preferred = _bounds(cadence, day)
    start = first_reading(first, time(), zone) - timedelta(seconds=1)
    try:
        period = next_period(cadence, start, calendar)
    except SerenoError:  # a calendar without a working day
        return Expected(None, preferred)
    if period.id != period_id(cadence.kind, day):
        return Expected(None, preferred)
    opening = period.opens.astimezone(zone).date()
    passed = _between(preferred, opening)
    return Expected(period, preferred, tuple((each, calendar.explain(each).reason) for each in passed))


def _bounds(cadence: Cadence, day: date) -> tuple[date, date]:
    """Return the first day of the day, week or month, and that on which it should open."""
    if cadence.kind == "daily":
        return day, day
    if cadence.kind == "monthly":
        return day.replace(day=1), day.replace(day=1)
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=cadence.weekday)


def _between(preferred: date, opening: date) -> list[date]:
    """List the days that were passed over: to a later day, or back to an earlier one."""
    if opening >= preferred:
        return [preferred + timedelta(days=n) for n in range((opening - preferred).days)]
    return [opening + timedelta(days=n + 1) for n in range((preferred - opening).days)]
