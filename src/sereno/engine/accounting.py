"""Periods that have ended: each was served, or is recorded as missed, once."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sereno.domain.cadence import Period, periods_closed
from sereno.domain.calendar import Calendar
from sereno.domain.rules import DigestPlan
from sereno.domain.wallclock import utc
from sereno.engine.agenda import Post
from sereno.engine.logbook import Missed
from sereno.engine.ports import Store


def settle_accounts(
    posts: Iterable[Post], now: datetime, calendar: Calendar, store: Store
) -> Sequence[Missed]:
    """Account for every period that has ended by `now`; return those that were missed and not yet noted.

    Periods are owed from the moment the store was made; those of a digest that joins later from then on.
    While a monitor is not configured it owes none.
    """
    known = store.logbook.accounts()
    joined = now if known else store.logbook.made_at()
    missed: list[Missed] = []
    for post in posts:
        for plan in post.monitor.digests:
            since = known.get((post.monitor.name, plan.name))
            missed += _settle(post, plan, since, joined, now, calendar, store)
    return missed


def _settle(
    post: Post,
    plan: DigestPlan,
    since: datetime | None,
    joined: datetime,
    now: datetime,
    calendar: Calendar,
    store: Store,
) -> list[Missed]:
    name, book = post.monitor.name, store.logbook
    if post.orders.unconfigured:
        book.account(name, plan.name, now, (), now)
        return []
    over = ended(post, plan, since or joined, now, calendar, store)
    if since is not None and not over:
        return []
    missed = [
        period
        for period in over
        if not any(run.serves(trial=post.orders.trial) for run in store.runs(name, plan.name, period.id))
    ]
    book.account(name, plan.name, now, missed, now)
    return [Missed(name, plan.name, period.id, period.closes, now) for period in missed]


def ended(
    post: Post, plan: DigestPlan, since: datetime, now: datetime, calendar: Calendar, store: Store
) -> list[Period]:
    """List the periods that ended, as they were noted when they opened, else as the calendar has them now."""
    noted = store.logbook.closed_periods(post.monitor.name, plan.name, since, now)
    planned = periods_closed(post.orders.cadence(plan), since, now, calendar)
    found = {period.id: period for period in (*planned, *noted)}
    return sorted(found.values(), key=lambda period: (utc(period.closes), period.id))
