"""Personas: who has which role, whom mail misses, who will receive what; nothing where nobody can be seen."""

from datetime import timedelta

import pytest
from tests.engine.building import PEOPLE, TUESDAY, Department
from tests.engine.nonconformities import STAFF, department, task
from tests.mailing import claim, settle
from tests.web.asking import ask
from tests.web.readings import reading_in_memory, reading_on_disk
from tests.web.test_hostile import EVIL, MARKUP
from tests.web.test_rounds import text_of

from sereno.domain.directory import Directory, Person
from sereno.domain.outbox import Attempt
from sereno.engine.who_is_who import receipts
from sereno.web.page import PAGE_ROWS
from sereno.web.reading import ReadDirectory


def page(site, **changes):
    shown = ask(reading_in_memory(site, **changes), "/personas")
    assert shown.status == 200
    return text_of(shown.text)


def nonconformities(**who):
    site = department(task((1, TUESDAY.date() - timedelta(days=3)), **who))
    site.round()
    return site


def test_the_holders_of_each_role_are_named_with_their_address():
    shown = page(Department())
    assert "Directorio leído hace 3 s." in shown
    assert "Ana Prado admin brass ana@example.com" in shown


def test_a_role_that_nobody_has_is_told_so_and_the_operators_hear_instead():
    nobody = {
        **PEOPLE,
        "TbUsuariosAplicacionesTareas": [{"CorreoUsuario": "x@example.com", "EsAdministrador": "Sí"}],
    }
    site = Department()
    site.registers["lanzadera"] = nobody
    shown = page(site)
    assert "nadie admin brass nadie lo tiene" in shown
    assert "operador@example.com no es de nadie del directorio" in shown
    assert "en lugar de quien no se encuentra o no tiene correo operador: nadie tiene el rol admin" in shown


def test_an_active_person_without_an_address_is_listed_with_the_reason():
    site = Department()
    lost = {"Id": 9, "UsuarioRed": "eva", "Nombre": "Eva Gil", "CorreoUsuario": "eva arroba"}
    people = {**PEOPLE, "TbUsuariosAplicaciones": [*PEOPLE["TbUsuariosAplicaciones"], lost]}
    site.registers["lanzadera"] = people
    assert "no llega correo 1 Persona Usuario Id Por qué Eva Gil eva 9 no tiene dirección válida" in page(
        site
    )
    assert "Ninguna: a todas las que están de alta se les puede escribir." in page(Department())


def test_an_address_that_the_relay_refused_counts_for_missing():
    site = nonconformities()
    for each in claim(site.store, 99, site.now, timedelta(hours=1), trial=False):
        refused = dict.fromkeys((*each.message.envelope.recipients,), "550 no")
        settle(site.store, [Attempt(each.id, "dead", "550 no", refused)], site.now)
    shown = page(site)
    assert "el servidor de correo rechazó su dirección" in shown
    assert "Responsables de hallazgos abiertos a los que no llega correo 1" in shown


@pytest.mark.parametrize(
    ("engineer", "why"),
    [
        ("Nadie Conocido", "Nadie Conocido: nadie se llama así en el directorio"),
        ("", "nadie: el registro no dice quién es"),
    ],
)
def test_an_owner_who_is_not_found_is_told_with_the_reason_and_the_number(engineer, why):
    assert f"{why} no_conformidades 1" in page(nonconformities(engineer=engineer))


def test_each_person_is_told_with_what_will_come_how_often_when_and_why():
    shown = page(nonconformities())
    ana = shown.partition("Ana Prado ana@example.com")[2]
    assert "destinatario hallazgos abiertos a su nombre: 1" in ana.partition("Julia Zamora")[0]
    julia = shown.partition("Julia Zamora jefa@example.com")[2]
    assert "en copia oculta tiene el rol admin" in julia
    assert "en lugar de quien no se encuentra o no tiene correo tiene el rol admin" in julia
    assert "cada día laborable, desde las 07:00" in ana
    assert "mañana 07:00" in ana


def test_whom_a_query_names_anew_is_told_from_the_last_round(reading):
    shown = text_of(ask(reading, "/personas").text)
    assert "se le escribió en la última ronda; en cada una lo dice la consulta «jefes»" in shown


@pytest.mark.parametrize("fault", ["El registro lanzadera está bloqueado", EVIL])
def test_where_the_directory_cannot_be_read_nothing_is_shown_as_well(fault):
    site = nonconformities()
    read = ReadDirectory(None, fault=fault)
    html = ask(reading_in_memory(site, directory=lambda _seconds: read), "/personas").text
    assert "El directorio de personas no se puede leer ahora" in html
    assert MARKUP.findall(html) == []
    for words in ("Ninguna", "Ninguno", "Nadie:", "<table", "Roles"):
        assert words not in html


def test_a_directory_that_is_broken_is_told_by_the_console_of_an_installation(served, tmp_path):
    copy = served.copy(tmp_path)
    (copy.demo / "lanzadera.sqlite").write_bytes(b"nada")
    shown = ask(reading_on_disk(copy), "/personas")
    assert shown.status == 200
    assert "no se puede leer ahora" in shown.text
    assert "lanzadera" in shown.text
    assert "<table" not in shown.text


def test_hostile_names_are_texts():
    site = Department()
    person = {**PEOPLE["TbUsuariosAplicaciones"][0], "Nombre": EVIL, "UsuarioRed": EVIL}
    lost = {"Id": 2, "Nombre": EVIL, "UsuarioRed": EVIL, "CorreoUsuario": EVIL}
    site.registers["lanzadera"] = {**PEOPLE, "TbUsuariosAplicaciones": [person, lost]}
    html = ask(reading_in_memory(site), "/personas").text
    assert html.count("&lt;img src=x") >= 3
    assert MARKUP.findall(html) == []


def many(number):
    people = tuple(
        Person(
            n,
            f"u{n}",
            f"Persona {n:03}",
            f"u{n}@example.com",
            f"u{n}@example.com",
            active=True,
            scheduled=True,
        )
        for n in range(number)
    )
    admins = frozenset(person.mailbox for person in people)
    return Directory(people, frozenset(), frozenset(), admins)


def test_many_readers_come_page_by_page():
    read = ReadDirectory(many(PAGE_ROWS + 3))
    reading = reading_in_memory(Department(), directory=lambda _seconds: read)
    first, second = (ask(reading, f"/personas?pagina={n}").text for n in (1, 2))
    assert first.count('<article class="run"') == PAGE_ROWS
    assert second.count('<article class="run"') == 3
    assert "Página 2 de 2" in second


def test_who_is_mailed_is_among_those_of_whom_it_was_told_before():
    site = nonconformities()
    directory = site.world().registers.directory()
    told = {
        each.address
        for post in reading_in_memory(site).posts
        for each in receipts(post, directory, site.store.open_owners(), {})
    }
    lines = site.store.desk.lines({"queued"}, None, 99)
    assert lines
    assert {address for line in lines for address in line.recipients} <= told
    assert STAFF["TbUsuariosAplicaciones"][0]["CorreoUsuario"] in told
