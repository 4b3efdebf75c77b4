"""Real Access files read without a driver: every value, no row that is gone, and never half of a table."""

import csv
import shutil
import struct
import subprocess
from collections import Counter
from contextlib import suppress
from datetime import date
from io import StringIO

import pytest
from tests.adapters.sources.building import fetched, opened, reason
from tests.contracts.sources.building import SHIPPERS, THEIRS, at_rest

from sereno.adapters.register_view import view_register
from sereno.adapters.sources.access_file import _catalog
from sereno.adapters.sources.access_layout import find_pages
from sereno.domain.errors import SourceUnavailable
from sereno.domain.rules import Column, Table

pytestmark = pytest.mark.external
NWIND = (
    "Categories",
    "Customers",
    "Employees",
    "Order Details",
    "Orders",
    "Products",
    "Shippers",
    "Suppliers",
)


def table(name, **columns):
    return Table(name, "brass", tuple(Column(each, kind) for each, kind in columns.items()))


@pytest.fixture
def copy(access_files, tmp_path):
    """Copy a file, changed byte by byte."""

    def make(name, change=lambda raw: raw):
        path = tmp_path / name
        path.write_bytes(change(bytearray((access_files / name).read_bytes())))
        at_rest(path)
        return opened("accdb", path)

    return make


def exported(path, name):
    """Ask MDB Tools, as texts; blank and NULL are alike."""
    program = shutil.which("mdb-export")
    if program is None:
        pytest.skip("external: MDB Tools are not installed (mdb-export was not found)")
    command = [program, "-D", "%Y-%m-%d", "-T", "%Y-%m-%d", "-B", "-b", "strip", path, name]
    heading, *rows = csv.reader(
        StringIO(subprocess.run(command, check=True, capture_output=True).stdout.decode())
    )
    return heading, rows


def shown(value):
    """Write a value as MDB Tools do."""
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


@pytest.mark.parametrize(
    ("file", "name"),
    [("ASampleDatabase.accdb", "Asset Items"), *(("nwind.mdb", name) for name in (*NWIND, "Umsätze"))],
)
def test_every_value_is_that_which_mdb_tools_read(access_files, file, name):
    heading, rows = exported(access_files / file, name)
    with opened("accdb", access_files / file).open() as reader:
        kinds = dict(zip(reader.columns(name), reader.types(name), strict=True))
        columns = [each for each in heading if kinds[each] not in {"Objeto OLE", "Sí/No", "Simple", "Doble"}]
        ours = [tuple(map(shown, row)) for chunk in reader.rows(name, columns) for row in chunk]
    assert reader.columns(name) == heading
    places = [heading.index(each) for each in columns]
    assert Counter(ours) == Counter(tuple(row[at] for at in places) for row in rows)


def test_yes_no_and_fractions_are_read(access_files):
    products = table("Products", ProductID="INTEGER", Discontinued="FLAG", UnitPrice="REAL")
    rows, doubts = fetched(opened("accdb", access_files / "nwind.mdb"), products)
    assert Counter(flag for _, flag, _ in rows) == {0: 69, 1: 8}
    assert rows[0][2] == 18.0
    assert doubts == []
    details = table("Order Details", Discount="REAL", Quantity="INTEGER")
    rows, _ = fetched(opened("accdb", access_files / "nwind.mdb"), details)
    assert {round(discount, 2) for discount, _ in rows} >= {0.0, 0.05, 0.15, 0.25}


def test_dates_at_their_extremes_are_those_that_were_written(access_files):
    days = table(
        "DateTest", IDCol="INTEGER", DateTimeCol="DATE", DateCol="DATE", TimeCol="DATE", LongTextCol="TEXT"
    )
    rows, doubts = fetched(opened("accdb", access_files / "DateTestDatabase.mdb"), days)
    assert rows == [
        (1, *["2021-12-02"] * 3, "Hello"),
        (2, *["9999-01-01"] * 3, "Year 9999"),
        (3, "1898-01-01", "1899-01-01", "1900-01-01", "Pre-1900 years"),
        (4, "0632-01-01", "0633-01-01", "0634-01-01", "Pre-1000 years"),
        (5, *["2021-12-02"] * 3, "Escaped new line \\r\\n in field"),
        (6, *["2021-12-02"] * 3, "New line\r\nin field"),
    ]
    assert doubts == []


def test_the_zero_date_is_none_and_a_date_beyond_all_years_is_reported(copy):
    new_year = struct.pack("<d", (date(9999, 1, 1) - date(1899, 12, 30)).days)
    days = table("DateTest", IDCol="INTEGER", DateCol="DATE")
    rows, doubts = fetched(copy("DateTestDatabase.mdb", lambda raw: raw.replace(new_year, bytes(8))), days)
    assert (rows[1], doubts) == ((2, None), [])
    for odd in (struct.pack("<d", 1e9), struct.pack("<d", float("nan"))):
        rows, doubts = fetched(
            copy("DateTestDatabase.mdb", lambda raw, odd=odd: raw.replace(new_year, odd)), days
        )
        assert rows[1] == (2, None)
        assert [doubt.column for doubt in doubts] == ["DateCol"]


def test_rows_on_pages_that_the_table_has_given_back_are_gone(access_files):
    pages = find_pages((access_files / "nwind.mdb").read_bytes())
    with opened("accdb", access_files / "nwind.mdb").open() as reader:
        orders = pages.definition(reader.catalog["Umsätze"])
        assert len(pages.claimed[orders.page]) > len(pages.owned(orders))
        assert sum(len(chunk) for chunk in reader.rows("Umsätze", ["OrderID"])) == orders.rows == 830


