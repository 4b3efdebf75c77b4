"""At which instants the clock on the wall reads an hour; right across both clock changes."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache


def zone_of(when: datetime) -> tzinfo:
    """Return the zone of a local instant; raise ValueError without one, a mistake of the caller."""
    if when.tzinfo is None:
        raise ValueError(f"time without a zone: {when}; an instant needs its time zone")
    return when.tzinfo


def utc(when: datetime) -> datetime:
    """Bring an instant to UTC: within a zone Python compares wall clocks, which repeat an hour in October."""
    zone_of(when)
    return when.astimezone(UTC)


def instant_in(text: object) -> datetime | None:
    """Read an instant that another program wrote down; `None` where it is none, or names no zone."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def readings(day: date, wall: time, zone: tzinfo) -> list[datetime]:
    """List the instants of the day at which the clock reads `wall`, in order.

    There are two where the clock is set back over it. Where it is set forward over it, the one at which
    it is passed: 02:30 on a day without it is 03:00.
    """
    naive = datetime.combine(day, wall)
    moments = [naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    exact = sorted({moment for moment in moments if _wall(moment, zone) == naive})
    return [moment.astimezone(zone) for moment in exact or [_passing(naive, min(moments), zone)]]


@lru_cache(maxsize=4096)
def first_reading(day: date, wall: time, zone: tzinfo) -> datetime:
    """Return the first instant of the day at which the clock reads `wall` or jumps over it."""
    return readings(day, wall, zone)[0]


def _wall(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _passing(naive: datetime, before: datetime, zone: tzinfo) -> datetime:
    start, seconds = before.replace(microsecond=0), range(24 * 3600)  # clocks change at whole seconds
    jump = bisect_left(seconds, naive, key=lambda second: _wall(start + timedelta(seconds=second), zone))
    return start + timedelta(seconds=jump)


def seconds_between(since: datetime, until: datetime) -> float:
    """Return the seconds from one instant to another; within a zone Python would subtract wall clocks."""
    if since.tzinfo is UTC is until.tzinfo:
        return (until - since).total_seconds()
    return (until.astimezone(UTC) - since.astimezone(UTC)).total_seconds()
