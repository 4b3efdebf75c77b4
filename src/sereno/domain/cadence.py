"""When a digest is owed: for an instant, the period to be served, or why there is none.

A period opens at the digest's hour of a working day and closes at 20:00 of the last working day of its
day, week or month. Within it the digest is owed on working days, from the digest's hour until 20:00.
All times are zoned and local; instants are compared in UTC, so that no clock change loses or doubles one.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import groupby
from typing import Literal

from sereno.domain.calendar import WEEKDAYS, Calendar, days_from
from sereno.domain.errors import SerenoError
from sereno.domain.wallclock import first_reading, utc, zone_of

Kind = Literal["daily", "weekly", "monthly"]
AttemptState = Literal["complete", "blind", "unaddressed", "trial"]

OPENING = time(7)
"""The hour of a digest that names none."""

CLOSING = time(20)
"""When the day's rounds end, and with them the periods that end that day."""

BACKOFF = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))
"""How long to wait after the first, the second and every further failure of a day."""

NOUNS: Mapping[Kind, str] = {"daily": "el día", "weekly": "la semana", "monthly": "el mes"}
KINDS: Mapping[str, Kind] = {kind: kind for kind in NOUNS}
DAY_CODES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_FORM = re.compile(r"(?P<kind>[a-z]+)(:(?P<weekday>[a-z]+))?(@(?P<hour>[0-9]{1,2}:[0-9]{2}))?")
_EXPECTED_CADENCE = (
    "daily, weekly o monthly; la semanal admite un día (mon, tue, wed, thu, fri, sat, sun) "
    "y todas una hora, como en weekly:tue@08:30"
)
_EXPECTED_HOUR = f"una hora entre las 00:00 y las {CLOSING:%H:%M} (esta excluida), como en daily@07:30"


@dataclass(frozen=True, slots=True)
class Cadence:
    """Say how often a digest is owed, and from which hour."""

    kind: Kind
    weekday: int = 0
    """The preferred day of a weekly digest; Monday is 0."""
    hour: time = OPENING
    """Opens each working day of the period; local time, before 20:00."""


@dataclass(frozen=True, slots=True)
class Period:
    """Hold what a cadence owes once: `2026-11-24`, `2026-W48`, `2026-11`."""

    id: str
    opens: datetime
    closes: datetime
    """Excluded: at this instant the period is over."""


@dataclass(frozen=True, slots=True)
class NotOwed:
    """Say why nothing is owed now, for an operator, and when to look again where that is known."""

    reason: str
    again: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """Recall how a run for a period ended."""

    at: datetime
    state: AttemptState


def parse_cadence(text: str) -> Cadence:
    """Read a cadence: `daily`, `weekly:tue@08:30`, `monthly@07:00`; ValueError says what is expected."""
    form = _FORM.fullmatch(text.strip().lower())
    kind = KINDS.get(form["kind"]) if form else None
    if form is None or kind is None or (form["weekday"] and kind != "weekly"):
        raise ValueError(_EXPECTED_CADENCE)
    return Cadence(kind, _parse_weekday(form["weekday"]), _parse_hour(form["hour"]))


def format_cadence(cadence: Cadence) -> str:
    """Write a cadence in full, as `parse_cadence` reads it."""
    weekday = f":{DAY_CODES[cadence.weekday]}" if cadence.kind == "weekly" else ""
    return f"{cadence.kind}{weekday}@{cadence.hour:%H:%M}"


def period_at(
    cadence: Cadence, now: datetime, calendar: Calendar, opened: Sequence[Period] = ()
) -> Period | NotOwed:
    """Return the period to be served at `now`, or why there is none.

    `now` is zoned and local. `opened` are the periods noted earlier as open: one of them that contains `now`
    stays owed although a holiday was added since, on working days and on the day that it opened.
    """
    day, zone = now.date(), zone_of(now)
    period = _serving(cadence, now, calendar, opened)
    if period is None or not (calendar.is_working_day(day) or _opens_on(period, day, zone)):
        return _not_owed(
            f"no es día laborable: {calendar.explain(day).reason}", cadence, now, calendar, opened
        )
    reason = _why_not(cadence, period, now)
    return _not_owed(reason, cadence, now, calendar, opened) if reason else period


