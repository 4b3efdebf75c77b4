"""Rules see what was really in the registers, as numbers, texts, days and flags."""

from dataclasses import replace
from datetime import timedelta

from tests.adapters.snapshot.building import BRASS, CERTIFICATES, EQUIPMENT, TODAY, answer, query, snapshot_of

from sereno.domain.findings import Datum
from sereno.domain.rules import Column


def test_rules_see_normalised_values(register):
    with snapshot_of(register(BRASS)) as snapshot:
        rows = answer(snapshot, "SELECT IDEquipoMedida, Nombre, Activo FROM TbEquiposMedida")
        assert rows == [(1, "Calibrador", 1), (2, None, 0)]
        assert answer(snapshot, "SELECT FechaFin FROM TbCalibraciones ORDER BY 1") == [
            (None,),
            ("2026-11-24",),
            ("2026-12-01",),
        ]
        assert snapshot.data_errors == ()


def test_rows_carry_the_names_of_their_columns(register):
    with snapshot_of(register(BRASS)) as snapshot:
        (row,) = snapshot.select(query("SELECT Nombre, 3 AS Tres FROM TbEquiposMedida LIMIT 1"))
        assert row == {"Nombre": "Calibrador", "Tres": 3}


def test_days_are_counted_from_today(register):
    with snapshot_of(register(BRASS)) as snapshot:
        sql = "SELECT FechaFin, dias(FechaFin), dias_habiles(FechaFin) FROM TbCalibraciones ORDER BY 1"
        assert answer(snapshot, sql) == [(None, None, None), ("2026-11-24", 0, 0), ("2026-12-01", 7, 70)]
        yesterday = (TODAY - timedelta(days=1)).isoformat()
        assert answer(snapshot, f"SELECT dias('{yesterday}')") == [(-1,)]


def test_today_and_the_thresholds_are_bound(register):
    with snapshot_of(register(BRASS), settings={"dias_aviso": 30, "papel": "admin"}) as snapshot:
        assert answer(snapshot, "SELECT :hoy, :dias_aviso, :papel") == [("2026-11-24", 30, "admin")]


def test_names_are_found_without_regard_to_case(register):
    script = BRASS.replace("TbEquiposMedida", "TBEQUIPOSMEDIDA").replace("Nombre", "NOMBRE")
    with snapshot_of(register(script)) as snapshot:
        assert len(answer(snapshot, "SELECT Nombre FROM TbEquiposMedida")) == 2


def test_the_first_name_that_exists_counts(register):
    also = replace(EQUIPMENT, name="TbEquipos", also=("TBEQUIPOSMEDIDA", "TbCalibraciones"))
    columns = (EQUIPMENT.columns[0], Column("Denominacion", "TEXT", also=("Titulo", "nombre")))
    with snapshot_of(register(BRASS), tables=[replace(also, columns=columns)]) as snapshot:
        assert answer(snapshot, "SELECT Denominacion FROM TbEquipos") == [("Calibrador",), (None,)]


def test_an_optional_column_that_is_missing_is_null(register):
    with snapshot_of(register(BRASS.replace("Activo", "Otra"))) as snapshot:
        assert answer(snapshot, "SELECT IDEquipoMedida, Activo FROM TbEquiposMedida") == [
            (1, None),
            (2, None),
        ]


def test_an_optional_table_that_is_missing_is_empty(register):
    tables = (EQUIPMENT, replace(CERTIFICATES, optional=True))
    source = register(BRASS + "DROP TABLE TbCalibraciones;")
    with snapshot_of(source, tables=tables) as snapshot:
        assert answer(snapshot, "SELECT count(*) FROM TbCalibraciones") == [(0,)]


def test_views_may_count_days(register):
    view = "CREATE VIEW proximas AS SELECT * FROM TbCalibraciones WHERE dias(FechaFin) BETWEEN 0 AND 3"
    with snapshot_of(register(BRASS), views=[view]) as snapshot:
        assert answer(snapshot, "SELECT IDEquipoMedida FROM proximas") == [(1,)]


def test_a_value_that_cannot_be_understood_is_null_and_reported(register):
    with snapshot_of(
        register(BRASS + "INSERT INTO TbEquiposMedida VALUES (3, 'x', 'a veces', '')")
    ) as snapshot:
        assert answer(snapshot, "SELECT Activo FROM TbEquiposMedida WHERE IDEquipoMedida = 3") == [(None,)]
        assert snapshot.data_errors == (Datum("brass", "TbEquiposMedida", "3", "Activo", "a veces"),)


def test_a_repeated_key_arrives_and_is_reported(register):
    script = (
        BRASS
        + "INSERT INTO TbEquiposMedida VALUES (1, 'Otro', 1, ''), (NULL, 'a', 1, ''), (NULL, 'b', 1, '')"
    )
    with snapshot_of(register(script)) as snapshot:
        assert answer(snapshot, "SELECT count(*) FROM TbEquiposMedida") == [(5,)]
        assert snapshot.data_errors == (
            Datum("brass", "TbEquiposMedida", "1", "IDEquipoMedida", "clave repetida en 2 filas"),
        )


def test_a_hundred_thousand_rows_of_odd_dates_all_arrive(register):
    script = (
        BRASS + "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n LIMIT 100000) "
        "INSERT INTO TbCalibraciones SELECT i, CASE i % 2 WHEN 0 THEN '1/2/2026' ELSE '31/2/2026' END FROM n;"
    )
    with snapshot_of(register(script)) as snapshot:
        counted = "SELECT count(*), count(FechaFin) FROM TbCalibraciones WHERE IDEquipoMedida >= 10"
        assert answer(snapshot, counted) == [(100_000, 50_000)]
        assert len(snapshot.data_errors) == 1000
        assert snapshot.data_errors_left_out == 49_000
        assert snapshot.data_errors[-1].key == "fila 2003"


def test_data_to_correct_are_bounded_over_all_tables_repeated_keys_included(register):
    script = (
        BRASS + "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n LIMIT 1300) "
        "INSERT INTO TbEquiposMedida SELECT i / 2 * 2, 'x', 1, '' FROM n;"
        "INSERT INTO TbCalibraciones VALUES (1, 'nunca')"
    )
    tables = (EQUIPMENT, CERTIFICATES)
    with snapshot_of(register(script), tables=tables) as snapshot:
        assert snapshot.data_errors_left_out == 0
        assert len(snapshot.data_errors) == 651
    again = "DROP TABLE TbEquiposMedida; DROP TABLE TbCalibraciones;" + script.replace("1300", "2600")
    with snapshot_of(register(again), tables=tables) as snapshot:
        assert (len(snapshot.data_errors), snapshot.data_errors_left_out) == (1000, 301)
