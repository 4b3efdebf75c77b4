"""The outbox of the store in a database: how deliveries move from state to state."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Connection, Engine, Update, and_, bindparam, case, func, select, update

from sereno.adapters.store import mail_schema as schema
from sereno.adapters.store.claiming import claim, whole
from sereno.adapters.store.engine import reading, writing
from sereno.adapters.store.mail_rows import message_of
from sereno.adapters.store.settling import IN_DOUBT, mark_accepted, settle
from sereno.domain.outbox import Delivery, Ending
from sereno.domain.wallclock import utc
from sereno.engine.mail_ports import Claimer, Wanted

_each = schema.deliveries.c


@dataclass(frozen=True, slots=True)
class SqlOutbox:
    """Keep mail on its way; every method may raise StoreUnavailable."""

    engine: Engine
    zone: tzinfo

    def turn(
        self, endings: Sequence[Ending], limit: int, wanted: Wanted, claimer: Claimer, now: datetime
    ) -> list[Delivery]:
        """Record how attempts ended and claim up to `limit` more, in one transaction."""
        at = utc(now)  # a time without a zone is refused before anything is written
        if limit <= 0 and not endings:
            return []
        with writing(self.engine) as connection:
            _hold_claims(connection, claimer.id)
            settle(connection, endings, claimer.id, at)
            if limit <= 0:
                return []
            return self._deliveries(claim(connection, limit, wanted, claimer, at))

    def renew(self, claimer: Claimer) -> None:
        """Let what the claimer holds last until `claimer.until`."""
        with writing(self.engine) as connection:
            connection.execute(_held_by(claimer.id).values(claimed_until=claimer.until))

    def release(self, delivery_ids: Iterable[str], claimer_id: str) -> None:
        """Let claimed deliveries that were not tried stand as they stood before."""
        rows = [{"delivery": name} for name in delivery_ids]
        if rows:
            with writing(self.engine) as connection:
                stood = case((_each.due_at == schema.AT_ONCE, "queued"), else_="deferred")
                free = {"state": stood, "claimed_by": None, "claimed_until": None}
                connection.execute(_one_of(claimer_id).values(free), rows)

    def postpone(self, delivery_id: str, claimer_id: str, until: datetime) -> None:
        """Let a claimed delivery that was not tried wait, behind all others; no attempt counts."""
        free = {"state": "deferred", "claimed_by": None, "claimed_until": None}
        with writing(self.engine) as connection:
            later = _one_of(claimer_id).values(**free, due_at=until)
            connection.execute(later, [{"delivery": delivery_id}])

    def hold(self, reasons: Mapping[str, str], claimer_id: str, now: datetime) -> None:
        """Hold claimed deliveries, each for its reason."""
        self._end(reasons, claimer_id, "held", now)

    def withdraw(self, reasons: Mapping[str, str], claimer_id: str, now: datetime) -> None:
        """Drop claimed deliveries that have been sent by other means."""
        self._end(reasons, claimer_id, "dropped", now)

    def claims(self, claimer_id: str) -> list[Delivery]:
        """Return what a claimer holds, without bytes."""
        mine = and_(_each.claimed_by == claimer_id, IN_DOUBT)
        with reading(self.engine) as connection:
            _hold_claims(connection, claimer_id)
            return self._deliveries(connection.execute(whole(mine, with_bytes=False)))

    def lose(self, delivery_ids: Iterable[str], claimer_id: str, answer: str, now: datetime) -> None:
        """Turn claimed deliveries into `unknown`."""
        self._end(dict.fromkeys(delivery_ids, answer), claimer_id, "unknown", now)

    def lose_abandoned(self, answer: str, now: datetime) -> int:
        """Turn deliveries whose claim has run out into `unknown`; who claimed them may still say better."""
        abandoned = update(schema.deliveries).where(_each.state == "sending", _each.claimed_until <= now)
        lost = abandoned.values(state="unknown", answer=answer, settled_at=now, claimed_until=None)
        with writing(self.engine) as connection:
            return connection.execute(lost).rowcount

    def try_unknown_again(self, settled_before: datetime) -> int:
        """Return to the queue what has been `unknown` since before then."""
        unknown = update(schema.deliveries).where(
            _each.state == "unknown", _each.settled_at <= settled_before
        )
        with writing(self.engine) as connection:
            again = unknown.values(state="queued", due_at=schema.AT_ONCE, claimed_by=None, claimed_until=None)
            return connection.execute(again).rowcount

    def waiting(self) -> list[Delivery]:
        """Return what is queued or deferred, oldest first."""
        with reading(self.engine) as connection:
            waiting = self._deliveries(connection.execute(whole(schema.WAITS)))
        return sorted(waiting, key=lambda each: (utc(each.message.queued_at), each.id))

    def _end(self, reasons: Mapping[str, str], claimer_id: str, state: str, now: datetime) -> None:
        rows = [{"delivery": name, "why": why} for name, why in reasons.items()]
        ended = {"state": state, "answer": bindparam("why"), "settled_at": now}
        if rows:
            with writing(self.engine) as connection:
                mine = _one_of(claimer_id).values(**ended, claimed_by=None, claimed_until=None)
                connection.execute(mine, rows)
                messages = select(_each.message_id).where(_each.id.in_(sorted(reasons)))
                mark_accepted(connection, connection.scalars(messages).all())

    def _deliveries(self, found: Iterable[Sequence[Any]]) -> list[Delivery]:
        return [
            Delivery(delivery, message_of(message, self.zone), tuple(share), state, attempts)
            for *message, delivery, share, state, attempts in found
        ]


def _hold_claims(connection: Connection, claimer_id: str) -> None:
    """Wait until a server has made up its mind about a claim whose process died while it was committed.

    SQLite has: it writes in the process itself.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(claimer_id))))


def _held_by(claimer_id: str) -> Update:
    return update(schema.deliveries).where(_each.claimed_by == claimer_id, IN_DOUBT)


def _one_of(claimer_id: str) -> Update:
    return _held_by(claimer_id).where(_each.id == bindparam("delivery"))
