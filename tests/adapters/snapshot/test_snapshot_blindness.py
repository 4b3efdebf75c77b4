"""Whatever reads what could not be seen is told so; the rest sees."""

from dataclasses import replace

import pytest
from tests.adapters.snapshot.building import (
    BRASS,
    CERTIFICATES,
    DOSSIER,
    DOSSIERS,
    EQUIPMENT,
    VIEW,
    answer,
    snapshot_of,
)

from sereno.adapters.sources.database import open_source
from sereno.domain.errors import RegisterEmpty, SchemaDrift, SourceUnavailable

READERS_OF_EQUIPMENT = [
    "SELECT Nombre FROM TbEquiposMedida",
    "SELECT count(*) FROM tbequiposmedida",
    "SELECT 1 FROM TbCalibraciones WHERE dias(FechaFin) > 999 AND EXISTS (SELECT 1 FROM TbEquiposMedida)",
    "SELECT * FROM TbCalibraciones LEFT JOIN TbEquiposMedida USING (IDEquipoMedida)",
    "SELECT count(*) FROM equipo_activo",
    "WITH e AS (SELECT IDEquipoMedida FROM equipo_activo) SELECT * FROM e",
]


@pytest.mark.parametrize("sql", READERS_OF_EQUIPMENT)
def test_whatever_reads_a_missing_table_is_blind_each_time_and_the_rest_sees(register, sql):
    source = register(BRASS.replace("TbEquiposMedida", "TbEquipoMedidas"))
    with snapshot_of(source, views=[VIEW]) as snapshot:
        for _ in range(3):
            with pytest.raises(SchemaDrift, match="brass: no existe la tabla TbEquiposMedida"):
                answer(snapshot, sql)
        assert answer(snapshot, "SELECT count(*) FROM TbCalibraciones") == [(3,)]


def test_a_missing_table_is_told_with_the_nearest_name(register):
    source = register(BRASS.replace("TbEquiposMedida", "TBEQUIPOMEDIDAS"))
    told = pytest.raises(SchemaDrift, match="La más parecida es TBEQUIPOMEDIDAS")
    with snapshot_of(source) as snapshot, told:
        answer(snapshot, READERS_OF_EQUIPMENT[0])


def test_none_of_several_names_is_told_with_all_of_them(register):
    table = replace(EQUIPMENT, name="TbAparatos", also=("TbAparatos1",))
    told = pytest.raises(SchemaDrift, match=r"no existe la tabla TbAparatos \(ni TbAparatos1\)\.")
    with snapshot_of(register(BRASS), tables=[table]) as snapshot, told:
        answer(snapshot, "SELECT count(*) FROM TbAparatos")


def test_a_missing_column_is_told_with_the_nearest_name(register):
    with snapshot_of(register(BRASS.replace("Nombre", "NombreEquipo"))) as snapshot:
        expected = (
            "brass: en la tabla TbEquiposMedida no existe la columna Nombre. La más parecida es NombreEquipo"
        )
        with pytest.raises(SchemaDrift, match=expected):
            answer(snapshot, "SELECT IDEquipoMedida FROM TbEquiposMedida")


def test_a_table_without_any_declared_column_is_not_that_table(register):
    tables = [replace(EQUIPMENT, columns=(replace(EQUIPMENT.columns[2], name="Xyz"),), key=())]
    with (
        snapshot_of(register(BRASS), tables=tables) as snapshot,
        pytest.raises(SchemaDrift, match=r"columna Xyz. Ninguna se le parece"),
    ):
        answer(snapshot, "SELECT count(*) FROM TbEquiposMedida")


@pytest.mark.parametrize("sql", READERS_OF_EQUIPMENT)
def test_an_empty_canary_is_blind_and_not_clean(register, sql):
    tables = (replace(EQUIPMENT, at_least=1), CERTIFICATES)
    source = register(BRASS + "DELETE FROM TbEquiposMedida;")
    with snapshot_of(source, tables=tables, views=[VIEW]) as snapshot:
        with pytest.raises(RegisterEmpty, match="TbEquiposMedida tiene 0 filas y se esperan 1 como mínimo"):
            answer(snapshot, sql)
        assert answer(snapshot, "SELECT count(*) FROM TbCalibraciones") == [(3,)]


def test_a_canary_with_enough_rows_is_believed(register):
    with snapshot_of(register(BRASS), tables=[replace(EQUIPMENT, at_least=2)]) as snapshot:
        assert answer(snapshot, "SELECT count(*) FROM TbEquiposMedida") == [(2,)]


def test_one_register_down_does_not_blind_another(register, tmp_path):
    missing = open_source("brass", f"sqlite:///{tmp_path}/falta.sqlite", None, 0.1)
    tables = (EQUIPMENT, CERTIFICATES, DOSSIERS)
    with snapshot_of(missing, dossiers=register(DOSSIER, "expedientes"), tables=tables) as snapshot:
        assert answer(snapshot, "SELECT Titulo FROM TbExpedientes") == [("Obra",)]
        for table in ("TbEquiposMedida", "TbCalibraciones"):
            with pytest.raises(SourceUnavailable, match="no existe el fichero"):
                answer(snapshot, f"SELECT count(*) FROM TbExpedientes, {table}")


def test_a_register_without_an_address_is_not_configured(register):
    tables = (EQUIPMENT, DOSSIERS)
    with (
        snapshot_of(register(BRASS), tables=tables) as snapshot,
        pytest.raises(
            SourceUnavailable, match=r"no está configurado. Escriba su dirección en EXPEDIENTES_DB_URL"
        ),
    ):
        answer(snapshot, "SELECT * FROM TbExpedientes")


def test_a_register_that_breaks_off_midway_is_blind_as_a_whole(register, tmp_path):
    source = register(
        BRASS + "CREATE TABLE r (i); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
        "LIMIT 30000) INSERT INTO TbCalibraciones SELECT i, '2026-01-01' FROM n;"
    )
    path = tmp_path / "brass.sqlite"
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 100_000)
    with snapshot_of(source) as snapshot:
        for table in ("TbCalibraciones", "TbEquiposMedida"):
            with pytest.raises(SourceUnavailable, match="está dañada"):
                answer(snapshot, f"SELECT count(*) FROM {table}")
