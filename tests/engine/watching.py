"""A master whose jobs are functions that take a while, on a clock that jumps."""

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from tests.engine.building import BRASS, MADRID, TUESDAY, Department, no_holidays

from sereno.adapters.memory import MemoryClock, MemoryLog, MemoryStore
from sereno.adapters.memory_watchers import MemoryWatchers
from sereno.domain.calendar import Calendar, parse_holidays
from sereno.domain.cycle import CycleTimes, NightHours
from sereno.engine.agenda import Post
from sereno.engine.logbook import Process
from sereno.engine.master import MAIL_JOB, Master
from sereno.engine.own_cycles import OwnCycles, single_cycle
from sereno.engine.records import JobResult
from sereno.engine.vigil import keep_watch

TIMES = CycleTimes(timedelta(minutes=5), timedelta(minutes=60), timedelta(minutes=60), timedelta(minutes=120))
NIGHT = NightHours(time(20), time(7))
ME = Process(41, 1000.5, "arranque", "torre")
OTHER = Process(42, 2000.25, "arranque", "torre")


def at(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=MADRID)


@dataclass
class Stop:
    requested: bool = False
    reason: str = "prueba"


@dataclass
class TimedJobs:
    """Do a job at its start, and tell of its end when its time is over."""

    clock: MemoryClock
    do: object
    minutes: dict[str, float] = field(default_factory=dict)
    started: list[tuple[str, datetime]] = field(default_factory=list)
    running: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    most: int = 0
    """How many ran at once."""
    left: list[Process] = field(default_factory=list)

    def start(self, job: str) -> Process:
        now = self.clock.now()
        self.started.append((job, now))
        code = self.do(job)
        self.running[job] = (now + timedelta(minutes=self.minutes.get(job, 0)), code)
        self.most = max(self.most, len(self.running))
        return Process(100 + len(self.started), 3000.0, "arranque", "torre")

    def next_end(self, seconds: float) -> JobResult | None:
        job, (ends, code) = min(self.running.items(), key=lambda each: each[1][0].timestamp())
        now = self.clock.now()
        wait = max(0.0, ends.timestamp() - now.timestamp())
        self.clock.rest(min(wait, seconds))
        if wait > seconds:
            return None
        del self.running[job]
        began = max(at for name, at in self.started if name == job)
        return JobResult(job, began, self.clock.now(), code, f"código {code}")

    def end_left(self, worker: Process) -> bool:
        self.left.append(worker)
        return True

    def of(self, name: str) -> list[datetime]:
        return [at for job, at in self.started if job == name]


@dataclass
class Site:
    """A department watched by a master, for some cycles."""

    start: datetime = TUESDAY
    cycles: int = 1
    holidays: str = ""
    codes: dict = field(default_factory=dict)
    minutes: dict = field(default_factory=dict)
    unconfigured: tuple = ()
    monitors: tuple = (BRASS,)
    workers: int = 3
    mail: object = True
    """Whether there is mail to see to; may be a function of the instant."""
    made: datetime | None = None

    def __post_init__(self):
        self.clock = MemoryClock(self.start)
        self.store = MemoryStore(self.made or self.start - timedelta(hours=1))
        self.log, self.stop, self.states, self.told, self.heard = (
            MemoryLog(),
            Stop(),
            [],
            [],
            MemoryWatchers(),
        )
        self.department = Department(store=self.store)
        self.jobs = TimedJobs(self.clock, self._do, self.minutes)
        self.alive: dict[Process, bool | None] = {}

    def _do(self, job):
        code = self.codes.get(job, 0)
        if isinstance(code, Exception):
            raise code
        if job == "brass" and code == 0:
            self.department.now = self.clock.now()
            self.department.round()
        return code

    def show(self, state):
        self.states.append(state)
        if state.phase == "resting" and state.cycle >= self.cycles:
            self.stop.requested = True

    def tell(self, order, state, _calendar):
        self.told.append((order, state))

    def mail_waits(self, now):
        return self.mail(now) if callable(self.mail) else self.mail

    def calendar(self):
        return Calendar(no_holidays, parse_holidays(self.holidays))

    def master(self) -> Master:
        orders = replace(self.department.orders, unconfigured=self.unconfigured)
        return Master(
            me=ME,
            posts=[Post(monitor, orders) for monitor in self.monitors],
            times=TIMES,
            night=NIGHT,
            workers=self.workers,
            calendar=self.calendar,
            clock=self.clock,
            stop=self.stop,
            store=self.store,
            jobs=self.jobs,
            log=self.log,
            show=self.show,
            mail_waits=self.mail_waits,
            tell=self.tell,
            tidy=lambda: True,
            is_alive=self.alive.get,
        )

    def watch(self):
        """Keep watch for the given cycles; return the last state shown."""
        keep_watch(OwnCycles(self.master()), self.clock, self.stop, self.heard)
        return self.states[-1]

    def once(self):
        return single_cycle(OwnCycles(self.master()))

    @property
    def cycles_begun(self):
        """Return when each cycle that was turned or passed by began."""
        return sorted({state.cycle: state.started_at for state in self.states}.items())


def mail_starts(site: Site) -> list[datetime]:
    return site.jobs.of(MAIL_JOB)
