"""What an attempt's end changes in the store, all in the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Update, bindparam, exists, func, insert, select, update

from sereno.adapters.store import mail_schema as schema
from sereno.adapters.store.ledger import write_notices
from sereno.adapters.store.mail_rows import delivery_row
from sereno.adapters.store.refusals import write_refusals
from sereno.domain.outbox import Ending, part_id
from sereno.domain.wallclock import utc

_each = schema.deliveries.c
_row = schema.taken_in.c


def settle(connection: Connection, endings: Sequence[Ending], claimer_id: str, now: datetime) -> None:
    """Record endings of what the claimer still holds; a second answer to one delivery changes nothing."""
    if not endings:
        return
    mine = _held(connection, claimer_id)
    first: dict[str, Ending] = {}
    for ending in endings:
        if ending.attempt.delivery_id in mine:
            first.setdefault(ending.attempt.delivery_id, ending)
    if first:
        ended = [(mine[name][0], mine[name][1], ending) for name, ending in first.items()]
        _write(connection, ended, claimer_id, now)


def mark_accepted(connection: Connection, message_ids: Iterable[str]) -> None:
    """Note which rows of queues may be stamped: some of their mail was accepted, and none is still open."""
    ids = sorted(set(message_ids))
    if ids:
        deliveries = schema.deliveries.alias().c
        of_row = deliveries.message_id == _row.message_id
        is_open = exists().where(of_row, deliveries.state.not_in(["accepted", "dropped"]))
        was_sent = exists().where(of_row, deliveries.state == "accepted")
        due = update(schema.taken_in).where(_row.message_id.in_(ids), ~is_open, was_sent)
        connection.execute(due.values(accepted=True))


def _held(connection: Connection, claimer_id: str) -> dict[str, tuple[str, str]]:
    """Return the message and the kind of each delivery whose end the claimer may tell."""
    columns = (_each.id, _each.message_id, _each.kind)
    states = _each.state.in_(["sending", "unknown"])
    mine = select(*columns).where(_each.claimed_by == claimer_id, states)
    return {name: (message, kind) for name, message, kind in connection.execute(mine.with_for_update())}


def _write(
    connection: Connection, ended: Sequence[tuple[str, str, Ending]], claimer_id: str, now: datetime
) -> None:
    rows = [_row_of(ending, now) for _, _, ending in ended]
    connection.execute(_end(claimer_id), rows)
    _note_trouble(connection, (ending for _, _, ending in ended), now)
    for message_id, _, ending in ended:
        if ending.put_off:
            put_off(connection, message_id, ending, now)
    _judge(connection, ended)
    accepted = [(message, kind, each) for message, kind, each in ended if each.state == "accepted"]
    write_notices(
        connection, [(m, whom) for m, kind, e in accepted if kind == "digest" for whom in e.reached], now
    )
    write_refusals(connection, [(each.refused_for_good, each.reached) for _, _, each in ended], now)
    mark_accepted(connection, (message for message, kind, _ in accepted if kind == "queue"))


def put_off(connection: Connection, message_id: str, ending: Ending, now: datetime) -> None:
    """Give those who were refused for now, while others got the mail, a delivery of their own."""
    message, part = further_part(connection, message_id)
    row = delivery_row(message, part, part_id(message_id, part), ending.put_off, "deferred")
    words = {each: ending.attempt.refused[each] for each in ending.put_off}
    answer = "; ".join(f"{each}: {said}" for each, said in words.items())
    tried = {"attempts": 1, "due_at": ending.next_attempt_at, "answer": answer, "refused": words}
    connection.execute(insert(schema.deliveries), [row | tried])
    attempt = {"delivery_id": row["id"], "at": now, "verdict": "deferred", "answer": answer}
    connection.execute(insert(schema.attempts), [attempt])


def further_part(connection: Connection, message_id: str) -> tuple[Mapping[str, Any], int]:
    """Return a message's row, held so that nobody takes it away, and the number of its next delivery."""
    wanted = select(schema.messages).where(schema.messages.c.id == message_id).with_for_update()
    message = dict(connection.execute(wanted).mappings().one())
    last = select(func.max(_each.part)).where(_each.message_id == message_id)
    return message, (connection.scalar(last) or 0) + 1


def _row_of(ending: Ending, now: datetime) -> dict[str, object]:
    waits = ending.state == "deferred"
    return {
        "delivery": ending.attempt.delivery_id,
        "after": ending.state,
        "words": ending.attempt.answer,
        "refusals": dict(ending.attempt.refused),
        "again": ending.next_attempt_at if waits else schema.AT_ONCE,
        "at": None if waits else utc(now),
    }


def _end(claimer_id: str) -> Update:
    return (
        update(schema.deliveries)
        .where(_each.id == bindparam("delivery"), _each.claimed_by == claimer_id)
        .values(
            state=bindparam("after"),
            answer=bindparam("words"),
            refused=bindparam("refusals"),
            due_at=bindparam("again"),
            settled_at=bindparam("at"),
            attempts=_each.attempts + 1,
            claimed_by=None,
            claimed_until=None,
        )
    )


def _note_trouble(connection: Connection, endings: Iterable[Ending], now: datetime) -> None:
    rows = [
        {
            "delivery_id": each.attempt.delivery_id,
            "at": now,
            "verdict": each.attempt.verdict,
            "answer": each.attempt.answer,
        }
        for each in endings
        if each.attempt.verdict not in {"accepted", "diverted"}
    ]
    if rows:
        connection.execute(insert(schema.attempts), rows)


def _judge(connection: Connection, ended: Iterable[tuple[str, str, Ending]]) -> None:
    """Note of whose messages nobody whom they concern has heard, or has after all."""
    judged = {message: each.unheard for message, _, each in ended if each.unheard is not None}
    for unheard in (True, False):
        ids = sorted(message for message, said in judged.items() if said is unheard)
        if ids:
            which = schema.messages.c.id.in_(ids), schema.messages.c.unheard != unheard
            connection.execute(update(schema.messages).where(*which).values(unheard=unheard))
