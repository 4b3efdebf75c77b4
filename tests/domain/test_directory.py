"""Who holds a role, and whom a digest can reach."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.domain.directory import ROLES, Audience, audience, from_rows, is_role, members

TODAY = date(2026, 11, 24)
BRASS, RIESGOS, EXPEDIENTES = 6, 5, 19


def person(name, **changed):
    row = {
        "Id": len(name),
        "UsuarioRed": name.upper(),
        "Nombre": name,
        "CorreoUsuario": f"{name}@example.com",
        "FechaBaja": None,
        "ParaTareasProgramadas": 1,
    }
    return row | changed


def grant(name, application, **flags):
    row = {"EsUsuarioAdministrador": None, "EsUsuarioCalidad": None}
    return row | {"CorreoUsuario": f"{name}@example.com", "IDAplicacion": application} | flags


def task(name, flag=1):
    return {"CorreoUsuario": f"{name}@example.com", "EsAdministrador": flag}


def directory_of(*people, grants=(), tasks=None):
    mailboxes = [row["CorreoUsuario"] for row in people]
    valid = {mailbox: mailbox for mailbox in mailboxes if mailbox and "@" in mailbox}
    return from_rows(people, grants, tasks, today=TODAY, addresses=valid)


def names(directory, role, application=BRASS):
    return [found.name for found in members(directory, role, application)]


def test_admins_are_those_of_the_tasks_table_whatever_the_application():
    grants = [grant("eva", BRASS, EsUsuarioAdministrador=1)]
    directory = directory_of(person("ana"), person("eva"), grants=grants, tasks=[task("ana"), task("eva", 0)])
    assert names(directory, "admin") == names(directory, "admin", RIESGOS) == ["ana"]


def test_without_a_tasks_table_admins_are_those_of_the_application():
    grants = [grant("ana", BRASS, EsUsuarioAdministrador=1), grant("eva", RIESGOS, EsUsuarioAdministrador=1)]
    directory = directory_of(person("ana"), person("eva"), grants=grants)
    assert names(directory, "admin", BRASS) == ["ana"]
    assert names(directory, "admin", RIESGOS) == ["eva"]


def test_an_empty_tasks_table_is_not_an_absent_one():
    grants = [grant("ana", BRASS, EsUsuarioAdministrador=1)]
    assert names(directory_of(person("ana"), grants=grants, tasks=[]), "admin") == []


def test_quality_is_granted_by_application():
    grants = [grant("ana", BRASS, EsUsuarioCalidad=1), grant("eva", RIESGOS, EsUsuarioCalidad=1)]
    assert names(directory_of(person("ana"), person("eva"), grants=grants), "calidad") == ["ana"]


def test_tramitadores_are_the_administrators_of_expedientes_scheduled_or_not():
    grants = [
        grant("ana", EXPEDIENTES, EsUsuarioAdministrador=1),
        grant("eva", BRASS, EsUsuarioAdministrador=1),
    ]
    directory = directory_of(person("ana", ParaTareasProgramadas=0), person("eva"), grants=grants)
    assert names(directory, "tramitador") == ["ana"]


@pytest.mark.parametrize("unscheduled", [0, None])
def test_who_takes_no_part_in_scheduled_mail_is_neither_admin_nor_quality(unscheduled):
    grants = [grant("ana", BRASS, EsUsuarioCalidad=1)]
    directory = directory_of(
        person("ana", ParaTareasProgramadas=unscheduled), grants=grants, tasks=[task("ana")]
    )
    assert names(directory, "admin") == names(directory, "calidad") == []


@pytest.mark.parametrize(("days", "active"), [(-1, False), (0, False), (1, True)])
def test_who_leaves_is_active_until_the_day_before(days, active):
    left = (TODAY + timedelta(days=days)).isoformat()
    directory = directory_of(person("ana", FechaBaja=left), tasks=[task("ana")])
    assert bool(names(directory, "admin")) is active


def test_tables_are_joined_without_regard_to_case():
    directory = directory_of(person("ana", CorreoUsuario="Ana@Example.COM"), tasks=[task("ANA")])
    assert names(directory, "admin") == ["ana"]


def test_a_grant_to_nobody_in_the_directory_makes_no_member():
    directory = directory_of(
        person("ana", CorreoUsuario=None), tasks=[task("otra"), {"CorreoUsuario": None, "EsAdministrador": 1}]
    )
    assert names(directory, "admin") == []


def test_who_has_no_valid_address_is_a_member_that_cannot_be_reached():
    broken = person("ana", CorreoUsuario="ana en example")
    tasks = [{"CorreoUsuario": "ana en example", "EsAdministrador": 1}, task("eva")]
    found = audience(directory_of(broken, person("eva"), tasks=tasks), "admin", BRASS)
    assert found.addresses == ("eva@example.com",)
    assert [missing.label for missing in found.unreachable] == ["ana"]


def test_a_person_written_twice_is_one_recipient():
    twice = [person("ana"), person("ana", Id=9, CorreoUsuario="ANA@example.com")]
    directory = directory_of(*twice, tasks=[task("ana"), task("ana")])
    assert audience(directory, "admin", BRASS) == Audience(("ana@example.com",))


def test_a_second_row_that_is_active_counts_when_the_first_has_left():
    rows = [person("ana", FechaBaja="2020-01-01"), person("ana", Nombre="Ana, otra vez")]
    assert names(directory_of(*rows, tasks=[task("ana")]), "admin") == ["Ana, otra vez"]


def test_fixed_addresses_need_no_directory():
    found = audience(None, " taller@example.com;jefe@example.com , TALLER@example.com;", BRASS)
    assert found == Audience(("taller@example.com", "jefe@example.com"))


@pytest.mark.parametrize("to", ["", " ; ", "jefes", "taller@example.com; admin"])
def test_what_is_neither_role_nor_addresses_is_never_an_empty_audience(to):
    with pytest.raises(ValueError, match="neither a role nor addresses"):
        audience(directory_of(person("ana")), to, BRASS)


def test_a_role_without_a_directory_is_never_an_empty_audience():
    with pytest.raises(ValueError, match="needs a directory"):
        audience(None, "admin", BRASS)


def test_only_roles_need_the_directory():
    assert [is_role(to) for to in (*ROLES, "a@example.com")] == [True, True, True, False]


NAMES = st.sampled_from(["ana", "Ana", "eva", "luis"])
PEOPLE = st.lists(
    st.builds(
        person,
        NAMES,
        FechaBaja=st.none() | st.dates().map(date.isoformat),
        ParaTareasProgramadas=st.sampled_from([0, 1, None]),
    )
)
FLAG = st.sampled_from([0, 1, None])
GRANTS = st.lists(
    st.builds(
        grant,
        NAMES,
        st.sampled_from([BRASS, EXPEDIENTES]),
        EsUsuarioAdministrador=FLAG,
        EsUsuarioCalidad=FLAG,
    )
)


@given(PEOPLE, GRANTS, st.none() | st.lists(st.builds(task, NAMES, FLAG)), st.sampled_from(ROLES))
def test_every_recipient_is_active_granted_and_written_to_once(people, grants, tasks, role):
    found = audience(directory_of(*people, grants=grants, tasks=tasks), role, BRASS)
    folded = [address.casefold() for address in found.addresses]
    assert len(folded) == len(set(folded))
    granted = {row["CorreoUsuario"].casefold() for row in [*grants, *(tasks or [])]}
    active = {
        row["CorreoUsuario"].casefold()
        for row in people
        if row["FechaBaja"] is None or row["FechaBaja"] > TODAY.isoformat()
    }
    assert set(folded) <= granted & active
