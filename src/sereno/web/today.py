"""Hoy: whether all is well, what each job does, what needs a person, what comes next."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import get_args

from sereno.domain.outbox import State
from sereno.domain.wallclock import utc
from sereno.engine.agenda import Post
from sereno.engine.logbook import Missed
from sereno.engine.pausing import resting
from sereno.engine.ports import Store
from sereno.engine.records import Run, RunState
from sereno.engine.standing import JobStanding
from sereno.engine.upcoming import Upcoming, upcoming
from sereno.web.catalogue import JOB_TITLES
from sereno.web.page import Asked, Page
from sereno.web.reading import View

MISSED_DAYS = 30
LastRun = Callable[[str, str, RunState], Run | None]


@dataclass(frozen=True, slots=True)
class JobRow:
    """Show a job: how it stands, and what the last round of each of its digests found."""

    title: str
    standing: JobStanding
    rounds: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """Show how fresh what we know of a register is."""

    name: str
    seen_at: datetime | None
    """When a round last saw all that it wanted to see."""
    blind: Run | None
    """The round that came after it and did not."""
    missing: tuple[str, ...]
    """The variables without which nobody looks at it."""


def today(view: View, _asked: Asked) -> Page:
    """Show how the watch stands; told also where there is no store, or none that can be read."""
    store = view.store
    return Page(
        "today.html",
        "Hoy",
        {
            "jobs": [_job(each, view) for each in view.standing.jobs],
            "mail": view.standing.mail,
            "states": [state for state in get_args(State) if state != "accepted"],
            "registers": [] if store is None else list(_registers(view, store)),
            "coming": [] if store is None else _coming(view, store),
            "missed": [] if store is None else _missed(view, store),
            "missed_days": MISSED_DAYS,
            "warnings": tuple(view.reading.warnings()),
            "day": view.calendar.explain(view.now.date()),
            "status": view.published.status or {},
        },
    )


def _job(each: JobStanding, view: View) -> JobRow:
    post = next((post for post in view.reading.posts if post.monitor.name == each.job), None)
    if post is None or view.store is None:
        return JobRow(JOB_TITLES.get(each.job, each.job), each, ())
    return JobRow(post.monitor.title, each, tuple(_last_runs(post, view.store)))


def _last_runs(post: Post, store: Store) -> Iterator[Run]:
    lasts = (store.last_run(post.monitor.name, plan.name) for plan in post.monitor.digests)
    return (run for run in lasts if run is not None)


def _registers(view: View, store: Store) -> Iterator[RegisterRow]:
    last: LastRun = cache(lambda monitor, digest, state: store.last_run(monitor, digest, state=state))
    for name in view.reading.registers:
        readers = [post for post in view.reading.posts if name in post.monitor.registers]
        if readers:
            yield _register(name, readers, last)


def _register(name: str, readers: Sequence[Post], last_run: LastRun) -> RegisterRow:
    names = [(post.monitor.name, plan.name) for post in readers for plan in post.monitor.digests]
    seen = (run for run in (last_run(*each, "complete") for each in names) if run and run.looked)
    blind = filter(None, (last_run(*each, "blind") for each in names))
    last = max(seen, key=_ended, default=None)
    failed = max(blind, key=_ended, default=None)
    behind = failed is not None and (last is None or _ended(failed) >= _ended(last))
    missing = {variable for post in readers for variable in post.orders.unconfigured}
    return RegisterRow(
        name, last.finished_at if last else None, failed if behind else None, tuple(sorted(missing))
    )


def _ended(run: Run) -> datetime:
    return utc(run.finished_at)


def _coming(view: View, store: Store) -> list[Upcoming]:
    """List what each digest owes next, the nearest first."""
    pauses = resting(store, view.now.date())
    found = (
        each
        for post in view.reading.posts
        for each in upcoming(post, view.now, view.calendar, store, pauses.get(post.monitor.name))
    )
    return sorted(found, key=lambda each: utc(each.at))


def _missed(view: View, store: Store) -> list[Missed]:
    return store.logbook.missed(view.now - timedelta(days=MISSED_DAYS))[::-1]
