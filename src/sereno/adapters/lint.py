"""Hold a monitor against what its format promises, beyond what loading it already refuses."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.resources.abc import Traversable

from sereno.adapters.cases import Case, read_cases, rehearse
from sereno.adapters.monitors import load_monitor
from sereno.adapters.snapshot import SqliteSnapshot
from sereno.domain.errors import Fault, MonitorError, RuleFailed
from sereno.domain.parcels import PERSON
from sereno.domain.rules import (
    OWNER,
    PEOPLE,
    Choice,
    Condition,
    DigestPlan,
    Monitor,
    Query,
    Table,
)
from sereno.engine.look import GIVEN, given_by

SOME_DAY = date(2026, 1, 1)


@dataclass(slots=True)
class Reads:
    """Remember what queries read: tables and views with their columns, case-folded; and what they give."""

    columns: set[tuple[str, str]] = field(default_factory=set)
    gives: dict[str, list[str]] = field(default_factory=dict)
    """Query → the columns of its answer."""

    def read(self, action: int, table: str | None, column: str | None, *_: str | None) -> int:
        """Let SQLite do what the snapshot lets it do anyway, and note it."""
        if action == sqlite3.SQLITE_READ:
            self.columns.add(((table or "").casefold(), (column or "").casefold()))
        return sqlite3.SQLITE_OK


def lint_monitor(folder: Traversable) -> tuple[Fault, ...]:
    """Load a monitor and its cases, and find all that is wrong with them; nothing: it keeps the format."""
    try:
        monitor = load_monitor(folder)
        cases = read_cases(folder, monitor)
    except MonitorError as error:
        return error.faults
    reads, faults = _try_queries(monitor, f"{folder.name}/queries.sql")
    if faults:
        return tuple(faults)
    where = f"{folder.name}/monitor.toml"
    return (
        *_missing_columns(monitor, reads, folder.name),
        *_audience_faults(monitor, where),
        *_title_faults(monitor, where),
        *_untried(monitor, cases, f"{folder.name}/cases.toml"),
        *_unused(monitor, reads, folder.name),
    )


def _try_queries(monitor: Monitor, where: str) -> tuple[Reads, list[Fault]]:
    """Run every query over empty tables."""
    reads, faults = Reads(), []
    with rehearse(monitor, {}, SOME_DAY, monitor.settings) as snapshot:
        for query in _queries(monitor):
            try:
                snapshot.select(query)
            except RuleFailed as error:
                faults.append(Fault(f"{where}, {query.kind}: {query.id}", str(error), "SQL de SQLite"))
            else:
                reads.gives[query.id] = _described(snapshot, query, reads)
    return reads, faults


def _described(snapshot: SqliteSnapshot, query: Query, reads: Reads) -> list[str]:
    snapshot.copy.set_authorizer(reads.read)
    try:
        cursor = snapshot.copy.execute(query.sql, snapshot.parameters)
    finally:
        snapshot.copy.set_authorizer(snapshot.authorise)
    return [name for name, *_ in cursor.description]


def _queries(monitor: Monitor) -> list[Query]:
    return [*(rule.query for rule in monitor.rules), *monitor.queries.values()]


def _missing_columns(monitor: Monitor, reads: Reads, name: str) -> Iterator[Fault]:
    for rule in monitor.rules:
        for column in sorted(given_by(rule) - {*reads.gives[rule.id]}):
            yield Fault(f"{name}/queries.sql, rule: {rule.id}", f"no da la columna {column}", "que la dé")
    for query in monitor.queries.values():
        given = reads.gives[query.id]
        place = f"{name}/queries.sql, {query.kind}: {query.id}"
        for column in sorted(GIVEN.get(query.kind, frozenset()) - {*given}):
            yield Fault(place, f"no da la columna {column}", "que la dé")
        if query.kind == "count" and len(given) != 1:
            yield Fault(place, f"da {len(given)} columnas", "una sola, con un número")
        if query.kind == "people" and {*given} == {PERSON}:
            yield Fault(place, f"solo da {PERSON}", "también las columnas que dicen de qué hallazgo")


def _audience_faults(monitor: Monitor, where: str) -> Iterator[Fault]:
    for plan in monitor.digests:
        for rule in monitor.rules:
            if plan.to == OWNER and not rule.owner and {*rule.sections} & {*plan.sections}:
                expected = f"la columna de la persona, que {plan.name} necesita"
                yield Fault(f"{where}, rules.{rule.id}.owner", "falta", expected)
        for rule_id in sorted({*plan.overdue_rules} - {rule.id for rule in monitor.rules}):
            yield Fault(f"{where}, digests.{plan.name}.overdue_rules", rule_id, "una regla")


def _title_faults(monitor: Monitor, where: str) -> Iterator[Fault]:
    for rule in monitor.rules:
        for title in (rule.title, *(band.title for band in rule.bands)):
            try:
                title.format_map(monitor.settings)
            except (KeyError, ValueError, IndexError):
                expected = "entre llaves, solo umbrales de [settings]"
                yield Fault(f"{where}, rules.{rule.id}.title", title, expected)
        for section in {each for shown in rule.columns for each in shown.only} - {*rule.sections}:
            yield Fault(f"{where}, rules.{rule.id}.columns.only", section, ", ".join(rule.sections))


def _untried(monitor: Monitor, cases: Sequence[Case], where: str) -> Iterator[Fault]:
    """Find the sections without a case that fires, or without one that does not."""
    for rule in monitor.rules:
        ours = [{find.section for find in case.finds} for case in cases if case.rule == rule.id]
        for section in rule.sections:
            if not any(section in fired for fired in ours):
                yield Fault(where, f"ningún caso halla algo en {section}", "un caso en que salte")
            if all(section in fired for fired in ours):
                yield Fault(where, f"ningún caso deja {section} sin nada", "un caso en que no salte")


def _unused(monitor: Monitor, reads: Reads, name: str) -> Iterator[Fault]:
    expected = "que algo lo use, o borrarlo"
    for setting in sorted(monitor.settings.keys() - _settings_used(monitor)):
        yield Fault(f"{name}/monitor.toml, settings.{setting}", "nada lo usa", expected)
    for query in (*monitor.of_kind("people"), *monitor.of_kind("figure")):
        if query.id not in {used for plan in monitor.digests for used in _queries_used(plan)}:
            yield Fault(f"{name}/queries.sql, {query.kind}: {query.id}", "nada lo usa", expected)
    told = {section for plan in monitor.digests for section in plan.sections}
    for section in (section for rule in monitor.rules for section in rule.sections if section not in told):
        yield Fault(f"{name}/monitor.toml, rules", f"ningún informe muestra {section}", expected)
    for table, column in _columns_unused(monitor, reads):
        yield Fault(f"{name}/schema.sql, tabla {table}", f"nada lee la columna {column}", expected)


def _settings_used(monitor: Monitor) -> set[str]:
    """Gather what the queries bind, and what rules and tables name."""
    written = " ".join((*(query.sql for query in _queries(monitor)), *_titles(monitor)))
    named = [edge for rule in monitor.rules for edge in (rule.expires_after, rule.escalate_after)]
    named += [edge for rule in monitor.rules for band in rule.bands for edge in (band.since, band.until)]
    named += [condition.days for table in monitor.tables for condition in _conditions(table)]
    return {*re.findall(r"[:{](\w+)", written), *(edge for edge in named if isinstance(edge, str))}


def _conditions(table: Table) -> list[Condition]:
    if isinstance(table.where, Choice):
        return [condition for alternative in table.where.alternatives for condition in alternative]
    return [table.where] if table.where else []


def _titles(monitor: Monitor) -> list[str]:
    return [title for rule in monitor.rules for title in (rule.title, *(band.title for band in rule.bands))]


def _queries_used(plan: DigestPlan) -> set[str]:
    copied = plan.cc.people if plan.cc else ""
    return {plan.to.removeprefix(PEOPLE), plan.group_by or "", copied, *plan.figures}


def _columns_unused(monitor: Monitor, reads: Reads) -> Iterator[tuple[str, str]]:
    """Find what is fetched and serves nothing; a key names records, and what may be missing may be spared."""
    narrowing = {(table.name, each.column) for table in monitor.tables for each in _conditions(table)}
    for table in monitor.tables:
        follows = table.follows
        if follows:
            narrowing |= {(table.name, follows.column), (follows.parent, follows.parent_column)}
    for table in monitor.tables:
        for column in table.columns:
            read = (table.name.casefold(), column.name.casefold()) in reads.columns
            kept = column.optional or column.name in table.key or (table.name, column.name) in narrowing
            if not (read or kept):
                yield table.name, column.name
