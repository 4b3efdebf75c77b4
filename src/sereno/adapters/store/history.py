"""The past in a database: one finding by its name, all of them by counts; nothing is read row by row."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Label,
    RowMapping,
    Select,
    and_,
    cast,
    false,
    func,
    insert,
    or_,
    select,
    type_coerce,
)

from sereno.adapters.store import schema
from sereno.adapters.store.engine import reading
from sereno.adapters.store.ledger import read_finding, read_notices_of
from sereno.adapters.store.rows import step_of, step_row
from sereno.domain.steps import Step, StepKind
from sereno.engine.history import Followed, Looked, Scope
from sereno.engine.records import IMPORTED, Notice

_finding, _step, _run, _info = (
    schema.findings.c,
    schema.steps.c,
    schema.runs.c,
    schema.store_info.c,
)


@dataclass(frozen=True, slots=True)
class SqlHistory:
    """Tell the past; every method may raise StoreUnavailable."""

    engine: Engine
    zone: tzinfo

    def latest_run(self) -> str:
        """Name the run that was recorded last; empty where there is none."""
        rows = self._rows(select(_run.id).order_by(_run.number.desc()).limit(1))
        return rows[0]["id"] if rows else ""

    def known_from(self) -> datetime:
        """Tell since when steps are noted."""
        (row,) = self._rows(select(func.coalesce(_info.steps_since, _info.made_at).label("since")))
        since: datetime = row["since"]
        return since.astimezone(self.zone)

    def finding(self, name: str) -> Followed | None:
        """Return the entry of that name, ended or not, with the tellings that count."""
        with reading(self.engine) as connection:
            found = read_finding(connection, name)
        return None if found is None else Followed(*found)

    def steps(self, name: str) -> list[Step]:
        """Return what happened to the finding of that name, in the order in which it was noted."""
        steps = select(schema.steps, _finding.track).join_from(
            schema.steps, schema.findings, _finding.id == _step.finding
        )
        return [step_of(row) for row in self._rows(steps.where(_step.finding == name).order_by(_step.number))]

    def notices(self, name: str) -> list[Notice]:
        """Return who was told of the finding of that name, oldest first."""
        with reading(self.engine) as connection:
            return read_notices_of(connection, name, self.zone)

    def first_seen(self, scope: Scope) -> Mapping[date, int]:
        """Count what is open by the day on which it was first seen."""
        return self._open(scope, _finding.first_seen)

    def by_monitor(self, scope: Scope) -> Mapping[str, int]:
        """Count what is open by monitor."""
        return self._open(scope, _finding.monitor)

    def by_owner(self, scope: Scope) -> Mapping[str | None, int]:
        """Count what is open by owner; `None` stands for what has none."""
        return self._open(scope, _finding.owner)

    def by_replannings(self, scope: Scope) -> Mapping[int, int]:
        """Count what is open by how often it was replanned."""
        return self._open(scope, _finding.replannings)

    def steps_by_day(self, scope: Scope, since: date) -> Mapping[tuple[str, StepKind, date], int]:
        """Count the steps of each monitor and kind, by day."""
        which = (_step.monitor, _step.made_on, _step.rule, _step.kind)
        # In the order of their index, so that nothing is sorted; the rules are few.
        counted = _scoped(select(*which, func.count().label("times")), scope).where(_step.made_on >= since)
        counts = Counter[tuple[str, StepKind, date]]()
        for row in self._rows(counted.group_by(*which)):
            if row["rule"] in scope.rules[row["monitor"]]:
                counts[row["monitor"], row["kind"], row["made_on"]] += row["times"]
        return counts

    def shifts(self, scope: Scope, since: date) -> Mapping[int, int]:
        """Count how plans were moved, by days."""
        days = self._days(_step.due_before, _step.due)
        counted = _scoped(select(_step.monitor, _step.rule, days, func.count().label("times")), scope)
        wanted = counted.where(_step.kind == "replanned", _step.made_on >= since, days.is_not(None))
        counts = Counter[int]()
        for row in self._rows(wanted.group_by(_step.monitor, _step.rule, days)):
            if row["rule"] in scope.rules[row["monitor"]]:
                counts[row["days"]] += row["times"]
        return counts

    def looks(self, since: datetime) -> Sequence[Looked]:
        """Return how each run ended that looked, and finished at or after `since`, oldest first."""
        ended = select(_run.monitor, _run.digest, _run.state, _run.finished_at)
        late = ended.where(_run.finished_at >= since, _run.why != IMPORTED).order_by(
            _run.finished_at, _run.number
        )
        return [
            Looked(row["monitor"], row["digest"], row["state"], row["finished_at"].astimezone(self.zone))
            for row in self._rows(late)
        ]

    def first_looks(self) -> Mapping[str, datetime]:
        """Tell when the first look of each monitor ended that was not blind, of those that are kept."""
        firsts = select(_run.monitor, func.min(_run.finished_at).label("at"))
        seen = firsts.where(_run.state != "blind", _run.why != IMPORTED)
        rows = self._rows(seen.group_by(_run.monitor))
        return {row["monitor"]: row["at"].astimezone(self.zone) for row in rows}

    def _open(self, scope: Scope, by: ColumnElement[Any]) -> dict[Any, int]:
        counted = select(by.label("by"), func.count().label("times")).select_from(schema.findings)
        listed = counted.where(_finding.ended_on.is_(None), _finding.section.is_not(None))
        ours = listed.where(_of_rules(scope, _finding.monitor, _finding.rule))
        if scope.owner is not None:
            ours = ours.where(_finding.owner == scope.owner)
        return {row["by"]: row["times"] for row in self._rows(ours.group_by(by))}

    def _days(self, before: ColumnElement[Any], after: ColumnElement[Any]) -> Label[Any]:
        if self.engine.dialect.name == "postgresql":
            return type_coerce(after - before, Integer).label("days")
        return cast(func.julianday(after) - func.julianday(before), Integer).label("days")

    def _rows(self, query: Select[Any]) -> Sequence[RowMapping]:
        with reading(self.engine) as connection:
            return connection.execute(query).mappings().all()


def write_steps(connection: Connection, monitor: str, steps: Iterable[Step]) -> None:
    """Write what became of findings, in the caller's transaction and after their entries.

    Processes that saw the same change at once, or a round that is written for each of several digests, note
    it once: what a finding's notes of a day end with already is not written again.
    """
    rows = [step_row(each, monitor) for each in steps]
    if not rows:
        return
    days = {row["made_on"] for row in rows}
    noted = select(schema.steps).where(_step.monitor == monitor, _step.made_on.in_(days))
    there = _by_finding(map(dict, connection.execute(noted.order_by(_step.number)).mappings()))
    fresh = [
        row
        for finding, ours in _by_finding(rows).items()
        if there.get(finding, [])[-len(ours) :] != ours
        for row in ours
    ]
    if fresh:
        connection.execute(insert(schema.steps), fresh)


def _by_finding(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    sorted_out: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        plain = {name: value for name, value in row.items() if name != "number"}
        sorted_out.setdefault(row["finding"], []).append(plain)
    return sorted_out


def _scoped(steps: Select[Any], scope: Scope) -> Select[Any]:
    noted = steps.select_from(schema.steps)
    if scope.owner is None:
        return noted.where(_step.monitor.in_(sorted(scope.rules)))
    # By finding alone: of one owner there are few, and of a monitor many.
    of_rules = _of_rules(scope, _finding.monitor, _finding.rule)
    owned = select(_finding.id).where(_finding.owner == scope.owner, of_rules)
    return noted.where(_step.finding.in_(owned))


def _of_rules(scope: Scope, monitor: ColumnElement[str], rule: ColumnElement[str]) -> ColumnElement[bool]:
    pairs = [and_(monitor == name, rule.in_(sorted(rules))) for name, rules in sorted(scope.rules.items())]
    return or_(false(), *pairs)
