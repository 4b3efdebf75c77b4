"""A copy of the store in memory, for what must write nothing."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, LargeBinary, Select, case, literal, or_, select
from sqlalchemy.engine import MappingResult

from sereno.adapters.store import schema
from sereno.adapters.store.engine import looking, store_address
from sereno.adapters.store.files import is_absent
from sereno.adapters.store.ledger import read_ledger, read_told
from sereno.adapters.store.mail_rows import MESSAGE_COLUMNS, message_of
from sereno.adapters.store.mail_schema import AT_ONCE
from sereno.adapters.store.memory import MemoryStore
from sereno.adapters.store.memory_logbook import MemoryLogbook
from sereno.adapters.store.memory_mail import Kept, Parcel, Shelf, Taken
from sereno.adapters.store.migrations import is_of_our_version
from sereno.adapters.store.refusals import read_refusals
from sereno.adapters.store.rows import period_of, run_of
from sereno.adapters.store.trace_rows import read_traces
from sereno.engine.logbook import Missed, Pause
from sereno.engine.mail_records import Hold

LONG_AGO = datetime.min.replace(tzinfo=UTC)
_FARED = (
    "id",
    "recipients",
    "state",
    "attempts",
    "due_at",
    "claimed_by",
    "claimed_until",
    "settled_at",
    "answer",
    "refused",
)
"""What a delivery has beside its message."""


def copy_to_memory(url: str, now: datetime, *, queues: bool = False) -> MemoryStore:
    """Copy runs, outbox and ledger in one consistent look; an absent store is an empty copy.

    With `queues` also what was taken from the queues of other applications.

    Settled mail comes without its bytes and tellings without their texts; notices, job results and what was
    told of findings that ended before today stay behind: no dry run asks for them. Times are in `now`'s zone.
    Raises StoreUnavailable for a store that cannot be read or is of another version.
    """
    store, address = MemoryStore(now), store_address(url)
    if not is_absent(address):
        with looking(address) as connection:
            if is_of_our_version(connection):
                _fill(store, connection, now.date())
                if queues:
                    _queues(store.shelf, connection)
    return store


def _fill(store: MemoryStore, connection: Connection, today: date) -> None:
    for row in _rows(connection, select(schema.periods)):
        store.open_period(row["monitor"], row["digest"], period_of(row, UTC))
    traces = read_traces(connection)
    for row in _rows(connection, select(schema.runs).order_by(schema.runs.c.number)):
        store.record(run_of(row, UTC), [], trace=traces.get(row["id"]))
    _watch(store.logbook, connection)
    _mail(store.shelf, connection)
    _hold(store.shelf, connection)
    store.shelf.refused.update(read_refusals(connection, LONG_AGO))
    for monitor in connection.scalars(select(schema.findings.c.monitor).distinct()).all():
        entries = read_ledger(connection, monitor, None).values()
        store.take_up(monitor, entries, read_told(connection, monitor, today))


def _watch(book: MemoryLogbook, connection: Connection) -> None:
    """Copy what is accounted for; who leads, what runs and what operators know is the real master's."""
    book.made = connection.execute(select(schema.store_info.c.made_at)).scalar_one()
    for row in _rows(connection, select(schema.accounts)):
        book.settled[row["monitor"], row["digest"]] = row["until"]
    for row in _rows(connection, select(schema.pauses)):
        book.rests[row["job"]] = Pause(**row)
    for row in _rows(connection, select(schema.missed)):
        book.unserved[row["monitor"], row["digest"], row["period"]] = Missed(**row)


def _mail(shelf: Shelf, connection: Connection) -> None:
    """Copy mail that is to leave with its bytes, and what digests have told without them."""
    each, body, message = schema.deliveries.c, schema.bodies.c, schema.messages.c
    data = case((schema.WAITS, body.data), else_=literal(b"", LargeBinary)).label("data")
    of_delivery = [getattr(each, name).label(f"of_{name}") for name in _FARED]
    columns = [data if column is body.data else column for column in MESSAGE_COLUMNS]
    joined = select(*columns, message.unheard, message.run_id, *of_delivery).join_from(
        schema.deliveries, schema.messages
    )
    with_body = joined.join(schema.bodies, body.message_id == message.id, isouter=True)
    for row in _rows(connection, with_body.where(or_(message.kind == "digest", schema.WAITS))):
        shelf.messages[row["id"]] = Kept(
            message_of([row[each.name] for each in MESSAGE_COLUMNS], UTC),
            unheard=row["unheard"],
            run_id=row["run_id"],
        )
        fared = {name: row[f"of_{name}"] for name in _FARED} | {"recipients": tuple(row["of_recipients"])}
        due_at = fared.pop("due_at")
        fared["next_attempt_at"] = None if due_at == AT_ONCE else due_at
        shelf.put(Parcel(message_id=row["id"], **fared))


def _hold(shelf: Shelf, connection: Connection) -> None:
    columns = schema.store_info.c.mail_held_at, schema.store_info.c.mail_held_why
    since, why = connection.execute(select(*columns)).one()
    shelf.hold = since and Hold(since.astimezone(shelf.zone), why)


def _queues(shelf: Shelf, connection: Connection) -> None:
    """Copy what was taken from queues, so that it is not taken in again."""
    for row in _rows(connection, select(schema.taken_in)):
        taken = Taken(row["message_id"], row["accepted"], row["stamped_at"])
        shelf.taken[row["origin"], row["number"], row["fingerprint"]] = taken
    shelf.looked_through |= set(connection.scalars(select(schema.queues.c.origin)))


def _rows(connection: Connection, query: Select[Any]) -> MappingResult:
    return connection.execute(query).mappings()
