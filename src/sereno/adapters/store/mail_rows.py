"""Rows of the store's mail and the values that they hold."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import RowMapping

from sereno.adapters.store.mail_schema import AT_ONCE, bodies, deliveries, messages
from sereno.domain.foreign import QueueRow
from sereno.domain.outbox import Delivery, Envelope, Message, State
from sereno.engine.mail_records import MailLine

MESSAGE_COLUMNS = (
    messages.c.id,
    messages.c.kind,
    messages.c.origin,
    messages.c.subject,
    messages.c.sender,
    messages.c.recipients,
    messages.c.queued_at,
    messages.c.trial,
    bodies.c.data,
)
LINE_COLUMNS = (*deliveries.columns, messages.c.subject)


def message_of(row: Sequence[Any], zone: tzinfo) -> Message:
    """Read a message from its MESSAGE_COLUMNS."""
    name, kind, origin, subject, sender, recipients, queued_at, trial, data = row
    envelope = Envelope(sender, tuple(recipients))
    return Message(name, origin, subject, envelope, data or b"", queued_at.astimezone(zone), trial, kind)


def message_row(message: Message, run_id: str | None) -> dict[str, object]:
    """Write a message, but for its bytes."""
    return {
        "id": message.id,
        "run_id": run_id,
        "kind": message.kind,
        "origin": message.origin,
        "subject": message.subject,
        "sender": message.envelope.sender,
        "recipients": message.envelope.recipients,
        "queued_at": message.queued_at,
        "trial": message.trial,
        "unheard": False,
    }


def draft_message_row(message_id: str, origin: str, subject: str, queued_at: datetime) -> dict[str, object]:
    """Write a message that is not composed."""
    return {
        "id": message_id,
        "run_id": None,
        "kind": "queue",
        "origin": origin,
        "subject": subject,
        "sender": "",
        "recipients": [],
        "queued_at": queued_at,
        "trial": False,
        "unheard": False,
    }


def delivery_row(
    message: Mapping[str, object], part: int, name: str, recipients: tuple[str, ...], state: State
) -> dict[str, object]:
    """Write a delivery of the message in that row."""
    taken_over = {name: message[name] for name in ("kind", "origin", "queued_at", "trial")}
    return {
        **taken_over,
        "id": name,
        "message_id": message["id"],
        "part": part,
        "recipients": recipients,
        "state": state,
        "attempts": 0,
        "due_at": AT_ONCE,
        "answer": "",
        "refused": {},
        "settled_at": None,
    }


def fresh_delivery(delivery: Delivery, message: Mapping[str, object], part: int) -> dict[str, object]:
    """Write a delivery as it was dealt out."""
    return delivery_row(message, part, delivery.id, delivery.recipients, delivery.state)


def line_of(row: RowMapping, zone: tzinfo) -> MailLine:
    """Read a delivery from its LINE_COLUMNS."""
    return MailLine(
        id=row["id"],
        message_id=row["message_id"],
        origin=row["origin"],
        subject=row["subject"],
        recipients=tuple(row["recipients"]),
        state=row["state"],
        queued_at=row["queued_at"].astimezone(zone),
        attempts=row["attempts"],
        next_attempt_at=_local(_waited_for(row["due_at"]), zone),
        settled_at=_local(row["settled_at"], zone),
        answer=row["answer"],
    )


def draft_json(row: QueueRow) -> dict[str, Any]:
    """Write a queue's row that is not composed."""
    recorded = row.recorded_at
    return asdict(row) | {"recorded_at": recorded and recorded.isoformat()}


def draft_of(stored: Mapping[str, Any]) -> QueueRow:
    """Read a queue's row that is not composed."""
    recorded = stored["recorded_at"]
    return QueueRow(**{**stored, "recorded_at": recorded and datetime.fromisoformat(recorded)})


def _waited_for(due_at: datetime) -> datetime | None:
    return None if due_at == AT_ONCE else due_at


def _local(moment: datetime | None, zone: tzinfo) -> datetime | None:
    return moment and moment.astimezone(zone)
