"""A round as one document for other programs: what each rule found, and what would be sent to whom.

docs/reference/json.md tells it key by key; adapters/contract.schema.json is its schema.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from math import isfinite
from typing import Any

from sereno.domain.cadence import NotOwed, Period
from sereno.domain.findings import Blind, Cell, Datum, Finding, Look, Outcome, urgency
from sereno.domain.ledger import Ledger
from sereno.domain.parcels import Item, Parcel, People, join_people
from sereno.domain.rules import PEOPLE, DigestPlan, Rule, Setting
from sereno.domain.writing import planned_sections
from sereno.engine.watch import Report, Served

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Before:
    """Hold how things stood before a round."""

    today: date
    settings: Mapping[str, Setting]
    ledger: Ledger
    decisions: Mapping[str, Period | NotOwed]
    """What each digest owed, by its name."""


@dataclass(frozen=True, slots=True)
class _Told:
    """Gather what describing needs."""

    report: Report
    before: Before
    people: Mapping[str, People] = field(default_factory=dict)


def describe(report: Report, before: Before) -> Document:
    """Describe a round; dates are ISO 8601, and values as the rules see them."""
    answers = report.look.people if report.look else {}
    told = _Told(report, before, {query: join_people(answer) for query, answer in answers.items()})
    return {
        "monitor": report.monitor.name,
        "today": before.today.isoformat(),
        "outcome": _outcome(report),
        "digests": [_digest(served, told) for served in report.served],
        "rules": _rules(report.look, told) if report.look else [],
        "data_errors": [asdict(datum) for datum in _data_errors(report)],
        "unaddressed": [row for served in report.served for row in _unaddressed(served)],
    }


def _outcome(report: Report) -> str:
    if report.look is None:
        return "not_owed"
    if report.is_blind or report.look.blind or _unseen(report.look):
        return "blind"
    return "findings" if report.look.findings else "none"


def _digest(served: Served, told: _Told) -> Document:
    decision = told.before.decisions[served.plan.name]
    owed = isinstance(decision, Period)
    addressed = [parcel for parcel in served.parcels if parcel.to] if served.messages else []
    return {
        "name": served.plan.name,
        "owed": owed,
        "period": decision.id if isinstance(decision, Period) else served.period,
        "reason": served.reason if isinstance(decision, Period) else decision.reason,
        "messages": [
            {
                "to": list(parcel.to),
                "cc": list(parcel.cc),
                "bcc": list(parcel.bcc),
                "subject": message.subject,
                "sections": _sections(parcel, served.plan, told),
            }
            for parcel, message in zip(addressed, served.messages, strict=True)
        ],
    }


def _sections(parcel: Parcel, plan: DigestPlan, told: _Told) -> list[Document]:
    """List a mail's sections in order, each once, under whichever headings its readers see its rows."""
    items: dict[str | None, list[Item]] = {}
    for item in sorted(parcel.items, key=lambda item: urgency(item.finding)):
        items.setdefault(item.finding.section, []).append(item)
    return [
        {
            "rule": rule.id,
            "title": title.format_map(told.before.settings),
            "rows": [
                _row(item.finding, rule, [plan], told, new=item.mark == "new")
                for item in items.get(section, ())
            ],
        }
        for rule, section, title in planned_sections(told.report.monitor, plan)
        if section in items or plan.when_empty
    ]


def _rules(look: Look, told: _Told) -> list[Document]:
    """List every rule with all that it found; what else could not be seen stands behind them."""
    rules = {rule.id: rule for rule in told.report.monitor.rules}
    return [_rule(outcome, rules, told) for outcome in (*look.outcomes, *_unseen(look))]


def _rule(outcome: Outcome, rules: Mapping[str, Rule], told: _Told) -> Document:
    if isinstance(outcome, Blind):
        return {"rule": outcome.rule, "outcome": "blind", "why": outcome.why, "rows": []}
    rule = rules[outcome.rule]
    monitor = told.report.monitor
    plans = [plan for plan in monitor.digests if rule in monitor.rules_of(plan)]
    rows = [
        {
            "section": finding.section,
            **_row(finding, rule, plans, told, new=_is_new(finding, told.before.ledger)),
        }
        for finding in outcome.findings
    ]
    return {"rule": rule.id, "outcome": "findings" if rows else "none", "why": "", "rows": rows}


def _row(finding: Finding, rule: Rule, plans: Sequence[DigestPlan], told: _Told, *, new: bool) -> Document:
    return {
        "key": list(map(_plain, finding.key)),
        "track": list(map(_plain, finding.track)),
        "due": None if finding.due is None else finding.due.isoformat(),
        "days": finding.days,
        "band": next((band.name or band.id for band in rule.bands if band.id == finding.section), None),
        "owner": finding.owner or _only_person(finding, plans, told),
        "new": new,
        "cells": {column: _plain(cell) for column, cell in finding.cells.items()},
    }


def _only_person(finding: Finding, plans: Sequence[DigestPlan], told: _Told) -> str | None:
    """Name the person whom a digest's people query joins to a finding, where that is one."""
    queries = [query for plan in plans for query in _people_queries(plan) if query in told.people]
    found = (told.people[query].of(finding) for query in queries)
    return next((str(people[0]) for people in found if len(people) == 1), None)


def _people_queries(plan: DigestPlan) -> list[str]:
    readers = [plan.to.removeprefix(PEOPLE)] if plan.to.startswith(PEOPLE) else []
    return readers + ([plan.group_by] if plan.group_by else [])


def _is_new(finding: Finding, ledger: Ledger) -> bool:
    """Tell whether no digest has told it since it was first seen."""
    entry = ledger.get((finding.rule, finding.track))
    if entry is None or entry.ended is not None:
        return True
    return all(telling.on < entry.first_seen for telling in entry.tellings)


def _unseen(look: Look) -> list[Blind]:
    """List what is no rule and could not be seen either: people and figures."""
    answers = (*look.people.values(), *look.figures.values())
    return [answer for answer in answers if isinstance(answer, Blind)]


def _data_errors(report: Report) -> list[Datum]:
    """List every datum to correct, of the registers and of the directory, each once."""
    ours = report.look.doubts if report.look else ()
    told = (datum for served in report.served for parcel in served.parcels for datum in parcel.doubts)
    return list(dict.fromkeys((*ours, *told)))


def _unaddressed(served: Served) -> list[Document]:
    """List what reaches none of those whom it concerns, and why."""
    return [
        {
            "digest": served.plan.name,
            "rule": item.finding.rule,
            "section": item.finding.section,
            "key": list(map(_plain, item.finding.key)),
            "why": item.missing or " ".join(parcel.warnings),
        }
        for parcel in served.parcels
        if parcel.strayed
        for item in parcel.items
    ]


def _plain(cell: Cell) -> Cell:
    """Give what JSON can say: it has no infinite numbers."""
    return str(cell) if isinstance(cell, float) and not isfinite(cell) else cell
