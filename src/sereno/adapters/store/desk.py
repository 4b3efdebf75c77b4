"""How a person sees and decides about the mail of the store in a database."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Select, insert, select, update

from sereno.adapters.store import mail_schema as schema
from sereno.adapters.store.engine import reading, writing
from sereno.adapters.store.mail_rows import LINE_COLUMNS, delivery_row, draft_of, line_of
from sereno.adapters.store.schema import store_info
from sereno.adapters.store.settling import further_part, mark_accepted
from sereno.adapters.store.sifting import origins_of, sifted
from sereno.domain.errors import SerenoError
from sereno.domain.foreign import long_name
from sereno.domain.outbox import DROPPABLE, HOLDABLE, RETRIABLE, State, leaves_unheard, part_id
from sereno.engine.mail_ports import Stamp
from sereno.engine.mail_records import Hold, MailLine, MailSheet, PastAttempt, Sieve

MOST_NAMED = 10
_each = schema.deliveries.c
_HELD = select(store_info.c.mail_held_at, store_info.c.mail_held_why)


@dataclass(frozen=True, slots=True)
class SqlDesk:
    """Show mail, and do what a person decides; every method may raise StoreUnavailable."""

    engine: Engine
    zone: tzinfo

    def lines(self, states: Collection[State], origin: str | None, limit: int) -> list[MailLine]:
        """Return deliveries, the newest first."""
        return self.leaf(Sieve(frozenset(states), origin), 0, limit)

    def leaf(self, sieve: Sieve, first: int, number: int) -> list[MailLine]:
        """Return a page of the deliveries that are asked for, from the `first` (of 0) on."""
        with reading(self.engine) as connection:
            ids = sifted(connection, sieve, first, number)
            found = connection.execute(_lines().where(_each.id.in_(ids))).mappings()
            lines = {row["id"]: line_of(row, self.zone) for row in found}
        return [lines[each] for each in ids]

    def origins(self) -> list[str]:
        """Name where mail has come from, in order."""
        with reading(self.engine) as connection:
            return origins_of(connection)

    def of_run(self, run_id: str) -> list[MailLine]:
        """Return the deliveries of a run's mail, in the order of their ids."""
        wanted = _lines().where(schema.messages.c.run_id == run_id).order_by(_each.id)
        with reading(self.engine) as connection:
            return [line_of(row, self.zone) for row in connection.execute(wanted).mappings()]

    def named(self, text: str) -> list[str]:
        """Return the ids of deliveries that begin with a text, or a queue's row by `origin-number`."""
        whole = long_name(text)
        begins = _each.id.startswith(whole, autoescape=True)
        with reading(self.engine) as connection:
            some = select(_each.id).where(begins).order_by(_each.id).limit(MOST_NAMED)
            found = list(connection.scalars(some))
        return [whole] if whole in found else found

    def sheet(self, delivery_id: str) -> MailSheet | None:
        """Return all that is known of a delivery."""
        with reading(self.engine) as connection:
            row = connection.execute(_whole().where(_each.id == delivery_id)).mappings().first()
            return None if row is None else self._sheet(connection, row)

    def retry(self, delivery_id: str) -> bool:
        """Return a delivery to the queue as if it were new; False also where nothing is composed."""
        fresh = {"state": "queued", "attempts": 0, "due_at": schema.AT_ONCE, "settled_at": None}
        free = {"claimed_by": None, "claimed_until": None}
        with writing(self.engine) as connection:
            composed = connection.scalar(
                _whole().with_only_columns(schema.bodies.c.data.is_not(None)).where(_each.id == delivery_id)
            )
            message_id = _change(connection, delivery_id, RETRIABLE, fresh | free) if composed else None
            if message_id is not None:
                _set_unheard(connection, message_id, unheard=False)
            return message_id is not None

    def send_to(self, message_id: str, recipients: tuple[str, ...]) -> str:
        """Queue a further delivery of a message to these recipients; return its id."""
        with writing(self.engine) as connection:
            message, part = further_part(connection, message_id)
            body = select(schema.bodies.c.data).where(schema.bodies.c.message_id == message_id)
            if connection.scalar(body) is None:  # it went a moment ago: an empty mail must not leave
                raise SerenoError(f"{message_id}: ya no se guarda su contenido; no se puede reenviar.")
            row = delivery_row(message, part, part_id(message_id, part), recipients, "queued")
            connection.execute(insert(schema.deliveries), [row])
            return part_id(message_id, part)

    def hold(self, delivery_id: str, answer: str, now: datetime) -> bool:
        """Keep a delivery that waits from leaving until a person decides; False where it does not wait."""
        kept = {"state": "held", "answer": answer, "settled_at": now}
        with writing(self.engine) as connection:
            return _change(connection, delivery_id, HOLDABLE, kept) is not None

    def drop(self, delivery_id: str, answer: str, now: datetime) -> bool:
        """Give a delivery up for good; what it would have told its first reader counts as not told."""
        ended = {"state": "dropped", "answer": answer, "settled_at": now}
        with writing(self.engine) as connection:
            message_id = _change(connection, delivery_id, DROPPABLE, ended)
            if message_id is not None:
                _judge_dropped(connection, delivery_id, message_id)
                mark_accepted(connection, [message_id])
            return message_id is not None

    def old(self, origin: str) -> list[tuple[str, Stamp]]:
        """Return the queue's mail that was recorded long before it was seen: message and row."""
        row = schema.taken_in.c
        joined = select(row.message_id, row.number, row.fingerprint).join(
            schema.deliveries, _each.message_id == row.message_id
        )
        wanted = joined.where(row.origin == origin, _each.state == "old").order_by(row.number)
        with reading(self.engine) as connection:
            return [(name, (number, mark)) for name, number, mark in connection.execute(wanted)]

    def hold_mail(self, why: str, now: datetime) -> bool:
        """Let no mail leave from now on; False, and nothing changes, where it is held already."""
        return self._set_hold(store_info.c.mail_held_at.is_(None), now, why)

    def let_mail_go(self, of: Hold) -> bool:
        """End that hold; False where there is none, or another."""
        return self._set_hold(store_info.c.mail_held_at == of.since, None, None)

    def held(self) -> Hold | None:
        """Return the hold in force."""
        with reading(self.engine) as connection:
            since, why = connection.execute(_HELD).one()
        return since and Hold(since.astimezone(self.zone), why)

    def _set_hold(self, stands: ColumnElement[bool], since: datetime | None, why: str | None) -> bool:
        change = update(store_info).where(stands).values(mail_held_at=since, mail_held_why=why)
        with writing(self.engine) as connection:
            return connection.execute(change).rowcount == 1

    def _sheet(self, connection: Connection, row: RowMapping) -> MailSheet:
        tried = select(schema.attempts).filter_by(delivery_id=row["id"]).order_by(schema.attempts.c.number)
        past = connection.execute(tried).mappings().all()
        return MailSheet(
            line=line_of(row, self.zone),
            sender=row["sender"],
            refused=row["refused"],
            past=tuple(PastAttempt(e["at"].astimezone(self.zone), e["verdict"], e["answer"]) for e in past),
            data=row["data"],
            draft=None if row["draft"] is None else draft_of(row["draft"]),
        )


