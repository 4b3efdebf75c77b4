"""Fetching less never changes what is found: every monitor, on dirty data, with its filters and without."""

import random
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.monitors.cases import MONITORS

from sereno.adapters.directory import read_directory
from sereno.adapters.inspection import declared_tables
from sereno.adapters.snapshot import Lore, build_snapshot
from sereno.adapters.sources.database import open_source
from sereno.domain.directory import identify
from sereno.domain.errors import SerenoError
from sereno.domain.rules import Query

pytestmark = pytest.mark.long
TODAY = date(2026, 11, 24)
MADRID = ZoneInfo("Europe/Madrid")
FILTERED = [
    monitor for monitor in MONITORS.values() if any(table.where or table.follows for table in monitor.tables)
]
BOUNDARIES = (-400, -61, -60, -59, -31, -30, -29, -16, -8, -1, 0, 1, 7, 8, 15, 16, 29, 30, 31, 61)
SPELLINGS = ("{:%Y-%m-%d}", "{:%d/%m/%Y}", "{0.day}-{0.month}-{0.year}", "{:%Y-%m-%d 00:00:00}")
DIRT = {
    "DATE": [None, None, None, "", " ", "pendiente", "31/02/2026", "30/12/1899", 20261124, b"\xf1"],
    "FLAG": ["Sí", "No", "no", 1, 0, -1, None, "", "quizás", True],
    "INTEGER": [1, 2, 3, 4, 5, "1", " 2 ", "3,0", 4.0, None, "", "x", 2.5],
    "REAL": [0, 1.5, "2,5", None, "x"],
    "TEXT": ["Aceptar", "aceptar", "ana", "Eva Gil", "EVA GIL", "R-1", "R-2", None, "", " texto ", 1],
}
AFFINITY = {"DATE": ("", "TEXT", "DATE"), "INTEGER": ("", "INTEGER", "TEXT")}


def literals(monitor):
    """List the texts that a monitor's rules look for: no dirt would hit them by chance."""
    written = " ".join([*monitor.views, *(rule.query.sql for rule in monitor.rules)])
    texts = {text for text in monitor.settings.values() if isinstance(text, str)}
    return sorted(texts | set(re.findall(r"'([^']+)'", written)))


def value(kind, chance, texts):
    if kind == "TEXT" and texts and chance.random() < 0.4:
        return chance.choice(texts)
    if kind == "DATE" and chance.random() < 0.6:
        return chance.choice(SPELLINGS).format(TODAY + timedelta(days=chance.choice(BOUNDARIES)))
    if kind == "INTEGER" and chance.random() < 0.7:
        return chance.randrange(1, 6)
    return chance.choice(DIRT[kind])


def fill(path, tables, texts, chance):
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        for table in tables:
            columns = ", ".join(
                f'"{column.name}" {chance.choice(AFFINITY.get(column.type, ("", "TEXT")))}'
                for column in table.columns
            )
            database.execute(f'CREATE TABLE "{table.name}" ({columns})')
            for at, column in enumerate(table.columns):
                if chance.random() < 0.5:
                    database.execute(f'CREATE INDEX "{table.name}{at}" ON "{table.name}" ("{column.name}")')
            rows = [
                [value(c.type, chance, texts) for c in table.columns] for _ in range(chance.randrange(1, 12))
            ]
            places = ", ".join("?" * len(table.columns))
            database.executemany(f'INSERT INTO "{table.name}" VALUES ({places})', rows)


def estate(folder, monitor, seed):
    chance = random.Random(seed)
    tables, texts = declared_tables([monitor]), literals(monitor)
    sources = {}
    for register in sorted({*monitor.registers, "lanzadera"}):  # the same for the same seed
        path = folder / f"{monitor.name}-{register}.sqlite"
        fill(path, [table for table in tables if table.register == register], texts, chance)
        sources[register] = open_source(register, f"sqlite:///{path}", None, 5)
    return sources


def answers(monitor, tables, sources):
    people = read_directory(sources["lanzadera"], TODAY, MADRID)
    lore = Lore(lambda since, until: (until - since).days, lambda reference: identify(people, reference))
    given = (tables, monitor.views, sources, TODAY, MADRID, monitor.settings, lore)
    with build_snapshot(*given) as snapshot:
        return {
            query.id: answer(snapshot, query)
            for query in (*(rule.query for rule in monitor.rules), *monitor.queries.values())
        }


def answer(snapshot, query):
    try:
        return sorted(repr(dict(row)) for row in snapshot.select(query))
    except SerenoError as error:
        return str(error)


@pytest.mark.parametrize("monitor", FILTERED, ids=lambda monitor: monitor.name)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_filters_never_change_what_is_found(tmp_path_factory, monitor, seed):
    sources = estate(tmp_path_factory.getbasetemp(), monitor, seed)
    whole = [replace(table, where=None, follows=None) for table in monitor.tables]
    found, everything = (answers(monitor, tables, sources) for tables in (monitor.tables, whole))
    assert found == everything


@pytest.mark.parametrize("monitor", FILTERED, ids=lambda monitor: monitor.name)
def test_the_data_are_such_that_the_rules_find_something(tmp_path, monitor):
    found = [answers(monitor, monitor.tables, estate(tmp_path, monitor, seed)) for seed in range(160)]
    firing = {rule.id for rule in monitor.rules if any(each[rule.id] for each in found)}
    filtered = {table.name for table in monitor.tables if table.where or table.follows}
    assert {rule.id for rule in monitor.rules if rule.table in filtered} <= firing
    assert len(firing) >= 0.8 * len(monitor.rules)
    assert not [rule.id for rule in monitor.rules if any(isinstance(each[rule.id], str) for each in found)]


@pytest.mark.parametrize("monitor", FILTERED, ids=lambda monitor: monitor.name)
def test_filters_leave_something_out(tmp_path, monitor):
    whole = [replace(table, where=None, follows=None) for table in monitor.tables]
    estates = (estate(tmp_path, monitor, seed) for seed in range(20))
    assert any(count(monitor, monitor.tables, each) < count(monitor, whole, each) for each in estates)


def count(monitor, tables, sources):
    lore = Lore(lambda *_: 0, lambda _: None)
    with build_snapshot(tables, (), sources, TODAY, MADRID, monitor.settings, lore) as snapshot:
        counted = (f'SELECT count(*) AS n FROM "{table.name}"' for table in tables)
        return sum(snapshot.select(Query("n", "count", "", sql))[0]["n"] for sql in counted)
