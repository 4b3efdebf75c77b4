"""The people, as they stand in the register `lanzadera`."""

import sqlite3
from contextlib import closing
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from sereno.adapters.directory import directory_tables, read_directory
from sereno.adapters.sources.database import open_source
from sereno.domain.directory import audience, members
from sereno.domain.errors import SchemaDrift, SourceUnavailable
from sereno.domain.findings import Datum

BRASS = 6
PEOPLE = """
    CREATE TABLE TbUsuariosAplicaciones (
        Id, UsuarioRed, Nombre, CorreoUsuario, FechaBaja, ParaTareasProgramadas, Password
    );
    INSERT INTO TbUsuariosAplicaciones VALUES
        (1, 'ana', 'Ana Ruiz', ' Ana@Example.com ', NULL, 'Sí', 'secreta'),
        (2, 'eva', 'Eva Gil', 'eva@example.com', '23/11/2026', -1, 'secreta'),
        (3, 'luis', 'Luis Mora', 'luis arroba example', NULL, 'Sí', 'secreta'),
        (4, 'iker', 'Iker Paz', 'iker@taller.lan', NULL, 'Sí', 'secreta');
"""
PERMISSIONS = """
    CREATE TABLE TbUsuariosAplicacionesPermisos (
        CorreoUsuario, IDAplicacion, EsUsuarioAdministrador, EsUsuarioCalidad, EsUsuarioTecnico
    );
    INSERT INTO TbUsuariosAplicacionesPermisos VALUES
        ('ana@example.com', '6', 'No', 'Sí', 'No'),
        ('luis arroba example', 6, 'Sí', 'No', 'No'),
        ('IKER@taller.lan', 6, -1, 0, 0);
"""
TASKS = """
    CREATE TABLE TbUsuariosAplicacionesTareas (CorreoUsuario, EsAdministrador, EsCalidad);
    INSERT INTO TbUsuariosAplicacionesTareas VALUES
        ('ANA@example.com', 'Sí', NULL),
        ('eva@example.com', 'Sí', NULL);
"""


@pytest.fixture
def read(tmp_path):
    """Read the directory out of an SQL script."""

    def read(script):
        path = tmp_path / "lanzadera.sqlite"
        with closing(sqlite3.connect(path)) as database:
            database.executescript(script)
        source = open_source("lanzadera", f"sqlite:///{path}", None, 0.1)
        return read_directory(source, date(2026, 11, 24), ZoneInfo("Europe/Madrid"))

    return read


def test_the_tasks_table_names_the_admins(read):
    directory = read(PEOPLE + PERMISSIONS + TASKS)
    assert [person.name for person in members(directory, "admin", BRASS)] == ["Ana Ruiz"]


def test_without_the_tasks_table_the_permissions_do(read):
    found = audience(read(PEOPLE + PERMISSIONS), "admin", BRASS)
    assert found.addresses == ("iker@taller.lan",)
    assert [person.name for person in found.unreachable] == ["Luis Mora"]


def test_an_empty_tasks_table_is_not_an_absent_one(read):
    tasks = TASKS + "DELETE FROM TbUsuariosAplicacionesTareas;"
    assert members(read(PEOPLE + PERMISSIONS + tasks), "admin", BRASS) == ()


@pytest.mark.parametrize(
    "mailbox",
    [
        "luis",
        "luis@",
        "luis@taller",
        "@example.com",
        "a@b@example.com",
        "a@example.com; b@example.com",
        "a b@x.es",
    ],
)
def test_a_mailbox_that_is_no_address_is_unreachable(read, mailbox):
    directory = read(PEOPLE.replace("luis arroba example", mailbox) + PERMISSIONS)
    assert directory.people[2].mailbox == mailbox
    assert directory.people[2].address is None


def test_an_address_is_written_to_in_the_form_that_relays_take(read):
    directory = read(PEOPLE.replace("luis arroba example", "Luis@Peñíscola.es") + PERMISSIONS)
    assert directory.people[2].address == "Luis@" + "peñíscola.es".encode("idna").decode()


def test_a_flag_that_cannot_be_understood_is_reported(read):
    directory = read(
        PEOPLE.replace("NULL, 'Sí', 'secreta'),\n        (2", "NULL, 'quizás', ''),\n        (2")
        + PERMISSIONS
    )
    assert directory.doubts == (
        Datum("lanzadera", "TbUsuariosAplicaciones", "1", "ParaTareasProgramadas", "quizás"),
    )


def test_passwords_are_never_selected():
    declared = {column.name.casefold() for table in directory_tables() for column in table.columns}
    assert not {name for name in declared if "pass" in name or "clave" in name or "contra" in name}


def test_a_directory_without_people_or_permissions_is_not_read(read):
    with pytest.raises(SchemaDrift, match="lanzadera: no existe la tabla TbUsuariosAplicacionesPermisos"):
        read(PEOPLE)


def test_a_tasks_table_without_its_flag_has_drifted(read):
    with pytest.raises(
        SchemaDrift, match=r"no existe la columna EsAdministrador\. La más parecida es EsAdmin"
    ):
        read(PEOPLE + PERMISSIONS + TASKS.replace("EsAdministrador", "EsAdmin"))


def test_a_directory_that_is_not_configured_is_told():
    with pytest.raises(SourceUnavailable, match="LANZADERA_DB_URL"):
        read_directory(None, date(2026, 11, 24), ZoneInfo("Europe/Madrid"))
