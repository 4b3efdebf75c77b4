"""The past, as every store tells it: one finding by its name, and counts over all of them."""

import uuid
from dataclasses import replace
from datetime import timedelta
from itertools import cycle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contracts.building import (
    LONG_AGO,
    NOW,
    TODAY,
    a_failure,
    a_run,
    an_entry,
    deliver,
    tell,
    told,
)

from sereno.adapters.memory import MemoryStore
from sereno.adapters.store.opening import open_store
from sereno.domain.finding_names import finding_id
from sereno.domain.ledger import Entry, Snooze
from sereno.domain.steps import STEP_KINDS, Step
from sereno.engine.history import Followed, Looked, Scope
from sereno.engine.records import IMPORTED

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
ALL = Scope({"brass": frozenset({"BR-1", "BR-2"})})


def name_of(track=(7,), rule="BR-1", monitor="brass"):
    return finding_id(monitor, rule, track)


def a_step(kind="opened", track=(7,), **changes):
    return replace(Step("BR-1", track, kind, TODAY, TODAY), **changes)


def note(store, *steps, **run):
    entries = [an_entry(track) for track in dict.fromkeys(step.track for step in steps)]
    store.record(a_run(forced=True, **run), [], entries, [], steps)


def test_a_finding_is_found_by_its_name_whatever_became_of_it(place):
    gone = an_entry(ended="resolved", ended_on=TODAY, owner="Ana")
    place.open().record(a_run(), [], [gone, an_entry((8,))])
    assert place.die().history.finding(name_of()) == Followed("brass", gone)
    assert place.open().history.finding(name_of((9,))) is None
    assert place.open().history.finding(name_of(monitor="otro")) is None
    assert place.open().history.finding("") is None


@pytest.mark.parametrize(
    "track", [("a/b", 'c"d'), ("Ñandú «3.ª» \U0001f6e0",), ("../..", None), ("\0\udcff",)]
)
def test_a_finding_is_found_whatever_its_register_holds(store, track):
    store.record(a_run(), [], [an_entry(track)])
    assert store.history.finding(name_of(track)) == Followed("brass", an_entry(track))


def test_a_finding_comes_with_the_tellings_that_count_and_its_snooze(store):
    tell(store, told(), told((8,)))
    tell(store, told(message="m2", on=TODAY + WEEK))
    store.snooze("brass", "BR-1", (7,), Snooze(TODAY + WEEK, "Ana", "en el laboratorio", TODAY))
    expected = store.ledger("brass")["BR-1", (7,)]
    assert store.history.finding(name_of()) == Followed("brass", expected)
    assert len(expected.tellings) == 2
    deliver(store, "dead")
    assert store.history.finding(name_of()).entry.tellings == ()


def test_everything_about_a_step_comes_back_in_the_order_of_writing(place):
    steps = [
        a_step(),
        a_step("replanned", on=TODAY + DAY, due=TODAY + WEEK, due_before=TODAY),
        a_step("redated", on=TODAY + DAY, due=None, due_before=TODAY + WEEK),
        a_step("resolved", on=TODAY + WEEK, due=None),
    ]
    note(place.open(), *steps[:1])
    note(place.open(), *steps[1:], a_step(track=(8,)))
    note(place.open(), a_step(), monitor="otro")
    assert place.die().history.steps(name_of()) == steps
    assert place.open().history.steps(name_of((9,))) == []


def test_a_change_that_two_look_at_is_noted_once_and_one_that_comes_again_twice(store):
    both = a_step("redated", due_before=TODAY - DAY), a_step()
    for _ in range(2):
        note(store, *both)
    assert store.history.steps(name_of()) == list(both)
    note(store, a_step("resolved"))
    note(store, a_step())
    kinds = [step.kind for step in store.history.steps(name_of())]
    assert kinds == ["redated", "opened", "resolved", "opened"]


def test_steps_of_a_run_that_is_refused_are_not_noted(store):
    store.record(a_run(), [])
    with pytest.raises(Exception, match="2026-11-24"):
        store.record(a_run(), [], [an_entry()], [], [a_step()])
    assert store.history.steps(name_of()) == []


def test_steps_are_known_since_the_store_was_made(store):
    assert store.history.known_from() == store.logbook.made_at()
    assert store.history.known_from().utcoffset() == timedelta(hours=1)


def test_the_proof_of_notice_of_one_finding_is_told_alone(store):
    tell(store, told(), told((8,)))
    deliver(store, "accepted")
    tell(store, told(message="m2", on=TODAY + DAY, section="BR-2"))
    deliver(store, "accepted", NOW + DAY)
    ours = [each for each in store.notices(LONG_AGO, NOW + WEEK, None) if each.key == (7,)]
    assert store.history.notices(name_of()) == ours
    assert len(ours) == 4
    assert store.history.notices(name_of((9,))) == []


def test_the_latest_run_is_the_one_recorded_last(store):
    assert store.history.latest_run() == ""
    for name in ("b", "a"):
        store.record(a_run(id=name, forced=True), [])
        assert store.history.latest_run() == name


def test_what_is_open_is_counted_by_its_day_monitor_owner_and_replannings(store):
    entries = [
        an_entry((1,), owner="Ana", replannings=2),
        an_entry((2,), owner="Ana", first_seen=TODAY - WEEK),
        an_entry((3,), owner="ana"),
        an_entry((4,), rule="BR-2"),
        an_entry((5,), section=None, owner="Ana"),
        an_entry((6,), ended="resolved", ended_on=TODAY, owner="Ana"),
        an_entry((7,), rule="retirada", owner="Ana"),
    ]
    store.record(a_run(), [], entries)
    store.record(a_run(monitor="otro"), [], [an_entry(owner="Ana")])
    history = store.history
    assert history.first_seen(ALL) == {TODAY: 3, TODAY - WEEK: 1}
    assert history.by_monitor(ALL) == {"brass": 4}
    assert history.by_owner(ALL) == {"Ana": 2, "ana": 1, None: 1}
    assert history.by_replannings(ALL) == {0: 3, 2: 1}
    both = Scope({**ALL.rules, "otro": frozenset({"BR-1"})}, "Ana")
    assert history.by_monitor(both) == {"brass": 2, "otro": 1}
    assert history.by_owner(Scope({})) == {}


