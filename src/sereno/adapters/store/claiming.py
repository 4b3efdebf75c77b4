"""How mail is claimed in the store: what comes first, in one transaction of the caller's."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    TextClause,
    Update,
    and_,
    bindparam,
    exists,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from sereno.adapters.store import mail_schema as schema
from sereno.adapters.store.among import among, listed
from sereno.adapters.store.engine import BINARY
from sereno.adapters.store.mail_rows import MESSAGE_COLUMNS
from sereno.adapters.store.schema import store_info
from sereno.engine.mail_ports import Claimer, Wanted

_each = schema.deliveries.c
_NO_DATA = null().label("data")
_HELD = exists().where(store_info.c.mail_held_at.is_not(None))


def claim(
    connection: Connection, limit: int, wanted: Wanted, claimer: Claimer, now: datetime
) -> Sequence[Sequence[Any]]:
    """Move up to `limit` waiting deliveries to `sending`, none while mail is held; return them in turn."""
    named = {
        "most": limit,
        "is_trial": wanted.trial,
        "queues": listed(connection, sorted(wanted.queues)),
        "claimer": claimer.id,
        "until": claimer.until,
        "now": now,
    }
    if connection.dialect.name == "postgresql":
        return connection.execute(_claim_and_read(digests=wanted.digests), named).all()
    ids = connection.scalars(_claim(digests=wanted.digests), named).all()
    return connection.execute(_claimed(), {"claimed": listed(connection, ids)}).all() if ids else []


def whole(wanted: ColumnElement[bool] | TextClause, *, with_bytes: bool = True) -> Select[Any]:
    """Select deliveries with their messages, in their turn."""
    return _joined(schema.deliveries, with_bytes=with_bytes).where(wanted)


# Statements are kept: writing one anew costs more than running it.


@cache
def _claim(*, digests: bool) -> ReturningUpdate[Any]:
    """Claim, and return the names in any order."""
    return _first("sqlite", digests=digests).returning(_each.id)


@cache
def _claimed() -> Select[Any]:
    return whole(among(_each.id, "claimed", "sqlite"))


@cache
def _claim_and_read(*, digests: bool) -> Select[Any]:
    """Claim and read at once, which SQLite has no words for; bytes come as they are, not spelled out."""
    taken = schema.deliveries.c
    columns = (taken.id, taken.message_id, taken.recipients, taken.state, taken.attempts)
    moved = _first("postgresql", digests=digests).returning(*columns, taken.due_at, taken.queued_at)
    return _joined(moved.cte("moved")).execution_options(**{BINARY: True})


def _first(dialect: str, *, digests: bool) -> Update:
    # A common table expression: as a subquery, PostgreSQL may run it more than once and exceed the limit.
    due = _each.due_at <= bindparam("now")
    lookable = or_(_each.kind != "queue", among(_each.origin, "queues", dialect))
    of_kind = lookable if digests else and_(lookable, _each.kind != "digest")
    waiting = select(_each.id).where(schema.WAITS, _each.trial == bindparam("is_trial"), due, of_kind, ~_HELD)
    first = waiting.order_by(*_turn(_each)).limit(bindparam("most", type_=Integer))
    locked = first.with_for_update(skip_locked=True).cte("first")  # so that they wait still
    return (
        update(schema.deliveries)
        .where(_each.id.in_(select(locked.c.id)))
        .values(state="sending", claimed_by=bindparam("claimer"), claimed_until=bindparam("until"))
    )


def _joined(shares: FromClause, *, with_bytes: bool = True) -> Select[Any]:
    each = shares.c
    columns = MESSAGE_COLUMNS if with_bytes else (*MESSAGE_COLUMNS[:-1], _NO_DATA)
    share = (each.id.label("delivery"), each.recipients.label("share"), each.state, each.attempts)
    of_message = each.message_id == schema.messages.c.id
    joined = select(*columns, *share).join_from(shares, schema.messages, of_message)
    with_body = joined.join(schema.bodies, schema.bodies.c.message_id == schema.messages.c.id, isouter=True)
    return with_body.order_by(*_turn(each))


def _turn(each: Any) -> tuple[ColumnElement[Any], ...]:  # noqa: ANN401  the columns of a table or of a query
    """Return in which order mail is claimed."""
    return each.due_at, each.attempts, each.queued_at, each.id
