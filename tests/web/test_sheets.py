"""People and notices as sheets: for who operates alone, recorded first, and no text in them a formula."""

import csv
import io
from contextlib import contextmanager
from datetime import timedelta

import pytest
from tests.engine.building import TUESDAY, Department
from tests.engine.nonconformities import department, task
from tests.mailing import claim, settle
from tests.web.readings import NOW, PlainPasswords, reading_in_memory
from tests.web.visiting import SECRET, entered

from sereno.domain.errors import StoreUnavailable
from sereno.domain.outbox import Attempt
from sereno.engine.access import User
from sereno.web.reading import ReadDirectory

USERS = (("ana", "operate"), ("luis", "read"))


def site(kind=None):
    made = kind or department(task((1, TUESDAY.date() - timedelta(days=3))))
    for name, role in USERS:
        made.store.access.add_user(User(name, role, PlainPasswords().hashed(SECRET), NOW))
    made.round()
    for each in claim(made.store, 99, made.now, timedelta(hours=1), trial=False):
        settle(made.store, [Attempt(each.id, "accepted", "250 Ok", {})], NOW)
    return made


def rows(answer):
    assert answer.status == 200
    return list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig")), delimiter=";"))


def deeds(made, action):
    return made.store.audit.deeds(NOW - timedelta(days=1), 9, action=action)


def test_people_are_handed_out_with_their_roles_and_what_they_will_receive():
    made = site()
    people = {
        each["Persona"]: each for each in rows(entered(reading_in_memory(made), "ana").ask("/personas.csv"))
    }
    assert people["Julia Zamora"]["Roles"] == "no_conformidades/admin"
    assert people["Ana Prado"]["Recibirá"] == "no_conformidades/tecnico: destinatario"
    assert people["Carolina Solana"]["Correo"] == "caro@example.com"
    (deed,) = deeds(made, "people_exported")
    assert (deed.who, deed.at, deed.detail) == ("ana", NOW, f"{len(people)} filas")


def test_notices_of_the_days_that_are_named_are_handed_out():
    made = site()
    door = entered(reading_in_memory(made), "ana")
    told = rows(door.ask("/avisos.csv?desde=2026-11-24&hasta=2026-11-24"))
    assert {each["Destinatario"] for each in told} >= {"ana@example.com"}
    assert {each["Aceptado"] for each in told} == {"24/11/2026 10:00"}
    assert rows(door.ask("/avisos.csv?desde=2026-11-01&hasta=2026-11-23")) == []
    assert rows(door.ask("/avisos.csv")) == told
    assert [(deed.subject, deed.detail) for deed in deeds(made, "notices_exported")][-1] == (
        "24/11/2026 a 24/11/2026",
        f"{len(told)} filas",
    )


@pytest.mark.parametrize(
    "days",
    [
        "desde=x",
        "hasta=2026-13-01",
        "desde=2026-11-25&hasta=2026-11-24",
        "desde=2020-01-01",
        "hasta=9999-12-31",
    ],
)
def test_days_that_are_none_or_too_many_are_refused_and_nothing_is_recorded(days):
    made = site()
    assert entered(reading_in_memory(made), "ana").ask(f"/avisos.csv?{days}").status == 400
    assert deeds(made, "notices_exported") == []


@pytest.mark.parametrize("sheet", ["personas", "avisos"])
def test_who_only_reads_is_handed_nothing_and_not_shown_the_way(sheet):
    reading = reading_in_memory(site())
    door = entered(reading, "luis")
    assert door.ask(f"/{sheet}.csv").status == 403
    assert f"/{sheet}.csv" not in door.ask("/personas").text
    assert f"/{sheet}.csv" in entered(reading, "ana").ask("/personas").text


@contextmanager
def full_disk():
    raise StoreUnavailable("no queda sitio en el disco")
    yield


@pytest.mark.parametrize("sheet", ["personas", "avisos"])
def test_what_cannot_be_recorded_is_not_handed_out(sheet):
    made = site()
    door = entered(reading_in_memory(made), "ana")
    refused = type(door)(reading_in_memory(made, change=full_disk), door.token).ask(f"/{sheet}.csv")
    assert refused.status == 503
    assert "example.com" not in refused.text


def test_a_directory_that_cannot_be_read_is_no_empty_sheet():
    made = site()
    reading = reading_in_memory(made, directory=lambda _seconds: ReadDirectory(None, fault="bloqueado"))
    refused = entered(reading, "ana").ask("/personas.csv")
    assert refused.status == 503
    assert "bloqueado" in refused.text
    assert deeds(made, "people_exported") == []


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_no_cell_of_the_sheet_is_a_formula(formula):
    made = site(Department())
    made.registers["lanzadera"] = {
        "TbUsuariosAplicaciones": [
            {"Id": 1, "UsuarioRed": formula, "Nombre": formula, "CorreoUsuario": formula}
        ],
        "TbUsuariosAplicacionesPermisos": [],
    }
    sheet = entered(reading_in_memory(made), "ana").ask("/personas.csv")
    cells = [
        cell.strip('"') for line in sheet.body.decode("utf-8-sig").split("\r\n") for cell in line.split(";")
    ]
    assert any(formula in cell for cell in cells)
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