def test_a_hostile_owner_is_an_owner_like_any_other(store):
    evil = "'; DROP TABLE findings; -- %"
    store.record(a_run(), [], [an_entry((1,), owner=evil), an_entry((2,), owner="otro")])
    assert store.history.by_owner(replace(ALL, owner=evil)) == {evil: 1}


def test_steps_are_counted_by_kind_and_day_of_those_that_are_asked_for(store):
    owned = an_entry((1,), owner="Ana")
    store.record(a_run(), [], [owned, an_entry((2,))], [], [a_step(track=(1,)), a_step(track=(2,))])
    note(store, a_step("resolved", on=TODAY - DAY), a_step("opened", on=TODAY - WEEK))
    note(store, a_step(), monitor="otro")
    counted = store.history.steps_by_day(ALL, TODAY - DAY)
    assert counted == {("brass", "opened", TODAY): 2, ("brass", "resolved", TODAY - DAY): 1}
    assert store.history.steps_by_day(replace(ALL, owner="Ana"), TODAY) == {("brass", "opened", TODAY): 1}
    assert store.history.steps_by_day(Scope({}), TODAY - WEEK) == {}


def test_moved_plans_are_counted_by_days(store):
    moved = a_step("replanned", due=TODAY + WEEK, due_before=TODAY)
    note(store, moved, replace(moved, track=(8,)), replace(moved, track=(9,), due_before=TODAY - DAY))
    note(store, a_step("redated", due_before=TODAY + DAY), replace(moved, on=TODAY - WEEK))
    note(store, replace(moved, due=TODAY - WEEK), replace(moved, due=None))
    assert store.history.shifts(ALL, TODAY) == {7: 2, 8: 1, -7: 1}
    assert store.history.shifts(replace(ALL, owner="nadie"), TODAY) == {}
    assert store.history.shifts(Scope({"brass": frozenset({"BR-2"})}), TODAY) == {}


def test_how_each_run_ended_is_told_in_order(store):
    later = a_failure(digest="semanal", finished_at=NOW + DAY)
    store.record(a_failure(monitor="otro"), [])
    for run in (later, a_run(), a_run(forced=True, finished_at=NOW - WEEK)):
        store.record(run, [])
    assert store.history.looks(NOW - DAY) == [
        Looked("otro", "diario", "blind", NOW + timedelta(seconds=2)),
        Looked("brass", "diario", "complete", NOW + timedelta(seconds=2)),
        Looked("brass", "semanal", "blind", NOW + DAY),
    ]
    assert store.history.first_looks() == {"brass": NOW - WEEK}


def test_what_an_older_program_did_is_no_look(store):
    store.record(a_run(why=IMPORTED, finished_at=NOW - WEEK), [])
    assert store.history.looks(LONG_AGO) == []
    assert store.history.first_looks() == {}
    store.record(a_run(forced=True, finished_at=NOW), [])
    assert store.history.first_looks() == {"brass": NOW}


DAYS = st.integers(0, 40).map(lambda days: TODAY - days * DAY)
OWNERS = st.sampled_from([None, "Ana", "Luis", "ñ'%"])
ENTRIES = st.builds(
    Entry,
    rule=st.sampled_from(["BR-1", "BR-2", "otra"]),
    track=st.integers(1, 9).map(lambda number: (number,)),
    key=st.just((1,)),
    first_seen=DAYS,
    last_seen=st.just(TODAY),
    due=st.none() | DAYS,
    section=st.sampled_from([None, "BR-1"]),
    owner=OWNERS,
    replannings=st.integers(0, 3),
).map(lambda each: replace(each, key=each.track))
ENDED = st.tuples(ENTRIES, st.none() | DAYS).map(
    lambda each: each[0] if each[1] is None else replace(each[0], ended="resolved", ended_on=each[1])
)
CHANGES = st.tuples(st.sampled_from(STEP_KINDS), DAYS, st.none() | DAYS, st.none() | DAYS)


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('pasado')}/sereno.sqlite", NOW)
    yield store
    store.close()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(entries=st.lists(ENDED, min_size=1, max_size=12), changes=st.lists(CHANGES, max_size=12), owner=OWNERS)
def test_a_database_counts_as_memory_does(database, entries, changes, owner):
    memory, monitor = MemoryStore(NOW), uuid.uuid4().hex
    unique = list({(each.rule, each.track): each for each in entries}.values())
    steps = [
        Step(each.rule, each.track, kind, on, due, before)
        for (kind, on, due, before), each in zip(changes, cycle(unique), strict=False)
    ]
    for store in (database, memory):
        store.record(a_run(monitor=monitor), [], unique, [], steps)
    scope, since = Scope({monitor: ALL.rules["brass"]}, owner), TODAY - 20 * DAY
    for ask in ("first_seen", "by_monitor", "by_owner", "by_replannings"):
        assert getattr(database.history, ask)(scope) == getattr(memory.history, ask)(scope)
    assert database.history.steps_by_day(scope, since) == memory.history.steps_by_day(scope, since)
    assert database.history.shifts(scope, since) == memory.history.shifts(scope, since)
