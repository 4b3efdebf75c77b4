"""Whether anybody looks any more: how the last look ended does not say how old it is."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from sereno.domain.calendar import Calendar
from sereno.domain.rules import DigestPlan
from sereno.domain.wallclock import utc
from sereno.engine.accounting import ended
from sereno.engine.agenda import Post
from sereno.engine.pausing import resting
from sereno.engine.ports import Store
from sereno.engine.records import JobResult, Run

Unseen = Literal["never", "blind", "stale"]
"""Never looked at; not seen whole the last time; not looked at any more, or not when it was owed."""


def last_look(post: Post, plan: DigestPlan, store: Store) -> Run | None:
    """Return the digest's last run that looked at the registers; what an older ledger knew is none."""
    run = store.last_run(post.monitor.name, plan.name)
    return run if run is not None and run.looked else None


def is_neglected(post: Post, plan: DigestPlan, now: datetime, calendar: Calendar, store: Store) -> bool:
    """Tell whether the digest's last look is older than it should be, or nobody takes the next one.

    That is: its monitor has no register or rests, its job failed since, or a period ended since of which no
    round saw anything. One that never looked is not neglected: there is nothing that could be old.
    """
    last = last_look(post, plan, store)
    if last is None:
        return False
    if post.orders.unconfigured or post.monitor.name in resting(store, now.date()):
        return True
    return _has_failed(post, last, store) or any(_unseen(post, plan, last, now, calendar, store))


def unseen(
    post: Post, plans: Sequence[DigestPlan], now: datetime, calendar: Calendar, store: Store
) -> Unseen | None:
    """Tell the worst of digests of a monitor; None where each was seen whole when it was owed."""
    looks = [last_look(post, plan, store) for plan in plans]
    if None in looks:
        return "never"
    if any(look and look.state == "blind" for look in looks):
        return "blind"
    return "stale" if any(is_neglected(post, plan, now, calendar, store) for plan in plans) else None


def neglected(posts: Sequence[Post], now: datetime, calendar: Calendar, store: Store) -> tuple[str, ...]:
    """Name the monitors of which a digest is neglected."""
    return tuple(
        post.monitor.name
        for post in posts
        if any(is_neglected(post, plan, now, calendar, store) for plan in post.monitor.digests)
    )


def _has_failed(post: Post, last: Run, store: Store) -> bool:
    """Tell whether the job's last start, after that look, came to nothing that a run tells."""
    result = next(iter(store.job_results(post.monitor.name, 1)), None)
    if result is None or result.code == 0 or utc(result.started_at) < utc(last.finished_at):
        return False
    return not (result.code == 1 and any(_tells(run, result) for run in _last_runs(post, store)))


def _last_runs(post: Post, store: Store) -> Iterator[Run]:
    lasts = (store.last_run(post.monitor.name, plan.name) for plan in post.monitor.digests)
    return (run for run in lasts if run is not None)


def _tells(run: Run, result: JobResult) -> bool:
    """Tell whether another digest's incomplete round is what the job ended badly for."""
    return result.spans(run) and run.state != "complete"


def _unseen(
    post: Post, plan: DigestPlan, last: Run, now: datetime, calendar: Calendar, store: Store
) -> Iterator[bool]:
    for period in ended(post, plan, last.finished_at, now, calendar, store):
        runs = store.runs(post.monitor.name, plan.name, period.id)
        yield not any(run.looked and run.state != "blind" for run in runs)
