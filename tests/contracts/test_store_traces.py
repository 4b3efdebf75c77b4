"""What every store keeps of what runs leave behind: how each query fared, and what moved with it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.contracts.building import NOW, TODAY, a_failure, a_run, an_entry
from tests.contracts.test_store_pruning import LATER, prune

from sereno.engine.keeper import KEPT_RUNS
from sereno.engine.traces import Fetched, Looked, Move, Moves, Trace

EVIL = "<b>\0\ud800\u202e'año"
MOVE = Move("BR", (7,), (7,), None, "BR-1", None, TODAY)
TRACE = Trace(
    (
        Looked("BR", "rule", 3, "", 0.25),
        Looked("CALIDAD", "check", None, EVIL, 1e-7),
        Looked("jefes", "people", None, "no"),
    ),
    (Fetched("brass", 0.5),),
    (MOVE, Move("BR", (EVIL, 1.5, None), (EVIL,), "BR-1", None, TODAY, None, "resolved")),
    4,
)


def leave(store, *moves, **changes):
    run = a_run(**changes)
    store.record(run, [], trace=Trace((), (), moves))
    return run


def test_a_run_leaves_behind_what_it_was_recorded_with(place):
    store, run, bare = place.open(), a_run(), a_failure()
    store.record(run, [], [an_entry()], trace=TRACE)
    store.record(bare, [])
    again = place.die()
    assert again.traces.of(run.id) == TRACE
    assert again.traces.of(bare.id) is None
    assert again.traces.of("nadie") is None


def test_what_is_refused_leaves_nothing_behind(store):
    leave(store)
    again = a_run(id="otra")
    with pytest.raises(Exception, match="ya"):
        store.record(again, [], trace=TRACE)
    assert store.traces.of("otra") is None


def test_the_run_before_is_the_complete_one_of_its_digest_that_was_written_last(store):
    first = leave(store, period="2026-11-22")
    other = leave(store, digest="semanal")
    blind = a_failure(period="2026-11-23")
    store.record(blind, [])
    elsewhere = leave(store, monitor="riesgos")
    last = leave(store, period="2026-11-24")
    assert store.traces.complete_before(last) == first
    assert store.traces.complete_before(blind) == first
    for run in (first, other, elsewhere, a_run(id="nadie")):
        assert store.traces.complete_before(run) is None


def test_moves_are_gathered_over_all_runs_of_the_monitor_since_one_in_their_order(store):
    moves = [replace(MOVE, track=(n,), key=(n,)) for n in range(5)]
    first = leave(store, moves[0], period="2026-11-22")
    leave(store, moves[1], digest="semanal")
    leave(store, moves[2], monitor="riesgos")
    store.record(a_failure(), [], trace=Trace((), (), (moves[3],), 9))
    leave(store, digest="mensual")
    last = leave(store, moves[4], period="2026-11-24")
    assert store.traces.moves(last, first) == Moves((moves[1], moves[3], moves[4]), 9, 0)
    assert store.traces.moves(last, None) == Moves((moves[0], moves[1], moves[3], moves[4]), 9, 0)


def test_runs_of_which_nothing_was_kept_are_counted_among_those_that_moved_things(store):
    first = leave(store, MOVE)
    store.record(a_failure(), [])
    last = a_run(period="2026-11-25")
    store.record(last, [])
    assert store.traces.moves(last, first) == Moves((), 0, 2)


def test_what_a_run_left_behind_goes_with_it(store):
    old = NOW - timedelta(days=30)
    runs = [a_failure(started_at=old, finished_at=old + timedelta(seconds=n)) for n in range(KEPT_RUNS + 2)]
    for run in runs:
        store.record(run, [], trace=TRACE)
    assert prune(store, "runs", LATER).rows == 2
    assert [store.traces.of(run.id) for run in runs[:3]] == [None, None, TRACE]
