"""Which rows may be stamped: for any rows asked for and any rows waiting."""

from hypothesis import given
from hypothesis import strategies as st

from sereno.adapters.queues.stamping import by_number, settle

ROWS = st.sets(st.tuples(st.integers(1, 4), st.sampled_from("abc")))


@given(ROWS, ROWS)
def test_no_row_is_stamped_that_was_not_asked_for(asked, waiting):
    settled = settle(by_number(asked), by_number(waiting))
    assert {row for row in waiting if row[0] in settled.numbers} <= asked


@given(ROWS, ROWS)
def test_what_was_asked_for_is_stamped_needs_nothing_or_shares_its_number(asked, waiting):
    settled = settle(by_number(asked), by_number(waiting))
    assert settled.rows <= asked
    for row in asked - settled.rows:
        assert row in waiting
        assert any(number == row[0] and (number, mark) not in asked for number, mark in waiting)
    for row in settled.rows & waiting:
        assert row[0] in settled.numbers


@given(ROWS)
def test_what_waits_and_is_asked_for_in_full_is_all_stamped(rows):
    settled = settle(by_number(rows), by_number(rows))
    assert settled.rows == rows
    assert set(settled.numbers) == {number for number, _ in rows}
