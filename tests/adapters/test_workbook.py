from datetime import date, timedelta
from io import BytesIO
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.golden.samples import dossiers

from sereno.adapters.html.printable import one_line
from sereno.adapters.workbook import CUT_MARK, MANY_ROWS, MAX_CELL, MAX_NAME, sheet_names, write_workbook
from sereno.domain.digest import Badge, Line, Section

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ACTIVE = [
    '=HYPERLINK("http://example.com","pulse")',
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-1+1",
    "@SUM(A1)",
    "{=A1}",
    "https://example.com",
    "mailto:ana@example.com",
    "internal:Hoja1!A1",
    "#REF!",
    "TRUE",
    "1E5",
    "_x0041_",
]


def sheet_of(*rows, headings=("Clave",), **more):
    lines = tuple(row if isinstance(row, Line) else Line(tuple(row)) for row in rows)
    return Section("X-1", "Título", headings, lines, total=len(lines), **more)


def parts(data):
    with ZipFile(BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def read_back(data, number=1):
    """Return a sheet's rows as Excel would: text as text, numbers as float, and the ids of the formats."""
    files = parts(data)
    shared = []
    if "xl/sharedStrings.xml" in files:
        shared = [spelt(each) for each in ET.fromstring(files["xl/sharedStrings.xml"])]
    sheet = ET.fromstring(files[f"xl/worksheets/sheet{number}.xml"])
    assert not list(sheet.iter(f"{MAIN}f")), "a formula"
    assert not list(sheet.iter(f"{MAIN}hyperlink")), "a link"
    return [[value(cell, shared) for cell in row] for row in sheet.iter(f"{MAIN}row")]


def value(cell, shared):
    if cell.get("t") == "inlineStr":
        return spelt(cell)
    assert cell.get("t") in {None, "s"}, "an error or a truth value"
    text = cell.findtext(f"{MAIN}v")
    if text is None:
        return ""
    return shared[int(text)] if cell.get("t") == "s" else float(text)


def spelt(element):
    return "".join(each.text or "" for each in element.iter(f"{MAIN}t")).replace("_x005F_", "_")


def serial(day):
    return float((day - date(1899, 12, 30)).days)


def test_every_section_is_a_sheet_with_every_row():
    digest = dossiers()
    data = write_workbook(digest.sheet)
    for number, section in enumerate(digest.sheet, 1):
        headings, *rows = read_back(data, number)
        assert headings[: len(section.headings)] == list(section.headings)
        assert len(rows) == len(section.lines)


def test_the_badge_and_the_note_are_in_words():
    badged = Line(("7", "—"), Badge("red", "vence hoy"), "NUEVO")
    rows = read_back(write_workbook([sheet_of(badged, headings=("Clave", "Días"), badge_at=1)]))
    assert rows == [["Clave", "Días", "Novedad"], [7.0, "vence hoy", "NUEVO"]]


def test_rows_of_a_person_say_whose_they_are():
    rows = read_back(write_workbook([sheet_of(["a"], group="Ana Robledo")]))
    assert rows == [["Clave", "De quién"], ["a", "Ana Robledo"]]


@pytest.mark.parametrize("times", [1, MANY_ROWS])
def test_what_looks_like_a_formula_or_a_link_is_text(times):
    rows = read_back(write_workbook([sheet_of(*([text] for text in ACTIVE * times))]))
    assert [text for (text,) in rows[1:]] == ACTIVE * times


def test_what_looks_like_a_formula_stays_text_when_its_cell_is_edited():
    files = parts(write_workbook([sheet_of(["=1+1"], ["plano"])]))
    cells = ET.fromstring(files["xl/worksheets/sheet1.xml"]).iter(f"{MAIN}c")
    formats = ET.fromstring(files["xl/styles.xml"]).find(f"{MAIN}cellXfs")
    quoted = [formats[int(cell.get("s", 0))].get("quotePrefix") for cell in cells]
    assert quoted == [None, "1", None]


@settings(deadline=None)
@given(st.lists(st.text(st.characters(), max_size=60), min_size=1, max_size=5))
def test_any_text_is_read_back_as_itself_and_is_never_more_than_text(texts):
    marked = [f"x{text}" for text in texts]  # never a date, a number or a blank
    rows = read_back(write_workbook([sheet_of(*([text] for text in marked))]))
    assert [text for (text,) in rows[1:]] == [one_line(text) for text in marked]


@settings(deadline=None)
@given(st.dates(date(1900, 3, 1), date(2200, 1, 1)))
def test_a_date_is_a_date(day):
    assert read_back(write_workbook([sheet_of([f"{day:%d/%m/%Y}"])]))[1] == [serial(day)]


def test_a_date_that_is_none_or_older_than_excel_stays_text():
    for text in ("31/02/2026", "01/01/1899", "1/2/2026", "12/11/2026 (2.ª vez)"):
        assert read_back(write_workbook([sheet_of([text])]))[1] == [text]


def test_a_column_of_numbers_is_numbers_and_a_blank_in_it_is_empty():
    rows = read_back(write_workbook([sheet_of(["12"], ["—"], ["-3,5"])]))
    assert [cell for (cell,) in rows[1:]] == [12.0, "", -3.5]


@pytest.mark.parametrize("texts", [["12", "A-7"], ["0077"], ["123456789012"], ["1,50"], ["1.204"], ["+5"]])
def test_what_a_number_would_spell_otherwise_stays_text(texts):
    rows = read_back(write_workbook([sheet_of(*([text] for text in texts))]))
    assert [cell for (cell,) in rows[1:]] == texts


@pytest.mark.parametrize("letter", ["x", "\N{GRINNING FACE}"])
def test_a_text_longer_than_a_cell_is_cut_with_a_mark(letter):
    ((text,),) = read_back(write_workbook([sheet_of([letter * 40_000])]))[1:]
    assert text.startswith(letter)
    assert text.endswith(CUT_MARK)
    assert MAX_CELL - 1 <= len(text.encode("utf-16-le")) / 2 <= MAX_CELL


def test_headings_are_bold_filtered_and_stay_in_sight():
    sheet = ET.fromstring(parts(write_workbook([sheet_of(["a"], ["b"])]))["xl/worksheets/sheet1.xml"])
    assert sheet.find(f".//{MAIN}pane").get("state") == "frozen"
    assert sheet.find(f"{MAIN}autoFilter").get("ref") == "A1:A3"


@settings(deadline=None)
@given(st.lists(st.text(st.characters(), max_size=50), max_size=6))
def test_sheets_have_names_that_excel_takes(titles):
    sections = [Section("X", title, (), ()) for title in titles]
    names = sheet_names(sections)
    assert len({name.lower() for name in names}) == len(titles)
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) / 2 <= MAX_NAME
        assert not set(name) & set("[]:*?/\\")
        assert name.strip("'") == name
    write_workbook(sections)


def test_the_same_rows_give_the_same_bytes():
    rows = [[f"{date(2026, 1, 1) + timedelta(number):%d/%m/%Y}"] for number in range(MANY_ROWS + 1)]
    for section in (sheet_of(*rows[:10]), sheet_of(*rows)):
        assert write_workbook([section]) == write_workbook([section])


def test_a_workbook_of_nothing_opens():
    assert "xl/workbook.xml" in parts(write_workbook([]))
