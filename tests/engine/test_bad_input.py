"""Whatever stands in a register, the round goes on, the mail is whole, and what is no datum is said."""

import io
import zipfile
from email import message_from_bytes
from email.policy import default

import pytest
from tests.engine.building import PEOPLE, Department, equipment


def round_with(**cells):
    rows = equipment(uno=-3)
    rows["TbEquiposMedida"][0].update(cells)
    (served,) = Department(registers={"brass": rows, "lanzadera": PEOPLE}).round().served
    return served


def mail_of(served):
    (message,) = served.messages
    return message_from_bytes(message.data, policy=default)


@pytest.mark.parametrize(
    "name",
    [
        "con un \x00 dentro",
        "x" * 1_000_000,
        "\ud800 suelto",
        "<img src=x onerror=alert(1)>",
        "Ca\x96a y \x93comillas\x94",
        "línea\r\nBcc: intruso@example.com",
        '=HYPERLINK("http://example.com";"pulse")',
        "+cmd|' /C calc'!A0",
        "مرحبا \u202e al revés",
    ],
    ids=["NUL", "megabyte", "surrogate", "html", "cp1252", "header", "formula", "command", "bidi"],
)
def test_a_hostile_text_neither_breaks_the_round_nor_gets_out_of_its_cell(name):
    served = round_with(Nombre=name)
    assert (served.run.state, served.run.findings) == ("complete", 1)
    mail = mail_of(served)
    page = mail.get_body(("html",)).get_content()
    assert mail["Bcc"] is None
    assert "<img" not in page
    assert len(page.encode()) < 90_000
    assert "vencida hace 3 días" in mail.get_body(("plain",)).get_content()


@pytest.mark.parametrize("spelling", ["Sí", "si", "S", "YES", "True", "1", "-1", 1, -1, True])
def test_a_flag_is_yes_in_every_spelling(spelling):
    people = dict(PEOPLE)
    people["TbUsuariosAplicacionesTareas"] = [
        {"CorreoUsuario": "ana@example.com", "EsAdministrador": spelling}
    ]
    department = Department(registers={"brass": equipment(uno=-3), "lanzadera": people})
    (served,) = department.round().served
    assert served.messages[0].envelope.recipients == ("ana@example.com",)


@pytest.mark.parametrize("value", ["pronto", "31/02/2026", "2026-13-01", "1/2/26", 20261124.5, b"\xff\xfe"])
def test_a_date_that_is_none_is_said_and_hides_nothing(value):
    rows = equipment(uno=-3)
    rows["TbEquiposMedidaCalibraciones"][0]["FechaFinCalibracion"] = value
    (served,) = Department(registers={"brass": rows, "lanzadera": PEOPLE}).round().served
    body = mail_of(served).get_body(("plain",)).get_content()
    assert "sin fecha de fin" in body
    assert "Datos por corregir" in body
    assert "FechaFinCalibracion" in body


def test_data_to_correct_beyond_counting_are_counted():
    rows = equipment(**{f"equipo{number}": 200 for number in range(1200)})
    for instrument in rows["TbEquiposMedida"]:
        instrument["FechaFinServicio"] = "31/02/2027"
    (served,) = Department(registers={"brass": rows, "lanzadera": PEOPLE}).round().served
    assert "Datos por corregir (1200)" in mail_of(served).get_body(("plain",)).get_content()


def test_the_attached_sheet_holds_every_row_and_no_formula():
    rows = equipment(**{f"equipo{number}": -number for number in range(60)})
    rows["TbEquiposMedida"][7]["Nombre"] = '=HYPERLINK("http://example.com";"pulse")'
    (served,) = Department(registers={"brass": rows, "lanzadera": PEOPLE}).round().served
    (sheet,) = mail_of(served).iter_attachments()
    with zipfile.ZipFile(io.BytesIO(sheet.get_content())) as book:
        xml = book.read("xl/worksheets/sheet1.xml").decode()
    assert xml.count("<row ") == 61
    assert "<f>" not in xml
    assert "<hyperlink" not in xml
