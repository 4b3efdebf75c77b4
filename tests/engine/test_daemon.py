"""The master turns its cycles at the right hours, survives every fault of a job, and stops at once."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from sereno.engine.vigil import keep_watch, single_cycle
from tests.engine.building import BRASS, MADRID, TUESDAY, Department, no_holidays

from sereno.adapters.memory import MemoryClock, MemoryLog, MemoryStore
from sereno.domain.calendar import Calendar, parse_holidays
from sereno.domain.cycle import CycleTimes, NightHours
from sereno.domain.errors import StoreUnavailable
from sereno.engine.agenda import Post
from sereno.engine.master import MAIL_JOB, Master
from sereno.engine.records import JobResult

TIMES = CycleTimes(timedelta(minutes=5), timedelta(minutes=60), timedelta(minutes=60), timedelta(minutes=120))
NIGHT = NightHours(time(20), time(7))


@dataclass
class Stop:
    requested: bool = False
    reason: str = "prueba"


@dataclass
class Site:
    """A master whose jobs are functions and whose clock jumps."""

    start: datetime = TUESDAY
    cycles: int = 1
    holidays: str = ""
    codes: dict = field(default_factory=dict)
    unconfigured: tuple = ()

    def __post_init__(self):
        self.clock = MemoryClock(self.start)
        self.store = MemoryStore(self.start - timedelta(days=1))
        self.log, self.stop, self.states, self.started = MemoryLog(), Stop(), [], []
        self.department = Department(store=self.store)

    def run(self, job):
        self.started.append((job, self.clock.now()))
        code = self.codes.get(job, 0)
        if isinstance(code, Exception):
            raise code
        if job == "brass" and code == 0:
            self.department.now = self.clock.now()
            self.department.round()
        return JobResult(job, self.clock.now(), self.clock.now(), code, "")

    def show(self, state):
        self.states.append(state)
        if state.phase == "resting" and state.cycle == self.cycles:
            self.stop.requested = True

    def master(self):
        orders = self.department.orders
        posts = [Post(BRASS, type(orders)(**{**fields_of(orders), "unconfigured": self.unconfigured}))]
        calendar = Calendar(no_holidays, parse_holidays(self.holidays))
        return Master(
            posts,
            TIMES,
            NIGHT,
            lambda: calendar,
            self.clock,
            self.stop,
            self.store,
            self,
            self.log,
            self.show,
        )

    def jobs(self, name):
        return [at for job, at in self.started if job == name]


def fields_of(orders):
    return {name: getattr(orders, name) for name in orders.__slots__}


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=MADRID)


def test_daily_jobs_start_at_seven_on_working_days_and_mail_runs_in_every_cycle():
    site = Site(start=at(20, 22), cycles=60)  # a Friday night
    keep_watch(site.master())
    assert site.jobs("brass")[0] == at(23, 7)
    assert len(site.jobs(MAIL_JOB)) == 60


def test_no_rest_crosses_seven_twenty_or_midnight():
    site = Site(start=at(24, 19, 58), cycles=20)
    keep_watch(site.master())
    cycles = [state.started_at for state in site.states if state.phase == "working"]
    for edge in (at(24, 20), at(25, 0), at(25, 7)):
        assert edge in cycles


@pytest.mark.parametrize(
    ("start", "minutes"),
    [(at(24, 10), 5), (at(24, 21), 60), (at(22, 10), 60), (at(22, 21), 120)],
    ids=["working day", "working night", "day off", "night off"],
)
def test_the_context_decides_how_long_the_master_rests(start, minutes):
    site = Site(start=start)
    state = single_cycle(site.master())
    resting = next(each for each in site.states if each.phase == "resting")
    assert resting.wake_at - start == timedelta(minutes=minutes)
    assert state.phase == "stopped"


def test_a_job_that_owes_nothing_is_not_started_and_the_reason_is_kept():
    site = Site(start=at(22, 10))
    state = single_cycle(site.master())
    assert site.jobs("brass") == []
    assert "domingo" in state.idle["brass"]


def test_a_monitor_without_its_register_is_not_started_and_never_shown_as_well():
    site = Site(unconfigured=("BRASS_DB_URL",))
    state = single_cycle(site.master())
    assert site.jobs("brass") == []
    assert state.idle["brass"] == "sin configurar: falta BRASS_DB_URL"


def test_a_failed_job_fails_the_cycle_and_mail_is_sent_all_the_same():
    site = Site(codes={"brass": 1})
    state = single_cycle(site.master())
    assert state.failed
    assert len(site.jobs(MAIL_JOB)) == 1


def test_an_exception_ends_the_turn_of_one_job_and_never_the_daemon():
    site = Site(codes={"brass": ValueError("inesperado")}, cycles=3)
    state = keep_watch(site.master())
    assert state.cycle == 3
    assert len(site.jobs(MAIL_JOB)) == 3
    assert "inesperado" in state.faults[0]


def test_a_state_that_cannot_be_shown_costs_nothing():
    site = Site(cycles=2)
    shown = site.show

    def failing(state):
        shown(state)
        raise OSError("no queda espacio")

    site.show = failing
    assert keep_watch(site.master()).cycle == 2
    assert len(site.jobs(MAIL_JOB)) == 2
    assert "state.unshown" in {event.name for event in site.log.events}


def test_a_store_that_cannot_be_read_fails_the_cycle_in_plain_words_and_the_daemon_goes_on():
    site = Site(cycles=2)

    class Away(MemoryStore):
        def opened_periods(self, *_):
            raise StoreUnavailable("el almacén no contesta")

    site.store.__class__ = Away
    state = keep_watch(site.master())
    assert state.cycle == 2
    assert state.faults == ("el almacén no contesta",)


def test_an_interrupted_single_cycle_has_failed():
    site = Site()
    site.stop.requested = True
    state = single_cycle(site.master())
    assert state.failed
    assert state.stop_reason == "prueba"


@pytest.mark.parametrize(
    "evening",
    [datetime(2026, 10, 24, 21, tzinfo=MADRID), datetime(2026, 3, 28, 21, tzinfo=MADRID)],
    ids=["set back", "set forward"],
)
def test_across_a_clock_change_the_master_rests_as_long_as_it_should(evening):
    site = Site(start=evening, cycles=12)
    keep_watch(site.master())
    cycles = [state.started_at.astimezone(UTC) for state in site.states if state.phase == "working"]
    rests = {(later - earlier) / timedelta(hours=1) for earlier, later in pairwise(dict.fromkeys(cycles))}
    assert min(rests) >= 0.5
    assert max(rests) <= 2


def test_a_stop_asked_for_during_a_rest_ends_it_at_once():
    site = Site(cycles=99)
    site.clock.stop()
    state = keep_watch(site.master())
    assert (state.cycle, state.phase, state.stop_reason) == (1, "stopped", "prueba")


def test_rests_are_slices_of_at_most_a_minute_that_read_the_clock_again():
    site = Site(cycles=2)
    keep_watch(site.master())
    assert max(site.clock.rests) <= 60
    assert sum(site.clock.rests) == 300


def test_every_change_is_shown_as_it_happens():
    site = Site()
    single_cycle(site.master())
    assert [(state.phase, state.running) for state in site.states] == [
        ("working", None),
        ("working", "brass"),
        ("working", None),
        ("working", MAIL_JOB),
        ("working", None),
        ("resting", None),
        ("stopped", None),
    ]