def test_a_row_that_was_deleted_is_gone_and_the_count_says_so(copy):
    def delete(raw):
        pages = find_pages(bytes(raw))
        place = raw.find(b"Speedy Express") // 2048 * 2048
        first = place + 10
        raw[first : first + 2] = struct.pack("<H", struct.unpack_from("<H", raw, first)[0] | 0x8000)
        (definition,) = (page for page, owned in pages.claimed.items() if place // 2048 in owned)
        count = definition * 2048 + 12
        assert struct.unpack_from("<I", raw, count) == (3,)
        raw[count : count + 4] = struct.pack("<I", 2)
        return raw

    assert fetched(copy("nwind.mdb", delete), SHIPPERS)[0] == THEIRS[1:]


def test_a_table_that_says_to_have_more_rows_than_there_are_is_not_believed(copy):
    def delete(raw):
        first = raw.find(b"Speedy Express") // 2048 * 2048 + 10
        raw[first : first + 2] = struct.pack("<H", struct.unpack_from("<H", raw, first)[0] | 0x8000)
        return raw

    told = reason(copy("nwind.mdb", delete), SHIPPERS)
    assert "no está entero: la tabla Shippers dice tener 3 filas y se hallan 2" in told
    assert "Compactar y reparar" in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda raw: raw[:-1], "está cortado: no acaba donde acaba una página"),
        (lambda raw: raw[: 4096 * 40], "está"),
        (lambda raw: raw[:100], "no es un fichero de Access"),
        (lambda raw: raw[:0], "no es un fichero de Access"),
        (
            lambda raw: raw[:0x14] + b"\x09" + raw[0x15:],
            "es de una versión de Access que Sereno no conoce (9)",
        ),
        (
            lambda raw: raw[:4096] + bytes(b ^ 0x5A for b in raw[4096:]),
            "está cifrado con contraseña, o dañado",
        ),
    ],
)
def test_what_is_no_whole_readable_file_is_told(copy, change, told):
    found = reason(copy("ASampleDatabase.accdb", change), table("Asset Items", Make="TEXT"))
    assert told in found
    assert ("access+pyodbc" in found) == ("no es un fichero" not in found)


def described(raw, name):
    """Return where a file describes its table, and the names that stand there."""
    with_pages = find_pages(bytes(raw))
    (page,) = (number for table, number in dict(_catalog(with_pages)).items() if table == name)
    return page * with_pages.size, [each.name for each in with_pages.definition(page).fields]


def test_names_in_access_97_may_have_accents(copy):
    def rename(raw):
        start, _ = described(raw, "Shippers")
        at = raw.index(b"CompanyName", start)
        raw[at : at + 11] = "Compañía S.".encode("cp1252")
        return raw

    with copy("nwind.mdb", rename).open() as reader:
        assert reader.columns("Shippers") == ["ShipperID", "Compañía S.", "Phone"]
        assert next(reader.rows("Shippers", ["Compañía S."]))[0] == ("Speedy Express",)


@pytest.mark.parametrize(
    ("at", "value", "told"),
    [(16, 0xC0, "es de un tipo que solo lee Access (Calculado)"), (0, 18, "que solo lee Access (Complejo)")],
)
def test_a_column_whose_values_stand_elsewhere_is_not_read_as_what_it_is_not(copy, at, value, told):
    def change(raw):
        start, names = described(raw, "Asset Items")
        indexes = struct.unpack_from("<I", raw, start + 51)[0]
        raw[start + 63 + 12 * indexes + 25 * names.index("Make") + at] = value
        return raw

    source = copy("ASampleDatabase.accdb", change)
    assert told in reason(source, table("Asset Items", Make="TEXT"))
    assert len(fetched(source, table("Asset Items", Acquired="DATE"))[0]) == 65


def test_a_list_of_tables_that_lost_some_is_not_believed(copy):
    """An optional table would be taken for missing."""

    def lose(raw):
        pages = find_pages(bytes(raw))
        raw[pages.owned(pages.definition(2))[0] * 2048 + 11] |= 0x80  # says that its first row was deleted
        return raw

    assert "no está entero: la tabla MSysObjects" in reason(copy("nwind.mdb", lose), SHIPPERS)


def test_one_table_that_is_damaged_is_told_and_the_next_one_read(copy):
    def spoil(raw):
        raw[raw.find(b"Speedy Express") // 2048 * 2048] = 0
        return raw

    view = view_register("brass", copy("nwind.mdb", spoil), None, [SHIPPERS])
    assert {each.table: each.rows for each in view.seen} | {"Orders": 830, "Shippers": None} == {
        each.table: each.rows for each in view.seen
    }
    assert len(view.missing) == 1
    assert "no está entero: la tabla Shippers" in view.missing[0]


@pytest.mark.parametrize("seed", range(40))
def test_damage_anywhere_never_makes_a_table_shorter(copy, seed):
    """Write nonsense over one page after the other: the rows are all there, or nothing is seen."""
    start = 4096 * (2 + seed * 3)

    def spoil(raw):
        raw[start + 10 : start + 200] = bytes((seed * 7 + at * 13) % 256 for at in range(190))
        return raw

    items = table("Asset Items", Make="TEXT", Acquired="DATE", Comments="TEXT")
    with suppress(SourceUnavailable):
        rows, _ = fetched(copy("ASampleDatabase.accdb", spoil), items)
        assert len(rows) == 65
