"""The run ledger that every store keeps: cycles, periods, runs."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.contracts.building import DAY, MINUTE, NOW, a_failure, a_message, a_run, ids, queue

from sereno.domain.cadence import Period
from sereno.domain.errors import AlreadyComplete, StoreUnavailable
from sereno.domain.findings import Datum
from sereno.engine.ports import Store


def test_cycles_are_counted(store):
    assert store.cycles() == 0
    store.count_cycle()
    store.count_cycle()
    assert store.cycles() == 2


def test_everything_about_a_run_comes_back(place):
    datum = Datum("brass", "TbEquipos", "B-7, 3", "FechaFin", "31/02/2026")
    found = {"data_errors": (datum, datum), "counts": {"BR-1": 3, "año": 0}}
    run = a_run(state="blind", why="brass: falta «TbEquipos»", sent=False, **found)
    place.open().record(run, [])
    assert place.die().runs("brass", "diario", DAY.id) == [run]


def test_a_noted_period_is_open_from_its_first_instant_to_before_its_last(store):
    store.open_period("brass", "diario", DAY)
    moments = [DAY.opens - MINUTE, DAY.opens, DAY.closes - MINUTE, DAY.closes]
    assert [store.opened_periods("brass", "diario", now) for now in moments] == [[], [DAY], [DAY], []]


def test_a_period_is_noted_once_and_stays_as_first_noted(store):
    store.open_period("brass", "diario", DAY)
    store.open_period("brass", "diario", replace(DAY, closes=DAY.closes + MINUTE))
    assert store.opened_periods("brass", "diario", NOW) == [DAY]


def test_noted_periods_belong_to_their_digest_and_come_oldest_first(store):
    week = Period("2026-W48", DAY.opens - timedelta(days=1), DAY.closes + timedelta(days=3))
    for monitor, digest, period in [
        ("brass", "diario", DAY),
        ("brass", "diario", week),
        ("otro", "diario", DAY),
    ]:
        store.open_period(monitor, digest, period)
    assert store.opened_periods("brass", "diario", NOW) == [week, DAY]
    assert store.opened_periods("brass", "semanal", NOW) == []


def test_runs_come_in_the_order_in_which_they_ended_then_in_that_of_writing(store):
    late, early = a_failure(id="late", finished_at=NOW + MINUTE), a_failure(id="early")
    same = a_failure(id="a-same")
    for run in (late, early, same):
        store.record(run, [])
    assert store.runs("brass", "diario", DAY.id) == [early, same, late]
    assert store.runs_since(late.finished_at) == [late]
    assert store.last_run("brass", "diario") == late


def test_the_last_run_may_be_asked_for_by_its_state(store):
    complete, blind = a_run(), a_run(state="blind", finished_at=NOW + MINUTE)
    store.record(complete, [])
    store.record(blind, [])
    assert store.last_run("brass", "diario", state="complete") == complete
    assert store.last_run("brass", "diario", state="unaddressed") is None
    assert store.last_run("brass", "semanal") is None


def test_a_period_is_completed_once(store):
    store.record(a_run(), [a_message("m1")])
    with pytest.raises(AlreadyComplete, match="2026-11-24"):
        store.record(a_run(), [a_message("m2")])
    assert len(store.runs("brass", "diario", DAY.id)) == 1
    assert ids(store.pending()) == ["m1"]


def test_the_same_period_of_another_digest_is_completed_by_itself(store):
    for changes in ({}, {"digest": "semanal"}, {"monitor": "otro"}, {"period": "2026-11-25"}):
        store.record(a_run(**changes), [])
    assert len(store.runs_since(NOW)) == 4


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "blind", "sent": False},
        {"state": "blind", "trial": True},
        {"state": "blind", "forced": True},
        {"state": "unaddressed"},
        {"trial": True},
        {"forced": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("kept", [{}, {"state": "blind"}], ids=["complete", "incomplete"])
def test_runs_that_take_nothing_of_their_period_may_be_many_beside_the_one_that_does(store, changes, kept):
    for run in (a_run(**changes), a_run(**kept), a_run(**changes)):
        store.record(run, [])
    assert len(store.runs("brass", "diario", DAY.id)) == 3


def test_an_incomplete_digest_is_sent_once_a_period(store):
    store.record(a_run(state="blind"), [a_message("m1")])
    with pytest.raises(AlreadyComplete, match="2026-11-24: otro proceso ya envió el informe incompleto"):
        store.record(a_run(state="blind"), [a_message("m2")])
    assert len(store.runs("brass", "diario", DAY.id)) == 1
    assert ids(store.pending()) == ["m1"]
    store.record(a_run(state="blind", period="2026-11-25"), [a_message("m3")])


def test_a_period_whose_incomplete_digest_was_sent_is_completed_all_the_same(store):
    store.record(a_run(state="blind"), [a_message("m1")])
    store.record(a_run(), [a_message("m2")])
    assert ids(store.pending()) == ["m1", "m2"]


@pytest.mark.parametrize("state", ["complete", "blind"])
def test_of_many_that_tell_of_a_period_at_once_one_succeeds(place, state):
    def tell(store: Store) -> bool:
        try:
            store.record(a_run(state=state), [a_message(uuid.uuid4().hex)])
        except AlreadyComplete:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(tell, [place.open() for _ in range(6)])) == 1
    assert len(place.open().pending()) == 1


def test_satisfied_periods_come_from_the_one_satisfied_last_back(store):
    days = [f"2026-11-{day}" for day in (20, 23, 24)]
    for after, day in enumerate(days):
        store.record(a_run(period=day, finished_at=NOW + after * MINUTE), [])
    store.record(a_run(period="2026-W47", finished_at=NOW - MINUTE), [])  # from when it was weekly
    assert store.completed_periods("brass", "diario", 9) == [*reversed(days), "2026-W47"]
    assert store.completed_periods("brass", "diario", 2) == ["2026-11-24", "2026-11-23"]


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "blind"},
        {"state": "unaddressed"},
        {"trial": True},
        {"forced": True},
        {"monitor": "otro"},
        {"digest": "semanal"},
    ],
    ids=str,
)
def test_only_a_complete_run_of_the_digest_satisfies_a_period(store, changes):
    store.record(a_run(**changes), [])
    assert store.completed_periods("brass", "diario", 9) == []


def test_a_run_whose_second_message_fails_leaves_nothing(store):
    queue(store, a_message("m1"))
    before = store.runs_since(NOW)
    with pytest.raises(StoreUnavailable, match="no se ha escrito nada"):
        store.record(a_run(), [a_message("m2"), a_message("m1")])
    assert store.runs_since(NOW) == before
    assert ids(store.pending()) == ["m1"]


def test_two_messages_of_one_name_in_one_run_leave_nothing(store):
    with pytest.raises(StoreUnavailable):
        store.record(a_run(), [a_message("m1"), a_message("m1")])
    assert (store.runs_since(NOW), store.pending()) == ([], [])


def test_a_run_is_not_written_twice(store):
    store.record(a_failure(id="r1"), [])
    with pytest.raises(StoreUnavailable):
        store.record(a_failure(id="r1"), [])
    assert len(store.runs_since(NOW)) == 1
