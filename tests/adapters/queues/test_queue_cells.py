"""What cells become, value by value, without any database."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.adapters.queues.building import MADRID

from sereno.adapters.queues.cells import COLUMNS, number_of, recorded, row_of, text_of

MOMENT = datetime(2026, 2, 1, 9, 5, tzinfo=MADRID)


def row_with(**cells):
    return row_of(1, [cells.get(column) for column in COLUMNS], MADRID)


@pytest.mark.parametrize(
    "yes", ["Sí", "si", "S", "YES", "true", "1", "-1", 1, -1, True, 1.0, b"\x01", " sí "]
)
def test_a_row_says_that_its_body_is_html(yes):
    row = row_with(Cuerpo="hola", CuerpoHTML=yes)
    assert (row.html, row.body) == (True, "hola")


@pytest.mark.parametrize("no", [None, "", "  ", "No", "0", 0, False, b"\x00", "quizás", "a < b > c"])
def test_a_row_does_not_say_so(no):
    row = row_with(Cuerpo="hola", CuerpoHTML=no)
    assert (row.html, row.body) == (False, "hola")


def test_markup_beside_a_body_says_that_the_body_is_html():
    row = row_with(Cuerpo="hola", CuerpoHTML="<p>hola</p>")
    assert (row.html, row.body) == (True, "hola")


@pytest.mark.parametrize("blank", [None, "", " \r\n "])
def test_markup_takes_the_place_of_a_blank_body(blank):
    markup = "  <html><body>hola</body></html>\n"
    row = row_with(Cuerpo=blank, CuerpoHTML=markup)
    assert (row.html, row.body) == (True, markup)


def test_a_flag_never_becomes_a_body():
    assert row_with(CuerpoHTML="Sí").body == ""


@pytest.mark.parametrize(
    "cell",
    [
        "2026-02-01 09:05",
        "2026-02-01 09:05:00",
        "2026-02-01T09:05:00.000",
        "1/2/2026 9:05",
        "01-02-2026  09:05:00",
        datetime(2026, 2, 1, 9, 5),  # noqa: DTZ001
        b"2026-02-01 09:05:00",
    ],
)
def test_a_naive_time_is_local_in_whatever_form_it_is_written(cell):
    assert recorded(cell, MADRID) == (MOMENT, "2026-02-01 09:05:00")


@pytest.mark.parametrize(
    "cell",
    [
        "2026-02-01 08:05:00Z",
        "2026-02-01T10:05:00+02",
        "1/2/2026 10:05 +0200",
        datetime(2026, 2, 1, 3, 5, tzinfo=timezone(timedelta(hours=-5))),
    ],
)
def test_a_zoned_time_is_the_instant_that_it_names(cell):
    at, written = recorded(cell, MADRID)
    assert at == MOMENT
    assert written == "2026-02-01 08:05:00+00:00"


@pytest.mark.parametrize("cell", ["2026-02-01", "1/2/2026", date(2026, 2, 1), datetime(2026, 2, 1)])  # noqa: DTZ001
def test_a_day_is_its_first_instant(cell):
    assert recorded(cell, MADRID) == (MOMENT.replace(hour=0, minute=0), "2026-02-01 00:00:00")


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (None, ""),
        ("  ", ""),
        ("ayer ", "ayer"),
        ("31/02/2026", "31/02/2026"),
        ("2026-02-01 25:00:00", "2026-02-01 25:00:00"),
        ("infinity", "infinity"),
        ("0000-00-00 00:00:00", "0000-00-00 00:00:00"),
        (45321.5, "45321.5"),
        ("0001-01-01 00:00:00+14:00", "0001-01-01 00:00:00+14:00"),
    ],
)
def test_what_nobody_understands_has_no_time_and_stays_as_it_is(cell, written):
    assert recorded(cell, MADRID) == (None, written)


def test_the_zero_date_of_access_is_no_time():
    assert recorded(datetime(1899, 12, 30, 10), MADRID)[0] is None  # noqa: DTZ001
    assert recorded("30/12/1899", MADRID)[0] is None


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001
def test_a_time_is_recorded_the_same_whether_a_database_gives_it_as_text_or_not(moment):
    as_text = moment.isoformat(" ").rstrip("0") if moment.microsecond else moment.isoformat(" ")
    assert recorded(moment, MADRID) == recorded(as_text, MADRID)
    assert recorded(moment, MADRID)[0] == moment.replace(tzinfo=MADRID)


@given(st.text() | st.binary() | st.floats() | st.datetimes(timezones=st.none() | st.just(UTC)) | st.none())
def test_no_cell_whatsoever_stops_a_row(cell):
    cells = dict.fromkeys(COLUMNS, cell)
    row = row_with(**cells)
    assert row == row_with(**cells)
    assert row.fingerprint
    assert row.recorded_at is None or row.recorded_at.tzinfo is not None


@given(st.text())
def test_a_text_that_says_something_is_never_touched(text):
    assert text_of(text) == ("" if text.isspace() else text)


@pytest.mark.parametrize(
    ("cell", "number"),
    [(7, 7), (7.0, 7), (Decimal(7), 7), (-2, -2), (7.5, None), ("7", None), (None, None), (b"7", None)],
)
def test_only_whole_numbers_name_a_row(cell, number):
    assert number_of(cell) == number


@pytest.mark.parametrize("cell", [float("nan"), float("inf"), Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_finite_number_names_no_row(cell):
    assert number_of(cell) is None
