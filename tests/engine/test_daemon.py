"""The master turns its cycles at the right hours, survives every fault of a job, and stops at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from tests.engine.building import BRASS, MADRID
from tests.engine.watching import OTHER, Site, at, mail_starts

from sereno.adapters.memory import MemoryStore
from sereno.domain.errors import LeadHeld, StoreUnavailable
from sereno.engine.lead import LOST
from sereno.engine.logbook import Lease, Process, Running
from sereno.engine.master import MAIL_JOB
from sereno.engine.records import JobResult

OTHERS = tuple(replace(BRASS, name=name) for name in ("uno", "dos", "tres", "cuatro"))


def test_daily_jobs_start_at_seven_on_working_days_and_mail_is_seen_to_in_every_cycle():
    site = Site(start=at(20, 22), cycles=60)  # a Friday night
    site.watch()
    assert site.jobs.of("brass")[0] == at(23, 7)
    assert len(mail_starts(site)) >= 60


def test_no_rest_crosses_seven_twenty_or_midnight():
    site = Site(start=at(24, 19, 58), cycles=20)
    site.watch()
    begun = [began for _, began in site.cycles_begun]
    for edge in (at(24, 20), at(25, 0), at(25, 7)):
        assert edge in begun


@pytest.mark.parametrize(
    ("start", "minutes"),
    [(at(24, 10), 5), (at(24, 21), 60), (at(22, 10), 60), (at(22, 21), 120)],
    ids=["working day", "working night", "day off", "night off"],
)
def test_the_context_decides_how_long_the_master_rests(start, minutes):
    site = Site(start=start)
    state = site.once()
    resting = next(each for each in site.states if each.phase == "resting")
    assert resting.wake_at - start == timedelta(minutes=minutes)
    assert state.phase == "stopped"


def test_a_job_that_owes_nothing_is_not_started_and_the_reason_is_kept():
    site = Site(start=at(22, 10))
    state = site.once()
    assert site.jobs.of("brass") == []
    assert "domingo" in state.idle["brass"]


def test_a_monitor_without_its_register_is_not_started_and_never_shown_as_well():
    site = Site(unconfigured=("BRASS_DB_URL",))
    state = site.once()
    assert site.jobs.of("brass") == []
    assert state.idle["brass"] == "sin configurar: falta BRASS_DB_URL"


def test_a_failed_job_fails_the_cycle_and_mail_is_sent_all_the_same():
    site = Site(codes={"brass": 1})
    state = site.once()
    assert state.failed
    assert len(mail_starts(site)) == 1


def test_an_exception_ends_the_turn_of_one_job_and_never_the_daemon():
    site = Site(codes={"brass": ValueError("inesperado")}, cycles=3)
    state = site.watch()
    assert state.cycle == 3
    assert len(mail_starts(site)) == 3
    assert "inesperado" in state.faults[0]


def test_a_state_that_cannot_be_shown_costs_nothing():
    site = Site(cycles=2)
    shown = site.show

    def failing(state):
        shown(state)
        raise OSError("no queda espacio")

    site.show = failing
    assert site.watch().cycle == 2
    assert len(mail_starts(site)) >= 2
    assert "state.unshown" in {event.name for event in site.log.events}


def test_a_store_that_cannot_be_read_fails_the_cycle_in_plain_words_and_the_daemon_goes_on():
    site = Site(cycles=2)

    class Away(MemoryStore):
        def opened_periods(self, *_):
            raise StoreUnavailable("el almacén no contesta")

    site.store.__class__ = Away
    state = site.watch()
    assert state.cycle == 2
    assert set(state.faults) == {"el almacén no contesta"}
    assert len(mail_starts(site)) == 2


def test_an_interrupted_single_cycle_has_failed():
    site = Site()
    site.stop.requested = True
    state = site.once()
    assert state.failed
    assert state.stop_reason == "prueba"


@pytest.mark.parametrize(
    "evening",
    [datetime(2026, 10, 24, 21, tzinfo=MADRID), datetime(2026, 3, 28, 21, tzinfo=MADRID)],
    ids=["set back", "set forward"],
)
def test_across_a_clock_change_the_master_rests_as_long_as_it_should(evening):
    site = Site(start=evening, cycles=12)
    site.watch()
    begun = [began.astimezone(UTC) for _, began in site.cycles_begun]
    rests = {(later - earlier) / timedelta(hours=1) for earlier, later in pairwise(begun)}
    assert min(rests) >= 0.5
    assert max(rests) <= 2


def test_a_stop_asked_for_during_a_rest_ends_it_at_once():
    site = Site(cycles=99)
    site.clock.stop()
    state = site.watch()
    assert (state.cycle, state.phase, state.stop_reason) == (1, "stopped", "prueba")


def test_rests_are_slices_of_at_most_a_minute_that_read_the_clock_again():
    site = Site(cycles=2)
    site.watch()
    assert max(site.clock.rests) <= 60
    assert sum(site.clock.rests) == 300


def test_every_change_is_shown_as_it_happens():
    site = Site(minutes={"brass": 1})
    site.once()
    running = [state.running for state in site.states]
    steps = [each for number, each in enumerate(running) if each != running[number - 1]]
    assert steps == [("brass",), ("brass", MAIL_JOB), ("brass",), (MAIL_JOB,), ()]
    assert [state.phase for state in site.states][-2:] == ["resting", "stopped"]


def test_daily_jobs_run_several_at_once_and_never_more_than_allowed():
    minutes = {monitor.name: 10.0 for monitor in OTHERS}
    site = Site(monitors=OTHERS, minutes=minutes, workers=3, mail=False)
    site.once()
    assert site.jobs.most == 3
    assert [len(site.jobs.of(name)) for name in minutes] == [1, 1, 1, 1]
    assert site.jobs.of("cuatro")[0] - site.jobs.of("uno")[0] == timedelta(minutes=10)


def test_mail_goes_on_at_its_interval_while_a_daily_job_takes_long():
    site = Site(monitors=OTHERS[:1], minutes={"uno": 22.0})
    site.once()
    since = [(began - site.start) / timedelta(minutes=1) for began in mail_starts(site)]
    assert since == [0, 5, 10, 15, 20]


def test_mail_leaves_at_once_after_a_job_that_queued_some():
    site = Site(minutes={"brass": 2.0})
    site.once()
    since = [(began - site.start) / timedelta(minutes=1) for began in mail_starts(site)]
    assert since == [0, 2]


def test_a_slow_mail_job_keeps_no_daily_job_waiting():
    site = Site(minutes={MAIL_JOB: 30.0})
    site.once()
    assert site.jobs.of("brass") == [site.start]


def test_where_a_look_finds_nothing_no_job_is_started_and_the_reason_is_kept():
    site = Site(start=at(22, 10), mail=False, cycles=3)
    state = site.watch()
    assert site.jobs.started == []
    assert "no hay correo" in state.idle[MAIL_JOB]
    assert site.store.cycles() == 3


def test_a_cycle_that_finds_nothing_to_do_is_passed_by_and_counted():
    site = Site(start=at(24, 10), mail=False, cycles=12)
    site.watch()
    quiet = [state.cycle for state in site.states if state.quiet]
    assert quiet[:3] == [2, 3, 4]
    assert site.store.cycles() == 12


def test_mail_that_comes_between_cycles_is_seen_to_in_the_next():
    site = Site(start=at(24, 10), mail=lambda now: now >= at(24, 10, 12), cycles=5)
    site.watch()
    assert mail_starts(site)[0] == at(24, 10, 15)


def test_holidays_that_change_are_heeded_in_the_next_cycle():
    site = Site(start=at(22, 10), mail=False, cycles=4)  # a Sunday
    shown = site.show

    def add_working_day(state):
        shown(state)
        if state.cycle == 2:
            site.holidays = site.department.holidays = "+22/11/2026 - Recuperación"

    site.show = add_working_day
    site.watch()
    assert site.jobs.of("brass") == [at(22, 12)]


def test_a_stop_during_work_starts_nothing_more_and_waits_for_what_runs():
    site = Site(monitors=OTHERS, minutes={monitor.name: 10.0 for monitor in OTHERS}, workers=1)
    begin = site.jobs.start

    def stop_at_the_first(job):
        site.stop.requested = True
        return begin(job)

    site.jobs.start = stop_at_the_first
    state = site.once()
    assert [job for job, _ in site.jobs.started] == ["uno"]
    assert state.results["uno"].code == 0


def test_a_second_master_says_who_leads_and_starts_nothing():
    site = Site()
    site.alive[OTHER] = True
    site.store.logbook.take(Lease(OTHER, site.start, site.start + timedelta(minutes=9)), None)
    with pytest.raises(LeadHeld, match="42 de torre"):
        site.once()
    assert site.jobs.started == []
    assert site.store.logbook.lease().holder == OTHER


@pytest.mark.parametrize(("alive", "minutes"), [(False, 9), (True, -1), (None, -1)])
def test_the_lead_of_one_that_is_dead_or_silent_is_taken_over(alive, minutes):
    site = Site()
    site.alive[OTHER] = alive
    site.store.logbook.take(
        Lease(OTHER, site.start - timedelta(hours=1), site.start + timedelta(minutes=minutes)), None
    )
    site.once()
    assert site.jobs.of("brass") == [site.start]


def test_the_lead_outlasts_each_rest_and_is_let_go_at_the_end():
    site = Site(cycles=3)
    shown, leases = site.show, []

    def look(state):
        if state.phase == "resting":
            leases.append((site.store.logbook.lease().until, state.wake_at))
        shown(state)

    site.show = look
    site.watch()
    assert all(until > wake for until, wake in leases)
    assert site.store.logbook.lease() is None


def test_a_master_that_lost_the_lead_stops_at_its_next_cycle_and_leaves_the_new_one_alone():
    site = Site(cycles=99)
    shown = site.show

    def usurp(state):
        shown(state)
        if state.phase == "resting":
            book = site.store.logbook
            site.alive[OTHER] = True
            book.take(Lease(OTHER, site.start, site.start + timedelta(days=1)), book.lease())

    site.show = usurp
    with pytest.raises(LeadHeld):
        site.watch()
    assert site.store.logbook.lease().holder == OTHER
    assert site.states[-1].stop_reason == "otro maestro tiene el mando"


def test_what_a_dead_master_left_running_is_ended_and_recorded_before_anything_starts():
    site = Site()
    worker = Process(77, 5.0, "arranque", "torre")
    site.store.logbook.job_started(Running("brass", worker, at(24, 8)))
    site.once()
    assert site.jobs.left == [worker]
    lost, after = site.store.job_results("brass", 9)
    assert (lost.code, lost.started_at) == (LOST, at(24, 8))
    assert "77" in lost.tail
    assert after.code == 0
    assert site.store.logbook.running() == []


def test_a_clock_set_forward_by_more_than_a_day_starts_nothing_until_a_cycle_confirms_it():
    site = Site(start=at(24, 21), cycles=3)
    rest = site.clock.rest

    def leap(seconds):
        if len(site.clock.rests) == 5:
            site.clock._now += timedelta(days=3)
        return rest(seconds)

    site.clock.rest = leap
    site.watch()
    doubtful = [order for order, _ in site.told if order.leap]
    assert len(doubtful) == 1
    assert "El reloj marca el 27/11/2026" in doubtful[0].leap
    begun = dict(site.cycles_begun)
    started = [began for _, began in site.jobs.started if began >= begun[doubtful[0].number]]
    assert started
    assert min(started) >= begun[doubtful[0].number + 1]


def test_a_clock_set_back_makes_the_master_wait_and_serves_no_period_twice():
    site = Site(start=at(24, 9), cycles=30, mail=False)
    rest = site.clock.rest

    def back(seconds):
        if len(site.clock.rests) == 5:
            site.clock._now -= timedelta(hours=2)
        return rest(seconds)

    site.clock.rest = back
    site.watch()
    assert len(site.jobs.of("brass")) == 1
    assert len(site.store.completed_periods("brass", "diario", 9)) == 1


def test_the_store_is_tidied_once_a_day():
    site = Site(start=at(24, 22), cycles=30, mail=False)
    tidied = []
    master = site.master
    site.master = lambda: replace(master(), tidy=lambda: bool(tidied.append(site.clock.now())) or True)
    site.watch()
    assert [moment.date().day for moment in tidied] == [24, 25]


def test_the_watchers_hear_of_every_cycle_and_that_the_master_is_alive():
    site = Site(cycles=3, codes={"brass": 1})
    site.watch()
    assert site.heard.words[:2] == ["ready", "bad"]
    assert site.heard.words[-1] == "stopping"
    assert site.heard.words.count("alive") >= 10


def test_a_clock_set_back_by_more_than_a_day_does_not_end_the_watch():
    site = Site(start=at(24, 9), cycles=4)
    rest = site.clock.rest

    def far_back(seconds):
        if len(site.clock.rests) == 3:
            site.clock._now -= timedelta(days=900)
        return rest(seconds)

    site.clock.rest = far_back
    site.watch()
    assert [order.number for order, _ in site.told if order.leap] == [2]
    assert site.states[-1].cycle == 4
    assert len(site.clock.rests) < 30


def test_the_heart_does_not_beat_well_while_a_job_did_badly_last():
    site = Site(start=at(24, 9), cycles=4, codes={"brass": 1}, mail=False)
    site.store.record_job(JobResult("brass", at(24, 8), at(24, 8), 1, ""))
    site.department.registers["brass"] = None
    site.department.round()  # blind: it waits before it tries again
    site.watch()
    assert [word for word in site.heard.words if word in {"good", "bad"}] == ["bad", "bad", "bad"]


def test_a_stop_that_cuts_a_cycle_short_is_no_failure_afar():
    site = Site(codes={"brass": 143})
    begin = site.jobs.start

    def stop(job):
        site.stop.requested = True
        return begin(job)

    site.jobs.start = stop
    site.watch()
    assert not {"good", "bad"} & set(site.heard.words)


def test_mail_to_the_operators_leaves_in_the_cycle_that_queued_it():
    site = Site(start=at(24, 21))
    tell = site.tell
    site.tell = lambda order, state, calendar: tell(order, state, calendar) or True
    site.once()
    assert len(mail_starts(site)) == 2
