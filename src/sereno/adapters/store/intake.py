"""What the store in a database remembers of the queues of other applications."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, tzinfo
from operator import attrgetter

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from sereno.adapters.store import mail_schema as schema
from sereno.adapters.store.among import among, listed
from sereno.adapters.store.engine import reading, writing
from sereno.adapters.store.mail_rows import (
    delivery_row,
    draft_json,
    draft_message_row,
    draft_of,
    fresh_delivery,
    message_row,
)
from sereno.adapters.store.settling import further_part
from sereno.adapters.store.upserting import insert_absent
from sereno.domain.foreign import Known
from sereno.domain.outbox import deliveries_of, part_id
from sereno.engine.mail_ports import Stamp, TakenIn

Rows = list[dict[str, object]]

_row = schema.taken_in.c
_TRIES = 5


@dataclass(frozen=True, slots=True)
class SqlIntake:
    """Remember what was taken from queues; every method may raise StoreUnavailable."""

    engine: Engine
    zone: tzinfo
    recipients_at_once: int

    def was_looked_through(self, origin: str) -> bool:
        """Tell whether a queue was ever looked through to its end."""
        with reading(self.engine) as connection:
            return connection.scalar(select(schema.queues).filter_by(origin=origin)) is not None

    def looked_through(self, origin: str, now: datetime) -> None:
        """Note that a queue was looked through to its end; the first time counts."""
        with writing(self.engine) as connection:
            insert_absent(connection, schema.queues, [{"origin": origin, "first_look_at": now}])

    def known(self, origin: str, rows: Collection[Stamp]) -> Mapping[Stamp, Known]:
        """Return what is known of those rows that were seen before."""
        numbers = sorted({number for number, _ in rows})
        if not numbers:
            return {}
        # One by one: between the first and the last of a page may lie all that was ever taken in.
        of_page = _row.number.in_(numbers)
        columns = select(_row.number, _row.fingerprint, _row.stamped_at)
        with reading(self.engine) as connection:
            found = connection.execute(columns.where(_row.origin == origin, of_page)).all()
        wanted = set(rows)
        return {
            (number, fingerprint): Known(stamped=at is not None)
            for number, fingerprint, at in found
            if (number, fingerprint) in wanted
        }

    def rows_of(self, origin: str, message_ids: Collection[str]) -> Mapping[str, Stamp]:
        """Return the row from which each of these messages was taken."""
        columns = select(_row.message_id, _row.number, _row.fingerprint, _row.origin)
        # By message alone: SQLite would rather go through all that was ever taken from the queue.
        named = columns.where(among(_row.message_id, "ids", self.engine.dialect.name))
        with reading(self.engine) as connection:
            found = connection.execute(named, {"ids": listed(connection, message_ids)}).all()
        return {name: (number, mark) for name, number, mark, of_queue in found if of_queue == origin}

    def take_in(self, origin: str, taken: Sequence[TakenIn], now: datetime) -> None:
        """Put mail of a queue into the outbox in one transaction; what is known already stays as it is."""
        if not taken:
            return
        for _ in range(_TRIES):
            with suppress(IntegrityError):  # another process has just taken some of it in: leave that out
                self._take_in(origin, taken, now)
                return
        self._take_in(origin, taken, now)

    def ask_again(self, origin: str, rows: Sequence[Stamp], answer: str, now: datetime) -> None:
        """Add a held delivery for mail that was stamped and is wanted again; from now on it is unstamped."""
        with writing(self.engine) as connection:
            for number, fingerprint in rows:
                which = _which(origin, number, fingerprint)
                message_id = connection.scalar(
                    select(_row.message_id).where(which, _row.stamped_at.is_not(None)).with_for_update()
                )
                if message_id is not None:
                    _hold_again(connection, message_id, answer, now)
                    again = update(schema.taken_in).where(which)
                    connection.execute(again.values(accepted=False, stamped_at=None))

    def drafts(self, origin: str) -> list[tuple[datetime, TakenIn]]:
        """Return the held mail that waits for attachments, and since when it does."""
        each, body = schema.deliveries.c, schema.bodies.c
        held = select(each.message_id, each.queued_at, each.answer, body.draft).join(
            schema.bodies, body.message_id == each.message_id
        )
        waiting = held.where(each.origin == origin, each.state == "held", body.data.is_(None))
        with reading(self.engine) as connection:
            found = connection.execute(waiting.order_by(each.queued_at, each.id)).all()
        return [
            (since.astimezone(self.zone), TakenIn(name, draft_of(draft), "held", answer=answer))
            for name, since, answer, draft in found
        ]

    def finish(self, origin: str, taken: TakenIn, now: datetime) -> bool:
        """Put into a draft's place what has become of it; False where another, or a drop, was first."""
        name = taken.message_id
        messages, deliveries, bodies = self._rows(origin, [taken], now)
        message = schema.messages
        with writing(self.engine) as connection:
            if connection.scalar(_draft_of(name)) is None:
                return False  # what another process has finished may have left
            connection.execute(delete(schema.deliveries).where(schema.deliveries.c.message_id == name))
            connection.execute(delete(schema.bodies).where(schema.bodies.c.message_id == name))
            for row in messages:
                connection.execute(update(message).where(message.c.id == name).values(row))
            _insert(connection, [], deliveries, bodies)
        return True

    def keep_bytes(self, message_id: str, data: bytes) -> None:
        """Keep a message's bytes again, composed anew; those that are there stay."""
        with writing(self.engine) as connection:
            insert_absent(connection, schema.bodies, [{"message_id": message_id, "data": data}])

    def to_stamp(self, origin: str, limit: int, after: Stamp) -> list[Stamp]:
        """Return, in order, rows beyond `after` whose mail was accepted and that we have not stamped yet."""
        number, fingerprint = after
        beyond = or_(_row.number > number, and_(_row.number == number, _row.fingerprint > fingerprint))
        due = select(_row.number, _row.fingerprint).where(schema.DUE, _row.origin == origin, beyond)
        with reading(self.engine) as connection:
            found = connection.execute(due.order_by(_row.number, _row.fingerprint).limit(limit)).all()
        return [(number, fingerprint) for number, fingerprint in found]

    def stamped(self, origin: str, rows: Collection[Stamp], now: datetime) -> None:
        """Note that these rows are stamped."""
        which = _which(origin, bindparam("of_number"), bindparam("of_fingerprint"))
        noted = [{"of_number": number, "of_fingerprint": mark} for number, mark in sorted(rows)]
        if noted:
            with writing(self.engine) as connection:
                connection.execute(update(schema.taken_in).where(which).values(stamped_at=now), noted)

    def _take_in(self, origin: str, taken: Sequence[TakenIn], now: datetime) -> None:
        with writing(self.engine) as connection:
            fresh = _unknown(connection, taken)
            messages, deliveries, bodies = self._rows(origin, fresh, now)
            marks = [
                {
                    "origin": origin,
                    "number": each.row.number,
                    "fingerprint": each.row.fingerprint,
                    "message_id": each.message_id,
                }
                for each in fresh
            ]
            _insert(connection, messages, deliveries, bodies)
            if marks:
                connection.execute(insert(schema.taken_in), marks)

    def _rows(self, origin: str, taken: Sequence[TakenIn], now: datetime) -> tuple[Rows, Rows, Rows]:
        messages: Rows = []
        deliveries: Rows = []
        bodies: Rows = []
        for each in taken:
            if each.message is None:
                message = draft_message_row(each.message_id, origin, each.row.subject, now)
                deliveries.append(
                    delivery_row(message, 1, each.message_id, (), each.state) | _said(each, now)
                )
                bodies.append({"message_id": each.message_id, "data": None, "draft": _draft(each)})
            else:
                message = message_row(each.message, None)
                deliveries += self._shares(each, message, now)
                bodies.append({"message_id": each.message_id, "data": each.message.data, "draft": None})
            messages.append(message)
        return messages, deliveries, bodies

    def _shares(self, taken: TakenIn, message: dict[str, object], now: datetime) -> Rows:
        """Deal the recipients out; who could not be written to is told with the first."""
        assert taken.message is not None  # noqa: S101  the caller has looked
        first, *others = deliveries_of(taken.message, self.recipients_at_once)
        told = fresh_delivery(first, message, 1) | {"state": taken.state} | _said(taken, now)
        return [told, *(fresh_delivery(each, message, part) for part, each in enumerate(others, 2))]


