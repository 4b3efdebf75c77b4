"""The people, as they stand in the register `lanzadera`."""

import sqlite3
from contextlib import closing
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from sereno.adapters.directory import directory_tables, read_directory, read_substitutes
from sereno.adapters.sources.database import open_source
from sereno.domain.directory import audience, members
from sereno.domain.errors import SchemaDrift, SourceUnavailable
from sereno.domain.findings import Datum
from sereno.domain.substitutes import Substitute

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


def substitutes_of(tmp_path, raw):
    path = tmp_path / "sustitutos.csv"
    path.write_bytes(raw)
    return read_substitutes(path, ZoneInfo("Europe/Madrid"))


@pytest.mark.parametrize(
    "raw",
    [
        "usuario;sustituto;desde;hasta\nana;Íñigo;1/11/2026;30-11-2026\n\neva;luis;;\n".encode(),
        b"\xef\xbb\xbflogin,substitute,from,to\nana,\xc3\x8d\xc3\xb1igo,2026-11-01,2026-11-30\neva,luis",
        b" ana ; \xcd\xf1igo ; 2026-11-01 10:30 ; 30/11/2026 ; nota\r\neva;luis;;\r\n",
    ],
)
def test_substitutes_are_read_however_the_file_was_saved(tmp_path, raw):
    first, second = substitutes_of(tmp_path, raw)[0]
    assert first == Substitute("ana", "Íñigo", date(2026, 11, 1), date(2026, 11, 30))
    assert second == Substitute("eva", "luis")


def test_a_line_that_cannot_be_understood_is_a_datum_to_correct_and_counts_for_nothing(tmp_path):
    raw = b"ana;luis;31/02/2026;\n;luis;;\nana;;;\neva;luis;;pronto\neva;ana\n"
    substitutes, doubts = substitutes_of(tmp_path, raw)
    assert substitutes == [Substitute("eva", "ana")]
    assert doubts == [
        Datum("sustitutos", "sustitutos.csv", "línea 1", "desde", "31/02/2026"),
        Datum("sustitutos", "sustitutos.csv", "línea 2", "usuario", "(vacío)"),
        Datum("sustitutos", "sustitutos.csv", "línea 3", "sustituto", "(vacío)"),
        Datum("sustitutos", "sustitutos.csv", "línea 4", "hasta", "pronto"),
    ]


def test_a_file_of_substitutes_that_cannot_be_read_blinds_the_directory(read, tmp_path):
    read(PEOPLE + PERMISSIONS)
    source = open_source("lanzadera", f"sqlite:///{tmp_path}/lanzadera.sqlite", None, 0.1)
    with pytest.raises(
        SourceUnavailable, match=r"no se puede leer el fichero de sustitutos .*SUSTITUTOS_FILE"
    ):
        read_directory(source, date(2026, 11, 24), ZoneInfo("Europe/Madrid"), tmp_path / "falta.csv")


def test_the_directory_is_read_with_its_substitutes(read, tmp_path):
    read(PEOPLE + PERMISSIONS + TASKS)
    source = open_source("lanzadera", f"sqlite:///{tmp_path}/lanzadera.sqlite", None, 0.1)
    file = tmp_path / "sustitutos.csv"
    file.write_text("ana;iker;;\nana;luis;nunca;\n", "utf-8")
    directory = read_directory(source, date(2026, 11, 24), ZoneInfo("Europe/Madrid"), file)
    assert audience(directory, "admin", BRASS).addresses == ("iker@taller.lan",)
    assert [doubt.value for doubt in directory.doubts] == ["nunca"]
