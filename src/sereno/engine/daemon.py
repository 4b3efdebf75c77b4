"""The master: cycle after cycle, for months. What happens in a cycle, in order, is `run_cycle`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Literal

from sereno.domain.cadence import NotOwed, Period
from sereno.domain.calendar import Calendar
from sereno.domain.cycle import Context, CycleTimes, NightHours, context_at, edges, interval, wake_at
from sereno.domain.errors import SerenoError
from sereno.domain.rules import Monitor
from sereno.domain.wallclock import seconds_between
from sereno.engine.agenda import Duty, Orders, agenda
from sereno.engine.ports import Clock, Jobs, Log, Stop, Store
from sereno.engine.records import JobResult

MAIL_JOB = "email_services"
SLICE = 60.0
"""Longest uninterrupted rest, in seconds: the wall clock is read again, for the machine may have slept."""


@dataclass(frozen=True, slots=True)
class Post:
    """Name one daily job: its monitor and its standing orders."""

    monitor: Monitor
    orders: Orders


@dataclass(frozen=True, slots=True)
class State:
    """Show the master as it stands: what `show` is told at every change."""

    phase: Literal["working", "resting", "stopped"]
    cycle: int
    context: Context
    started_at: datetime
    """Of this cycle."""
    ended_at: datetime | None = None
    running: str | None = None
    """The job that is running now."""
    results: Mapping[str, JobResult] = field(default_factory=dict)
    """By job, of this cycle."""
    idle: Mapping[str, str] = field(default_factory=dict)
    """Why a job was not started in this cycle, by job."""
    wake_at: datetime | None = None
    faults: tuple[str, ...] = ()
    """What went wrong in the cycle beside its jobs."""
    stop_reason: str | None = None

    @property
    def failed(self) -> bool:
        """Say whether the cycle or one of its jobs failed."""
        return bool(self.faults) or any(result.code != 0 for result in self.results.values())


@dataclass(frozen=True, slots=True)
class Master:
    """Gather what the master works with."""

    posts: Sequence[Post]
    times: CycleTimes
    night: NightHours
    calendar: Callable[[], Calendar]
    """Read anew each cycle: the holidays file may have changed."""
    clock: Clock
    stop: Stop
    store: Store
    jobs: Jobs
    log: Log
    show: Callable[[State], None]


Turn = Callable[[Master, State, Calendar], State]
"""One step of a cycle."""


def keep_watch(master: Master) -> State:
    """Turn cycle after cycle until a stop is asked for; return the last state."""
    state = run_cycle(master, 1)
    while not master.stop.requested and not _rest(master, state):
        state = run_cycle(master, state.cycle + 1)
    return _stopped(master, state, master.stop.reason)


def single_cycle(master: Master) -> State:
    """Turn once; the state returned says whether it failed, as one does that was interrupted."""
    state = run_cycle(master, 1)
    if master.stop.requested:
        return _stopped(master, _faulty(state, "interrumpido"), master.stop.reason)
    return _stopped(master, state, "ciclo único terminado")


def run_cycle(master: Master, number: int) -> State:
    """Turn once: every daily job that owes a period, then mail, always; then plan the rest."""
    calendar, now = master.calendar(), master.clock.now()
    state = State("working", number, context_at(now, calendar, master.night), now)
    master.log.info("cycle.started", cycle=number, context=state.context.label)
    _show(master, state)
    turns: list[Turn] = [*(partial(_daily, post) for post in master.posts), _mail, _count]
    for turn in turns:
        if not master.stop.requested:
            state = _guarded(turn, master, state, calendar)
    return _at_rest(master, state, calendar)


def _guarded(turn: Turn, master: Master, state: State, calendar: Calendar) -> State:
    try:
        return turn(master, state, calendar)
    except SerenoError as error:
        master.log.error("cycle.failed", cycle=state.cycle, why=str(error))
        return _faulty(state, str(error))
    except Exception as error:  # an unforeseen fault costs one turn, never mail nor the daemon
        master.log.exception("cycle.failed", cycle=state.cycle, why=repr(error))
        return _faulty(state, repr(error))


def _faulty(state: State, why: str) -> State:
    return replace(state, faults=(*state.faults, why), running=None)


def _show(master: Master, state: State) -> None:
    try:
        master.show(state)
    except (
        Exception
    ) as error:  # a full disk, a closed terminal: what cannot be shown must not stop the rounds
        master.log.exception("state.unshown", cycle=state.cycle, why=repr(error))


def _daily(post: Post, master: Master, state: State, calendar: Calendar) -> State:
    """Start the post's job if one of its digests owes a period."""
    job = post.monitor.name
    reason = _reason_to_rest(post, master, calendar)
    if not reason:
        return _start(master, state, job)
    master.log.debug("job.idle", job=job, why=reason)
    return replace(state, idle={**state.idle, job: reason})


def _mail(master: Master, state: State, _calendar: Calendar) -> State:
    """Start the mail job, always."""
    return _start(master, state, MAIL_JOB)


def _count(master: Master, state: State, _calendar: Calendar) -> State:
    master.store.count_cycle()
    return state


def _start(master: Master, state: State, job: str) -> State:
    master.log.info("job.started", job=job)
    _show(master, replace(state, running=job))
    result = master.jobs.run(job)
    master.store.record_job(result)
    told = master.log.info if result.code == 0 else master.log.error
    seconds = round(seconds_between(result.started_at, result.ended_at), 1)
    told("job.ended", job=job, code=result.code, seconds=seconds)
    ended = replace(state, results={**state.results, job: result})
    _show(master, ended)
    return ended


def _reason_to_rest(post: Post, master: Master, calendar: Calendar) -> str:
    """Say why the job is not started; nothing when one of its digests owes a period."""
    if post.orders.unconfigured:
        return f"sin configurar: falta {', '.join(post.orders.unconfigured)}"
    duties = agenda(post.monitor, post.orders, master.clock.now(), calendar, master.store)
    if any(isinstance(duty.decision, Period) for duty in duties):
        return ""
    return "; ".join(map(_why_not, duties))


def _why_not(duty: Duty) -> str:
    decision = duty.decision
    return f"{duty.plan.name}: {decision.reason}" if isinstance(decision, NotOwed) else ""


def _at_rest(master: Master, state: State, calendar: Calendar) -> State:
    ended = master.clock.now()
    wait = interval(context_at(ended, calendar, master.night), master.times)
    hours = {post.orders.cadence(plan).hour for post in master.posts for plan in post.monitor.digests}
    wake = wake_at(ended, wait, edges(master.night, hours))
    resting = replace(state, phase="resting", ended_at=ended, wake_at=wake)
    master.log.info("cycle.ended", cycle=state.cycle, failed=state.failed, next=str(resting.wake_at))
    _show(master, resting)
    return resting


def _rest(master: Master, state: State) -> bool:
    """Rest until the state's wake-up by the wall clock; return True as soon as a stop is asked for."""
    if state.wake_at is None:
        return False
    while (left := seconds_between(master.clock.now(), state.wake_at)) > 0:
        if master.clock.rest(min(left, SLICE)):
            return True
    return False


def _stopped(master: Master, state: State, reason: str) -> State:
    master.log.info("master.stopped", cycles=state.cycle, why=reason)
    stopped = replace(state, phase="stopped", wake_at=None, stop_reason=reason)
    _show(master, stopped)
    return stopped
