"""A first `monitors.local.toml` says what is plainly the same, and leaves the rest to a person."""

import tomllib
from zoneinfo import ZoneInfo

import pytest

from sereno.adapters.local_names import read_local_names, under_declared_names
from sereno.adapters.memory import MemorySource
from sereno.adapters.register_map import map_register
from sereno.adapters.schema import parse_schema
from sereno.adapters.sources.fetch import fetch
from sereno.adapters.sources.opening import open_register_source
from sereno.domain.errors import FaultyInput, NotConfigured
from sereno.domain.rules import Column, Table

DECLARED = parse_schema(
    "-- register: brass --\n"
    "CREATE TABLE TbEquiposMedida ("
    "IDEquipoMedida INTEGER, Nombre TEXT, FechaFinServicio DATE, Nota TEXT OPTIONAL);"
    "CREATE TABLE TbCalibraciones (IDCalibracion INTEGER, FechaFin DATE)",
    "schema.sql",
)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "monitors.local.toml"


def register(**tables):
    made = [
        Table(name, "brass", tuple(Column(column, "TEXT") for column in columns))
        for name, columns in tables.items()
    ]
    return MemorySource(made, {name: [dict.fromkeys(columns, "1")] for name, columns in tables.items()})


OTHER = {
    "Equipos": ["ID Equipo Medida", "NOMBRE", "Fecha_Fin_Servicio"],
    "TbCalibraciones": ["IDCalibracion", "FechaFin"],
}


def test_where_all_names_are_the_same_nothing_is_written(file):
    same = register(
        tbequiposmedida=["idequipomedida", "Nombre", "FechaFinServicio"],
        TbCalibraciones=OTHER["TbCalibraciones"],
    )
    assert map_register("brass", same, DECLARED, file) == ""
    assert not file.exists()


def test_names_that_are_plainly_the_same_are_written_and_then_read(file):
    source = register(**OTHER)
    map_register("brass", source, DECLARED, file)
    assert tomllib.loads(file.read_text("utf-8")) == {
        "brass": {
            "tables": {"TbEquiposMedida": "Equipos"},
            "columns": {
                "TbEquiposMedida": {
                    "IDEquipoMedida": "ID Equipo Medida",
                    "FechaFinServicio": "Fecha_Fin_Servicio",
                }
            },
        }
    }
    names = read_local_names(file, DECLARED)["brass"]
    with under_declared_names(source, names).open() as reader:
        assert set(reader.types("TbEquiposMedida")) == {"TEXT"}
        assert len(reader.types("TbEquiposMedida")) == len(reader.columns("TbEquiposMedida"))
        (batch,) = fetch(reader, DECLARED[0], ZoneInfo("Europe/Madrid"))
    assert batch.rows[0][:2] == (1, "1")


def test_what_is_not_recognised_is_a_comment_with_what_it_might_be(file):
    source = register(Equipos=["IDEquipoMedida", "Nombre", "FechaFinal"], Otra=["x"])
    text = map_register("brass", source, DECLARED, file)
    assert '# FechaFinServicio = ""  # ¿será FechaFinal?' in text
    assert '# TbCalibraciones = ""  # ninguna tabla tiene sus columnas' in text
    assert tomllib.loads(text)["brass"]["tables"] == {"TbEquiposMedida": "Equipos"}


def test_of_two_tables_that_would_do_alike_none_is_taken(file):
    columns = ["IDEquipoMedida", "Nombre", "FechaFinServicio"]
    text = map_register("brass", register(Equipos=columns, Copia=columns), DECLARED, file)
    assert '# TbEquiposMedida = ""' in text


def test_what_the_file_says_of_other_registers_stays(file):
    file.write_text('[otro.tables]\nTbX = "X"\n', "utf-8")
    map_register("brass", register(**OTHER), DECLARED, file)
    assert set(tomllib.loads(file.read_text("utf-8"))) == {"otro", "brass"}


def test_what_a_person_wrote_of_the_register_is_not_written_over(file):
    file.write_text('[brass.tables]\nTbEquiposMedida = "Mia"\n', "utf-8")
    before = file.read_text("utf-8")
    with pytest.raises(FaultyInput, match="ya tiene los nombres de brass"):
        map_register("brass", register(**OTHER), DECLARED, file)
    assert file.read_text("utf-8") == before


def test_names_with_accents_and_quotes_can_be_read_back(file):
    source = register(**{'Los "Equipos" ñ': OTHER["Equipos"], "TbCalibraciones": OTHER["TbCalibraciones"]})
    map_register("brass", source, DECLARED, file)
    read = tomllib.loads(file.read_text("utf-8"))
    assert read["brass"]["tables"] == {"TbEquiposMedida": 'Los "Equipos" ñ'}


def test_a_register_that_is_not_configured_is_told(file):
    with pytest.raises(NotConfigured, match="BRASS_DB_URL"):
        map_register("brass", None, DECLARED, file)


def test_another_table_that_cannot_be_read_does_not_stand_in_the_way(tmp_path, file):
    folder = tmp_path / "registro"
    folder.mkdir()
    (folder / "Vacia.csv").touch()
    (folder / "Equipos.csv").write_text("IDEquipoMedida;Nombre;FechaFinServicio\n", "utf-8")
    source = open_register_source("brass", f"csv:///{folder}", None, 5)
    assert 'TbEquiposMedida = "Equipos"' in map_register("brass", source, DECLARED, file)


def test_where_the_file_cannot_be_written_that_is_told(tmp_path):
    with pytest.raises(FaultyInput, match="no se puede escribir"):
        map_register("brass", register(**OTHER), DECLARED, tmp_path / "nada" / "monitors.local.toml")
    assert list(tmp_path.iterdir()) == []
