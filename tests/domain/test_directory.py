"""Who holds a role, and whom a digest can reach."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.people import (
    BRASS,
    EXPEDIENTES,
    NAMES,
    RIESGOS,
    TODAY,
    directory_of,
    grant,
    person,
    task,
)

from sereno.domain.addresses import check_address
from sereno.domain.directory import (
    ROLES,
    Audience,
    audience,
    find_people,
    find_person,
    identify,
    is_role,
    members,
)


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


def named(name, number, **changed):
    return person(name.split()[0].lower(), Id=number, Nombre=name, **changed)


@pytest.mark.parametrize("reference", [7, "7", " 7 ", "LUIS", "luis", "Luís  MORÁN", "luis moran "])
def test_a_person_is_found_by_id_login_or_name_whatever_case_and_accents(reference):
    directory = directory_of(person("eva"), named("Luis Morán", 7))
    assert identify(directory, reference) == 7


@pytest.mark.parametrize("reference", [None, "", "  ", "Luis", "Luis Morán Gil", 8, "Nadie"])
def test_whom_nothing_means_is_nobody(reference):
    directory = directory_of(named("Luis Morán", 7, UsuarioRed="lmoran"))
    assert find_person(directory, reference) is None
    assert identify(directory, reference) is None


def test_an_id_counts_before_a_login_and_a_login_before_a_name():
    directory = directory_of(
        person("a", Id=1, UsuarioRed="7", Nombre="x"),
        person("b", Id=7, UsuarioRed="b", Nombre="y"),
        person("c", Id=3, UsuarioRed="x", Nombre="z"),
    )
    assert identify(directory, "7") == 7
    assert identify(directory, "x") == 3


def test_namesakes_are_counted_among_the_active_only():
    left = named("Ana Ruiz", 1, UsuarioRed="aruiz1", FechaBaja="2020-01-01")
    assert identify(directory_of(left, named("Ana Ruiz", 2, UsuarioRed="aruiz2")), "ana ruiz") == 2
    both = directory_of(named("Ana Ruiz", 1, UsuarioRed="a1"), named("Ana Ruíz", 2, UsuarioRed="a2"))
    assert find_person(both, "ana ruiz") is None


def test_who_is_recorded_twice_is_one_person_and_the_active_record_counts():
    twice = directory_of(
        named("Ana Ruiz", 1, FechaBaja="2020-01-01"), named("Ana Ruiz", 1), named("Ana Ruiz", 1)
    )
    for reference in (1, "ana", "Ana Ruiz"):
        assert identify(twice, reference) == 1


def test_who_has_left_is_found_and_not_identified():
    directory = directory_of(named("Ana Ruiz", 1, FechaBaja="2020-01-01"))
    assert find_person(directory, 1).active is False
    assert identify(directory, "ana") is None


def test_of_several_people_some_are_found_and_the_others_named_with_the_reason():
    directory = directory_of(
        named("Ana Ruiz", 1),
        named("Eva Gil", 2, UsuarioRed="e1"),
        named("Eva Gil", 3, UsuarioRed="e2"),
        named("Luis Mora", 4, FechaBaja="2020-01-01"),
        named("Iker Paz", 5, CorreoUsuario="iker"),
    )
    references = [1, None, "ana", "ANA RUIZ", "Eva Gil", "Luis Mora", 4, "Iker Paz", "Otro", "Otro"]
    people, missing = find_people(directory, references)
    assert [each.name for each in people] == ["Ana Ruiz"]
    assert missing == (
        "Eva Gil: dos personas se llaman así",
        "Luis Mora: está de baja",
        "Iker Paz: no tiene dirección válida",
        "Otro: nadie se llama así en el directorio",
    )


@pytest.mark.parametrize("references", [[], [None], ["", " "]])
def test_nobody_at_all_is_told(references):
    assert find_people(directory_of(person("ana")), references) == (
        (),
        ("nadie: el registro no dice quién es",),
    )


def test_addresses_are_checked_alike_for_people_and_for_audiences():
    assert check_address("luis@peñíscola.es") == "luis@" + "peñíscola.es".encode("idna").decode()
    assert audience(None, "luis@peñíscola.es", BRASS).addresses == (check_address("luis@peñíscola.es"),)
    for wrong in ("luis", "luis@", "a@b@example.com", "luis@taller.local"):
        assert check_address(wrong) is None
