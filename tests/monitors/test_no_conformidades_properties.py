"""The nonconformities' SQL finds what a plain reading of their rules finds, whatever a register holds."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from tests.monitors.plain_no_conformidades import (
    TODAY,
    Estate,
    Row,
    alive,
    among,
    counted_days,
    expected,
    is_open,
    open_tasks_of,
    orphans,
    tallies,
)

from sereno.adapters.memory import MemorySource
from sereno.adapters.monitors import load_monitor, shipped_folders
from sereno.adapters.snapshot import Lore, SqliteSnapshot, build_snapshot
from sereno.domain.findings import judge
from sereno.domain.rules import Table

MADRID = ZoneInfo("Europe/Madrid")
MONITOR = load_monitor(next(folder for folder in shipped_folders() if folder.name == "no_conformidades"))
EDGES = (-60, -59, -30, -29, -1, 0, 1, 7, 8, 15, 16, 29, 30, 31)
ENDINGS = ("FECHACIERRE", "FechaFinReal", "FechaControlEficacia")
CHILDREN = {"IDAccionCorrectiva": 2, "IDAccionRealizada": 3}
"""How many records of a kind there are at most for each nonconformity."""
NAMES = {1: "Ángela Martín", 2: "Bruno Gil", 3: None}
LOGINS = {"amartin": 1, "bgil": 2, "sinnombre": 3}


# Rows as registers hold them: a clean value, and one of its spellings.


def spelt(value: Any, chance: Random) -> Any:
    if isinstance(value, bool):
        return chance.choice((("No", "0", 0, False, "n"), ("Sí", "-1", 1, True, "SI"))[value])
    if isinstance(value, date):
        return chance.choice((value, value.isoformat(), f"{value:%d/%m/%Y}", f"{value:%d-%m-%Y} 08:30"))
    return value


def blank(kind: str, chance: Random) -> Any:
    rubbish = {"DATE": ("31/02/2026", "pendiente"), "FLAG": ("quizás",), "INTEGER": ("s/n",), "TEXT": ()}
    return chance.choice((None, "", "  ", *rubbish[kind]))


def clean_value(column: str, kind: str, chance: Random, size: int, unfinished: float) -> Any:
    if kind == "DATE":
        absent = unfinished if column in ENDINGS else 0.2
        return None if chance.random() < absent else TODAY + timedelta(days=chance.choice(EDGES))
    if kind == "FLAG":
        yes = 0.2 if column == "Borrado" else 0.6
        return True if chance.random() < yes else chance.choice((False, None))
    if kind == "INTEGER":
        return None if chance.random() < 0.03 else chance.randint(1, size)
    return chance.choice((*LOGINS, *NAMES.values(), "nadie", f"{column} {chance.randint(1, 3)}"))


def clean_row(table: Table, own: int, chance: Random, size: int, unfinished: float) -> Row:
    """Give a row that points at nonconformities and actions that may be there; its key is seldom repeated."""
    row = {
        column.name: clean_value(
            column.name, column.type, chance, size * CHILDREN.get(column.name, 1), unfinished
        )
        for column in table.columns
    }
    return row | (dict.fromkeys(table.key, own) if chance.random() < 0.92 else {})


def held_row(table: Table, clean: Row, chance: Random) -> Row:
    return {
        column.name: blank(column.type, chance)
        if clean[column.name] is None
        else spelt(clean[column.name], chance)
        for column in table.columns
    }


def estates(seed: int, size: int) -> tuple[Estate, Estate]:
    """Give the clean rows, and what the register holds of them."""
    chance = Random(seed)
    clean: Estate = {}
    for table in MONITOR.tables:
        unfinished = chance.choice((0.1, 0.5, 0.85))
        most = size * CHILDREN.get(table.key[0], 1)
        count = chance.randint(most // 3, most)
        clean[table.name] = [clean_row(table, own, chance, size, unfinished) for own in range(1, count + 1)]
    clean["TbUsuariosAplicaciones"] = [{"Id": number, "Nombre": name} for number, name in NAMES.items()] * 2
    held = {
        table.name: [held_row(table, row, chance) for row in clean[table.name]] for table in MONITOR.tables
    }
    return clean, held


def snapshot_of(rows: Estate, limits: dict[str, int] | None = None) -> SqliteSnapshot:
    sources = {register: MemorySource(MONITOR.tables, rows) for register in MONITOR.registers}
    lore = Lore(lambda since, until: (until - since).days, lambda reference: LOGINS.get(str(reference)))
    # Canaries speak of registers, not of rules.
    tables = [replace(table, at_least=0) for table in MONITOR.tables]
    return build_snapshot(tables, MONITOR.views, sources, TODAY, MADRID, limits or {}, lore)


thresholds = st.fixed_dictionaries(
    {
        "dias_alerta_nc": st.sampled_from((15, 0, 30)),
        "dias_alerta_arapc": st.sampled_from((15, 16, 30)),
        "dias_urgente": st.sampled_from((7, 1, 8)),
        "dias_ce": st.sampled_from((29, 30, 0)),
    }
)


@pytest.mark.long
@settings(max_examples=400, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 12), limits=thresholds)
def test_every_rule_finds_what_its_page_says_on_random_dirty_rows(seed, size, limits):
    note(f"estates({seed}, {size})")
    clean, held = estates(seed, size)
    with snapshot_of(held, limits) as snapshot:
        seen = {
            rule.id: judge(rule, snapshot.select(rule.query), TODAY, limits).findings
            for rule in MONITOR.rules
        }
    found: dict[str, set[Any]] = {name: {f.key[0] for f in findings} for name, findings in seen.items()}
    found["NC-T"] = {(finding.key[0], finding.section) for finding in seen["NC-T"]}
    assert found == expected(clean, limits)


@pytest.mark.parametrize(
    ("key", "table", "parents"),
    [
        ("IDAccionRealizada", "TbNCAccionesRealizadas", ("TbNCAccionCorrectivas", "TbNoConformidades")),
        ("IDAccionCorrectiva", "TbNCAccionCorrectivas", ("TbNoConformidades",)),
    ],
)
@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 12))
def test_nothing_is_repeated_because_what_it_belongs_to_is_recorded_twice(key, table, parents, seed, size):
    note(f"estates({seed}, {size})")
    _, held = estates(seed, size)
    once = {**held, table: [row | {key: own} for own, row in enumerate(held[table])]}
    twice = once | {parent: once[parent] * 2 for parent in parents}
    with snapshot_of(twice, dict(MONITOR.settings)) as snapshot:
        for rule in MONITOR.rules:
            if rule.key == (key,):
                keys = [row[key] for row in snapshot.select(rule.query)]
                assert len(keys) == len(set(keys)), rule.id


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 12))
def test_figures_checks_people_and_counts_agree_with_a_plain_reading(seed, size):
    note(f"estates({seed}, {size})")
    clean, held = estates(seed, size)
    with snapshot_of(held) as snapshot:
        got = {name: snapshot.select(query) for name, query in MONITOR.queries.items()}
    for row, dates in zip(got["ultimos_30_dias"], counted_days(clean), strict=True):
        assert (row["now"], row["before"]) == (among(dates, -29, 0), among(dates, -59, -30)), row["label"]
    busy = [nc for nc in alive(clean) if open_tasks_of(clean, nc)]
    assert told(got["cerrada_con_tareas_abiertas"]) == tallies(clean, (nc for nc in busy if not is_open(nc)))
    assert told(got["en_ejecucion_sin_cierre_previsto"]) == tallies(
        clean, (nc for nc in busy if is_open(nc) and nc["FPREVCIERRE"] is None)
    )
    owners = [(row["IDNoConformidad"], row["Persona"]) for row in got["responsables_calidad"]]
    opened = [nc for nc in alive(clean) if is_open(nc)]
    assert sorted(owners, key=str) == sorted(
        ((nc["IDNoConformidad"], nc["RESPONSABLECALIDAD"]) for nc in opened), key=str
    )
    left = {**clean, "TbNCAccionesRealizadas": open_tasks(clean)}
    busy_actions = {task["IDAccionCorrectiva"] for task in open_tasks(clean)} - {None}
    left["TbNCAccionCorrectivas"] = [
        action for action in clean["TbNCAccionCorrectivas"] if action["IDAccionCorrectiva"] in busy_actions
    ]
    assert only(got["acciones_huerfanas"]) == orphans(
        left, "TbNCAccionCorrectivas", "TbNoConformidades", "IDNoConformidad"
    )
    left["TbNCAccionCorrectivas"] = clean["TbNCAccionCorrectivas"]
    assert only(got["tareas_huerfanas"]) == orphans(
        left, "TbNCAccionesRealizadas", "TbNCAccionCorrectivas", "IDAccionCorrectiva"
    )


def open_tasks(estate: Any) -> list[Any]:
    return [task for task in estate["TbNCAccionesRealizadas"] if task["FechaFinReal"] is None]


def told(rows: Any) -> list[tuple[Any, int]]:
    """Give each record to correct with the number of open tasks that its text tells."""
    return sorted((row["clave"], int(row["valor"].split(", con ")[1].split()[0])) for row in rows)


def only(rows: Any) -> Any:
    (row,) = rows
    (number,) = row.values()
    return number


def test_71_tasks_in_32_nonconformities_are_71_rows_to_replan():
    rows = {
        "TbNoConformidades": [{"IDNoConformidad": nc} for nc in range(32)],
        "TbNCAccionCorrectivas": [{"IDAccionCorrectiva": nc, "IDNoConformidad": nc} for nc in range(32)],
        "TbNCAccionesRealizadas": [
            {
                "IDAccionRealizada": task,
                "IDAccionCorrectiva": task % 32,
                "FechaFinPrevista": TODAY - timedelta(days=task),
            }
            for task in range(71)
        ],
    }
    with snapshot_of(rows, dict(MONITOR.settings)) as snapshot:
        q4 = next(rule for rule in MONITOR.rules if rule.id == "NC-Q4")
        assert len(judge(q4, snapshot.select(q4.query), TODAY, MONITOR.settings).findings) == 71


def test_a_closed_nonconformity_with_open_tasks_is_to_be_corrected_and_says_how_many():
    rows = {
        "TbNoConformidades": [
            {"IDNoConformidad": 1, "FECHACIERRE": "12/11/2026"},
            {"IDNoConformidad": 2, "FECHACIERRE": "12/11/2026", "Borrado": "Sí"},
            {"IDNoConformidad": 3},
        ],
        "TbNCAccionCorrectivas": [{"IDAccionCorrectiva": n, "IDNoConformidad": n} for n in (1, 1, 2, 3)],
        "TbNCAccionesRealizadas": [
            {"IDAccionRealizada": n, "IDAccionCorrectiva": n % 3 + 1} for n in range(5)
        ],
    }
    with snapshot_of(rows) as snapshot:
        (closed,) = snapshot.select(MONITOR.queries["cerrada_con_tareas_abiertas"])
        (undated,) = snapshot.select(MONITOR.queries["en_ejecucion_sin_cierre_previsto"])
    assert closed == {
        "registro": "no_conformidades",
        "tabla": "TbNoConformidades",
        "clave": 1,
        "columna": "FECHACIERRE",
        "valor": "12/11/2026, con 2 tareas abiertas",
    }
    assert (undated["clave"], undated["columna"]) == (3, "FPREVCIERRE")
    assert undated["valor"] == "(vacío), con 1 tarea abierta"


def test_the_bands_are_the_ones_of_the_ledger_and_only_the_near_ones_copy_quality():
    rule = next(rule for rule in MONITOR.rules if rule.id == "NC-T")
    assert {each.id: each.name for each in rule.bands} == {
        "NC-T1": "aviso",
        "NC-T2": "urgente",
        "NC-T3": "vencida",
    }
    plan = next(plan for plan in MONITOR.digests if plan.name == "tecnico")
    assert plan.cc is not None
    assert set(plan.cc.sections) == {"NC-T2", "NC-T3"}
    assert plan.sections == ("NC-T3", "NC-T2", "NC-T1")


def test_a_nonconformity_whose_number_cannot_be_read_is_still_found():
    rows = {
        "TbNoConformidades": [{"IDNoConformidad": "s/n"}],
        "TbNCAccionCorrectivas": [{"IDAccionCorrectiva": 1, "IDNoConformidad": None}],
    }
    with snapshot_of(rows, dict(MONITOR.settings)) as snapshot:
        q3 = next(rule for rule in MONITOR.rules if rule.id == "NC-Q3")
        assert [row["IDNoConformidad"] for row in snapshot.select(q3.query)] == [None]
