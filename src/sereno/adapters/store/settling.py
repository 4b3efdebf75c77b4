"""What an attempt's end changes in the store, all in the caller's transaction."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    Connection,
    Select,
    TableValuedAlias,
    Text,
    Update,
    bindparam,
    cast,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from sereno.adapters.store import mail_schema as schema
from sereno.adapters.store.among import among, listed
from sereno.adapters.store.columns import sayable
from sereno.adapters.store.ledger import write_notices
from sereno.adapters.store.mail_rows import delivery_row
from sereno.adapters.store.refusals import write_refusals
from sereno.adapters.store.schema import tellings
from sereno.domain.outbox import Ending, State, is_sent, part_id
from sereno.domain.wallclock import utc

_each = schema.deliveries.c
_row = schema.taken_in.c
IN_DOUBT = or_(_each.state == "sending", _each.state == "unknown")
"""What a claimer holds: also what others took for abandoned, until somebody decides."""


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
        ended = [(mine[name], ending) for name, ending in first.items()]
        _write(connection, ended, claimer_id, now)
        _judge(connection, ended)


def mark_accepted(connection: Connection, message_ids: Iterable[str]) -> None:
    """Note which rows of queues may be stamped: some of their mail was accepted, and none is still open."""
    ids = sorted(set(message_ids))
    if not ids:
        return
    dialect, listing = connection.dialect.name, {"ids": listed(connection, ids)}
    # Held: of two processes that end two parts of a message at once, the second sees what the first wrote.
    connection.execute(_rows_of(dialect), listing).all()
    states: dict[str, set[State]] = defaultdict(set)
    for name, state in connection.execute(_states_of(dialect), listing):
        states[name].add(state)
    sent = [name for name in ids if is_sent(states[name])]
    if sent:
        connection.execute(_sent(dialect), {"ids": listed(connection, sent)})


@cache
def _rows_of(dialect: str) -> Select[Any]:
    rows = select(_row.message_id).where(among(_row.message_id, "ids", dialect)).order_by(_row.message_id)
    return rows.with_for_update()


@cache
def _states_of(dialect: str) -> Select[Any]:
    # By their message alone: SQLite would look for a state among all that was ever accepted.
    return select(_each.message_id, _each.state).where(among(_each.message_id, "ids", dialect))


@cache
def _sent(dialect: str) -> Update:
    return update(schema.taken_in).where(among(_row.message_id, "ids", dialect)).values(accepted=True)


class _Held(NamedTuple):
    """Hold what is known of a delivery whose end the claimer may tell."""

    message: str
    kind: str
    unheard: bool
    """Nobody whom the message concerns got it."""
    tells: bool
    """It tells of findings."""


def _held(connection: Connection, claimer_id: str) -> dict[str, _Held]:
    found = connection.execute(_MINE, {"claimer": claimer_id})
    return {name: _Held(*known) for name, *known in found.all()}


_MINE = (
    select(
        _each.id,
        _each.message_id,
        _each.kind,
        schema.messages.c.unheard,
        exists().where(tellings.c.message_id == _each.message_id),
    )
    .join_from(schema.deliveries, schema.messages)
    .where(_each.claimed_by == bindparam("claimer"), IN_DOUBT)
    .with_for_update(of=schema.deliveries)
)


def _write(
    connection: Connection, ended: Sequence[tuple[_Held, Ending]], claimer_id: str, now: datetime
) -> None:
    _end_well(connection, [ending for _, ending in ended if _is_plain(ending)], now)
    if rows := [_row_of(ending, now) for _, ending in ended if not _is_plain(ending)]:
        connection.execute(_end(claimer_id), rows)
    _note_trouble(connection, (ending for _, ending in ended), now)
    for held, ending in ended:
        if ending.put_off:
            put_off(connection, held.message, ending, now)
    accepted = [(held, each) for held, each in ended if each.state == "accepted"]
    told = [(held.message, whom) for held, each in accepted if held.tells for whom in each.reached]
    write_notices(connection, told, now)
    write_refusals(connection, [(each.refused_for_good, each.reached) for _, each in ended], now)
    mark_accepted(connection, (held.message for held, _ in accepted if held.kind == "queue"))


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


def _is_plain(ending: Ending) -> bool:
    """Tell whether it was accepted for everybody, as nearly all are."""
    return ending.state == "accepted" and not ending.attempt.refused


def _end_well(connection: Connection, endings: Sequence[Ending], now: datetime) -> None:
    """Note what each was answered, in one statement: a parameter for each cost more than all the rest."""
    if endings:
        told = {each.attempt.delivery_id: sayable(each.attempt.answer) for each in endings}
        well = _WELL[connection.dialect.name]
        connection.execute(well, {"told": json.dumps(told), "at": utc(now)})


def _well(pairs: TableValuedAlias) -> Update:
    return (
        update(schema.deliveries)
        .where(_each.id == pairs.c.key)  # which `_held` has found to be the claimer's, and locked
        .values(
            state="accepted",
            answer=pairs.c.value,
            refused=literal_column("'{}'"),
            due_at=schema.AT_ONCE,
            settled_at=bindparam("at"),
            attempts=_each.attempts + 1,
            claimed_by=None,
            claimed_until=None,
        )
    )


_TOLD = bindparam("told", type_=Text)
_WELL = {
    "sqlite": _well(func.json_each(_TOLD).table_valued("key", "value", name="told")),
    "postgresql": _well(func.json_each_text(cast(_TOLD, JSON)).table_valued("key", "value", name="told")),
}


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


def _judge(connection: Connection, judged: Iterable[tuple[_Held, Ending]]) -> None:
    """Note of whose messages nobody whom they concern has heard, or has after all."""
    said = {held.message: (held.unheard, each.unheard) for held, each in judged if each.unheard is not None}
    for unheard in (True, False):
        ids = sorted(message for message, (before, now) in said.items() if now is unheard and before != now)
        if ids:
            which = schema.messages.c.id.in_(ids), schema.messages.c.unheard != unheard
            connection.execute(update(schema.messages).where(*which).values(unheard=unheard))
