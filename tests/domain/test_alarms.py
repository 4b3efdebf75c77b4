from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.domain.alarms import CALM, MARK, OVER, Alarm, Condition, decide

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=ZoneInfo("Europe/Madrid"))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
JOB = "job/brass"
DEAD = "mail/dead"


def known(subject=JOB, level=1, text="falla", told=NOW - DAY):
    return {subject: Alarm(subject, level, text, told, told)}


def now_is(*conditions, known=None, seen=(JOB, DEAD, "calendar", "settings"), at=NOW):
    return decide(known or {}, conditions, set(seen), at)


def kinds(changes):
    return [(change.kind, change.subject) for change in changes.told]


TABLE = {
    "what nobody knows is told": ({}, [Condition(JOB, 1, "falla")], [("raised", JOB)]),
    "what is known is not told again": (known(), [Condition(JOB, 1, "falla")], []),
    "other words for the same are no news": (known(), [Condition(JOB, 1, "falla de nuevo")], []),
    "what is worse is told": (known(), [Condition(JOB, 2, "falla")], [("worse", JOB)]),
    "what is better is not told": (known(level=2), [Condition(JOB, 1, "falla")], []),
    "that it is over is told": (known(), [], [("over", JOB)]),
    "that mail has ended is not told": (known(DEAD), [], []),
    "more mail is told": (known(DEAD), [Condition(DEAD, 3, "3")], [("worse", DEAD)]),
    "less mail is not told": (known(DEAD, 5), [Condition(DEAD, 3, "3")], []),
    "another fault of the calendar is told": (
        known("calendar", text="línea 4"),
        [Condition("calendar", 1, "línea 4\nnadie ha confirmado 2027")],
        [("worse", "calendar")],
    ),
    "one fault less of the calendar is not told": (
        known("calendar", text="línea 4\nnadie ha confirmado 2027"),
        [Condition("calendar", 1, "nadie ha confirmado 2027")],
        [],
    ),
    "a fault that has moved to another line is not told": (
        known("calendar", text="Festivos.txt, línea 4: no vale"),
        [Condition("calendar", 1, "Festivos.txt, línea 12: no vale")],
        [],
    ),
    "that an event is over is not told": (known("cycle"), [], []),
    "another event is told": (known("cycle"), [Condition("cycle", 1, "murió")], [("worse", "cycle")]),
}


@pytest.mark.parametrize("claim", TABLE)
def test_operators_are_told_of_changes_alone(claim):
    before, conditions, expected = TABLE[claim]
    assert kinds(now_is(*conditions, known=before)) == expected


def test_what_could_not_be_looked_at_is_forgotten_and_never_told_to_be_over():
    changes = now_is(known=known(), seen=())
    assert changes.told == ()
    assert changes.over == {JOB}


def test_what_got_better_is_told_when_it_worsens_from_there():
    better = now_is(Condition(DEAD, 2, "2"), known=known(DEAD, 5))
    assert [alarm.level for alarm in better.known] == [2]
    worse = now_is(Condition(DEAD, 3, "3"), known={DEAD: better.known[0]})
    assert kinds(worse) == [("worse", DEAD)]


def test_what_is_told_again_keeps_since_when_it_is_so():
    (change,) = now_is(Condition(JOB, 2, "falla"), known=known()).told
    assert change.since == NOW - DAY


def test_a_count_of_mail_that_grows_all_the_time_is_told_once_an_hour():
    before = known(DEAD, 1, told=NOW - HOUR / 2)
    assert now_is(Condition(DEAD, 9, "9"), known=before).told == ()
    assert kinds(now_is(Condition(DEAD, 9, "9"), known=before, at=NOW + HOUR)) == [("worse", DEAD)]


def test_a_clock_that_was_set_back_silences_nothing():
    before = known(DEAD, 1, told=NOW + 300 * DAY)
    assert kinds(now_is(Condition(DEAD, 9, "9"), known=before)) == [("worse", DEAD)]


