"""The results of jobs that every store keeps."""

from dataclasses import replace
from datetime import timedelta

from tests.contracts.building import MINUTE, NOW

from sereno.engine.records import JobResult, JobTotals


def test_words_that_no_database_takes_are_recorded_all_the_same(store):
    store.record_job(JobResult("brass", NOW, NOW, 1, "antes\0\udcff después"))
    (result,) = store.job_results("brass", 9)
    assert result.tail.startswith("antes")
    assert result.tail.endswith("después")


def test_results_of_a_job_come_in_the_order_in_which_they_started(store):
    first = JobResult("brass", NOW, NOW + 5 * MINUTE, 0, "listo")
    second = JobResult("brass", NOW + MINUTE, NOW + 2 * MINUTE, -2, "se agotó el tiempo\nfin")
    for result in (second, first, replace(first, job="riesgos")):
        store.record_job(result)
    assert store.job_results("brass", 9) == [first, second]
    assert store.job_results("nadie", 9) == []


def test_the_last_results_of_a_job_may_be_few(store):
    results = [JobResult("brass", NOW + n * MINUTE, NOW + n * MINUTE, n, "") for n in range(4)]
    for result in results:
        store.record_job(result)
    assert store.job_results("brass", 2) == results[-2:]


def test_totals_count_every_result_and_tell_when_a_job_last_did_well(store):
    assert store.job_totals() == {}
    for minute, code in enumerate([0, 0, 1]):
        store.record_job(JobResult("brass", NOW, NOW + minute * MINUTE, code, ""))
    store.record_job(JobResult("riesgos", NOW, NOW, -3, ""))
    totals = store.job_totals()
    assert totals == {"brass": JobTotals(3, 2, NOW + MINUTE), "riesgos": JobTotals(1, 0, None)}
    assert totals["brass"].last_success.utcoffset() == timedelta(hours=1)