def _unknown(connection: Connection, taken: Sequence[TakenIn]) -> list[TakenIn]:
    """Leave out what another process has taken in meanwhile, and a row that stands there twice."""
    name = schema.messages.c.id
    of_these = select(name).where(among(name, "ids", connection.dialect.name))
    ids = {each.message_id for each in taken}
    there = set(connection.scalars(of_these, {"ids": listed(connection, ids)}))
    fresh = {each.message_id: each for each in reversed(taken) if each.message_id not in there}
    return sorted(fresh.values(), key=attrgetter("message_id"))


def _said(taken: TakenIn, now: datetime) -> dict[str, object]:
    ended = now if taken.state in {"dead", "held", "old"} else None
    return {"answer": taken.answer, "refused": dict(taken.refused), "settled_at": ended}


def _draft_of(message_id: str) -> Select[tuple[str]]:
    """Select what may still be finished, and hold it."""
    each, body = schema.deliveries.c, schema.bodies.c
    joined = select(each.id).join_from(schema.deliveries, schema.bodies, body.message_id == each.message_id)
    open_still = each.state.in_(["held", "dead", "old"])
    return joined.where(each.message_id == message_id, body.data.is_(None), open_still).with_for_update()


def _draft(taken: TakenIn) -> dict[str, object] | None:
    """Keep the row of what may be composed later; history stays in its queue."""
    return None if taken.state == "old" else draft_json(taken.row)


def _insert(connection: Connection, messages: Rows, deliveries: Rows, bodies: Rows) -> None:
    for table, rows in (
        (schema.messages, messages),
        (schema.bodies, bodies),
        (schema.deliveries, deliveries),
    ):
        if rows:
            connection.execute(insert(table), rows)


def _hold_again(connection: Connection, message_id: str, answer: str, now: datetime) -> None:
    message, part = further_part(connection, message_id)
    everybody: list[str] = message["recipients"]
    row = delivery_row(message, part, part_id(message_id, part), tuple(everybody), "held")
    connection.execute(insert(schema.deliveries), [row | {"answer": answer, "settled_at": now}])


def _which(origin: str, number: object, fingerprint: object) -> ColumnElement[bool]:
    return and_(_row.origin == origin, _row.number == number, _row.fingerprint == fingerprint)
