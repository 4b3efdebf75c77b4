"""What a person had done from the console is known as any other result of its job."""

import time

from tests.web.readings import reading_on_disk

from sereno.engine.logbook import Process, Running


def test_a_run_from_the_console_is_the_job_s_last_result_and_the_watch_keeps_its_own(served):
    reading = reading_on_disk(served)
    job, now = "brass", reading.now()
    at_work = Running(job, Process(1, 1.0, "otra", "otra"), now)
    with reading.change() as store:
        before = store.job_totals()[job]
        store.logbook.job_started(at_work)
    try:
        started = reading.errands.start(job, "run", "ana", force=False)
        done = ended(reading, started.id)
    finally:
        reading.errands.close()
    with reading.change() as store:
        (last,) = store.job_results(job, 1)
        assert (last.code, last.tail) == (done.code, done.tail)
        assert store.job_totals()[job].runs == before.runs + 1
        assert [each.job for each in store.logbook.running()] == [job]
        assert [each.who for each in store.audit.deeds(now, 9) if each.action == "job_ended"] == ["ana"]


def ended(reading, name):
    deadline = time.monotonic() + 120
    while (errand := reading.errands.find(name)).ended_at is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return errand
