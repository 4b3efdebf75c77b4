"""Read a monitor's cases.toml and hold each case against the real rules: rows in, findings out."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sereno.adapters.memory import MemorySource
from sereno.adapters.monitors import load_monitor, shipped_folders
from sereno.adapters.snapshot import build_snapshot
from sereno.domain.findings import Seen, judge
from sereno.domain.rules import Table

RELATIVE = re.compile(r"D(?:([+-])(\d+))?")
FOLDERS = {folder.name: folder for folder in shipped_folders()}
MONITORS = {name: load_monitor(folder) for name, folder in FOLDERS.items()}


@dataclass(frozen=True, slots=True)
class Case:
    monitor: str
    name: str
    today: date
    rule: str
    settings: Mapping[str, Any]
    rows: Mapping[str, list[dict[str, Any]]]
    finds: list[dict[str, Any]]
    counts: Mapping[str, int]


def all_cases() -> list[Case]:
    return [case for name in FOLDERS for case in read_cases(name)]


def read_cases(monitor: str) -> list[Case]:
    document = tomllib.loads(FOLDERS[monitor].joinpath("cases.toml").read_text("utf-8"))
    today = document["today"]
    return [
        Case(
            monitor,
            form["name"],
            today,
            form["rule"],
            MONITORS[monitor].settings | form.get("settings", {}),
            {table: [_dated(row, today) for row in rows] for table, rows in form.get("rows", {}).items()},
            [find | {"cells": _dated(find.get("cells", {}), today)} for find in form["finds"]],
            form.get("counts", {}),
        )
        for form in document["cases"]
    ]


def look(case: Case) -> tuple[Seen, dict[str, int]]:
    """Evaluate the case's rule and its monitor's counts."""
    monitor = MONITORS[case.monitor]
    rule = next(rule for rule in monitor.rules if rule.id == case.rule)
    # A table that the case leaves out is empty; canaries speak of registers, not of rules.
    tables = [replace(table, at_least=0) for table in monitor.tables]
    _refuse_unknown_names(tables, case.rows)
    sources = {register: MemorySource(tables, case.rows) for register in monitor.registers}
    with build_snapshot(
        tables, monitor.views, sources, case.today, ZoneInfo("Europe/Madrid"), case.settings, _weekdays
    ) as snapshot:
        counted = {query.id: next(iter(snapshot.select(query)[0].values())) for query in monitor.counts}
        return judge(rule, snapshot.select(rule.query), case.today, case.settings), counted


def _refuse_unknown_names(tables: list[Table], rows: Mapping[str, list[dict[str, Any]]]) -> None:
    declared = {(table.name, column.name) for table in tables for column in table.columns}
    written = {(table, column) for table, records in rows.items() for record in records for column in record}
    assert written <= declared, f"not in schema.sql: {written - declared}"


def _dated(row: Mapping[str, Any], today: date) -> dict[str, Any]:
    return {name: _date(value, today) for name, value in row.items()}


def _date(value: Any, today: date) -> Any:
    match = RELATIVE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    days = int(match[2] or 0) * (-1 if match[1] == "-" else 1)
    return (today + timedelta(days=days)).isoformat()


def _weekdays(since: date, until: date) -> int:
    return sum((since + timedelta(days=n)).weekday() < 5 for n in range(1, (until - since).days + 1))
