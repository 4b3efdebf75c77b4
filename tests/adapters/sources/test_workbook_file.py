"""A workbook: dates however they are kept, errors as they are shown, and nothing passed over."""

import re
import zipfile
from datetime import date

import pytest
import xlsxwriter
from tests.adapters.sources.building import fetched, opened, reason
from tests.contracts.sources.building import at_rest

HEADING = ["IDEquipoMedida", "Nombre", "FechaFinServicio"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "brass.xlsx"


@pytest.fixture
def register(path):
    """Write a sheet of cells; a pair is what to call and with what."""

    def make(*rows, options=None, name="TbEquiposMedida"):
        with xlsxwriter.Workbook(path, options or {}) as book:
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for place, cell in enumerate(row):
                    write(book, sheet, at, place, cell)
        at_rest(path)
        return opened("xlsx", path)

    return make


def write(book, sheet, at, place, cell):
    if isinstance(cell, date):
        sheet.write_datetime(at, place, cell, book.add_format({"num_format": "d/m/yy"}))
    elif isinstance(cell, tuple):
        sheet.write_formula(at, place, cell[0], None, cell[1])
    else:
        sheet.write(at, place, cell)


def rewrite(path, change):
    """Write the workbook anew with its sheets changed as texts."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w") as book:
        for name, raw in parts.items():
            book.writestr(name, change(raw.decode("utf-8")) if "/worksheets/sheet" in name else raw)
    at_rest(path)


def test_dates_are_dates_serial_numbers_or_texts(register):
    days = [date(2026, 1, 31), 46053, 46053.75, "31/1/2026", 0, None]
    rows, doubts = fetched(register(HEADING, *([at, "a", day] for at, day in enumerate(days))))
    assert [row[2] for row in rows] == ["2026-01-31"] * 4 + [None] * 2
    assert doubts == []


def test_workbooks_that_count_from_1904_are_read_by_their_own_count(register):
    source = register(HEADING, [1, "a", date(2026, 1, 31)], [2, "b", 44591], options={"date_1904": True})
    assert [row[2] for row in fetched(source)[0]] == ["2026-01-31"] * 2


def test_a_number_that_is_no_day_of_the_calendar_is_reported(register):
    rows, doubts = fetched(register(HEADING, [1, "a", 99_999_999], [2, "b", -3]))
    assert [row[2] for row in rows] == [None, None]
    assert [doubt.key for doubt in doubts] == ["1", "2"]


def test_a_formula_counts_as_what_it_came_to_and_an_error_is_reported(register):
    rows, doubts = fetched(register(HEADING, [1, ("=B9", "Calibrador"), ("=1/0", "#DIV/0!")]))
    assert rows == [(1, "Calibrador", None)]
    assert [doubt.value for doubt in doubts] == ["#DIV/0!"]


def test_formulas_that_nobody_has_calculated_blind(register, path):
    source = register(HEADING, [1, ("=B9", "Calibrador"), None])
    rewrite(path, lambda sheet: re.sub("<v>Calibrador</v>", "", sheet))
    assert "tiene fórmulas sin calcular (xl/worksheets/sheet1.xml)" in reason(source)


def test_a_sheet_that_tells_a_wrong_size_of_itself_is_read_whole(register, path):
    source = register(HEADING, *([at, "a", None] for at in range(50)))
    rewrite(path, lambda sheet: re.sub('<dimension ref="[^"]*"', '<dimension ref="A1"', sheet))
    assert len(fetched(source)[0]) == 50


def test_numbers_that_stand_for_keys_are_whole(register):
    assert fetched(register(HEADING, [7.0, 12, None], [8, True, None]))[0] == [
        (7, "12", None),
        (8, "Sí", None),
    ]


@pytest.mark.parametrize(
    ("heading", "row", "told"),
    [
        (["IDEquipoMedida", "Nombre"], [1, "a", "31/1/2026"], "la fila 2 tiene un dato en la columna 3"),
        (["IDEquipoMedida", "Nombre", None, "X"], [1, "a", 5], "la fila 2 tiene un dato en la columna 3"),
        (["Equipos de medida"], [1], "no existe la columna IDEquipoMedida"),
        ([None], HEADING, "no tiene cabecera en su primera fila"),
        (["IDEquipoMedida", "Nombre", "nombre"], [1, "a"], "la cabecera Nombre está repetida"),
    ],
)
def test_a_sheet_without_a_proper_heading_blinds(register, heading, row, told):
    assert told in reason(register(heading, row))


def test_an_empty_sheet_is_no_empty_table(register):
    assert "no tiene cabecera" in reason(register())
    assert fetched(register(HEADING)) == ([], [])


def test_half_a_file_or_another_blinds(register, path):
    source = register(HEADING, *([at, "a" * at, None] for at in range(200)))
    whole = path.read_bytes()
    for part in (whole[: len(whole) // 2], b"", b"IDEquipoMedida;Nombre"):
        path.write_bytes(part)
        at_rest(path)
        assert "no es un libro .xlsx, o está dañado o a medio escribir" in reason(source)


def test_a_sheet_cut_short_inside_the_file_blinds(register, path):
    source = register(HEADING, *([at, "a", None] for at in range(200)))
    rewrite(path, lambda sheet: sheet[: len(sheet) // 2])
    assert "está dañado o a medio escribir" in reason(source)


def test_a_workbook_with_a_password_is_told(path):
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2048))
    at_rest(path)
    assert "tiene contraseña, o no es .xlsx" in reason(opened("xlsx", path))


def test_a_column_s_type_is_told_by_what_it_holds(register):
    source = register(HEADING, [1, "a", date(2026, 1, 31)], ["x", None, None])
    with source.open() as reader:
        assert reader.types("TbEquiposMedida") == ["número o texto", "texto", "fecha"]
