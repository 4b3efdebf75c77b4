"""An installation may call tables and columns as it likes, and says so in one file."""

import sqlite3
from contextlib import closing
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from sereno.adapters.local_names import read_local_names, under_declared_names
from sereno.adapters.schema import parse_schema
from sereno.adapters.snapshot import Lore, build_snapshot
from sereno.adapters.sources.database import open_source
from sereno.domain.errors import MonitorError, SchemaDrift
from sereno.domain.rules import Query

TABLES = parse_schema(
    "-- register: brass --\nCREATE TABLE TbEquiposMedida (IDEquipoMedida INTEGER PRIMARY KEY, Nombre TEXT);\n"
    "CREATE TABLE TbCalibraciones (IDEquipoMedida INTEGER);\n"
    "-- register: riesgos --\nCREATE TABLE TbRiesgos (x TEXT);",
    "schema.sql",
)
RENAMED = """
[brass.tables]
TbEquiposMedida = "equipos"
[brass.columns.TbEquiposMedida]
IDEquipoMedida = "Id"
Nombre = "IDEquipoMedida"
"""


@pytest.fixture
def names(tmp_path):
    def names(text):
        path = tmp_path / "monitors.local.toml"
        path.write_text(text, "utf-8")
        return read_local_names(path, TABLES)

    return names


@pytest.fixture
def see(tmp_path, names):
    """Select from a snapshot of the register, read under the names of the file."""

    def see(text, sql, script):
        path = tmp_path / "brass.sqlite"
        with closing(sqlite3.connect(path)) as database:
            database.executescript(script)
        source = under_declared_names(
            open_source("brass", f"sqlite:///{path}", None, 1), names(text).get("brass")
        )
        lore = Lore(lambda *_: 0, lambda _: None)
        zone = ZoneInfo("Europe/Madrid")
        sources = {"brass": source}
        with build_snapshot(TABLES[:2], [], sources, date(2026, 11, 24), zone, {}, lore) as snapshot:
            return [tuple(row.values()) for row in snapshot.select(Query("q", "rule", "", sql))]

    return see


SCRIPT = """
    CREATE TABLE Equipos (Id, IDEquipoMedida); INSERT INTO Equipos VALUES (7, 'Polímetro');
    CREATE TABLE TbEquiposMedida (Vieja); CREATE TABLE TbCalibraciones (IDEquipoMedida);
    INSERT INTO TbCalibraciones VALUES (3);
"""


def test_tables_and_columns_are_read_under_their_local_names(see):
    assert see(RENAMED, "SELECT IDEquipoMedida, Nombre FROM TbEquiposMedida", SCRIPT) == [(7, "Polímetro")]


def test_what_is_not_renamed_is_read_as_before(see):
    assert see(RENAMED, "SELECT IDEquipoMedida FROM TbCalibraciones", SCRIPT) == [(3,)]


def test_a_local_table_that_does_not_exist_blinds_that_table_alone_and_names_the_file(see):
    text = RENAMED.replace("equipos", "Aparatos")
    with pytest.raises(
        SchemaDrift, match=r"brass: no existe la tabla Aparatos.*monitors\.local\.toml llama a TbE"
    ):
        see(text, "SELECT Nombre FROM TbEquiposMedida", SCRIPT)


def test_a_local_table_that_does_not_exist_leaves_the_others_alone(see):
    text = RENAMED.replace("equipos", "Aparatos")
    assert see(text, "SELECT IDEquipoMedida FROM TbCalibraciones", SCRIPT) == [(3,)]


def test_a_local_column_that_does_not_exist_is_told(see):
    with pytest.raises(
        SchemaDrift, match=r"en la tabla Equipos no existe la columna Numero.*llama a IDEquipoMedida"
    ):
        see(RENAMED.replace('"Id"', '"Numero"'), "SELECT Nombre FROM TbEquiposMedida", SCRIPT)


def test_without_the_file_nothing_is_renamed(tmp_path):
    assert read_local_names(tmp_path / "monitors.local.toml", TABLES) == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[bras.tables]", "monitors.local.toml: «bras» no se conoce. Se espera: un registro, p. ej. brass"),
        ("[brass.tablas]", "brass: hay otra cosa"),
        ("brass = 1", "brass: hay otra cosa"),
        ("[brass.tables]\nTbEquipos = 'E'", "brass.tables: «TbEquipos» no se conoce"),
        ("[brass.tables]\nTbRiesgos = 'R'", "brass.tables: «TbRiesgos» no se conoce"),
        ("[brass.tables]\nTbEquiposMedida = 3", "brass.tables.TbEquiposMedida: 3. Se espera: el nombre"),
        ("[brass.columns.TbEquipos]\nx = 'y'", "brass.columns: «TbEquipos» no se conoce"),
        ("[brass.columns.TbEquiposMedida]\nNombres = 'y'", "TbEquiposMedida: «Nombres» no se conoce"),
        ("[brass.columns]\nTbEquiposMedida = 'y'", "brass.columns.TbEquiposMedida: 'y'. Se espera"),
        ("[brass]\ntables = 'y'", "brass.tables: 'y'. Se espera"),
        ("[brass]\ncolumns = 'y'", "brass.columns: 'y'. Se espera"),
        ("[brass", "monitors.local.toml: no es TOML"),
    ],
)
def test_a_faulty_file_is_refused_naming_file_and_key(names, text, told):
    with pytest.raises(MonitorError) as caught:
        names(text)
    assert "monitors.local.toml" in str(caught.value)
    assert told in str(caught.value)


def test_every_fault_is_told_at_once(names):
    with pytest.raises(MonitorError) as caught:
        names("[uno.tables]\n[brass.tables]\na = 'b'\nc = 4\n")
    assert len(caught.value.faults) == 4
