"""Try a monitor's rules on its cases.toml: rows in, findings out."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta, tzinfo
from functools import partial
from importlib.resources.abc import Traversable
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from sereno.adapters.directory import directory_tables, read_directory
from sereno.adapters.memory import MemorySource
from sereno.adapters.monitor_faults import form_faults
from sereno.adapters.monitor_form import CasesForm
from sereno.adapters.monitors import read_text
from sereno.adapters.snapshot import Lore, SqliteSnapshot, build_snapshot
from sereno.domain.directory import identify
from sereno.domain.errors import Fault, MonitorError
from sereno.domain.findings import Cell, Finding, Seen, judge
from sereno.domain.rules import Monitor, Setting, Table

FILE = "cases.toml"
PEOPLE_TABLE = "TbUsuariosAplicaciones"
ZONE: tzinfo = ZoneInfo("Europe/Madrid")
RELATIVE = re.compile(r"D(?:([+-])(\d+))?")

Records = Mapping[str, Sequence[Mapping[str, Any]]]
"""Table → its rows, column by column."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Hold a finding that a case names."""

    section: str | None
    key: tuple[Any, ...]
    cells: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """Hold rows, and what a rule must find in them."""

    name: str
    today: date
    rule: str
    settings: Mapping[str, Setting]
    rows: Records
    finds: tuple[Expected, ...]
    counts: Mapping[str, int]


def read_cases(folder: Traversable, monitor: Monitor) -> tuple[Case, ...]:
    """Read a monitor's cases; raise MonitorError with every fault found."""
    where = f"{folder.name}/{FILE}"
    try:
        form = CasesForm.model_validate(tomllib.loads(read_text(folder, FILE)))
    except tomllib.TOMLDecodeError as error:
        raise MonitorError((Fault(where, f"no es TOML: {error}", "TOML válido"),)) from error
    except ValidationError as error:
        raise MonitorError(tuple(form_faults(error, where))) from error
    faults = tuple(_unknown_names(form, monitor, where))
    if faults:
        raise MonitorError(faults)
    return tuple(
        Case(
            each.name,
            form.today,
            each.rule,
            {**monitor.settings, **each.settings},
            {table: [_dated(row, form.today) for row in rows] for table, rows in each.rows.items()},
            tuple(Expected(f.section, tuple(f.key), _dated(f.cells, form.today)) for f in each.finds),
            each.counts,
        )
        for each in form.cases
    )


def try_case(monitor: Monitor, case: Case) -> tuple[str, ...]:
    """Say where the case's rule, and its monitor's counts, differ from what the case says; nowhere: it holds.

    Raises RuleFailed for SQL that is wrong.
    """
    with rehearse(monitor, case.rows, case.today, case.settings) as snapshot:
        counted = {
            query.id: next(iter(snapshot.select(query)[0].values())) for query in monitor.of_kind("count")
        }
        rule = next(rule for rule in monitor.rules if rule.id == case.rule)
        seen = judge(rule, snapshot.select(rule.query), case.today, case.settings)
    wrong = [
        f"{name} cuenta {counted[name]}, no {number}"
        for name, number in case.counts.items()
        if counted[name] != number
    ]
    return (*_differences(case, seen), *wrong)


def rehearse(monitor: Monitor, rows: Records, today: date, settings: Mapping[str, Setting]) -> SqliteSnapshot:
    """Build the snapshot that the monitor would see if its registers, and the directory, held these rows.

    A table that is left out is empty; canaries speak of registers, not of rules, and do not count here.
    """
    tables = [replace(table, at_least=0) for table in monitor.tables]
    lore = Lore(_weekdays, _directory(rows, today))
    sources = {register: MemorySource(tables, rows) for register in monitor.registers}
    return build_snapshot(tables, monitor.views, sources, today, ZONE, settings, lore)


def _directory(rows: Records, today: date) -> Callable[[Cell], int | None]:
    """Look people up among the rows; where there are none, nobody is known."""
    if not rows.get(PEOPLE_TABLE):
        return lambda _: None
    return partial(identify, read_directory(MemorySource(directory_tables(), rows), today, ZONE))


def _differences(case: Case, seen: Seen) -> Iterator[str]:
    found = {(finding.section, finding.key): finding for finding in seen.findings}
    expected = {(each.section, each.key): each for each in case.finds}
    yield from (f"no halla {_told(*each)}" for each in expected if each not in found)
    yield from (f"halla también {_told(*each)}" for each in found if each not in expected)
    for name in expected.keys() & found.keys():
        yield from (f"{_told(*name)}: {wrong}" for wrong in _wrong_cells(expected[name], found[name]))


def _wrong_cells(expected: Expected, found: Finding) -> Iterator[str]:
    for column, value in expected.cells.items():
        if column not in found.cells:
            yield f"su consulta no da {column}"
        elif found.cells[column] != value:
            yield f"{column} es {found.cells[column]!r}, no {value!r}"


def _told(section: str | None, key: Sequence[Any]) -> str:
    return f"{', '.join(map(str, key))} en {section or 'ninguna sección'}"


def _unknown_names(form: CasesForm, monitor: Monitor, where: str) -> Iterator[Fault]:
    rules = [rule.id for rule in monitor.rules]
    counts = [query.id for query in monitor.of_kind("count")]
    columns = _columns((*monitor.tables, *directory_tables()))
    for case in form.cases:
        place = f"{where}, «{case.name}»"
        if case.rule not in rules:
            yield Fault(f"{place}, rule", case.rule, f"una regla: {', '.join(rules)}")
        for name in case.settings.keys() - monitor.settings.keys():
            yield Fault(f"{place}, settings", name, "un umbral de [settings]")
        for name in case.counts.keys() - set(counts):
            yield Fault(f"{place}, counts", name, "el id de una consulta «-- count: …»")
        yield from _unknown_columns(case.rows, columns, f"{place}, rows")


def _unknown_columns(rows: Records, known: Mapping[str, set[str]], place: str) -> Iterator[Fault]:
    for table, records in rows.items():
        if table not in known:
            yield Fault(place, table, "una tabla de schema.sql")
            continue
        for name in {column for record in records for column in record} - known[table]:
            yield Fault(f"{place}.{table}", name, "una columna de schema.sql")


def _columns(tables: Sequence[Table]) -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for table in tables:
        known.setdefault(table.name, set()).update(column.name for column in table.columns)
    return known


def _dated(row: Mapping[str, Any], today: date) -> dict[str, Any]:
    return {name: _date(value, today) for name, value in row.items()}


def _date(value: Any, today: date) -> Any:  # noqa: ANN401 (whatever TOML holds)
    match = RELATIVE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    days = int(match[2] or 0) * (-1 if match[1] == "-" else 1)
    return (today + timedelta(days=days)).isoformat()


def _weekdays(since: date, until: date) -> int:
    """Count Monday to Friday: cases know of no holidays."""
    return sum((since + timedelta(days=n)).weekday() < 5 for n in range(1, (until - since).days + 1))
