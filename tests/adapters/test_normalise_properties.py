"""No value that a register can hold breaks a round or changes on a second reading."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import example, given
from hypothesis import strategies as st
from tests.adapters.cells import KINDS, MADRID, UNREADABLE, one

from sereno.adapters.normalise import SHOWN, normalise_column, normalise_value

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(),
    st.text(st.characters(categories=["Cs", "Cc", "Nd", "Zs"])),
    st.binary(),
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.sampled_from([UTC, MADRID, timezone(timedelta(hours=-12))])),
    st.times(),
    st.timedeltas(),
    st.uuids(),
    st.lists(st.integers(), max_size=3),
)
UNIFORM = st.one_of(
    st.lists(each | st.none(), max_size=8)
    for each in (
        st.integers(-(2**65), 2**65),
        st.floats(),
        st.text(),
        st.sampled_from(["1/2/2026", "31/2/2026", "Sí", "no", " ", "2026-02-01"]),
        st.dates(),
        st.booleans(),
    )
)


@given(ANYTHING, st.sampled_from(KINDS))
@example("\ud800", "TEXT")
@example(datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), "DATE")
def test_nothing_that_a_register_holds_breaks_the_round(value, kind):
    (cell,), unreadable = normalise_column([value], kind, MADRID)
    with closing(sqlite3.connect(":memory:")) as copy:
        assert copy.execute("SELECT ?", (cell,)).fetchone() == (cell,)
    for shown in unreadable.values():
        assert shown.isprintable()
        assert len(shown) <= SHOWN


@given(ANYTHING, st.sampled_from(KINDS))
def test_what_was_normalised_once_stays_as_it_is(value, kind):
    once = one(value, kind)
    if once is not UNREADABLE:
        assert one(once, kind) == once


@given(
    st.dates(),
    st.sampled_from(["{0:%d/%m/}{0.year:04}", "{0.day}-{0.month}-{0.year:04}", "{0.year:04}-{0:%m-%d}"]),
)
def test_a_written_day_is_read_as_the_same_day(day, form):
    expected = None if day == date(1899, 12, 30) else day.isoformat()
    assert one(form.format(day), "DATE") == expected


@given(st.lists(ANYTHING, max_size=8) | UNIFORM, st.sampled_from(KINDS))
def test_a_column_is_converted_value_by_value(values, kind):
    cells, unreadable = normalise_column(values, kind, MADRID)
    alone = [normalise_column([value, object()], kind, MADRID) for value in values]
    assert repr(cells) == repr([each[0] for each, _ in alone])
    assert unreadable == {at: doubts[0] for at, (_, doubts) in enumerate(alone) if 0 in doubts}
    assert [normalise_value(value, kind, MADRID) for value in values] == cells
