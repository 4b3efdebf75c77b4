"""What the store in a database keeps for readers' own pages."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Select, delete, func, select, update

from sereno.adapters.store import mail_schema
from sereno.adapters.store import reader_schema as schema
from sereno.adapters.store.engine import reading, writing
from sereno.adapters.store.ledger import write_snooze
from sereno.adapters.store.queueing import queue_messages
from sereno.adapters.store.schema import tellings
from sereno.adapters.store.upserting import insert_absent, upsert
from sereno.domain.finding_names import finding_id
from sereno.domain.ledger import Snooze
from sereno.domain.outbox import Message
from sereno.engine.reader_ports import Named, Place, Redeemed, Request
from sereno.engine.redeeming import judge_code

AT_ONCE = 500
_reader, _code, _each = schema.readers.c, schema.codes.c, mail_schema.deliveries.c
_telling = tellings.c


@dataclass(frozen=True, slots=True)
class SqlReaders:
    """Keep what readers' own pages need; every method may raise StoreUnavailable."""

    engine: Engine
    zone: tzinfo
    recipients_at_once: int

    def key(self, fresh: bytes) -> bytes:
        """Return the key that signs links; where there is none yet, it is `fresh` from now on."""
        if (known := self.known_key()) is not None:
            return known
        with writing(self.engine) as connection:  # of many at once, the primary key lets one in
            insert_absent(connection, schema.reader_key, [{"id": 1, "key": fresh}])
            kept: bytes = connection.execute(select(schema.reader_key.c.key)).scalar_one()
        return kept

    def known_key(self) -> bytes | None:
        """Return the key, None where no link was ever written."""
        return next((row["key"] for row in self._rows(select(schema.reader_key))), None)

    def generation(self, address: str) -> int:
        """Return which links of an address open."""
        rows = self._rows(select(_reader.generation).where(_reader.address == address))
        return next((row["generation"] for row in rows), 0)

    def revoke(self, address: str) -> bool:
        """Begin another generation; what the one before was sent, or made, is void."""
        with writing(self.engine) as connection:
            _enter(connection, address)
            had_feed = _end_feed(connection, address)
            _change(connection, address, generation=_reader.generation + 1)
            connection.execute(delete(schema.codes).where(_code.address == address))
            return had_feed

    def named(self, monitor: str, digest: str) -> Named | None:
        """Return whom its rows named; None where that was never noted."""
        rows = self._rows(select(schema.named).filter_by(monitor=monitor, digest=digest))
        return next((_named(row, self.zone) for row in rows), None)

    def told_texts(self, monitor: str, places: Collection[Place]) -> Mapping[Place, str]:
        """Return how each of these findings was last told, in one line; without those that never were."""
        named = {finding_id(monitor, *place): place for place in places}
        texts: dict[Place, str] = {}
        with reading(self.engine) as connection:
            for some in _dealt(list(named)):
                last = select(func.max(_telling.number)).where(_telling.finding.in_(some))
                newest = select(_telling.finding, _telling.text).where(
                    _telling.number.in_(last.group_by(_telling.finding))
                )
                texts |= {named[finding]: text for finding, text in connection.execute(newest)}
        return texts

    def ask(self, request: Request, message: Message, since: datetime, most: int) -> bool:
        """Write a request and queue its code in one transaction; False where the address had `most` since."""
        mine = _code.address == request.address, _code.asked_at >= since
        with writing(self.engine) as connection:
            _enter(connection, request.address)
            # Held to the end: two at once are counted one after the other.
            _change(connection, request.address, generation=_reader.generation)
            if (connection.scalar(select(func.count()).where(*mine)) or 0) >= most:
                return False
            connection.execute(schema.codes.insert(), [_code_row(request)])
            queue_messages(connection, [message], None, self.recipients_at_once)
            return True

    def request(self, request_id: str) -> Request | None:
        """Return a request."""
        rows = self._rows(select(schema.codes).where(_code.id == request_id))
        return next((_request_of(row, self.zone) for row in rows), None)

    def redeem(self, request_id: str, proof: str, now: datetime) -> Redeemed:
        """Count a try, and where the code is right write the snooze, in one transaction."""
        with writing(self.engine) as connection:
            counted = update(schema.codes).where(_code.id == request_id).values(tries=_code.tries + 1)
            row = connection.execute(counted.returning(*schema.codes.columns)).mappings().first()
            if row is None:
                return "expired"
            request = _request_of(row, self.zone)
            verdict = judge_code(request, proof, _accepted_at(connection, request.message_id), now)
            if verdict == "done":
                used = update(schema.codes).where(_code.id == request_id).values(used_at=now)
                connection.execute(used)
                write_snooze(connection, request.monitor, request.rule, request.track, request.snooze)
            return verdict

    def make_feed(self, address: str, mark: str, now: datetime, generation: int) -> bool:
        """Give an address a calendar, in the place of an earlier one; False where links of another open."""
        with writing(self.engine) as connection:
            _enter(connection, address)
            mine = update(schema.readers).where(_reader.address == address, _reader.generation == generation)
            return connection.execute(mine.values(feed=mark, feed_since=now)).rowcount == 1

    def end_feed(self, address: str) -> bool:
        """Take an address's calendar away; False where it had none."""
        with writing(self.engine) as connection:
            return _end_feed(connection, address)

    def feed_since(self, address: str) -> datetime | None:
        """Tell since when an address has its calendar."""
        rows = self._rows(select(_reader.feed_since).where(_reader.address == address))
        since = next((row["feed_since"] for row in rows), None)
        return since and since.astimezone(self.zone)

    def feed_owner(self, mark: str) -> str | None:
        """Return whose calendar it is."""
        rows = self._rows(select(_reader.address).where(_reader.feed == mark))
        return next((row["address"] for row in rows), None)

    def _rows(self, query: Select[Any]) -> Sequence[RowMapping]:
        with reading(self.engine) as connection:
            return connection.execute(query).mappings().all()


