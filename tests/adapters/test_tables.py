"""Tables that leave the program: nothing in them is ever a formula."""

import csv
import io
from zipfile import ZipFile

import pytest

from sereno.adapters.tables import csv_bytes, inert, xlsx_bytes

ACTIVE = ["=HYPERLINK(1)", "+cmd", "-1", "@sum", "\tx", "\rx"]


@pytest.mark.parametrize("text", ACTIVE)
def test_what_a_spreadsheet_takes_for_a_formula_is_preceded_by_an_apostrophe(text):
    assert inert(text).startswith("'" + text[0].strip())


def test_other_texts_stay_as_they_are():
    assert inert("Señal 3 = alta; «ñ»") == "Señal 3 = alta; «ñ»"


def test_the_csv_is_read_back_by_semicolons_with_its_mark_and_one_line_a_row():
    written = csv_bytes(("A", "B"), [("uno;dos", "tres\r\ncuatro"), ('"', "\0")])
    assert written.startswith(b"\xef\xbb\xbf")
    text = written.decode("utf-8-sig")
    assert text.count("\r\n") == 3
    assert list(csv.reader(io.StringIO(text), delimiter=";")) == [
        ["A", "B"],
        ["uno;dos", "tres cuatro"],
        ['"', ""],
    ]


def test_the_workbook_holds_texts_and_no_formula():
    with ZipFile(io.BytesIO(xlsx_bytes("Avisos", ("A",), [[text] for text in ACTIVE]))) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
        assert b"=HYPERLINK(1)" in book.read("xl/sharedStrings.xml")
