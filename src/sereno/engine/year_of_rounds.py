"""A year of a digest, period by period: what became of each, and never a kinder answer than is known."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal

from sereno.domain.cadence import Cadence, Kind, Period, period_id
from sereno.domain.calendar import Calendar
from sereno.domain.expected import expected
from sereno.domain.rules import DigestPlan
from sereno.domain.wallclock import first_reading, utc, zone_of
from sereno.engine.agenda import Post
from sereno.engine.explaining import RESULTS
from sereno.engine.ports import Store
from sereno.engine.records import Run

SlotState = Literal["done", "blind", "unaddressed", "failed", "missed", "owed", "ahead", "off", "unowed"]
EARLIEST_WEEK = timedelta(days=7)
"""By how much the runs of a year's first week may precede the year."""

Name = tuple[str, str]
"""A monitor and one of its digests."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Tell what became of one period."""

    period: str
    day: date
    """The day itself, the week's Monday, the month's first."""
    state: SlotState
    why: str = ""
    """Of a day off, its reason; of what was not completed, how far it came."""
    runs: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class Year:
    """Hold the slots of one digest, in order."""

    post: Post
    plan: DigestPlan
    kind: Kind
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """Hold what the store knows of one digest."""

    runs: Mapping[str, Sequence[Run]]
    missed: frozenset[str]
    opened: Mapping[str, Period]
    since: datetime
    """From when periods are owed."""
    accounted: datetime | None
    """Until when every period that ended was served, or is among the missed."""
    failures: tuple[datetime, ...] = ()
    """When the job was started and failed, as far back as its latest results go."""


@dataclass(frozen=True, slots=True)
class _Case:
    post: Post
    cadence: Cadence
    calendar: Calendar
    now: datetime
    known: _Known = field(repr=False)

    @property
    def trial(self) -> bool:
        return self.post.orders.trial


def years_of_rounds(
    posts: Sequence[Post], year: int, now: datetime, calendar: Calendar, store: Store
) -> list[Year]:
    """Tell what became of every period of the year, digest by digest; `now` is zoned and local."""
    known = _gather(posts, year, now, store)
    return [
        _year(
            _Case(post, post.orders.cadence(plan), calendar, now, known[post.monitor.name, plan.name]),
            plan,
            year,
        )
        for post in posts
        for plan in post.monitor.digests
    ]


def days_of(kind: Kind, year: int) -> Iterator[date]:
    """Yield the first day of each of the year's periods; weeks belong to the year of ISO 8601."""
    if kind == "monthly":
        yield from (date(year, month, 1) for month in range(1, 13))
        return
    day = date(year, 1, 1) if kind == "daily" else date.fromisocalendar(year, 1, 1)
    end = date(year, 12, 31) if kind == "daily" else date(year, 12, 28)
    while day <= end:
        yield day
        day += timedelta(days=1 if kind == "daily" else 7)


def first_day_of(kind: Kind, period: str) -> date | None:
    """Return the first day of a period that somebody names; `None` where there is no such period."""
    try:
        if kind == "weekly":
            year, week = period.split("-W")
            day = date.fromisocalendar(int(year), int(week), 1)
        else:
            day = date.fromisoformat(period if kind == "daily" else f"{period}-01")
    except ValueError:
        return None
    return day if period_id(kind, day) == period else None


def _gather(posts: Sequence[Post], year: int, now: datetime, store: Store) -> Mapping[Name, _Known]:
    start = first_reading(date(year, 1, 1), time(), zone_of(now)) - EARLIEST_WEEK
    runs: dict[Name, list[Run]] = defaultdict(list)
    for run in store.runs_since(start):
        runs[run.monitor, run.digest].append(run)
    missed: dict[Name, set[str]] = defaultdict(set)
    for each in store.logbook.missed(start):
        missed[each.monitor, each.digest].add(each.period)
    made_at, accounts = store.logbook.made_at(), store.logbook.accounts()
    failures = {post.monitor.name: _failures(post.monitor.name, store) for post in posts}
    return {
        name: _Known(
            runs=_by_period(runs[name]),
            missed=frozenset(missed[name]),
            opened={each.id: each for each in store.opened_periods(*name, now)},
            since=made_at,
            accounted=accounts.get(name),
            failures=failures[name[0]],
        )
        for name in ((post.monitor.name, plan.name) for post in posts for plan in post.monitor.digests)
    }


def _failures(job: str, store: Store) -> tuple[datetime, ...]:
    return tuple(utc(each.started_at) for each in store.job_results(job, RESULTS) if each.code != 0)


def _year(case: _Case, plan: DigestPlan, year: int) -> Year:
    kind = case.cadence.kind
    return Year(case.post, plan, kind, tuple(_slot(case, day) for day in days_of(kind, year)))


def _by_period(runs: Sequence[Run]) -> Mapping[str, Sequence[Run]]:
    found: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        found[run.period].append(run)
    return found


def _slot(case: _Case, day: date) -> Slot:
    name = period_id(case.cadence.kind, day)
    runs = tuple(case.known.runs.get(name, ()))
    state, why = _state(case, day, name, runs)
    if state in {"missed", "owed"} and not runs:
        times = _failed_times(case, day, name)
        state, why = ("failed", f"la tarea falló sin hacer la ronda ({times})") if times else (state, why)
    return Slot(name, day, state, why, runs)


def _failed_times(case: _Case, day: date, name: str) -> int:
    """Count how often the job was started for a period and failed."""
    period = _period(case, day, name)
    return sum(period.opens <= at < period.closes for at in case.known.failures) if period else 0


def _period(case: _Case, day: date, name: str) -> Period | None:
    """Return the period of a day: as it was noted when it opened, or as the calendar has it now."""
    return case.known.opened.get(name) or expected(case.cadence, day, case.calendar, zone_of(case.now)).period


def _state(case: _Case, day: date, name: str, runs: Sequence[Run]) -> tuple[SlotState, str]:
    if any(run.serves(trial=case.trial) for run in runs):
        return "done", ""
    if name in case.known.missed:
        return "missed", _how_far(case, runs)
    period = _period(case, day, name)
    if period is None:
        return "off", case.calendar.explain(day).reason if case.cadence.kind == "daily" else ""
    if utc(case.now) >= utc(period.closes):
        return _closed(case, period, runs)
    return _current(case, period, runs)


def _current(case: _Case, period: Period, runs: Sequence[Run]) -> tuple[SlotState, str]:
    if case.post.orders.unconfigured:
        return "unowed", f"sin configurar, falta {', '.join(case.post.orders.unconfigured)}"
    if utc(case.now) < utc(period.opens):
        return "ahead", ""
    real = _real(case, runs)
    if real and real[-1].state != "complete":
        return real[-1].state, real[-1].why
    return "owed", ""


def _closed(case: _Case, period: Period, runs: Sequence[Run]) -> tuple[SlotState, str]:
    """Judge what ended unserved and is not noted as missed: nobody may have been there to note it."""
    if _real(case, runs):
        return "missed", _how_far(case, runs)
    if utc(period.closes) <= utc(case.known.since):
        return "unowed", "antes de que Sereno vigilase"
    if case.known.accounted is not None and utc(period.closes) <= utc(case.known.accounted):
        return "unowed", "no consta como perdida"
    return "missed", _how_far(case, runs)


def _how_far(case: _Case, runs: Sequence[Run]) -> str:
    real = _real(case, runs)
    return real[-1].why if real else "no consta ninguna ronda"


def _real(case: _Case, runs: Sequence[Run]) -> list[Run]:
    return [run for run in runs if run.counts_for(trial=case.trial)]
