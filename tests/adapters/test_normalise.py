"""Whatever a register holds becomes a number, trimmed text, an ISO date, 0/1 or NULL."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from tests.adapters.cells import KINDS, MADRID, UNREADABLE, one

from sereno.adapters.normalise import show
from sereno.adapters.sources.fetch import normalise_rows
from sereno.domain.findings import Datum
from sereno.domain.rules import Column, Table


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("blank", [None, "", "  ", "\t\r\n", "\xa0", "\0", b"", b" "])
def test_blank_is_null_in_every_type(blank, kind):
    assert one(blank, kind) is None


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (7, 7),
        (True, 1),
        (7.0, 7),
        (Decimal("7.00"), 7),
        (" 7 ", 7),
        ("-7", -7),
        ("+7", 7),
        ("007", 7),
        ("7,0", 7),
        ("7.00", 7),
        (b"7", 7),
        (2**63 - 1, 2**63 - 1),
        (str(-(2**63)), -(2**63)),
    ],
)
def test_an_integer_is_a_number_without_a_fraction(value, number):
    assert one(value, "INTEGER") == number
    assert type(one(value, "INTEGER")) is int


@pytest.mark.parametrize(
    "value",
    [
        7.5,
        "7,5",
        "siete",
        "1.000",
        "1.000,00",
        "1 000",
        "1e3",
        "٣",
        "7" * 5000,
        2**63,
        -(2**63) - 1,
        float(2**63),
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("1e999999"),
        date(2026, 1, 1),
        [7],
    ],
)
def test_what_is_no_whole_number_of_64_bits_is_a_datum_to_correct(value):
    assert one(value, "INTEGER") is UNREADABLE


@pytest.mark.parametrize(
    ("value", "number"),
    [(7, 7.0), (7.5, 7.5), (Decimal("7.5"), 7.5), ("7,5", 7.5), ("7.5", 7.5), (",5", 0.5), ("-1e3", -1000.0)],
)
def test_a_real_takes_a_comma_or_a_point(value, number):
    assert one(value, "REAL") == number
    assert type(one(value, "REAL")) is float


@pytest.mark.parametrize(
    "value",
    ["1.000,5", "nan", "inf", "1e999", "1_0", ",", float("nan"), float("-inf"), 10**400, Decimal("sNaN")],
)
def test_what_is_no_finite_number_is_a_datum_to_correct(value):
    assert one(value, "REAL") is UNREADABLE


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  Calibrador \t", "Calibrador"),
        ("dos\nlíneas", "dos\nlíneas"),
        ("a\0b\x1b", "a b"),
        ("caf\udce9", "caf"),
        (12, "12"),
        (12.0, "12"),
        (0.1, "0.1"),
        (True, "Sí"),
        (Decimal("1.50"), "1.50"),
        (date(2026, 1, 2), "2026-01-02"),
        ("Peñíscola".encode(), "Peñíscola"),
        ("Peñíscola".encode("cp1252"), "Peñíscola"),
        (memoryview(b"abc"), "abc"),
    ],
)
def test_anything_is_text(value, text):
    assert one(value, "TEXT") == text


@pytest.mark.parametrize(
    "value",
    [
        date(2026, 2, 1),
        datetime(2026, 2, 1, 23, 59),  # noqa: DTZ001  what most databases give
        "2026-02-01",
        "2026-2-1",
        "2026-02-01 10:30",
        "2026-02-01T10:30:15",
        "2026-02-01T10:30:15.123456",
        "2026-02-01 10:30:15,5",
        "1/2/2026",
        "01/02/2026",
        "1-2-2026",
        "01-02-2026 0:00:00",
        " 1/2/2026 10:30 ",
        b"2026-02-01",
        "2026-02-01T10:30:00Z",
        "2026-02-01T10:30:00+01:00",
        "2026-02-01 10:30:00+01",
    ],
)
def test_every_way_of_writing_a_date_gives_the_iso_day(value):
    assert one(value, "DATE") == "2026-02-01"


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-31T23:30:00Z",
        "2026-01-31 23:30:00.5+0000",
        "2026-01-31T22:30:00-01:00",
        datetime(2026, 1, 31, 23, 30, tzinfo=UTC),
        datetime(2026, 1, 31, 23, 30, tzinfo=timezone(-timedelta(hours=1))),
    ],
)
def test_a_zoned_time_is_brought_home_before_the_time_is_dropped(value):
    assert one(value, "DATE") == "2026-02-01"


@pytest.mark.parametrize(
    "value", [date(1899, 12, 30), "30/12/1899", "1899-12-30 10:30:00", "1899-12-30T00:00:00Z"]
)
def test_the_zero_date_of_access_is_null(value):
    assert one(value, "DATE") is None


@pytest.mark.parametrize(
    "value",
    [
        "1/2/26",
        "26-02-01",
        "31/02/2026",
        "2026-13-01",
        "0000-00-00",
        "1/2-2026",
        "1.2.2026",
        "pendiente",
        "2026-02-01 más o menos",
        "2026-02-01 25:00",
        "2026-02-01T10:00+99:00",
        "0001-01-01T00:00:00+14:00",
        "infinity",
        "0044-03-15 BC",
        20260201,
        46054.0,
        True,
        time(10, 30),
    ],
)
def test_what_is_no_date_is_a_datum_to_correct(value):
    assert one(value, "DATE") is UNREADABLE


@pytest.mark.parametrize(
    "value", ["Sí", "SI", "si", "s", "Yes", "true", "VERDADERO", "1", "-1", "si\u0301", True, 1, -1, 1.0]
)
def test_every_yes_is_one(value):
    assert one(value, "FLAG") == 1


@pytest.mark.parametrize("value", ["No", "n", "FALSE", "0", False, 0, 0.0, Decimal(0), b"0"])
def test_every_no_is_zero(value):
    assert one(value, "FLAG") == 0


@pytest.mark.parametrize("value", ["quizás", "2", 2, 0.5, float("nan"), date(2026, 1, 1), 10**400])
def test_what_is_neither_yes_nor_no_is_a_datum_to_correct(value):
    assert one(value, "FLAG") is UNREADABLE


def test_a_value_is_shown_on_one_short_line():
    assert show("a\n\x1b\0ñ") == "a\\n\\x1b\\x00ñ"
    assert show("x" * 80) == "x" * 80
    assert show("x" * 81) == "x" * 79 + "…"


EQUIPMENT = Table(
    "TbEquiposMedida",
    "brass",
    (Column("IDEquipoMedida", "INTEGER"), Column("FechaFinServicio", "DATE")),
    key=("IDEquipoMedida",),
)


def test_a_datum_to_correct_names_register_table_record_column_and_value():
    rows, doubts, doubtful = normalise_rows(EQUIPMENT, [(1, "2026-01-02"), ("2", "31/02/2026")], MADRID)
    assert rows == [(1, "2026-01-02"), (2, None)]
    assert doubts == [Datum("brass", "TbEquiposMedida", "2", "FechaFinServicio", "31/02/2026")]
    assert doubtful == 1


def test_a_record_without_a_key_is_named_by_its_place():
    _, doubts, _ = normalise_rows(EQUIPMENT, [(None, "nunca")], MADRID, start=10_000)
    assert doubts[0].key == "fila 10001"


def test_a_table_without_rows_has_no_rows():
    assert normalise_rows(EQUIPMENT, [], MADRID) == ([], [], 0)


def test_a_table_full_of_odd_values_tells_some_and_counts_all():
    _, doubts, doubtful = normalise_rows(EQUIPMENT, [(n, "nunca") for n in range(50)], MADRID, most=3)
    assert [datum.key for datum in doubts] == ["0", "1", "2"]
    assert doubtful == 50
