"""Who looks waits for whoever looks already, and for nobody who is stuck."""

import time
from threading import Event, Thread

import pytest
from starlette.exceptions import HTTPException
from tests.engine.building import Department
from tests.web.asking import ask
from tests.web.readings import reading_in_memory

from sereno.web.reading import look
from sereno.web.turns import PAGES, SHEETS, Turns

WAIT = 30


def test_looks_are_made_one_at_a_time_in_the_order_in_which_they_came():
    turns, inside, most, order = Turns(patience=WAIT, most=9), set(), [], []

    def have(name):
        with turns.taken():
            inside.add(name)
            Event().wait(0.01)
            most.append(len(inside))
            order.append(name)
            inside.discard(name)

    with turns.taken():
        ended = [Thread(target=have, args=(name,)) for name in range(8)]
        for number, each in enumerate(ended, 1):
            each.start()
            wait_for(lambda number=number: len(turns.waiting) == number)
    for each in ended:
        each.join(WAIT)
    assert most == [1] * 8
    assert order == list(range(8))


def test_who_comes_again_and_again_keeps_nobody_out():
    turns, over, had = Turns(patience=WAIT, most=9), Event(), []

    def again_and_again():
        while not over.is_set():
            with turns.taken():
                had.append(None)

    busy = [Thread(target=again_and_again) for _ in range(4)]
    for each in busy:
        each.start()
    for _ in range(20):
        before = len(had)
        with turns.taken():
            assert len(had) - before <= 5, "those who had come before, and one that was having its turn"
    over.set()
    for each in busy:
        each.join(WAIT)


def test_too_many_who_wait_are_sent_away_and_take_nobodys_turn():
    turns = Turns(patience=0.05, most=0)
    with turns.taken(), pytest.raises(HTTPException) as refused, turns.taken():
        pass
    assert refused.value.status_code == 503
    with turns.taken():
        pass


def test_of_too_many_downloads_the_last_is_told_so_and_when_to_come_again():
    reading = reading_in_memory(Department())
    with SHEETS.taken():
        waiting = [Thread(target=ask, args=(reading, "/hallazgos.csv")) for _ in range(SHEETS.most)]
        for each in waiting:
            each.start()
        wait_for(lambda: len(SHEETS.waiting) == SHEETS.most)
        answer = ask(reading, "/hallazgos.csv")
    for each in waiting:
        each.join(WAIT)
    assert (answer.status, answer.headers["retry-after"]) == (503, "60")
    assert "demasiadas descargas a la vez" in answer.text


def test_who_fails_gives_the_turn_back():
    turns = Turns(patience=WAIT, most=9)
    with pytest.raises(KeyError), turns.taken():
        {}["nada"]
    assert not turns.busy


def test_nobody_waits_for_ever_for_one_who_is_stuck_nor_gives_back_what_was_never_had():
    turns = Turns(patience=0.05, most=9)
    with turns.taken():
        with turns.taken(), turns.taken():
            pass
        assert turns.busy
    assert not turns.busy
    assert not turns.waiting


def test_a_sheet_that_takes_long_keeps_no_page_waiting():
    reading, shown = reading_in_memory(Department()), Event()

    def show():
        with look(reading) as view:
            assert view.standing.sentence
            shown.set()

    with look(reading, SHEETS):
        page = Thread(target=show)
        page.start()
        assert shown.wait(1.5)  # less than the patience of a page
    page.join(WAIT)


@pytest.mark.parametrize(
    ("turns", "address"), [(PAGES, "/hallazgos"), (SHEETS, "/hallazgos.csv"), (SHEETS, "/hallazgos.xlsx")]
)
def test_a_page_waits_for_pages_and_a_sheet_for_sheets(turns, address):
    answers, reading = [], reading_in_memory(Department())
    asking = Thread(target=lambda: answers.append(ask(reading, address).status))
    with turns.taken():
        asking.start()
        wait_for(lambda: len(turns.waiting) == 1)
        assert answers == []
    asking.join(WAIT)
    assert answers == [200]


@pytest.mark.parametrize("address", ["/healthz", "/metrics"])
def test_who_watches_the_watchman_waits_for_nobody(address):
    reading = reading_in_memory(Department())
    with PAGES.taken(), SHEETS.taken():
        assert ask(reading, address).status in {200, 503}
        assert not PAGES.waiting


def wait_for(condition):
    deadline = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)
