"""What a round leaves behind: how each query fared, how long it took, and what moved with it."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tests.engine.building import TUESDAY, Department, equipment

from sereno.domain.ledger import Entry
from sereno.engine.traces import MOVES_KEPT, Move, Trace, joined, moved, traced

TODAY = TUESDAY.date()
SECTIONS = ("BR-1", "BR-2")


def entry(track=(1,), section="BR-1", due=TODAY, **changes):
    return replace(Entry("BR", track, track, TODAY, TODAY, due, section), **changes)


def before(*entries):
    return {(each.rule, each.track): each for each in entries}


def left(department) -> Trace:
    (run,) = department.store.runs("brass", "diario", f"{department.now:%Y-%m-%d}")
    return department.store.traces.of(run.id)


def test_a_round_remembers_each_rule_that_it_saw_with_its_findings_and_its_time():
    department = Department()
    department.round()
    trace = left(department)
    assert [(each.name, each.kind, each.why) for each in trace.looks if each.kind == "rule"] == [
        (rule.id, "rule", "") for rule in department.monitor.rules
    ]
    assert sum(each.rows for each in trace.looks if each.kind == "rule") >= 2
    assert {each.name for each in trace.looks if each.kind == "check"} == {
        query.id for query in department.monitor.of_kind("check")
    }
    assert all(each.seconds is not None and 0 <= each.seconds < 60 for each in trace.looks)
    assert {each.register for each in trace.fetched} == set(department.monitor.registers)


def test_a_blind_round_remembers_why_each_rule_was_blind_and_moves_nothing():
    department = Department()
    department.round()
    department.registers["brass"] = None
    department.at(9, day=25).round()
    trace = left(department)
    rules = [each for each in trace.looks if each.kind == "rule"]
    assert {each.rows for each in rules} == {None}
    assert all("brass" in each.why for each in rules)
    assert trace.moves == ()


def test_a_round_remembers_what_came_what_went_and_what_has_another_date():
    department = Department()
    department.round()
    rows = equipment(caducado=300, proximo=14, nuevo=-1, lejano=200)
    department.registers["brass"] = rows
    department.at(9, day=25).round()
    moves = {each.key: each for each in left(department).moves}
    assert moves[1,].change(SECTIONS) == "gone"
    assert moves[2,].change(SECTIONS) == "redated"
    assert moves[3,].change(SECTIONS) == "new"
    assert moves[2,].is_due == TODAY + timedelta(days=14)
    assert set(moves) == {(1,), (2,), (3,)}


def test_a_round_in_which_nothing_changed_moves_nothing():
    department = Department()
    department.round()
    department.at(9, day=25).round()
    assert left(department).moves == ()


def test_a_move_is_what_it_is_to_the_readers_of_some_sections():
    crossed = Move("BR", (1,), (1,), "BR-2", "BR-1", TODAY, TODAY)
    assert crossed.change(SECTIONS) == "shifted"
    assert crossed.change(("BR-1",)) == "new"
    assert crossed.change(("BR-2",)) == "gone"
    assert crossed.change(("BR-9",)) is None


def test_a_finding_that_ended_or_lies_outside_every_band_stands_nowhere():
    old = [entry((1,)), entry((2,), None), entry((3,), ended="resolved")]
    new = [entry((1,), None), entry((2,)), entry((3,), "BR-2"), entry((4,), None)]
    assert [(each.key, each.was_in, each.is_in) for each in moved(before(*old), new)] == [
        ((1,), "BR-1", None),
        ((2,), None, "BR-1"),
        ((3,), None, "BR-2"),
    ]


def test_beyond_a_thousand_moves_the_others_are_counted():
    department = Department()
    look = department.round().look
    moves = [Move("BR", (n,), (n,), None, "BR-1", None, TODAY) for n in range(MOVES_KEPT + 7)]
    (plan,) = department.monitor.digests
    trace = traced(department.monitor, plan, look, plan.to, moves)
    assert (len(trace.moves), trace.unlisted) == (MOVES_KEPT, 7)


def test_what_came_and_went_again_made_no_move():
    came = Move("BR", (1,), (1,), None, "BR-1", None, TODAY)
    went = Move("BR", (1,), (1,), "BR-1", None, TODAY, None, "resolved")
    assert joined([came, went]) == []
    assert joined([went, replace(came, is_due=TODAY + timedelta(1))])[0].change(SECTIONS) == "redated"


STANDS = st.tuples(st.sampled_from([None, "BR-1", "BR-2"]), st.dates(date(2026, 11, 1), date(2026, 11, 3)))


@given(st.lists(st.dictionaries(st.integers(0, 3), STANDS), min_size=1, max_size=6))
def test_moves_of_several_rounds_joined_are_those_between_the_first_ledger_and_the_last(days):
    ledgers = [before(*(entry((n,), *stand) for n, stand in day.items())) for day in days]
    whole = [_with_ends(ledger, ledgers) for ledger in ledgers]
    steps = [move for a, b in pairwise(whole) for move in moved(a, b.values())]
    told = {(move.key, move.was_in, move.is_in, move.was_due, move.is_due) for move in joined(steps)}
    direct = moved(whole[0], whole[-1].values())
    assert told == {(move.key, move.was_in, move.is_in, move.was_due, move.is_due) for move in direct}


def _with_ends(ledger, ledgers):
    every = {name: each for other in ledgers for name, each in other.items()}
    return {name: ledger.get(name) or replace(each, ended="resolved") for name, each in every.items()}
