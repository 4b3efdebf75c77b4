"""The master: what it works with, what a cycle is told, and how it stands at every instant."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Literal

from sereno.domain.calendar import Calendar
from sereno.domain.cycle import Context, CycleTimes, NightHours, edges
from sereno.domain.errors import LeadHeld, SerenoError
from sereno.engine.agenda import Post
from sereno.engine.lead import WORKING, IsAlive, extended, lead
from sereno.engine.logbook import Missed, Process
from sereno.engine.ports import Clock, Jobs, Log, Stop, Store
from sereno.engine.records import JobResult

MAIL_JOB = "email_services"


@dataclass(frozen=True, slots=True)
class Order:
    """Tell a cycle what its number is, and what it cannot know by itself."""

    number: int
    why: str = ""
    """What there is to do, as far as it is known; empty for the first."""
    faults: tuple[str, ...] = ()
    """What went wrong since the cycle before."""
    leap: str = ""
    """How the clock jumped: nothing is started until the next cycle confirms what it says."""
    settings_fault: str = ""
    """Why the settings in force are not those that are written."""
    tidied_on: date | None = None
    """The day on which the store was tidied last."""


@dataclass(frozen=True, slots=True)
class State:
    """Show the master as it stands: what `show` is told at every change."""

    phase: Literal["working", "resting", "stopped"]
    cycle: int
    context: Context
    started_at: datetime
    """Of this cycle."""
    ended_at: datetime | None = None
    running: tuple[str, ...] = ()
    """The jobs that are running now."""
    results: Mapping[str, JobResult] = field(default_factory=dict)
    """By job, the last of this cycle."""
    idle: Mapping[str, str] = field(default_factory=dict)
    """Why a job was not started in this cycle, by job."""
    wake_at: datetime | None = None
    quiet_until: datetime | None = None
    """Until when no daily job will owe anything and no edge is passed; None where one owes something now."""
    faults: tuple[str, ...] = ()
    """What went wrong in the cycle beside its jobs."""
    quiet: bool = False
    """There was nothing to do in this cycle: the results are those of the last that did something."""
    missed: tuple[Missed, ...] = ()
    """The periods found in this cycle to have ended unserved."""
    tidied_on: date | None = None
    stop_reason: str | None = None

    @property
    def failed(self) -> bool:
        """Say whether the cycle or one of its jobs failed."""
        return bool(self.faults) or any(result.code != 0 for result in self.results.values())


@dataclass(frozen=True, slots=True)
class Master:
    """Gather what the master works with."""

    me: Process
    posts: Sequence[Post]
    times: CycleTimes
    night: NightHours
    workers: int
    """How many daily jobs may run at once."""
    calendar: Callable[[], Calendar]
    """Read anew each cycle: the holidays file may have changed."""
    clock: Clock
    stop: Stop
    store: Store
    jobs: Jobs
    log: Log
    show: Callable[[State], None]
    mail_waits: Callable[[datetime], bool]
    """Tells whether the mail job has anything to do; True where that cannot be told cheaply."""
    tell: Callable[[Order, State, Calendar], None]
    """Tells the operators what has changed."""
    tidy: Callable[[], bool]
    """Takes away what the store no longer needs; False where it was interrupted."""
    is_alive: IsAlive

    @property
    def edges(self) -> frozenset[time]:
        """List the local times that no rest may jump over."""
        hours = {post.orders.cadence(plan).hour for post in self.posts for plan in post.monitor.digests}
        return edges(self.night, hours)


def guarded(master: Master, state: State, call: Callable[[State], State]) -> State:
    """Return what the call makes of the state; a fault costs that call alone and is kept with the state.

    LeadHeld passes: where another master leads, nothing more is done.
    """
    try:
        return call(state)
    except LeadHeld:
        raise
    except SerenoError as error:
        master.log.error("cycle.failed", cycle=state.cycle, why=str(error))
        return replace(state, faults=(*state.faults, str(error)))
    except Exception as error:  # an unforeseen fault costs one turn, never mail nor the daemon
        master.log.exception("cycle.failed", cycle=state.cycle, why=repr(error))
        return replace(state, faults=(*state.faults, repr(error)))


def keep_lead(master: Master, state: State, *, until: datetime | None = None) -> State:
    """Let the lead last until then, or for a while of work; raise LeadHeld where another master leads."""
    now = master.clock.now()
    lead(master.store.logbook, master.me, now, until or extended(now, WORKING), master.is_alive)
    return state


def show(master: Master, state: State) -> None:
    """Show the state; what cannot be shown must not stop the rounds."""
    try:
        master.show(state)
    except Exception as error:  # a full disk, a closed terminal
        master.log.exception("state.unshown", cycle=state.cycle, why=repr(error))
