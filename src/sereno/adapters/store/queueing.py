"""How a run's mail enters the outbox, and how the outbox stands: in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import get_args

from sqlalchemy import Connection, bindparam, func, insert, select

from sereno.adapters.store import mail_schema as schema
from sereno.adapters.store.mail_rows import fresh_delivery, message_row
from sereno.domain.outbox import Message, State, deliveries_of
from sereno.engine.mail_records import Hold, MailSummary

_each = schema.deliveries.c
OTHERS = sorted(set(get_args(State)) - {"accepted"})
"""Looked up by index: of what was accepted there may be millions."""
# Written once: to write a statement takes longer than what it asks for.
_BY_STATE = select(_each.state, func.count()).where(_each.state.in_(OTHERS)).group_by(_each.state)
_ACCEPTED = select(func.count()).where(_each.state == "accepted", _each.settled_at >= bindparam("since"))
_AWAITING = (
    select(func.count())
    .select_from(schema.deliveries)
    .join(schema.bodies, schema.bodies.c.message_id == _each.message_id)
    .where(_each.state == "held", schema.bodies.c.data.is_(None))
)
_OLDEST = select(func.min(_each.queued_at)).where(_each.state.in_(["queued", "deferred", "sending"]))


def queue_messages(
    connection: Connection, messages: Sequence[Message], run_id: str | None, recipients_at_once: int
) -> None:
    """Write composed mail, with as many deliveries as its recipients need."""
    rows = [message_row(message, run_id) for message in messages]
    deliveries = [
        fresh_delivery(delivery, row, part)
        for message, row in zip(messages, rows, strict=True)
        for part, delivery in enumerate(deliveries_of(message, recipients_at_once), 1)
    ]
    bodies = [{"message_id": message.id, "data": message.data} for message in messages]
    if rows:
        connection.execute(insert(schema.messages), rows)
        connection.execute(insert(schema.bodies), bodies)
        connection.execute(insert(schema.deliveries), deliveries)


def read_summary(connection: Connection, since: datetime, zone: tzinfo, hold: Hold | None) -> MailSummary:
    """Count deliveries by state; what was accepted only if at or after `since`."""
    oldest = connection.scalar(_OLDEST)
    return MailSummary(
        counts=dict(map(tuple, connection.execute(_BY_STATE))),
        accepted_since=connection.scalar(_ACCEPTED, {"since": since}) or 0,
        awaiting=connection.scalar(_AWAITING) or 0,
        oldest=oldest and oldest.astimezone(zone),
        hold=hold,
    )
