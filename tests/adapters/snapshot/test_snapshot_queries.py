"""A query reads the snapshot and nothing else, and its failure is never an empty answer."""

import pytest
from tests.adapters.snapshot.building import BRASS, VIEW, answer, snapshot_of

from sereno.domain.errors import RuleFailed


def test_a_column_that_is_not_declared_is_not_copied(register):
    with (
        snapshot_of(register(BRASS)) as snapshot,
        pytest.raises(
            RuleFailed, match=r"La consulta BR-X no es correcta: SQLite dice «no such column: Clave»"
        ),
    ):
        answer(snapshot, "SELECT Clave FROM TbEquiposMedida")


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