def test_an_event_that_comes_and_goes_is_told_once_a_day():
    fault = Condition("cycle", 1, "fallo en 0x7f3a")
    told = now_is(fault).known[0]
    gone = now_is(known={"cycle": told}, at=NOW + HOUR)
    assert gone.over == frozenset()
    again = Condition("cycle", 1, "fallo en 0x81bc")
    assert now_is(again, known={"cycle": told}, at=NOW + 2 * HOUR).told == ()
    assert now_is(known={"cycle": told}, at=NOW + DAY).over == {"cycle"}


def test_events_that_take_turns_are_each_told_once():
    first = now_is(Condition("cycle", 1, "uno")).known[0]
    second = now_is(Condition("cycle", 1, "otro"), known={"cycle": first}).known[0]
    assert now_is(Condition("cycle", 1, "uno"), known={"cycle": second}).told == ()


def test_what_is_remembered_and_is_no_alarm_does_not_end():
    assert now_is(known=known("overview", MARK, "2026-W47")).over == frozenset()


def test_what_flickers_is_told_once_in_an_hour_and_what_stays_is_told_after_it():
    over = now_is(known=known()).known[0]
    assert over.level == OVER
    begun = Condition(JOB, 1, "falla")
    assert now_is(begun, known={JOB: over}, at=NOW + CALM / 2).told == ()
    assert kinds(now_is(begun, known={JOB: over}, at=NOW + CALM)) == [("raised", JOB)]


def test_what_stays_over_is_forgotten_without_a_word():
    over = now_is(known=known()).known[0]
    still = now_is(known={JOB: over}, at=NOW + CALM / 2)
    assert (still.told, still.known, still.over) == ((), (), frozenset())
    later = now_is(known={JOB: over}, at=NOW + CALM)
    assert (later.told, later.known, later.over) == ((), (), {JOB})


subjects = st.sampled_from([JOB, "job/riesgos", "digest/brass/diario", DEAD, "calendar", "cycle", "settings"])
conditions = st.builds(Condition, subjects, st.integers(1, 4), st.sampled_from(["uno", "otro", "uno\notro"]))
cycles = st.lists(st.lists(conditions, max_size=4, unique_by=lambda each: each.subject), max_size=12)


def _apply(alarms, changes):
    kept = {subject: alarm for subject, alarm in alarms.items() if subject not in changes.over}
    return kept | {alarm.subject: alarm for alarm in changes.known}


@given(cycles)
def test_the_same_change_is_never_told_twice(history):
    alarms = {}
    for number, found in enumerate(history):
        at = NOW + number * timedelta(minutes=5)
        seen = {condition.subject for condition in found} | alarms.keys()
        alarms = _apply(alarms, decide(alarms, found, seen, at))
        repeated = decide(alarms, found, seen, at + timedelta(minutes=5))
        assert repeated.told == ()


@given(cycles)
def test_what_is_over_had_been_told_and_is_told_once(history):
    alarms, open_ones = {}, set()
    for number, found in enumerate(history):
        at = NOW + number * timedelta(hours=2)
        changes = decide(alarms, found, {c.subject for c in found} | alarms.keys(), at)
        for change in changes.told:
            if change.kind == "over":
                assert change.subject in open_ones
                open_ones.remove(change.subject)
            else:
                assert (change.kind == "worse") == (change.subject in open_ones)
                open_ones.add(change.subject)
        open_ones -= changes.over
        alarms = _apply(alarms, changes)


@given(cycles)
def test_whatever_is_the_case_is_known_afterwards_at_no_higher_level(history):
    alarms = {}
    for number, found in enumerate(history):
        at = NOW + number * timedelta(hours=2)
        alarms = _apply(alarms, decide(alarms, found, {c.subject for c in found}, at))
        for condition in found:
            assert alarms[condition.subject].level <= condition.level
            assert alarms[condition.subject].level != MARK


def test_changes_are_decided_from_values_alone():
    before = known()
    kept = replace(before[JOB])
    now_is(Condition(JOB, 2, "falla"), known=before)
    assert before == {JOB: kept}