def standing(period: Period, attempts: Sequence[Attempt], now: datetime, *, trial: bool) -> Period | NotOwed:
    """Return the period while it still wants an attempt at `now`, or why it does not.

    A complete attempt satisfies it; in trial mode a trial one does too, which counts for nothing once trial
    is off. After the failures of a day (blind, unaddressed) it waits 5, 15, 60 minutes, then hourly.
    """
    zone = zone_of(now)
    for attempt in attempts:
        if attempt.state == "complete" or (trial and attempt.state == "trial"):
            return NotOwed(_done(attempt, now, zone))
    failures = [at for at in _failures(attempts, zone) if at.date() == now.date()]
    return _after_failures(period, failures, now) if failures else period


def next_period(cadence: Cadence, after: datetime, calendar: Calendar) -> Period:
    """Return the first period that opens after the instant; SerenoError without one within five years."""
    zone = zone_of(after)
    for _, days in groupby(days_from(after.date()), lambda day: period_id(cadence.kind, day)):
        period = _period_of(cadence, next(days), calendar, zone)
        if period and _is_before(after, period.opens):
            return period
    raise SerenoError(
        f"Ningún periodo se abre después del {after:%d/%m/%Y}: no hay días laborables. "
        "Revise el fichero de festivos (sereno check calendar)"
    )


def periods_closed(
    cadence: Cadence, after: datetime, until: datetime, calendar: Calendar
) -> Iterator[Period]:
    """Yield, in order, the periods that close after `after` and at `until` at the latest."""
    zone, seen = zone_of(until), set[str]()
    first, last = after.astimezone(zone).date(), until.date()
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        name = period_id(cadence.kind, day)
        period = None if name in seen else _period_of(cadence, day, calendar, zone)
        seen.add(name)
        if period and _is_before(after, period.closes) and not _is_before(until, period.closes):
            yield period


def _parse_weekday(code: str | None) -> int:
    if code and code not in DAY_CODES:
        raise ValueError(_EXPECTED_CADENCE)
    return DAY_CODES.index(code) if code else 0


def _parse_hour(text: str | None) -> time:
    if text is None:
        return OPENING
    hour, minute = map(int, text.split(":"))
    if minute > 59 or hour >= CLOSING.hour:
        raise ValueError(_EXPECTED_HOUR)
    return time(hour, minute)


def period_id(kind: Kind, day: date) -> str:
    """Name the period that a day belongs to, owed or not; weeks are ISO 8601's."""
    if kind == "daily":
        return day.isoformat()
    if kind == "monthly":
        return f"{day:%Y-%m}"
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _days_of(kind: Kind, day: date) -> list[date]:
    """List the days of the day, week or month that holds the day."""
    if kind == "daily":
        return [day]
    if kind == "weekly":
        monday = day - timedelta(days=day.weekday())
        return [monday + timedelta(days=n) for n in range(7)]
    return [day.replace(day=n) for n in range(1, monthrange(day.year, day.month)[1] + 1)]


def _opening_day(cadence: Cadence, working: Sequence[date]) -> date:
    if cadence.kind != "weekly":
        return working[0]
    later = [day for day in working if day.weekday() >= cadence.weekday]
    return later[0] if later else working[-1]


def _period_of(cadence: Cadence, day: date, calendar: Calendar, zone: tzinfo) -> Period | None:
    working = [other for other in _days_of(cadence.kind, day) if calendar.is_working_day(other)]
    if not working:
        return None
    opens = first_reading(_opening_day(cadence, working), cadence.hour, zone)
    return Period(period_id(cadence.kind, day), opens, first_reading(working[-1], CLOSING, zone))


