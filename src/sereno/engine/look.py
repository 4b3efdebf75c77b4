"""One look at a monitor's registers: each rule seen, or blind with its reason."""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date

from sereno.domain.errors import RegisterEmpty, RuleFailed, SchemaDrift, SourceUnavailable
from sereno.domain.findings import Blind, Look, Outcome, judge
from sereno.domain.rules import Monitor, Query, Rule, Setting
from sereno.engine.ports import Log, Registers, Snapshot

BLINDING = (SourceUnavailable, SchemaDrift, RegisterEmpty, RuleFailed)
"""The errors that mean: this could not be seen."""


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
        counted = ((query.id, _count(query, snapshot, log)) for query in monitor.counts)
        counts = {name: number for name, number in counted if number is not None}
        look = Look(outcomes, tuple(snapshot.data_errors), counts)
    _log_look(monitor, look, log)
    return look


def _evaluate(rule: Rule, snapshot: Snapshot, today: date, settings: Mapping[str, Setting]) -> Outcome:
    try:
        return judge(rule, snapshot.select(rule.query), today, settings)
    except BLINDING as error:
        return Blind(rule.id, str(error))


def _count(query: Query, snapshot: Snapshot, log: Log) -> int | None:
    """Count for the diagnostics; they inform, so that their failing is logged and blinds nothing."""
    try:
        (row,) = snapshot.select(query)
    except BLINDING as error:
        log.warning("diagnostic.failed", query=query.id, why=str(error))
        return None
    return int(next(iter(row.values())) or 0)


def _log_look(monitor: Monitor, look: Look, log: Log) -> None:
    for outcome in look.outcomes:
        if isinstance(outcome, Blind):
            log.error("rule.blind", monitor=monitor.name, rule=outcome.rule, why=outcome.why)
        else:
            log.info("rule.seen", monitor=monitor.name, rule=outcome.rule, findings=len(outcome.findings))
    log.info("round.diagnostics", monitor=monitor.name, data_errors=len(look.data_errors), **look.counts)
