"""What each digest of a job owes next, and when: one answer for the status and every page."""

from dataclasses import dataclass
from datetime import datetime, time

from sereno.domain.cadence import Period
from sereno.domain.calendar import Calendar
from sereno.domain.pauses import Pause
from sereno.domain.wallclock import first_reading, utc, zone_of
from sereno.engine.agenda import Duty, Post, agenda
from sereno.engine.ports import Store


@dataclass(frozen=True, slots=True)
class Upcoming:
    """Say what a digest owes next."""

    duty: Duty
    at: datetime
    """From when; of what is owed already, when its period opened."""
    period: str
    """Empty where it is not known by name."""
    now: bool = False
    """It is owed already, and nobody has paused it."""


def upcoming(
    post: Post, now: datetime, calendar: Calendar, store: Store, pause: Pause | None
) -> list[Upcoming]:
    """List what each digest owes next; nothing of a paused job before it goes on, nor of one not configured.

    `now` is zoned and local.
    """
    if post.orders.unconfigured:
        return []
    start = now if pause is None else max(now, first_reading(pause.until, time(), zone_of(now)), key=utc)
    duties = agenda(post.monitor, post.orders, start, calendar, store)
    waits = utc(start) > utc(now)
    found = (_next(duty, start if waits else None) for duty in duties)
    return [each for each in found if each is not None]


def _next(duty: Duty, goes_on: datetime | None) -> Upcoming | None:
    decision, following = duty.decision, duty.following
    if isinstance(decision, Period):
        return Upcoming(duty, goes_on or decision.opens, decision.id, now=goes_on is None)
    if decision.again is not None:
        same = following is not None and utc(following.opens) == utc(decision.again)
        return Upcoming(duty, decision.again, following.id if following and same else "")
    return None if following is None else Upcoming(duty, following.opens, following.id)
