"""Who looks waits for whoever looks already, and for nobody who is stuck."""

from threading import Barrier, Event, Thread

import pytest
from tests.engine.building import Department
from tests.web.readings import reading_in_memory

from sereno.web.reading import look
from sereno.web.turns import Turns

WAIT = 30


def test_looks_are_made_one_at_a_time():
    turns, start, inside, most = Turns(patience=WAIT), Barrier(8), set(), []

    def have(name):
        start.wait(WAIT)
        with turns.taken():
            inside.add(name)
            most.append(len(inside))
            inside.discard(name)

    ended = [Thread(target=have, args=(name,)) for name in range(8)]
    for each in ended:
        each.start()
    for each in ended:
        each.join(WAIT)
    assert most == [1] * 8


def test_who_fails_gives_the_turn_back():
    turns = Turns(patience=WAIT)
    with pytest.raises(KeyError), turns.taken():
        {}["nada"]
    assert turns.free.acquire(blocking=False)


def test_nobody_waits_for_ever_for_one_who_is_stuck_nor_gives_back_what_was_never_had():
    turns = Turns(patience=0.05)
    with turns.taken():
        with turns.taken(), turns.taken():
            pass
        assert not turns.free.acquire(blocking=False)
    assert turns.free.acquire(blocking=False)
    assert not turns.free.acquire(blocking=False)


def test_a_sheet_that_takes_long_keeps_no_page_waiting():
    reading, shown = reading_in_memory(Department()), Event()

    def show():
        with look(reading) as view:
            assert view.standing.sentence
            shown.set()

    with look(reading, long=True):
        page = Thread(target=show)
        page.start()
        assert shown.wait(1.5)  # less than the patience of a page
    page.join(WAIT)
