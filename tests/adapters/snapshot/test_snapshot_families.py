"""A family of records comes whole where any of them matters, and stays away where none does."""

import sqlite3
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.adapters.snapshot.building import answer, snapshot_of

from sereno.adapters.schema import parse_schema
from sereno.adapters.sources.database import open_source
from sereno.domain.errors import SchemaDrift
from sereno.domain.rules import Choice, Condition, Follows

CASES, ACTIONS, TASKS = parse_schema(
    """-- register: brass --
CREATE TABLE Caso (Id INTEGER PRIMARY KEY, Cierre DATE, Revisar FLAG, Revisado DATE);
CREATE TABLE Accion (Id INTEGER PRIMARY KEY, Caso INTEGER);
CREATE TABLE Tarea (Id INTEGER PRIMARY KEY, Accion INTEGER, Fin DATE);
""",
    "schema.sql",
)
OPEN = Choice(
    (
        (Condition("Cierre", "empty"),),
        (Condition("Revisar", "equals", value="Sí"), Condition("Revisado", "empty")),
    )
)
FAMILY = (
    replace(CASES, where=OPEN),
    replace(ACTIONS, follows=Follows("Caso", "Caso", "Id", whole=True)),
    replace(TASKS, where=Condition("Fin", "empty"), follows=Follows("Accion", "Accion", "Id", whole=True)),
)
REGISTER = """
    CREATE TABLE Caso (Id INTEGER PRIMARY KEY, Cierre, Revisar, Revisado);
    CREATE TABLE Accion (Id INTEGER PRIMARY KEY, Caso);
    CREATE TABLE Tarea (Id INTEGER PRIMARY KEY, Accion, Fin);
"""
CLOSED = "'2020-01-01'"


def ids(snapshot, table):
    return [key for (key,) in answer(snapshot, f"SELECT Id FROM {table} ORDER BY Id")]


def family(register, script, tables=FAMILY):
    with snapshot_of(register(REGISTER + script), tables=tables) as snapshot:
        return tuple(ids(snapshot, table.name) for table in tables)


def test_a_task_that_is_open_brings_its_closed_case_with_all_its_actions_and_tasks(register):
    script = f"""
        INSERT INTO Caso VALUES (1, {CLOSED}, 'No', NULL), (2, {CLOSED}, 'No', NULL);
        INSERT INTO Accion VALUES (10, 1), (11, 1), (20, 2);
        INSERT INTO Tarea VALUES (100, 10, NULL), (101, 10, {CLOSED}), (110, 11, {CLOSED});
        INSERT INTO Tarea VALUES (200, 20, {CLOSED});
    """
    assert family(register, script) == ([1], [10, 11], [100, 101, 110])


def test_a_case_that_is_open_brings_the_tasks_that_are_done(register):
    script = f"""
        INSERT INTO Caso VALUES (1, NULL, 'No', NULL), (2, {CLOSED}, 'No', NULL);
        INSERT INTO Accion VALUES (10, 1), (20, 2);
        INSERT INTO Tarea VALUES (100, 10, {CLOSED}), (200, 20, {CLOSED});
    """
    assert family(register, script) == ([1], [10], [100])


def test_conditions_joined_by_and_must_all_hold_and_what_is_odd_holds(register):
    script = f"""
        INSERT INTO Caso VALUES (1, {CLOSED}, 'sí', NULL), (2, {CLOSED}, 'Sí', {CLOSED}),
            (3, {CLOSED}, 'No', NULL), (4, {CLOSED}, 'quizás', 'pronto'), (5, 'ayer', 'No', NULL);
    """
    assert family(register, script) == ([1, 4, 5], [], [])


def test_what_dangles_and_matters_comes_without_its_parent(register):
    script = f"""
        INSERT INTO Accion VALUES (10, 99), (20, 99), (30, NULL);
        INSERT INTO Tarea VALUES (100, 10, NULL), (101, 10, {CLOSED}), (200, 20, {CLOSED}), (900, 98, NULL);
    """
    assert family(register, script) == ([], [10, 30], [100, 101, 900])


