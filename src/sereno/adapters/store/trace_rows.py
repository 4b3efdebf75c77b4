"""What runs leave behind in a database: its table's rows, and how they are found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, tzinfo
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Select, insert, or_, select

from sereno.adapters.store import schema
from sereno.adapters.store.engine import reading
from sereno.adapters.store.rows import run_of
from sereno.engine.records import Run
from sereno.engine.traces import Fetched, Looked, Move, Moves, Trace

_run, _trace = schema.runs.c, schema.traces.c


@dataclass(frozen=True, slots=True)
class SqlTraces:
    """Find what runs left behind; every method may raise StoreUnavailable."""

    engine: Engine
    zone: tzinfo

    def of(self, run_id: str) -> Trace | None:
        """Return what a run left behind; None where nothing was kept of it."""
        found = self._rows(select(schema.traces).where(_trace.run_id == run_id))
        return _trace_of(found[0]) if found else None

    def complete_before(self, run: Run) -> Run | None:
        """Return the complete run of its digest that was written last before it."""
        of_digest = select(schema.runs).filter_by(monitor=run.monitor, digest=run.digest, state="complete")
        earlier = of_digest.where(_run.number < _number(run)).order_by(_run.number.desc()).limit(1)
        return next((run_of(row, self.zone) for row in self._rows(earlier)), None)

    def moves(self, run: Run, since: Run | None) -> Moves:
        """Gather what moved with the runs of a monitor after `since` (from the first), up to this one."""
        within = [_run.monitor == run.monitor, _run.number <= _number(run)]
        if since is not None:
            within.append(_run.number > _number(since))
        joined = select(_trace.moves, _trace.unlisted).join_from(
            schema.runs, schema.traces, _trace.run_id == _run.id, isouter=True
        )
        untraced = _trace.run_id.is_(None)
        telling = joined.where(*within, or_(_trace.moved > 0, untraced)).order_by(_run.number)
        rows = self._rows(telling.add_columns(untraced.label("untraced")))
        return Moves(
            tuple(move for row in rows for move in _moves_of(row["moves"] or ())),
            sum(row["unlisted"] or 0 for row in rows),
            sum(row["untraced"] for row in rows),
        )

    def _rows(self, query: Select[Any]) -> Sequence[RowMapping]:
        with reading(self.engine) as connection:
            return connection.execute(query).mappings().all()


def write_trace(connection: Connection, run_id: str, trace: Trace | None) -> None:
    """Write what a run leaves behind."""
    if trace is not None:
        row = {
            "run_id": run_id,
            "looks": [asdict(each) for each in trace.looks],
            "fetched": [asdict(each) for each in trace.fetched],
            "moves": [_move_row(each) for each in trace.moves],
            "moved": len(trace.moves) + trace.unlisted,
            "unlisted": trace.unlisted,
        }
        connection.execute(insert(schema.traces), [row])


def read_traces(connection: Connection) -> Mapping[str, Trace]:
    """Read what every run left behind, by run."""
    return {row["run_id"]: _trace_of(row) for row in connection.execute(select(schema.traces)).mappings()}


def _number(run: Run) -> Any:  # noqa: ANN401  # a scalar subquery
    """Find a run's place in the order of writing."""
    return select(_run.number).where(_run.id == run.id).scalar_subquery()


def _trace_of(row: RowMapping) -> Trace:
    return Trace(
        tuple(Looked(**each) for each in row["looks"]),
        tuple(Fetched(**each) for each in row["fetched"]),
        tuple(_moves_of(row["moves"])),
        row["unlisted"],
    )


def _move_row(move: Move) -> list[object]:
    days = (None if day is None else day.isoformat() for day in (move.was_due, move.is_due))
    key = None if move.key == move.track else move.key
    return [move.rule, move.track, key, move.was_in, move.is_in, *days, move.ended]


def _moves_of(rows: Sequence[Sequence[Any]]) -> Iterator[Move]:
    for rule, track, key, was_in, is_in, was_due, is_due, ended in rows:
        named = tuple(track if key is None else key)
        yield Move(rule, tuple(track), named, was_in, is_in, _day(was_due), _day(is_due), ended)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