def _serving(
    cadence: Cadence, moment: datetime, calendar: Calendar, opened: Sequence[Period]
) -> Period | None:
    """Prefer what was noted as open to what the calendar says by now."""
    day = moment.date()
    noted = (period for period in opened if period.id == period_id(cadence.kind, day))
    held = next((period for period in noted if _contains(period, moment)), None)
    return held or _period_of(cadence, day, calendar, zone_of(moment))


def _why_not(cadence: Cadence, period: Period, now: datetime) -> str | None:
    day, zone = now.date(), zone_of(now)
    if _is_before(now, period.opens) and not _opens_on(period, day, zone):
        return f"{_name(cadence, period)} se abre el {_moment(period.opens.astimezone(zone))}"
    if _is_before(now, first_reading(day, cadence.hour, zone)):
        return f"aún no son las {cadence.hour:%H:%M}"
    if not _is_before(now, period.closes):
        return f"{_name(cadence, period)} ya se cerró"
    if not _is_before(now, first_reading(day, CLOSING, zone)):
        return f"ya son las {CLOSING:%H:%M}: sigue el próximo día laborable"
    return None


def _not_owed(
    reason: str, cadence: Cadence, now: datetime, calendar: Calendar, opened: Sequence[Period]
) -> NotOwed:
    return NotOwed(reason, next(_looks(cadence, now, calendar, opened), None))


def _looks(
    cadence: Cadence, now: datetime, calendar: Calendar, opened: Sequence[Period]
) -> Iterator[datetime]:
    """Yield the instants after `now` from which something is owed on a day."""
    zone = zone_of(now)
    for day in filter(calendar.is_working_day, days_from(now.date())):
        look = first_reading(day, cadence.hour, zone)
        period = _serving(cadence, look, calendar, opened)
        if period and _is_before(now, look) and _contains(period, look):
            yield look


def _failures(attempts: Sequence[Attempt], zone: tzinfo) -> list[datetime]:
    failed = (attempt.at for attempt in attempts if attempt.state in {"blind", "unaddressed"})
    return [at.astimezone(zone) for at in failed]


def _after_failures(period: Period, failures: Sequence[datetime], now: datetime) -> Period | NotOwed:
    zone = zone_of(now)
    wait = BACKOFF[min(len(failures), len(BACKOFF)) - 1]
    again = (max(map(utc, failures)) + wait).astimezone(zone)
    if not _is_before(now, again):
        return period
    if _is_before(again, first_reading(now.date(), CLOSING, zone)):
        return NotOwed(f"se reintenta a las {again:%H:%M}", again)
    if _is_before(again, period.closes):
        return NotOwed("se reintenta el próximo día laborable")
    return NotOwed(f"no se reintenta: se cierra a las {CLOSING:%H:%M}")


def _done(attempt: Attempt, now: datetime, zone: tzinfo) -> str:
    at = attempt.at.astimezone(zone)
    when = f"a las {at:%H:%M}" if at.date() == now.date() else f"el {_moment(at)}"
    return f"ya hecho {when}" if attempt.state == "complete" else f"ya probado {when}, en modo de prueba"


def _name(cadence: Cadence, period: Period) -> str:
    return f"{NOUNS[cadence.kind]} {period.id}"


def _moment(at: datetime) -> str:
    return f"{WEEKDAYS[at.weekday()]} {at:%d/%m/%Y} a las {at:%H:%M}"


def _opens_on(period: Period, day: date, zone: tzinfo) -> bool:
    return period.opens.astimezone(zone).date() == day


def _contains(period: Period, moment: datetime) -> bool:
    return not _is_before(moment, period.opens) and _is_before(moment, period.closes)


def _is_before(one: datetime, other: datetime) -> bool:
    return utc(one) < utc(other)
