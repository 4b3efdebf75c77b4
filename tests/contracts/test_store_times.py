"""Times, as every store keeps them: instants, whatever the zone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.contracts.building import (
    DAY,
    MADRID,
    MINUTE,
    NOW,
    a_message,
    a_run,
    accepted,
    claim,
    counts,
    queue,
)
from tests.mailing import recover, settle

from sereno.engine.records import JobResult


def test_times_come_back_equal_and_in_the_zone_of_the_store(store):
    store.record(a_run(), [a_message("m1", queued_at=NOW)])
    run = store.last_run("brass", "diario")
    (message,) = store.pending()
    for time in (run.started_at, message.queued_at):
        assert time == NOW
        assert time.utcoffset() == timedelta(hours=1)


def test_a_time_given_in_another_zone_is_the_same_instant(store):
    store.record(a_run(finished_at=NOW.astimezone(UTC)), [])
    assert store.runs_since(NOW) == store.runs("brass", "diario", DAY.id)
    assert store.last_run("brass", "diario").finished_at.isoformat() == NOW.isoformat()


def test_the_two_halves_of_the_repeated_hour_are_kept_apart(store):
    first = datetime(2026, 10, 25, 2, 30, tzinfo=MADRID)
    second = first.replace(minute=10, fold=1)
    store.record(a_run(id="second", forced=True, finished_at=second), [])
    store.record(a_run(id="first", forced=True, finished_at=first), [])
    runs = store.runs("brass", "diario", DAY.id)
    assert [run.id for run in runs] == ["first", "second"]
    assert [run.finished_at.isoformat() for run in runs] == [first.isoformat(), second.isoformat()]


@pytest.mark.parametrize(
    "act",
    [
        lambda store, when: store.record(a_run(started_at=when), []),
        lambda store, when: store.record(a_run(finished_at=when), []),
        lambda store, when: store.record(a_run(), [a_message("m1", queued_at=when)]),
        lambda store, when: store.open_period("brass", "diario", replace(DAY, opens=when)),
        lambda store, when: store.opened_periods("brass", "diario", when),
        lambda store, when: store.runs_since(when),
        lambda store, when: claim(store, 1, when),
        lambda store, when: settle(store, [accepted(a_message("m1"))], when),
        recover,
        lambda store, when: store.mail_summary(when),
        lambda store, when: store.notices(when, NOW, None),
        lambda store, when: store.notices(NOW, when, None),
        lambda store, when: store.record_job(JobResult("brass", when, NOW, 0, "")),
    ],
    ids=[
        "started",
        "finished",
        "queued",
        "opens",
        "looked",
        "since",
        "claim",
        "settle",
        "recover",
        "summary",
        "notices since",
        "notices until",
        "job",
    ],
)
def test_a_time_without_a_zone_is_refused_and_nothing_is_written(store, act):
    with pytest.raises(ValueError, match="without a zone"):
        act(store, NOW.replace(tzinfo=None))
    assert (store.runs_since(NOW), counts(store), store.job_results("brass", 9)) == ([], {}, [])


def test_a_lease_lasts_its_length_across_a_clock_change(store):
    before = datetime(2026, 10, 25, 2, 55, tzinfo=MADRID)
    queue(store, a_message("m1"))
    claim(store, 1, before)
    after_nine, after_ten = ((before.astimezone(UTC) + n * MINUTE).astimezone(MADRID) for n in (9, 10))
    assert recover(store, after_nine) == 0
    assert recover(store, after_ten) == 1
