"""The runs that a look at the store asks for again and again, read at once."""

from collections.abc import Mapping
from datetime import tzinfo

from sqlalchemy import Connection, and_, func, select

from sereno.adapters.store import schema
from sereno.adapters.store.rows import run_of
from sereno.engine.records import Run, RunState

Latest = Mapping[tuple[str, str, RunState | None], Run]
"""By monitor, digest and state the run that ended last; without a state, of all."""

_run = schema.runs.c


def read_latest(connection: Connection, zone: tzinfo) -> Latest:
    """Read the last run of every digest in every state, in one statement."""
    like = (_run.monitor, _run.digest, _run.state)
    newest = select(*like, func.max(_run.finished_at).label("finished_at")).group_by(*like).subquery().c
    same = [schema.runs.c[name] == newest[name] for name in ("monitor", "digest", "state", "finished_at")]
    last = select(schema.runs).join_from(newest.state.table, schema.runs, and_(*same))
    latest: dict[tuple[str, str, RunState | None], Run] = {}
    for row in connection.execute(last.order_by(_run.finished_at, _run.number)).mappings():
        run = run_of(row, zone)
        latest[run.monitor, run.digest, run.state] = latest[run.monitor, run.digest, None] = run
    return latest
