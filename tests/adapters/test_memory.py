from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sereno.adapters.machine import this_process
from sereno.adapters.memory import MemoryClock, MemoryJobs
from sereno.domain.errors import StoreUnavailable

MADRID = ZoneInfo("Europe/Madrid")
NIGHT = datetime(2026, 10, 25, 2, 50, tzinfo=MADRID)


def test_a_rest_lasts_its_length_across_a_clock_change():
    clock = MemoryClock(NIGHT)
    assert clock.rest(20 * 60) is False
    assert clock.now().isoformat() == "2026-10-25T02:10:00+01:00"
    assert clock.rests == [20 * 60]


def test_a_clock_that_is_told_to_stop_lets_no_more_time_pass():
    clock = MemoryClock(NIGHT, stop_after=1)
    assert [clock.rest(60), clock.rest(60)] == [False, True]
    assert clock.now() == NIGHT + timedelta(minutes=1)
    running = MemoryClock(NIGHT)
    running.stop()
    assert running.rest(60) is True


def test_a_job_ends_with_its_code_and_what_stops_it_is_told():
    def fail() -> int:
        raise StoreUnavailable("el disco está lleno")

    clock = MemoryClock(NIGHT)
    jobs = MemoryJobs({"brass": lambda: int(clock.rest(5)), "riesgos": fail}, clock)
    assert [jobs.start(job) for job in ["brass", "riesgos", "nadie"]] == [None] * 3
    done, failed, unknown = (jobs.next_end(60) for _ in range(3))
    assert (done.code, done.ended_at - done.started_at) == (0, timedelta(seconds=5))
    assert (failed.code, failed.tail) == (1, "el disco está lleno")
    assert unknown.code == -1


def test_once_every_end_is_told_the_time_passes():
    clock = MemoryClock(NIGHT)
    jobs = MemoryJobs({"brass": lambda: 0}, clock)
    jobs.start("brass")
    assert jobs.next_end(60).job == "brass"
    assert clock.rests == []
    assert jobs.next_end(60) is None
    assert clock.rests == [60]


def test_nothing_is_left_of_what_ran_in_a_process_that_is_no_more():
    assert MemoryJobs({}, MemoryClock(NIGHT)).end_left(this_process()) is False
