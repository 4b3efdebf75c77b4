"""Jobs of a simulated year: what each does when its time is over, unless its process dies before."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from tests.simulation.years_clock import YearClock

from sereno.engine.logbook import Process
from sereno.engine.master import MAIL_JOB
from sereno.engine.records import JobResult

TIMEOUT = 30.0
"""Minutes."""
MINUTE = timedelta(minutes=1)


@dataclass
class Work:
    """Hold a job that runs."""

    job: str
    worker: Process
    began: datetime
    ends: datetime
    """True time."""
    fate: str
    outlives: bool
    """Its master died, and it does not know."""


@dataclass
class YearJobs:
    """Start jobs that take their time and end as fate will have it."""

    clock: YearClock
    rng: Random
    do: Callable[[str, str], int]
    """Does a job's work, under a fate; returns its code."""
    trouble: Callable[[], float]
    """How likely a job goes wrong."""
    running: list[Work] = field(default_factory=list)
    started: list[tuple[str, datetime]] = field(default_factory=list)
    pids: int = 1000

    def start(self, job: str) -> Process | None:
        now = self.clock.now()
        self.started.append((job, now))
        fate, minutes = self._fate(job)
        self.pids += 1
        worker = Process(self.pids, self.pids / 4, "arranque", "torre")
        ends = self.clock.true + minutes * MINUTE
        self.running.append(Work(job, worker, now, ends, fate, outlives=False))
        return worker

    def next_end(self, seconds: float) -> JobResult | None:
        ours = [work for work in self.running if not work.outlives]
        work = min(ours, key=lambda each: each.ends)
        wait = (work.ends - self.clock.true).total_seconds()
        self.clock.until = None
        self.clock.go_to(self.clock.true + timedelta(seconds=min(max(wait, 0.0), seconds)))
        if work.ends > self.clock.true:
            return None
        self.running.remove(work)
        code = self.do(work.job, work.fate)
        return JobResult(work.job, work.began, self.clock.now(), code, f"acabó así: {work.fate}")

    def end_left(self, worker: Process) -> bool:
        left = [work for work in self.running if work.worker == worker]
        self.running = [work for work in self.running if work.worker != worker]
        return bool(left)

    def orphan(self) -> None:
        """Let what runs go on without its master: half of it, for the rest dies with it."""
        self.running = [work for work in self.running if self.rng.random() < 0.5]
        for work in self.running:
            work.outlives = True
            self.clock.at(work.ends, lambda work=work: self._end_alone(work))

    def _end_alone(self, work: Work) -> None:
        if work in self.running:
            self.running.remove(work)
            self.do(work.job, work.fate)

    def _fate(self, job: str) -> tuple[str, float]:
        if job == MAIL_JOB:
            return ("killed" if self.rng.random() < self.trouble() / 4 else "well"), self.rng.uniform(0, 0.2)
        if self.rng.random() >= self.trouble():
            return "well", self.rng.uniform(0.05, 3)
        fate = self.rng.choice(("hang", "killed", "lies", "slow", "fails"))
        minutes = {"hang": TIMEOUT, "slow": self.rng.uniform(5, 28)}
        return fate, minutes.get(fate, self.rng.uniform(0, 2))
