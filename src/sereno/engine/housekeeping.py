"""Housekeeping: what the store no longer needs goes, a little at a time, and nothing that is still to count.

What is never taken away: mail that has not ended well, or that a person decided nothing about; tellings that
count for an open finding, or that a notice rests on; the latest runs of each digest, and those of periods
that are not over; rows of queues that we have not stamped, for a row that is forgotten would be sent again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sereno.domain.wallclock import utc
from sereno.engine.keeper import WASTES, Gone, Keeper, Space, Waste
from sereno.engine.ports import Clock, Log

HISTORY = timedelta(days=2 * 365)
"""How long runs are kept, and with them mail without bytes and the tellings of findings that have ended."""
PROOF = timedelta(days=6 * 365 + 2)
REFUSED = timedelta(days=31)
RESULTS = timedelta(days=90)
"""Job results that are older are counted and no longer kept one by one."""
OVER = timedelta()
"""What has a time of its own after which it is nothing."""
CODES = timedelta(days=1)
"""One-time codes, used or not: they are good for minutes."""
AT_ONCE = 500
"""Rows in one transaction."""
PAGES_AT_ONCE = 1000
BREATH = 0.05
"""Seconds of rest after each transaction: others are waiting to write."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Say for how long the bytes of mail are kept after it has ended."""

    own: timedelta = timedelta(days=400)
    foreign: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Tidied:
    """Tell what went, and how much room there was before and is now."""

    gone: Mapping[Waste, Gone]
    """Without what there was none of."""
    before: Space
    after: Space
    interrupted: bool = False
    """A stop was asked for; the rest goes the next time."""

    @property
    def total(self) -> Gone:
        """Count everything that went."""
        return sum(self.gone.values(), Gone())


@dataclass(slots=True)
class _Work:
    gone: dict[Waste, Gone] = field(default_factory=dict)
    stopped: bool = False


def tidy(keeper: Keeper, retention: Retention, clock: Clock, log: Log) -> Tidied:
    """Take away what is no longer needed; safe at any time, beside others that write, and to repeat.

    Rests a moment after each transaction and ends at a stop. Raises StoreUnavailable; what went, went.
    """
    before, work = keeper.space(), _Work()
    limits = _limits(retention, clock.now())
    for what in WASTES:
        _prune(keeper, what, limits[what], clock, work)
    for _ in () if work.stopped else keeper.shrink(PAGES_AT_ONCE):
        work.stopped = clock.rest(BREATH)
        if work.stopped:
            break
    done = Tidied(work.gone, before, keeper.space(), work.stopped)
    total = done.total
    log.info("store.tidied", rows=total.rows, bytes=total.bytes, used=done.after.used, idle=done.after.idle)
    return done


def _prune(keeper: Keeper, what: Waste, before: datetime, clock: Clock, work: _Work) -> None:
    if work.stopped:
        return
    for gone in keeper.prune(what, before, AT_ONCE):
        work.gone[what] = work.gone.get(what, Gone()) + gone
        work.stopped = clock.rest(BREATH)
        if work.stopped:
            return


def _limits(retention: Retention, now: datetime) -> Mapping[Waste, datetime]:
    ages: dict[Waste, timedelta] = dict.fromkeys(WASTES, HISTORY)
    ages |= {"own_bytes": retention.own, "foreign_bytes": retention.foreign}
    ages |= {"notices": PROOF, "deeds": PROOF, "refusals": REFUSED, "jobs": RESULTS, "sessions": OVER}
    ages["codes"] = CODES
    return {what: (utc(now) - age).astimezone(now.tzinfo) for what, age in ages.items()}
