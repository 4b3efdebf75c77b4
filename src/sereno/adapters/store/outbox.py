"""The outbox of the store in a database: the statements that move mail from state to state."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Label,
    Select,
    Update,
    and_,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from sereno.adapters.store import schema
from sereno.adapters.store.rows import MESSAGE_COLUMNS
from sereno.domain.outbox import Delivery
from sereno.domain.wallclock import utc

LEASE_RAN_OUT = "No se sabe si salió: el proceso que lo enviaba terminó sin decir cómo acabó"

_mail = schema.messages.c
TURN = (_mail.attempts, _mail.queued_at, _mail.id)
"""In which order mail is claimed."""


def claim_of(limit: int, now: datetime, lease: timedelta, *, trial: bool) -> ReturningUpdate[Any]:
    """Move up to `limit` queued messages to `sending`, and return them in any order."""
    # A common table expression: as a subquery, PostgreSQL may run it more than once and exceed the limit.
    of_its_kind = queued(_mail.id).where(_mail.trial == trial)
    first = of_its_kind.order_by(*TURN).limit(limit).with_for_update(skip_locked=True)
    return (
        update(schema.messages)
        .where(_mail.id.in_(select(first.cte("first").c.id)), _mail.state == "queued")
        .values(state="sending", claimed_until=utc(now) + lease)
        .returning(_mail.attempts, *MESSAGE_COLUMNS)
    )


def end_of_attempt() -> Update:
    """Settle a message that is being sent; to be filled with the rows of `ending`."""
    return _sending().values(
        state=bindparam("after"),
        answer=bindparam("words"),
        refused=bindparam("refusals"),
        settled_at=bindparam("at"),
        claimed_until=None,
        attempts=_mail.attempts + 1,
    )


def end_of_claim() -> Update:
    """Return a `message` that is being sent to the queue."""
    return _sending().values(state="queued", claimed_until=None)


def loss(now: datetime) -> Update:
    """Turn messages whose claim has run out into `unknown`."""
    return (
        update(schema.messages)
        .where(_mail.state == "sending", _mail.claimed_until <= now)
        .values(state="unknown", answer=LEASE_RAN_OUT, settled_at=now, claimed_until=None)
    )


def queued(*columns: ColumnElement[Any]) -> Select[Any]:
    """Select from the queued messages."""
    return select(*columns).where(_mail.state == "queued")


def summary(since: datetime) -> Select[Any]:
    """Count the messages by state; those accepted only if at or after `since`."""
    pending = _mail.state.in_(["queued", "sending"])
    counts = {
        "pending": pending,
        "dead": _mail.state == "dead",
        "unknown": _mail.state == "unknown",
        "diverted": _mail.state == "diverted",
        "accepted_since": and_(_mail.state == "accepted", _mail.settled_at >= since),
    }
    oldest = select(func.min(_mail.queued_at)).where(pending).scalar_subquery()
    return select(oldest.label("oldest"), *(_count(what, name) for name, what in counts.items()))


def settled_now(
    connection: Connection, deliveries: Iterable[Delivery]
) -> list[tuple[Delivery, tuple[str, ...]]]:
    """Pair each delivery that is about to settle its message with the message's recipients.

    Nobody else settles these messages before the transaction ends.
    """
    first: dict[str, Delivery] = {}
    for delivery in deliveries:  # a second answer to one message changes nothing
        first.setdefault(delivery.message_id, delivery)
    settling = [name for name, each in first.items() if each.verdict in {"accepted", "dead"}]
    if not settling:
        return []
    sending = select(_mail.id, _mail.recipients).where(_mail.id.in_(settling), _mail.state == "sending")
    recipients = {row.id: row.recipients for row in connection.execute(sending.with_for_update())}
    return [(first[name], tuple(recipients[name])) for name in settling if name in recipients]


def unhearing() -> Update:
    """Note that nobody whom a `message` concerns got it."""
    return update(schema.messages).where(_mail.id == bindparam("message")).values(unheard=True)


def _sending() -> Update:
    return update(schema.messages).where(_mail.id == bindparam("message"), _mail.state == "sending")


def _count(what: ColumnElement[bool], name: str) -> Label[int]:
    return select(func.count()).select_from(schema.messages).where(what).scalar_subquery().label(name)
