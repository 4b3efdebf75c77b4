"""The store as one look sees it: what is asked of each digest in turn is read of all of them at once."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, and_, bindparam, func, select

from sereno.adapters.store import schema
from sereno.adapters.store.engine import reading
from sereno.adapters.store.rows import period_of, run_of
from sereno.adapters.store.sql import SqlStore
from sereno.domain.cadence import Period
from sereno.engine.records import Owned, Run, RunState

Read = TypeVar("Read")
Latest = Mapping[tuple[str, str, RunState | None], Run]
"""By monitor, digest and state the run that ended last; without a state, of all."""

_run, _period = schema.runs.c, schema.periods.c


@dataclass(frozen=True, slots=True)
class SqlGlance(SqlStore):
    """Read a store that stays as it is during the look; every method may raise StoreUnavailable."""

    memory: dict[tuple[object, ...], Any] = field(default_factory=dict)
    """What was read in this look."""

    def opened_periods(self, monitor: str, digest: str, now: datetime) -> list[Period]:
        """Return the noted periods that contain `now`, oldest first."""
        opened = self._once(lambda: self._opened(now), "opened", now)
        return opened.get((monitor, digest), [])

    def runs(self, monitor: str, digest: str, period: str) -> list[Run]:
        """Return the period's runs in the order in which they ended."""
        read = SqlStore.runs
        return self._once(lambda: read(self, monitor, digest, period), "runs", monitor, digest, period)

    def last_run(self, monitor: str, digest: str, *, state: RunState | None = None) -> Run | None:
        """Return the run that ended last (in that state)."""
        return self._once(self._latest, "latest").get((monitor, digest, state))

    def open_owners(self) -> list[Owned]:
        """Count what is open in a section by whom its rows name."""
        read = SqlStore.open_owners
        return self._once(lambda: read(self), "owners")

    def _opened(self, now: datetime) -> Mapping[tuple[str, str], list[Period]]:
        """Read what is open, by monitor and digest; the runs of that are asked for next, and read with it."""
        with reading(self.engine) as connection:
            opened = _read_opened(connection, now, self.zone)
            ran = _read_runs(connection, now, self.zone)
        for (monitor, digest), periods in opened.items():
            for each in periods:
                name = monitor, digest, each.id
                self.memory["runs", *name] = ran.get(name, [])
        return opened

    def _latest(self) -> Latest:
        with reading(self.engine) as connection:
            return _read_latest(connection, self.zone)

    def _once(self, read: Callable[[], Read], *name: object) -> Read:
        if name not in self.memory:
            self.memory[name] = read()
        known: Read = self.memory[name]
        return known


def _read_opened(connection: Connection, now: datetime, zone: tzinfo) -> dict[tuple[str, str], list[Period]]:
    opened = defaultdict[tuple[str, str], list[Period]](list)
    for row in connection.execute(_OPENED, {"now": now}).mappings():
        opened[row["monitor"], row["digest"]].append(period_of(row, zone))
    return dict(opened)


def _read_runs(connection: Connection, now: datetime, zone: tzinfo) -> dict[tuple[str, str, str], list[Run]]:
    """Read the runs of what is open, each period's in the order in which they ended."""
    ran = defaultdict[tuple[str, str, str], list[Run]](list)
    for row in connection.execute(_RUNS, {"now": now}).mappings():
        if row["number"] is not None:
            run = run_of(row, zone)
            ran[run.monitor, run.digest, run.period].append(run)
    return dict(ran)


def _read_latest(connection: Connection, zone: tzinfo) -> Latest:
    latest: dict[tuple[str, str, RunState | None], Run] = {}
    for row in connection.execute(_LATEST).mappings():
        run = run_of(row, zone)
        latest[run.monitor, run.digest, run.state] = latest[run.monitor, run.digest, None] = run
    return latest


def _latest_runs() -> Select[Any]:
    like = (_run.monitor, _run.digest, _run.state)
    newest = select(*like, func.max(_run.finished_at).label("finished_at")).group_by(*like).subquery().c
    same = [_run[name] == newest[name] for name in ("monitor", "digest", "state", "finished_at")]
    last = select(schema.runs).join_from(newest.state.table, schema.runs, and_(*same))
    return last.order_by(_run.finished_at, _run.number)


def _runs_of_opened() -> Select[Any]:
    """Select them from what is open outwards, of which there is little; a row without a run is of none."""
    same = [_period[name] == _run[name] for name in ("monitor", "digest", "period")]
    joined = select(schema.runs).join_from(schema.periods, schema.runs, and_(*same), isouter=True)
    return joined.where(*_CONTAINS).order_by(_run.finished_at, _run.number)


# Written once: to write a statement takes longer than what it asks for.
_CONTAINS = (_period.opens_at <= bindparam("now"), _period.closes_at > bindparam("now"))
_OPENED = select(schema.periods).where(*_CONTAINS).order_by(_period.opens_at, _period.period)
_RUNS, _LATEST = _runs_of_opened(), _latest_runs()