def _lines() -> Select[Any]:
    return select(*LINE_COLUMNS).join_from(schema.deliveries, schema.messages)


def _whole() -> Select[Any]:
    body = schema.bodies.c
    columns = (*LINE_COLUMNS, schema.messages.c.sender, body.data, body.draft)
    joined = select(*columns).join_from(schema.deliveries, schema.messages)
    return joined.join(schema.bodies, body.message_id == schema.messages.c.id, isouter=True)


def _change(
    connection: Connection, delivery_id: str, states: Collection[State], values: dict[str, Any]
) -> str | None:
    """Change a delivery in one of these states; return its message, None where it is in none of them."""
    which = update(schema.deliveries).where(_each.id == delivery_id, _each.state.in_(sorted(states)))
    message_id: str | None = connection.scalar(which.values(values).returning(_each.message_id))
    return message_id


def _judge_dropped(connection: Connection, delivery_id: str, message_id: str) -> None:
    both = select(schema.messages.c.recipients, _each.recipients).join_from(
        schema.deliveries, schema.messages
    )
    everybody, these = connection.execute(both.where(_each.id == delivery_id)).one()
    others = select(_each.recipients, _each.refused, _each.state).where(_each.message_id == message_id)
    accepted = [row for row in connection.execute(others) if row.state == "accepted"]
    heard = {each for row in accepted for each in row.recipients if each not in row.refused}
    if leaves_unheard(everybody, these, heard):
        _set_unheard(connection, message_id, unheard=True)


def _set_unheard(connection: Connection, message_id: str, *, unheard: bool) -> None:
    message = schema.messages
    connection.execute(update(message).where(message.c.id == message_id).values(unheard=unheard))
