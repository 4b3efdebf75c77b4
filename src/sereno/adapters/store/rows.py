"""Rows of the store and the values that they hold: one pair of functions each, where their shapes differ."""

from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import RowMapping

from sereno.adapters.store.schema import messages, utc
from sereno.domain.cadence import Period
from sereno.domain.findings import Datum
from sereno.domain.outbox import AFTER, Delivery, Envelope, Message
from sereno.engine.ports import JobResult, JobTotals, Run

MESSAGE_COLUMNS = (
    messages.c.id,
    messages.c.origin,
    messages.c.subject,
    messages.c.sender,
    messages.c.recipients,
    messages.c.data,
    messages.c.queued_at,
    messages.c.state,
    messages.c.trial,
)


def period_of(row: RowMapping, zone: tzinfo) -> Period:
    """Read a noted period."""
    return Period(row["period"], row["opens_at"].astimezone(zone), row["closes_at"].astimezone(zone))


def run_of(row: RowMapping, zone: tzinfo) -> Run:
    """Read a run; its number is the store's own affair."""
    values = _in_zone(row, zone, "started_at", "finished_at")
    del values["number"]
    return Run(**values | {"data_errors": tuple(Datum(**stored) for stored in row["data_errors"])})


def job_result_of(row: RowMapping, zone: tzinfo) -> JobResult:
    """Read how a job ended."""
    values = _in_zone(row, zone, "started_at", "ended_at")
    del values["number"]
    return JobResult(**values)


def job_totals_of(row: RowMapping, zone: tzinfo) -> JobTotals:
    """Read how often a job ran."""
    last_success = row["last_success"]
    return JobTotals(row["runs"], row["successes"], last_success and last_success.astimezone(zone))


def message_of(row: RowMapping, zone: tzinfo) -> Message:
    """Read a message from its MESSAGE_COLUMNS."""
    return Message(
        id=row["id"],
        origin=row["origin"],
        subject=row["subject"],
        envelope=Envelope(row["sender"], tuple(row["recipients"])),
        data=row["data"],
        queued_at=row["queued_at"].astimezone(zone),
        state=row["state"],
        trial=row["trial"],
    )


def message_row(message: Message, run_id: str) -> dict[str, object]:
    """Write a message of a run."""
    return {
        "id": message.id,
        "run_id": run_id,
        "origin": message.origin,
        "subject": message.subject,
        "sender": message.envelope.sender,
        "recipients": message.envelope.recipients,
        "data": message.data,
        "queued_at": message.queued_at,
        "state": message.state,
        "trial": message.trial,
    }


def ending(delivery: Delivery, now: datetime) -> dict[str, object]:
    """Write how an attempt ended; a message that goes back to the queue is not settled."""
    state = AFTER[delivery.verdict]
    return {
        "message": delivery.message_id,
        "after": state,
        "words": delivery.answer,
        "refusals": dict(delivery.refused),
        "at": None if state == "queued" else utc(now),
    }


def _in_zone(row: RowMapping, zone: tzinfo, *times: str) -> dict[str, Any]:
    return {**row, **{name: row[name].astimezone(zone) for name in times}}