def test_children_of_a_table_that_is_fetched_whole_all_come(register):
    script = f"""
        INSERT INTO Caso VALUES (1, {CLOSED}, 'No', NULL);
        INSERT INTO Accion VALUES (10, 1);
        INSERT INTO Tarea VALUES (100, 10, {CLOSED});
    """
    whole = (replace(CASES, where=None), *FAMILY[1:])
    assert family(register, script, whole) == ([1], [10], [100])


def test_a_child_that_cannot_be_told_hides_no_parent(register):
    script = f"INSERT INTO Caso VALUES (1, NULL, 'No', NULL), (2, {CLOSED}, 'No', NULL); DROP TABLE Tarea"
    with snapshot_of(register(REGISTER + script), tables=FAMILY) as snapshot:
        assert ids(snapshot, "Caso") == [1]
        with pytest.raises(SchemaDrift, match="no existe la tabla Tarea"):
            ids(snapshot, "Tarea")


DATES = st.sampled_from([None, "2020-01-01", "01/01/2020", "pronto", ""])
LINKS = st.sampled_from([1, 2, 3, "1", " 2 ", "x", None, 1.5])
FAMILIES = st.tuples(
    st.lists(st.tuples(DATES, st.sampled_from(["Sí", "No", None, "1"]), DATES), max_size=3),
    st.lists(LINKS, max_size=4),
    st.lists(st.tuples(LINKS, DATES), max_size=6),
)


@pytest.mark.long
@settings(max_examples=150, deadline=None)
@given(FAMILIES, st.booleans())
def test_families_that_are_fetched_are_those_of_the_register(tmp_path_factory, data, indexed):
    source = write(tmp_path_factory.getbasetemp() / "families.sqlite", data, indexed=indexed)
    everything = [replace(table, where=None, follows=None) for table in FAMILY]
    with (
        snapshot_of(source, tables=FAMILY) as some,
        snapshot_of(source, tables=everything) as whole,
    ):
        for seen in (OPEN_TASKS, KIN):
            assert answer(some, seen) == answer(whole, seen)


OPEN_TASKS = """
    SELECT Tarea.Id, Accion.Id, Caso.Id FROM Tarea
    LEFT JOIN Accion ON Accion.Id = Tarea.Accion LEFT JOIN Caso ON Caso.Id = Accion.Caso
    WHERE Tarea.Fin IS NULL ORDER BY 1, 2, 3
"""
KIN = """
    SELECT Caso.Id, count(DISTINCT Accion.Id), count(Tarea.Id), count(Tarea.Fin) FROM Caso
    LEFT JOIN Accion ON Accion.Caso = Caso.Id LEFT JOIN Tarea ON Tarea.Accion = Accion.Id
    WHERE Caso.Cierre IS NULL OR Caso.Revisar = 1 AND Caso.Revisado IS NULL
        OR Caso.Id IN (SELECT Caso FROM Accion JOIN Tarea ON Tarea.Accion = Accion.Id WHERE Fin IS NULL)
    GROUP BY Caso.Id ORDER BY 1
"""


def write(path, data, *, indexed):
    path.unlink(missing_ok=True)
    cases, actions, tasks = data
    database = sqlite3.connect(path)
    database.executescript(REGISTER)
    database.executemany("INSERT INTO Caso VALUES (NULL, ?, ?, ?)", cases)
    database.executemany("INSERT INTO Accion VALUES (NULL, ?)", [(link,) for link in actions])
    database.executemany("INSERT INTO Tarea VALUES (NULL, ?, ?)", tasks)
    if indexed:
        database.executescript(
            "CREATE INDEX a ON Caso (Revisar, Revisado); CREATE INDEX b ON Tarea (Accion); ANALYZE"
        )
    database.commit()
    database.close()
    return open_source("brass", f"sqlite:///{path}", None, 1)
