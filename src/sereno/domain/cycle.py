"""How long the daemon rests: by working day or day off, by day or night, and never over an edge."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sereno.domain.cadence import CLOSING
from sereno.domain.calendar import Calendar
from sereno.domain.wallclock import readings, zone_of

MIDNIGHT = time(0)

LONGEST_INTERVAL = timedelta(days=1)

UNITS: Mapping[str, timedelta] = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "": timedelta(minutes=1),
}
_INTERVAL = re.compile(r"([0-9]{1,6})\s*([smh]?)", re.IGNORECASE)
_EXPECTED_INTERVAL = (
    "un intervalo de hasta 24 horas: 90s, 5m, 1h, o un número entero de minutos, mayor que cero"
)


@dataclass(frozen=True, slots=True)
class NightHours:
    """Bound the night in local time, `since` included, `until` excluded; it may cross midnight.

    A night that ends when it begins is no night.
    """

    since: time
    until: time


@dataclass(frozen=True, slots=True)
class Context:
    """Say what kind of time a cycle falls in."""

    working: bool
    night: bool

    @property
    def label(self) -> str:
        """Name the context for an operator."""
        return f"día {'laborable' if self.working else 'no laborable'}, {'noche' if self.night else 'día'}"


@dataclass(frozen=True, slots=True)
class CycleTimes:
    """Hold how long to rest in each context."""

    laborable_dia: timedelta
    laborable_noche: timedelta
    no_laborable_dia: timedelta
    no_laborable_noche: timedelta


def context_at(now: datetime, calendar: Calendar, night: NightHours) -> Context:
    """Return the context of a local instant, as the clock on the wall reads it."""
    return Context(calendar.is_working_day(now.date()), _is_night(now.time(), night))


def interval(context: Context, times: CycleTimes) -> timedelta:
    """Return how long to rest in the context."""
    if context.working:
        return times.laborable_noche if context.night else times.laborable_dia
    return times.no_laborable_noche if context.night else times.no_laborable_dia


def edges(night: NightHours, hours: Iterable[time]) -> frozenset[time]:
    """List the local times no rest may jump over, given the hours of the digests."""
    return frozenset({MIDNIGHT, CLOSING, night.since, night.until, *hours})


def wake_at(now: datetime, interval: timedelta, edges: Iterable[time]) -> datetime:
    """Return when a rest from `now` ends: after the interval, as time elapses, or at the next edge.

    An edge is a local time; where the clock is set back over it, it is met twice, and where the clock is set
    forward over it, at that moment.
    """
    zone, start = zone_of(now), now.astimezone(UTC)
    days = (now.date(), now.date() + timedelta(days=1))
    moments = (at.astimezone(UTC) for day in days for edge in edges for at in readings(day, edge, zone))
    return min([start + interval, *(at for at in moments if at > start)]).astimezone(zone)


def parse_interval(text: str) -> timedelta:
    """Read `90s`, `5m`, `1h`, or a bare number of minutes; ValueError says what is expected."""
    form = _INTERVAL.fullmatch(text.strip())
    span = int(form[1]) * UNITS[form[2].lower()] if form else timedelta()
    if not timedelta() < span <= LONGEST_INTERVAL:
        raise ValueError(_EXPECTED_INTERVAL)
    return span


def _is_night(wall: time, night: NightHours) -> bool:
    if night.since <= night.until:
        return night.since <= wall < night.until
    return wall >= night.since or wall < night.until
