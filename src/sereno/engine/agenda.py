"""What each digest owes now, or why it owes nothing: one answer for the master, the jobs and the tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sereno.domain.cadence import Attempt, Cadence, NotOwed, Period, next_period, period_at, standing
from sereno.domain.calendar import Calendar
from sereno.domain.errors import SerenoError
from sereno.domain.rules import DigestPlan, Monitor, Setting
from sereno.engine.ports import Store
from sereno.engine.records import Run


@dataclass(frozen=True, slots=True)
class Orders:
    """Hold a monitor's standing orders, from the settings."""

    operators: tuple[str, ...]
    blind_send_at: time
    trial: bool
    thresholds: Mapping[str, Setting]
    audiences: Mapping[str, str]
    """By digest name, where the settings replace the monitor's own audience."""
    cadences: Mapping[str, Cadence]
    repeat: tuple[int, ...] = ()
    """Replaces the repeat ladder of the digests that have one; empty leaves them theirs."""
    rows_shown: int = 25
    sheet_from: int = 50
    """Rows in all from which a workbook with every row is attached."""
    unconfigured: tuple[str, ...] = ()
    """The variables of the registers that have no URL; while there is one, the monitor is not started."""

    def audience(self, plan: DigestPlan) -> str:
        """Return whom the digest is for."""
        return self.audiences.get(plan.name, plan.to)

    def cadence(self, plan: DigestPlan) -> Cadence:
        """Return the digest's cadence in force."""
        return self.cadences.get(plan.name, plan.cadence)


@dataclass(frozen=True, slots=True)
class Post:
    """Name one daily job: its monitor and its standing orders."""

    monitor: Monitor
    orders: Orders


@dataclass(frozen=True, slots=True)
class Duty:
    """Tell how one digest stands."""

    monitor: Monitor
    plan: DigestPlan
    cadence: Cadence
    decision: Period | NotOwed
    last: Run | None
    following: Period | None
    """The next period that opens; `None` on a calendar without a working day."""


def agenda(
    monitor: Monitor, orders: Orders, now: datetime, calendar: Calendar, store: Store
) -> Sequence[Duty]:
    """List how each digest of the monitor stands at `now`."""
    return [
        Duty(
            monitor,
            plan,
            orders.cadence(plan),
            owed(monitor, plan, orders, now, calendar, store),
            store.last_run(monitor.name, plan.name),
            following(orders.cadence(plan), now, calendar),
        )
        for plan in monitor.digests
    ]


def decisions(
    post: Post, now: datetime, calendar: Calendar, store: Store
) -> list[tuple[DigestPlan, Period | NotOwed]]:
    """List what each digest of the post owes at `now`, or why it owes nothing."""
    return [
        (plan, owed(post.monitor, plan, post.orders, now, calendar, store)) for plan in post.monitor.digests
    ]


def owed(
    monitor: Monitor, plan: DigestPlan, orders: Orders, now: datetime, calendar: Calendar, store: Store
) -> Period | NotOwed:
    """Name the period that the digest owes now, or why it owes none."""
    opened = store.opened_periods(monitor.name, plan.name, now)
    period = period_at(orders.cadence(plan), now, calendar, opened)
    if isinstance(period, NotOwed):
        return period
    runs = store.runs(monitor.name, plan.name, period.id)
    return standing(period, [_attempt(run) for run in runs if not run.forced], now, trial=orders.trial)


def following(cadence: Cadence, now: datetime, calendar: Calendar) -> Period | None:
    """Return the next period that opens; None on a calendar without a working day."""
    try:
        return next_period(cadence, now, calendar)
    except SerenoError:
        return None


def _attempt(run: Run) -> Attempt:
    """Recall how a run ended; one on trial is served for the trial even where somebody was missing."""
    return Attempt(run.finished_at, "trial" if run.trial and run.state != "blind" else run.state)