def _dealt(ids: list[str]) -> Iterator[list[str]]:
    """Ask for so many at a time as a statement may name."""
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _enter(connection: Connection, address: str) -> None:
    insert_absent(connection, schema.readers, [{"address": address, "generation": 0}])


def _change(connection: Connection, address: str, **values: object) -> None:
    connection.execute(update(schema.readers).where(_reader.address == address).values(**values))


def _end_feed(connection: Connection, address: str) -> bool:
    mine = update(schema.readers).where(_reader.address == address, _reader.feed.is_not(None))
    return connection.execute(mine.values(feed=None, feed_since=None)).rowcount == 1


def _accepted_at(connection: Connection, message_id: str) -> datetime | None:
    accepted = select(_each.settled_at).where(_each.message_id == message_id, _each.state == "accepted")
    moment: datetime | None = connection.scalar(accepted)
    return moment


def write_named(connection: Connection, monitor: str, named: Mapping[str, Named]) -> None:
    """Note whom the rows of personal digests name, in the place of what was noted before."""
    rows = [
        {
            "monitor": monitor,
            "digest": digest,
            "seen_at": each.at,
            "people": {
                name: [[rule, *track] for rule, track in places] for name, places in each.people.items()
            },
        }
        for digest, each in named.items()
    ]
    upsert(connection, schema.named, rows)


def _named(row: RowMapping, zone: tzinfo) -> Named:
    people = {
        name: tuple((rule, tuple(track)) for rule, *track in places) for name, places in row["people"].items()
    }
    return Named(row["seen_at"].astimezone(zone), people)


def _code_row(request: Request) -> dict[str, object]:
    snooze = request.snooze
    return {
        "id": request.id,
        "address": request.address,
        "monitor": request.monitor,
        "rule": request.rule,
        "track": list(request.track),
        "until": snooze.until,
        "author": snooze.by,
        "reason": snooze.reason,
        "due": snooze.due,
        "proof": request.proof,
        "message_id": request.message_id,
        "asked_at": request.asked_at,
        "tries": request.tries,
        "used_at": request.used_at,
    }


def _request_of(row: RowMapping, zone: tzinfo) -> Request:
    return Request(
        row["id"],
        row["address"],
        row["monitor"],
        row["rule"],
        tuple(row["track"]),
        Snooze(row["until"], row["author"], row["reason"], row["due"]),
        row["proof"],
        row["message_id"],
        row["asked_at"].astimezone(zone),
        row["tries"],
        row["used_at"] and row["used_at"].astimezone(zone),
    )
