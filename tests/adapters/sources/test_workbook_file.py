"""A workbook: dates however they are kept, errors as they are shown, and nothing passed over."""

import re
import zipfile
from contextlib import suppress
from datetime import date

import pytest
import xlsxwriter
from tests.adapters.sources.building import fetched, opened, reason
from tests.contracts.sources.building import at_rest

from sereno.domain.errors import SchemaDrift, SourceUnavailable

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


def rewrite(path, change, part="xl/worksheets/sheet1.xml"):
    """Write the workbook anew with the parts of that name, or beginning, changed as texts."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w") as book:
        for name, raw in parts.items():
            book.writestr(name, change(raw.decode("utf-8")) if name.startswith(part) else raw)
    at_rest(path)


def calculate(path):
    """Say, as Excel does when it has calculated a workbook, that nothing waits for it."""
    rewrite(path, lambda book: book.replace(' fullCalcOnLoad="1"', ""), "xl/workbook.xml")


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


def test_a_formula_counts_as_what_it_came_to_and_an_error_is_reported(register, path):
    source = register(HEADING, [1, ("=B9", "Calibrador"), ("=1/0", "#DIV/0!")], [2, ('=""', ""), None])
    calculate(path)
    rewrite(
        path, lambda sheet: sheet.replace('<c r="B3"', '<c r="B3" t="str"')
    )  # as Excel says that it is a text
    rows, doubts = fetched(source)
    assert rows == [(1, "Calibrador", None), (2, None, None)]
    assert [doubt.value for doubt in doubts] == ["#DIV/0!"]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="B2"><f>B9</f></c>',
        '<c r="B2"><f>B9</f><v></v></c>',  # as openpyxl writes it
        '<c r="B2"><f>B9</f><v/></c>',
        '<c r="B2" t="str"><f>B9</f></c>',
        '<c r="B2"><f t="shared" si="0"/></c>',
        '<x:c xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="B2"><x:f>B9</x:f></x:c>',
    ],
)
def test_formulas_that_nobody_has_calculated_blind_their_sheet(register, path, cell):
    source = register(HEADING, [1, ("=B9", "Calibrador"), None])
    calculate(path)
    rewrite(path, lambda sheet: re.sub('<c r="B2".*?</c>', cell, sheet))
    assert "en la hoja TbEquiposMedida" in reason(source)
    assert "hay fórmulas sin calcular (B2)" in reason(source)


def test_a_zero_that_a_program_wrote_for_a_formula_is_no_result(register):
    source = register(HEADING, [1, ("=B9", 0), None])
    assert "hay fórmulas sin calcular (B2)" in reason(source)


def test_merged_cells_of_which_all_but_one_lost_their_value_blind(path):
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("TbEquiposMedida")
        for at, row in enumerate([HEADING, [1, "a"], [2, "b"], [3, "c"]]):
            sheet.write_row(at, 0, row)
        sheet.merge_range("C2:C4", 46053)
    at_rest(path)
    assert "hay celdas combinadas (C2:C4), y solo la primera guarda el dato" in reason(opened("xlsx", path))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda sheet: sheet.replace('r="3"', 'r="2"').replace('r="A3"', 'r="A2"'),
            "la fila 2 está tras la 2",
        ),
        (
            lambda sheet: re.sub('(<c r="A2".*?</c>)(<c r="B2".*?</c>)', r"\2\1", sheet),
            "las celdas de la fila 2 no están en su orden",
        ),
    ],
)
def test_what_stands_out_of_order_is_not_left_out(register, path, change, told):
    source = register(HEADING, [1, "a"], [2, "b"])
    rewrite(path, change)
    assert told in reason(source)


def test_a_row_far_down_takes_no_time(register, path):
    source = register(HEADING, [1, "a"])
    rewrite(path, lambda sheet: sheet.replace('r="2"', 'r="90000000"').replace('2"', '90000000"'))
    assert fetched(source)[0] == [(1, "a", None)]


def test_a_sheet_whose_heading_is_further_down_blinds(register):
    assert "no tiene cabecera en su primera fila" in reason(register([], HEADING, [1, "a"]))


def test_a_workbook_of_the_strict_kind_is_told(register, path):
    source = register(HEADING, [1, "a"])
    kinds = {"spreadsheetml/2006": "spreadsheetml", "officeDocument/2006": "officeDocument"}
    for transitional, strict in kinds.items():
        old, new = f"schemas.openxmlformats.org/{transitional}", f"purl.oclc.org/ooxml/{strict}"
        rewrite(path, lambda part, old=old, new=new: part.replace(old, new), "")
    assert "no se ve ninguna hoja" in reason(source)
    assert "no como «estricto»" in reason(source)


def test_a_text_that_the_file_does_not_hold_blinds(register, path):
    source = register(HEADING, [1, "a"])
    rewrite(path, lambda sheet: sheet.replace("<v>3</v>", "<v>99</v>"))
    assert "está dañado o a medio escribir" in reason(source)


@pytest.mark.parametrize("seed", range(30))
def test_damage_anywhere_never_makes_a_sheet_shorter(register, path, seed):
    """Write nonsense over some bytes: the rows are all there, or nothing is seen."""
    source = register(HEADING, *([at, "a" * at, None] for at in range(1, 100)))
    raw = bytearray(path.read_bytes())
    start = len(raw) * seed // 30
    raw[start : start + 20] = bytes((seed * 7 + at * 13) % 256 for at in range(20))
    path.write_bytes(raw)
    at_rest(path)
    with suppress(SourceUnavailable, SchemaDrift):
        assert len(fetched(source)[0]) == 99


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
