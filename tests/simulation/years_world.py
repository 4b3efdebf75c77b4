"""A year of the watch from a seed: the real engine, on an injected clock, among fakes that fail at random."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import count
from random import Random
from typing import Any

from tests import mailing
from tests.engine.watching import NIGHT, OTHER
from tests.simulation.years_clock import MADRID, YearClock
from tests.simulation.years_jobs import YearJobs
from tests.simulation.years_peril import Died, PerilousStore
from tests.simulation.years_truth import Truth

from sereno.adapters.memory import MemoryLog
from sereno.adapters.monitors import shipped_monitors
from sereno.domain.cadence import Period
from sereno.domain.calendar import Calendar, parse_holidays
from sereno.domain.cycle import CycleTimes
from sereno.domain.errors import AlreadyComplete, LeadHeld, StoreUnavailable
from sereno.domain.outbox import Attempt, Envelope, Message
from sereno.engine.agenda import Orders, Post, owed
from sereno.engine.bulletin import Bulletin
from sereno.engine.logbook import Process
from sereno.engine.master import MAIL_JOB, Master, Order, State
from sereno.engine.operators import OperatorsDesk, happenings, tell_operators
from sereno.engine.own_cycles import OwnCycles
from sereno.engine.ports import Letter
from sereno.engine.records import Run
from sereno.engine.vigil import keep_watch

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONITORS = tuple(each for each in shipped_monitors() if each.name in {"brass", "no_conformidades", "riesgos"})
SPANS = (timedelta(minutes=5), *[timedelta(minutes=20), HOUR] * 3)


@cache
def fixed_holidays(year: int) -> Mapping[date, str]:
    days = ((1, 1), (1, 6), (4, 3), (5, 1), (5, 15), (8, 15), (10, 12), (11, 1), (12, 6), (12, 8), (12, 25))
    return {date(year, *each): "Fiesta" for each in days}


class YearStop:
    """Be the stop that nobody asks for until the year is over."""

    def __init__(self, clock: YearClock) -> None:
        self.clock, self.reason = clock, "fin del año"

    @property
    def requested(self) -> bool:
        return self.clock.stopped


class World:
    """All there is in a simulated year."""

    def __init__(
        self, seed: int, store: Callable[[datetime], Any], days: int, spans: Sequence[timedelta] = SPANS
    ) -> None:
        self.rng = Random(seed)
        start = datetime(self.rng.choice((2024, 2025, 2026, 2027)), 1, 1, tzinfo=MADRID)
        start += timedelta(days=self.rng.randrange(365), minutes=self.rng.randrange(1440))
        self.clock = YearClock(start)
        self.stop = YearStop(self.clock)
        self.real = store(self.clock.now())
        self.log = MemoryLog()
        self.nasty = self.rng.choice((0.2, 1.0, 3.0))
        """How nasty this year is."""
        self.full_until = self.lost_until = self.relay_until = self.clock.true
        self.book = ""
        self.ids, self.pids = count(1), count(10)
        day = self.rng.choice(spans)
        self.times = CycleTimes(day, HOUR, HOUR, 2 * HOUR)
        peril = 0.0004 * self.nasty
        self.store = PerilousStore(self.real, self.rng, lambda: peril, lambda: self.is_full)
        self.jobs = YearJobs(self.clock, self.rng, self.work, lambda: 0.05 * self.nasty)
        self.truth = Truth(self)
        self.ends = self.clock.true + timedelta(days=days)
        self._plan(days)

    @property
    def is_full(self) -> bool:
        return self.clock.true < self.full_until

    def calendar(self) -> Calendar:
        return Calendar(fixed_holidays, parse_holidays(self.book))

    def posts(self) -> list[Post]:
        orders = Orders(
            ("operador@example.com",), time(12), trial=False, thresholds={}, audiences={}, cadences={}
        )
        return [Post(monitor, orders) for monitor in MONITORS]

    def live(self) -> "World":
        """Live to the end: whenever the master dies, it is started again after a while."""
        while not self.clock.stopped:
            me = Process(next(self.pids), 1.5, "arranque", "torre")
            self.truth.begins(self.clock.now())
            try:
                keep_watch(OwnCycles(self._master(me)), self.clock, self.stop, self.truth)
            except Died:
                self.truth.died(me, self.clock.now())
                self.jobs.orphan()
                self._stay_dead()
            except LeadHeld:
                self._stay_dead()
        self.truth.ends()
        return self

    def work(self, job: str, fate: str) -> int:
        """Do what a job does, in its own process: its writes do not kill the master."""
        if job == MAIL_JOB:
            return self._deliver(fate)
        if fate in {"hang", "killed", "lies"}:
            return {"hang": -2, "killed": 137, "lies": 0}[fate]
        (post,) = (each for each in self.posts() if each.monitor.name == job)
        codes = [self._serve(post, plan, fate) for plan in post.monitor.digests]
        return max(codes)

    def _serve(self, post: Post, plan: Any, fate: str) -> int:
        now = self.clock.now()
        try:
            self._touch_disk()
            period = owed(post.monitor, plan, post.orders, now, self.calendar(), self.real)
            if not isinstance(period, Period):
                return 0
            self.real.open_period(post.monitor.name, plan.name, period)
            blind = fate == "fails" or self.clock.true < self.lost_until
            run, messages = self._run(post, plan, period, now, blind=blind)
            self.real.record(run, messages)
        except (StoreUnavailable, AlreadyComplete):
            return 1
        self.truth.served(run)
        return int(blind)

    def _touch_disk(self) -> None:
        if self.is_full:
            raise StoreUnavailable("el almacén: no queda espacio en el disco")

    def _run(
        self, post: Post, plan: Any, period: Period, now: datetime, *, blind: bool
    ) -> tuple[Run, list[Message]]:
        before = self.real.runs(post.monitor.name, plan.name, period.id)
        sends = not blind or (now.hour >= 12 and not any(run.sent for run in before))
        name = f"{next(self.ids)}"
        origin = f"{post.monitor.name}/{plan.name}"
        envelope = Envelope("sereno@example.com", ("ana@example.com",))
        mail = [Message(f"m{name}", origin, period.id, envelope, b"Subject: x\r\n\r\n", now)] if sends else []
        state = "blind" if blind else "complete"
        why = "el registro no se puede leer" if blind else ""
        return Run(
            name, post.monitor.name, plan.name, period.id, state, now, now, 1, len(mail), why, sends
        ), mail

    def _deliver(self, fate: str) -> int:
        if fate != "well" or self.is_full:
            return 1
        if self.clock.true < self.relay_until:
            return int(bool(self.real.pending()))
        while claimed := mailing.claim(self.real, 99, self.clock.now()):
            mailing.settle(
                self.real, [Attempt(each.id, "accepted", "250 Ok", {}) for each in claimed], self.clock.now()
            )
            for each in claimed:
                self.truth.delivered(each.message)
        return 0

    def _master(self, me: Process) -> Master:
        return Master(
            me=me,
            posts=self.posts(),
            times=self.times,
            night=NIGHT,
            workers=self.rng.choice((1, 3)),
            calendar=self.calendar,
            clock=self.clock,
            stop=self.stop,
            store=self.store,
            jobs=self.jobs,
            log=self.log,
            show=self._show,
            mail_waits=lambda _now: bool(self.real.pending()),
            tell=self._tell,
            tidy=lambda: True,
            is_alive=lambda process: process == OTHER,
        )

    def _tell(self, order: Order, state: State, calendar: Calendar) -> bool:
        """Tell the operators as the master does, with mail that is no more than its words."""
        desk = OperatorsDesk(
            operators=("operador@example.com",),
            trial=False,
            posts=self.posts(),
            store=self.store,
            compose=self._compose,
            calendar_faults=lambda: (),
            log=self.log,
            new_id=lambda: f"o{next(self.ids)}",
        )
        return tell_operators(desk, happenings(order, state), calendar, state.started_at)

    def _compose(self, bulletin: Bulletin, letter: Letter) -> Message:
        words = [line for item in bulletin.items for line in item.detail.splitlines()]
        envelope = Envelope("sereno@example.com", letter.to)
        data = f"Subject: x\r\n\r\n{'|'.join(words)}".encode()
        return Message(letter.message_id, letter.list_id, letter.subject, envelope, data, letter.date)

    def _show(self, state: State) -> None:
        self.clock.until = state.wake_at if state.phase == "resting" else None
        self.truth.shown(state)

    def _stay_dead(self) -> None:
        self.truth.down(self.clock.now())
        hours = self.rng.choice((0.02, 0.02, 0.1, 3.0, 60.0))
        self.clock.until = None
        self.clock.go_to(self.clock.true + self.rng.uniform(0.5, 1) * hours * HOUR)

    def _plan(self, days: int) -> None:
        """Scatter over the year what does not depend on the master."""
        troubles: tuple[tuple[float, Callable[[], None]], ...] = (
            (12, self._lose_register),
            (8, self._lose_relay),
            (4, self._fill_disk),
            (4, self._sleep),
            (2, self._set_clock),
            (3, self._add_holiday),
        )
        for yearly, trouble in troubles:
            for _ in range(round(yearly * self.nasty * days / 365)):
                self.clock.at(self.clock.true + self.rng.uniform(0, days) * DAY, trouble)
        self.clock.at(self.ends, self._end)

    def _end(self) -> None:
        self.clock.stopped = True

    def _lose_register(self) -> None:
        self.lost_until = self.clock.true + self.rng.choice((0.3, 3, 30, 90)) * HOUR

    def _lose_relay(self) -> None:
        self.relay_until = self.clock.true + self.rng.choice((0.3, 5, 40)) * HOUR

    def _fill_disk(self) -> None:
        self.full_until = self.clock.true + self.rng.choice((0.2, 2, 15)) * HOUR

    def _sleep(self) -> None:
        """Let the machine sleep, for an hour or a weekend."""
        self.truth.down(self.clock.now())
        self.clock.sleep(self.rng.choice((1.0, 10.0, 60.0)) * HOUR)
        self.truth.down(self.clock.now())

    def _set_clock(self) -> None:
        """Set the clock wrong, and right again after a while."""
        self.truth.down(self.clock.now())
        wrong = self.rng.choice((-2.0, -0.4, 0.4, 2.0, 40.0)) * HOUR
        self.clock.wrong = wrong
        self.clock.at(self.clock.true + self.rng.uniform(0.2, 5) * HOUR, self._set_right)

    def _set_right(self) -> None:
        self.truth.down(self.clock.now())
        self.clock.wrong = timedelta()

    def _add_holiday(self) -> None:
        """Declare a day off, today at whatever hour it is or one to come."""
        day = self.clock.now().date() + timedelta(days=self.rng.choice((0, 0, 1, 9)))
        self.book += f"{day:%d/%m/%Y} - Sobrevenida\n"
        self.truth.doubtful(day)


def lives(
    seed: int, store: Callable[[datetime], Any], days: int = 365, spans: Sequence[timedelta] = SPANS
) -> World:
    """Live a year (or so many days) from a seed, with one of these times between cycles."""
    return World(seed, store, days, spans).live()
