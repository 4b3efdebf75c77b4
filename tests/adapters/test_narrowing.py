"""Less is fetched, and never what a rule could miss: whatever normalisation alone understands comes along."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sereno.adapters.normalise import normalise_value
from sereno.adapters.sources.database import open_source
from sereno.adapters.sources.narrowing import narrow_follows, narrow_where
from sereno.adapters.sources.selection import MOST_VALUES, select_rows
from sereno.domain.rules import Column, Condition, Table

MADRID = ZoneInfo("Europe/Madrid")
TODAY = date(2026, 11, 24)
AFFINITIES = st.sampled_from(
    ["", "TEXT", "INTEGER", "REAL", "NUMERIC", "DATE", "BLOB", "TEXT COLLATE NOCASE"]
)
INDEXES = st.sampled_from(["", "CREATE INDEX i ON t (c)", "CREATE INDEX i ON t (c) WHERE c IS NOT NULL"])
DAYS = st.sampled_from([TODAY + timedelta(days=n) for n in (-400, -31, -30, -29, -1, 0, 1, 30)])
WRITTEN = st.sampled_from(
    ["{:%Y-%m-%d}", "{:%d/%m/%Y}", "{0.day}-{0.month}-{0.year}", "{:%Y-%m-%dT%H:%M:%SZ}"]
)
DIRT = st.sampled_from(
    [
        None,
        "",
        "  ",
        "\x00",
        "pendiente",
        "31/02/2026",
        "2026-13-01",
        "30/12/1899",
        "1899-12-30T00:00:00Z",
        "Sí",
        "SI",
        "sí",
        "no",
        "NO",
        "quizás",
        "-1",
        "1",
        "0",
        "2",
        -1,
        0,
        1,
        2,
        7,
        7.0,
        7.5,
        "7",
        " 7 ",
        "7,0",
        "1e3",
        2**62,
        1e300,
        float("inf"),
        b"7",
        b"\xf1",
        "a",
        "A",
        "á",
        "'",
        ":x",
        "%s",
        20261124,
    ]
)
VALUES = st.lists(DIRT | st.builds(lambda form, day: form.format(day), WRITTEN, DAYS), max_size=12)
CONDITIONS = st.one_of(
    st.builds(Condition, st.just("c"), st.just("empty")),
    st.builds(lambda n: Condition("c", "since", days=n), st.sampled_from([0, 30, -30, 20_000])),
    st.builds(
        lambda v: Condition("c", "equals", value=v), st.sampled_from([0, 1, 7, "a", "No", "2026-11-24"])
    ),
)


def meets(value, kind, condition):
    cell = normalise_value(value, kind, MADRID)
    if cell is None or (condition.kind == "since" and kind != "DATE"):
        return True
    if condition.kind == "since":
        return cell >= (TODAY - timedelta(days=condition.days)).isoformat()
    wanted = normalise_value(condition.value, kind, MADRID)
    return condition.kind == "equals" and wanted in (None, cell)


def make(path, values, affinity="", index="", mojibake=()):
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"CREATE TABLE t (n, c {affinity})")
        database.executemany("INSERT INTO t VALUES (?, ?)", enumerate(values))
        database.executemany("INSERT INTO t SELECT ?, CAST(? AS TEXT)", mojibake)
        database.execute(index or "SELECT 1")
        return [value for (value,) in database.execute("SELECT c FROM t WHERE n < 1000 ORDER BY n")]


def fetched(path, narrowing):
    with open_source("brass", f"sqlite:///{path}", None, 1).open() as reader:
        asked = [] if narrowing is None else [narrowing]
        return {row[0] for chunk in reader.rows("t", ["n"], asked) for row in chunk}


@settings(max_examples=300, deadline=None)
@given(VALUES, AFFINITIES, INDEXES, st.sampled_from(["INTEGER", "REAL", "TEXT", "DATE", "FLAG"]), CONDITIONS)
@example(
    ["a", "A"], "TEXT COLLATE NOCASE", "CREATE INDEX i ON t (c)", "TEXT", Condition("c", "equals", value="A")
)
def test_a_file_gives_the_rows_that_meet_the_condition_and_all_that_are_odd(
    tmp_path_factory, values, affinity, index, kind, condition
):
    path = tmp_path_factory.getbasetemp() / "condition.sqlite"
    stored = make(path, values, affinity, index)
    table = Table("t", "brass", (Column("n", "INTEGER"), Column("c", kind)), where=condition)
    wanted = {n for n, value in enumerate(stored) if meets(value, kind, condition)}
    assert fetched(path, narrow_where(table, TODAY, {}, MADRID)) == wanted


@settings(max_examples=300, deadline=None)
@given(VALUES, AFFINITIES, INDEXES, st.sets(st.sampled_from([1, 7, 2**62, 1000])))
def test_a_file_gives_the_children_of_the_kept_parents_and_all_that_are_odd(
    tmp_path_factory, values, affinity, index, kept
):
    path = tmp_path_factory.getbasetemp() / "children.sqlite"
    stored = make(path, values, affinity, index)
    table = Table("t", "brass", (Column("n", "INTEGER"), Column("c", "INTEGER")))
    cells = [normalise_value(value, "INTEGER", MADRID) for value in stored]
    wanted = {n for n, cell in enumerate(cells) if cell is None or cell in kept}
    got = fetched(path, narrow_follows(table, "c", kept, MADRID))
    assert wanted <= got
    assert all(n in wanted or isinstance(stored[n], str | bytes | float) for n in got)


def test_texts_that_are_no_utf_8_come_along_and_are_told_apart(tmp_path):
    path = tmp_path / "t.sqlite"
    make(
        path, ["2026-01-01"], "TEXT", "CREATE INDEX i ON t (c)", [(1000, b"ma\xf1ana"), (1001, b"2026-01-02")]
    )
    table = Table("t", "brass", (Column("c", "DATE"),), where=Condition("c", "empty"))
    assert fetched(path, narrow_where(table, TODAY, {}, MADRID)) == {1000}


def test_a_file_in_utf_16_is_fetched_whole(tmp_path):
    path = tmp_path / "t.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA encoding = 'UTF-16'")
        database.execute("CREATE TABLE t AS SELECT 1 AS n, 'a' AS c UNION SELECT 2, 'b'")
    table = Table("t", "brass", (Column("c", "TEXT"),), where=Condition("c", "equals", value="a"))
    assert fetched(path, narrow_where(table, TODAY, {}, MADRID)) == {1, 2}


def test_a_view_is_narrowed_too_and_odd_names_are_quoted(tmp_path):
    path = tmp_path / "t.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute('CREATE TABLE r (n, "a:b ""%s"" {c}")')
        database.execute("INSERT INTO r VALUES (1, '2026-01-01'), (2, NULL), (3, '7'), (4, 7), (5, 8)")
        database.execute('CREATE VIEW "t:x" AS SELECT n, "a:b ""%s"" {c}" FROM r')
    name = 'a:b "%s" {c}'
    table = Table("t", "brass", (Column(name, "INTEGER"),))
    with open_source("brass", f"sqlite:///{path}", None, 1).open() as reader:
        asked = [narrow_follows(table, name, {7}, MADRID)]
        rows = [row for chunk in reader.rows("t:x", ["n", name], asked) for row in chunk]
    assert [n for n, _ in rows] == [1, 2, 3, 4]


@pytest.mark.parametrize("days", ["31/12/2025", "2025-12-31"])
def test_an_index_on_the_column_is_used_and_history_costs_nothing(tmp_path, days):
    path = tmp_path / "t.sqlite"
    make(path, [days] * 50_000 + [None, "", "nunca"], "TEXT", "CREATE INDEX i ON t (c)")
    table = Table("t", "brass", (Column("c", "DATE"),), where=Condition("c", "empty"))
    judged = []
    narrowing = narrow_where(table, TODAY, {}, MADRID)
    counting = replace(narrowing, matters=lambda value: judged.append(value) or narrowing.matters(value))
    with open_source("brass", f"sqlite:///{path}", None, 1).open() as reader:
        selection = select_rows(reader.inspector, "t", ["n"], [counting])
        plan = reader.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {selection}").all()
        assert not [row for row in plan if row[-1] in {"SCAN t", "SCAN t USING COVERING INDEX i"}]
        assert len(reader.connection.execute(selection).all()) == 3
    assert len(judged) <= 4


def test_children_are_found_through_their_index(tmp_path):
    path = tmp_path / "t.sqlite"
    make(path, range(1000), "INTEGER", "CREATE INDEX i ON t (c)")
    table = Table("t", "brass", (Column("c", "INTEGER"),))
    with open_source("brass", f"sqlite:///{path}", None, 1).open() as reader:
        selection = select_rows(reader.inspector, "t", ["n"], [narrow_follows(table, "c", {3, 5}, MADRID)])
        compiled = selection.compile(compile_kwargs={"literal_binds": True})
        plan = reader.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
    assert "SCAN t" not in [row[-1] for row in plan]
    assert fetched(path, narrow_follows(table, "c", {3, 5}, MADRID)) == {3, 5}


@pytest.fixture
def server(postgres_url):
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as database:
        database.execute("DROP SCHEMA IF EXISTS estrecho CASCADE; CREATE SCHEMA estrecho")
        database.execute("SET search_path TO estrecho")
        yield f"{postgres_url}?options=-csearch_path%3Destrecho", database
        database.execute("DROP SCHEMA estrecho CASCADE")


ON_SERVER = [
    ("date", "DATE", ["2026-01-01", "1899-12-30", "infinity", "-infinity", "0044-03-15 BC", "2026-11-24"]),
    ("timestamp", "DATE", ["2026-11-24 23:59", "2026-11-01 00:00", "1899-12-30 10:30", "infinity"]),
    (
        "timestamptz",
        "DATE",
        ["2026-11-23 23:30+00", "2026-11-01 00:00+00", "1899-12-30 00:00+00", "-infinity"],
    ),
    ("text", "DATE", ["24/11/2026", "1/2/2026", "2026-11-24", "", " ", "nunca", "30/12/1899"]),
    ("varchar(20)", "FLAG", ["Sí", "no", "NO", "quizás", "-1", "0"]),
    ("boolean", "FLAG", ["true", "false"]),
    ("smallint", "FLAG", ["-1", "0", "1", "2"]),
    ("integer", "INTEGER", ["1", "7", "8"]),
    ("numeric", "INTEGER", ["1", "7.5", "7.0", "NaN"]),
    ("real", "INTEGER", ["0.1", "7", "NaN"]),
    ("char(5)", "TEXT", ["a", "b", ""]),
    ("text", "TEXT", ["a", "A", "á", "", "%s", ":x"]),
]


@pytest.mark.external
@pytest.mark.parametrize(("stored", "kind", "values"), ON_SERVER)
@pytest.mark.parametrize("index", ["", "CREATE INDEX ON t (c)"])
@pytest.mark.parametrize(
    "condition",
    [
        Condition("c", "empty"),
        Condition("c", "since", days=0),
        Condition("c", "equals", value=0),
        Condition("c", "equals", value=7),
        Condition("c", "equals", value="a"),
        Condition("c", "equals", value="2026-11-24"),
    ],
    ids=repr,
)
def test_a_server_gives_at_least_the_rows_that_matter(server, stored, kind, values, index, condition):
    url, database = server
    database.execute(f"CREATE TABLE t (n int, c {stored}); {index}")
    for n, value in enumerate([*values, None]):
        database.execute("INSERT INTO t VALUES (%s, %s)", [n, value])
    table = Table("t", "brass", (Column("n", "INTEGER"), Column("c", kind)), where=condition)
    narrowing = narrow_where(table, TODAY, {}, MADRID)
    with open_source("brass", url, None, 5).open() as reader:
        everything = [row for chunk in reader.rows("t", ["n", "c"]) for row in chunk]
        got = {r[0] for c in reader.rows("t", ["n"], [narrowing] if narrowing else []) for r in c}
        kept = {r[0] for c in reader.rows("t", ["n"], [narrow_follows(table, "c", {7}, MADRID)]) for r in c}
    assert {n for n, value in everything if meets(value, kind, condition)} <= got
    cells = {n: normalise_value(value, kind, MADRID) for n, value in everything}
    assert {n for n, cell in cells.items() if cell in (None, 7)} <= kept


@pytest.mark.external
def test_a_server_leaves_out_what_is_closed_and_uses_its_index(server):
    url, database = server
    database.execute(
        "CREATE TABLE t (n int, d date, x text, p int); CREATE INDEX ON t (d); CREATE INDEX ON t (x);"
        "INSERT INTO t SELECT i, date '2020-01-01' + i % 300, "
        "to_char(date '2020-01-01' + i % 300, 'DD/MM/YYYY'), "
        "i FROM generate_series(1, 20000) i; INSERT INTO t VALUES (0, NULL, '', 7); ANALYZE t"
    )
    columns = (Column("d", "DATE"), Column("x", "DATE"), Column("p", "INTEGER"))
    with open_source("brass", url, None, 5).open() as reader:
        for name in ("d", "x"):
            table = Table("t", "brass", columns, where=Condition(name, "empty"))
            narrowing = narrow_where(table, TODAY, {}, MADRID)
            assert [row for c in reader.rows("t", ["n"], [narrowing]) for row in c] == [(0,)]
            compiled = select_rows(reader.inspector, "t", ["n"], [narrowing]).compile(
                reader.connection, compile_kwargs={"literal_binds": True}
            )
            plan = reader.connection.exec_driver_sql(f"EXPLAIN {compiled}").scalars().all()
            assert "Seq Scan" not in " ".join(plan)
        children = narrow_follows(table, "p", {7}, MADRID)
        assert {row[0] for c in reader.rows("t", ["n"], [children]) for row in c} == {0, 7}


@pytest.mark.external
def test_a_column_with_more_values_than_can_be_named_is_fetched_whole(server):
    url, database = server
    database.execute(
        f"CREATE TABLE t AS SELECT i AS n, i::text AS c FROM generate_series(0, {MOST_VALUES}) i"
    )
    table = Table("t", "brass", (Column("c", "TEXT"),), where=Condition("c", "equals", value="7"))
    with open_source("brass", url, None, 5).open() as reader:
        narrowing = narrow_where(table, TODAY, {}, MADRID)
        assert sum(len(chunk) for chunk in reader.rows("t", ["n"], [narrowing])) == MOST_VALUES + 1
