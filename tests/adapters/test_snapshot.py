"""The snapshot answers what was really seen, and raises for everything else."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from sereno.adapters.schema import parse_schema
from sereno.adapters.snapshot import build_snapshot
from sereno.adapters.sources.database import open_source
from sereno.domain.errors import RegisterEmpty, RuleFailed, SchemaDrift, SourceUnavailable
from sereno.domain.findings import Datum
from sereno.domain.rules import Query

TODAY = date(2026, 11, 24)
EQUIPMENT, CERTIFICATES, DOSSIERS = parse_schema(
    """
    -- register: brass --
    CREATE TABLE TbEquiposMedida (IDEquipoMedida INTEGER PRIMARY KEY, Nombre TEXT, Activo FLAG OPTIONAL);
    CREATE TABLE TbCalibraciones (IDEquipoMedida INTEGER, FechaFin DATE);
    -- register: expedientes --
    CREATE TABLE TbExpedientes (IDExpediente INTEGER PRIMARY KEY, Titulo TEXT);
    """.replace("    --", "--"),
    "schema.sql",
)
BRASS = """
    CREATE TABLE TbEquiposMedida (IDEquipoMedida, Nombre, Activo, Clave);
    CREATE TABLE TbCalibraciones (IDEquipoMedida, FechaFin);
    INSERT INTO TbEquiposMedida VALUES (1, ' Calibrador ', 'Sí', 'secreta'), ('2', '', 'No', 'secreta');
    INSERT INTO TbCalibraciones VALUES (1, '24/11/2026'), (2, '2026-12-01 10:30'), (3, NULL);
"""
DOSSIER = "CREATE TABLE TbExpedientes (IDExpediente, Titulo); INSERT INTO TbExpedientes VALUES (7, 'Obra')"
VIEW = "CREATE VIEW equipo_activo AS SELECT IDEquipoMedida FROM TbEquiposMedida WHERE Activo = 1"


@pytest.fixture
def register(tmp_path):
    """Make a register out of an SQL script."""

    def make(script, name="brass"):
        path = tmp_path / f"{name}.sqlite"
        with closing(sqlite3.connect(path)) as database:
            database.executescript(script)
        return open_source(name, f"sqlite:///{path}", None, 0.1)

    return make


def snapshot_of(brass, *, dossiers=None, tables=(EQUIPMENT, CERTIFICATES), views=(), settings=None):
    """Count the calendar days as working days: which days are worked is not decided here."""
    return build_snapshot(
        tables,
        views,
        {"brass": brass, "expedientes": dossiers},
        TODAY,
        ZoneInfo("Europe/Madrid"),
        settings or {},
        lambda since, until: (until - since).days * 10,
    )


def query(sql):
    return Query("BR-X", "rule", "", sql)


def answer(snapshot, sql):
    return [tuple(row.values()) for row in snapshot.select(query(sql))]


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


def test_a_column_that_is_not_declared_is_not_copied(register):
    with (
        snapshot_of(register(BRASS)) as snapshot,
        pytest.raises(
            RuleFailed, match=r"La consulta BR-X no es correcta: SQLite dice «no such column: Clave»"
        ),
    ):
        answer(snapshot, "SELECT Clave FROM TbEquiposMedida")


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


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM TbEquiposMedida",
        "INSERT INTO TbEquiposMedida VALUES (9, 'x', 1) RETURNING Nombre",
        "UPDATE TbEquiposMedida SET Nombre = 'x'",
        "DROP TABLE TbEquiposMedida",
        "CREATE TABLE x (a)",
        "CREATE TEMP VIEW x AS SELECT 1",
        "ATTACH DATABASE ':memory:' AS x",
        "PRAGMA user_version",
        "SELECT * FROM pragma_database_list",
        "BEGIN",
        "VACUUM INTO '/tmp/fuga.sqlite'",
        "SELECT load_extension('x')",
    ],
)
def test_a_rule_can_read_and_nothing_else(register, sql):
    with snapshot_of(register(BRASS)) as snapshot:
        with pytest.raises(RuleFailed, match="La consulta BR-X"):
            answer(snapshot, sql)
        assert len(answer(snapshot, "SELECT Nombre FROM TbEquiposMedida")) == 2


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("", "no es un SELECT"),
        ("-- SELECT 1", "no es un SELECT"),
        ("SELEC 1", "syntax error"),
        ("SELECT 1; SELECT 2", "one statement at a time"),
        ("SELECT :sin_declarar", "sin_declarar"),
        ("SELECT * FROM NoDeclarada", "no such table"),
        ("SELECT dias('ayer')", r"pide dias\(\)"),
        ("SELECT dias_habiles(5)", "no es una fecha AAAA-MM-DD"),
        ("SELECT 1\0", "null character"),
    ],
)
def test_a_query_that_fails_is_never_an_empty_answer(register, sql, why):
    with snapshot_of(register(BRASS)) as snapshot, pytest.raises(RuleFailed, match=why):
        answer(snapshot, sql)


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "


def test_a_query_that_does_not_end_is_stopped(register):
    with snapshot_of(register(BRASS)) as snapshot:
        snapshot.patience = 0.1
        with pytest.raises(RuleFailed, match=r"ha tardado más de 0.1 s"):
            answer(snapshot, ENDLESS + "SELECT max(i) FROM n")
        assert len(answer(snapshot, "SELECT Nombre FROM TbEquiposMedida")) == 2


def test_a_query_with_an_endless_answer_is_stopped(register):
    with (
        snapshot_of(register(BRASS)) as snapshot,
        pytest.raises(RuleFailed, match="devuelve más de 1000000 filas"),
    ):
        answer(snapshot, ENDLESS + "SELECT i FROM n")


def test_a_faulty_view_blinds_every_query(register):
    with (
        snapshot_of(register(BRASS), views=[VIEW, "CREATE VIEW roto AS SELEC 1"]) as snapshot,
        pytest.raises(RuleFailed, match="La vista «CREATE VIEW roto"),
    ):
        answer(snapshot, "SELECT Nombre FROM TbEquiposMedida")


def test_views_may_count_days(register):
    view = "CREATE VIEW proximas AS SELECT * FROM TbCalibraciones WHERE dias(FechaFin) BETWEEN 0 AND 3"
    with snapshot_of(register(BRASS), views=[view]) as snapshot:
        assert answer(snapshot, "SELECT IDEquipoMedida FROM proximas") == [(1,)]


def test_a_hundred_thousand_rows_of_odd_dates_all_arrive(register):
    script = (
        BRASS + "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n LIMIT 100000) "
        "INSERT INTO TbCalibraciones SELECT i, CASE i % 2 WHEN 0 THEN '1/2/2026' ELSE '31/2/2026' END FROM n;"
    )
    with snapshot_of(register(script)) as snapshot:
        counted = "SELECT count(*), count(FechaFin) FROM TbCalibraciones WHERE IDEquipoMedida >= 10"
        assert answer(snapshot, counted) == [(100_000, 50_000)]
        assert len(snapshot.data_errors) == 50_000
        assert snapshot.data_errors[-1].key == "fila 100003"
