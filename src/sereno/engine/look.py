"""One look at a monitor's registers: each rule seen, or blind with its reason."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from math import isfinite

from sereno.domain.errors import RegisterEmpty, RuleFailed, SchemaDrift, SourceUnavailable
from sereno.domain.findings import Blind, Cell, Datum, Look, Outcome, Row, Seen, judge
from sereno.domain.ledger import Entry, Ledger, follow
from sereno.domain.parcels import PERSON
from sereno.domain.rules import DigestPlan, Monitor, Query, QueryKind, Rule, Setting
from sereno.engine.ports import Log, Registers, Snapshot

BLINDING = (SourceUnavailable, SchemaDrift, RegisterEmpty, RuleFailed)
"""The errors that mean: this could not be seen."""

CHECK_COLUMNS = ("registro", "tabla", "clave", "columna", "valor")
"""What a query of kind `check` answers with: a datum to correct a row."""
FIGURE_NUMBERS = ("now", "before")
GIVEN: Mapping[QueryKind, frozenset[str]] = {
    "check": frozenset(CHECK_COLUMNS),
    "figure": frozenset({"label", *FIGURE_NUMBERS}),
    "people": frozenset({PERSON}),
}
"""The columns that a query of a kind gives, whatever else it gives."""


def look_at(
    monitor: Monitor, today: date, settings: Mapping[str, Setting], registers: Registers, log: Log
) -> Look:
    """Read the registers once and evaluate every rule; what cannot be seen is blind, never empty."""
    with ExitStack() as stack:
        try:
            snapshot = stack.enter_context(registers.snapshot(monitor, today, settings))
        except BLINDING as error:
            return Look(tuple(Blind(rule.id, str(error)) for rule in monitor.rules), (), {})
        outcomes = tuple(_evaluate(rule, snapshot, today, settings) for rule in monitor.rules)
        checked = _answers(monitor.of_kind("check"), snapshot)
        look = Look(
            outcomes=(*outcomes, *(answer for answer in checked.values() if isinstance(answer, Blind))),
            data_errors=(
                *snapshot.data_errors,
                *(datum for rows in checked.values() for datum in _data(rows)),
            ),
            counts=_counts(monitor.of_kind("count"), snapshot, log),
            people=_answers(monitor.of_kind("people"), snapshot),
            figures=_answers(monitor.of_kind("figure"), snapshot),
            data_errors_left_out=snapshot.data_errors_left_out,
            checked=checked,
            took=dict(snapshot.took),
            fetched=dict(snapshot.fetched),
        )
    _log_look(monitor, look, log)
    return look


def follow_up(
    monitor: Monitor, look: Look, ledger: Ledger, today: date, settings: Mapping[str, Setting]
) -> list[Entry]:
    """Bring the ledger's entries up to date with every rule that was seen; a blind one ends nothing."""
    seen = {outcome.rule: outcome.findings for outcome in look.outcomes if isinstance(outcome, Seen)}
    return [
        entry
        for rule in monitor.rules
        if rule.id in seen
        for entry in follow(rule, seen[rule.id], ledger, today, settings)
    ]


def blind_for(monitor: Monitor, plan: DigestPlan, look: Look) -> list[Blind]:
    """List what a digest relies on and could not be seen: every check, and the rules of its sections."""
    rules = {rule.id for rule in monitor.rules}
    ours = {rule.id for rule in monitor.rules_of(plan)}
    return [blind for blind in look.blind if blind.rule in ours or blind.rule not in rules]


def _answers(queries: Sequence[Query], snapshot: Snapshot) -> dict[str, Sequence[Row] | Blind]:
    return {query.id: _answer(query, snapshot) for query in queries}


def _answer(query: Query, snapshot: Snapshot) -> Sequence[Row] | Blind:
    try:
        rows = snapshot.select(query)
        _require(query, rows, GIVEN.get(query.kind, frozenset()))
        for value in (row[column] for row in rows if query.kind == "figure" for column in FIGURE_NUMBERS):
            _require_number(query, value)
    except BLINDING as error:
        return Blind(query.id, str(error))
    return rows


def given_by(rule: Rule) -> frozenset[str]:
    """Name the columns that a rule's query must give."""
    single = {column for column in (rule.due, rule.owner) if column}
    return frozenset({*rule.key, *rule.track, *single, *(shown.column for shown in rule.columns)})


def _require(query: Query, rows: Sequence[Row], columns: frozenset[str]) -> None:
    for column in sorted(columns - rows[0].keys() if rows else ()):
        raise _failed(query, f"no da la columna {column}")


def _require_number(query: Query, value: Cell) -> None:
    if value is not None and not (isinstance(value, int | float) and isfinite(value)):
        raise _failed(query, f"da «{value}» por número")


def _require_dates(rule: Rule, rows: Sequence[Row]) -> None:
    for value in (row[rule.due] for row in rows if rule.due):
        try:
            if value is not None:
                date.fromisoformat(str(value))
        except ValueError:
            raise _failed(rule.query, f"da «{value}» por fecha en {rule.due}") from None


def _failed(query: Query, what: str) -> RuleFailed:
    return RuleFailed(f"La consulta {query.id} {what}. Corríjala en el queries.sql de su monitor.")


def _data(rows: Sequence[Row] | Blind) -> list[Datum]:
    if isinstance(rows, Blind):
        return []
    return [Datum(*(str(row[column]) for column in CHECK_COLUMNS)) for row in rows]


def _evaluate(rule: Rule, snapshot: Snapshot, today: date, settings: Mapping[str, Setting]) -> Outcome:
    try:
        rows = snapshot.select(rule.query)
        _require(rule.query, rows, given_by(rule))
        _require_dates(rule, rows)
        return judge(rule, rows, today, settings)
    except BLINDING as error:
        return Blind(rule.id, str(error))


def _counts(queries: Sequence[Query], snapshot: Snapshot, log: Log) -> dict[str, int]:
    """Count for the diagnostics; they inform, so that their failing is logged and blinds nothing."""
    counts = {}
    for query in queries:
        try:
            counts[query.id] = _count(query, snapshot.select(query))
        except BLINDING as error:
            log.warning("diagnostic.failed", query=query.id, why=str(error))
    return counts


def _count(query: Query, rows: Sequence[Row]) -> int:
    for number in (value for row in rows for value in row.values()):
        _require_number(query, number)
        return int(number or 0)
    raise _failed(query, "no da ningún número")


def _log_look(monitor: Monitor, look: Look, log: Log) -> None:
    for outcome in look.outcomes:
        if isinstance(outcome, Blind):
            log.error("rule.blind", monitor=monitor.name, rule=outcome.rule, why=outcome.why)
        else:
            log.info("rule.seen", monitor=monitor.name, rule=outcome.rule, findings=len(outcome.findings))
    log.info("round.diagnostics", monitor=monitor.name, data_errors=len(look.data_errors), **look.counts)
