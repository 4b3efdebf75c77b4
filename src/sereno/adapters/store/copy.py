"""A copy of the store in memory, for what must write nothing."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, LargeBinary, RowMapping, Select, case, literal, select
from sqlalchemy.engine import MappingResult

from sereno.adapters.store import schema
from sereno.adapters.store.engine import looking, store_address
from sereno.adapters.store.files import is_absent
from sereno.adapters.store.ledger import read_ledger, read_told
from sereno.adapters.store.memory import MemoryStore, Parcel
from sereno.adapters.store.migrations import HEAD, version_of
from sereno.adapters.store.refusals import read_refusals
from sereno.adapters.store.rows import MESSAGE_COLUMNS, message_of, period_of, run_of
from sereno.domain.errors import StoreUnavailable

LONG_AGO = datetime.min.replace(tzinfo=UTC)


def copy_to_memory(url: str, now: datetime) -> MemoryStore:
    """Copy runs, outbox and ledger in one consistent look; an absent store is an empty copy.

    Settled mail comes without its bytes and tellings without their texts; notices, job results and what was
    told of findings that ended before today stay behind: no dry run asks for them. Times are in `now`'s zone.
    Raises StoreUnavailable for a store that cannot be read or is of another version.
    """
    store, address = MemoryStore(now), store_address(url)
    if not is_absent(address):
        with looking(address) as connection:
            if _is_made(connection):
                _fill(store, connection, now.date())
    return store


def _is_made(connection: Connection) -> bool:
    found = version_of(connection)
    if found not in {None, HEAD}:
        raise StoreUnavailable(
            f"El almacén es de una versión anterior ({found}; se espera {HEAD}). "
            "Arranque antes el programa una vez: lo pondrá al día"
        )
    return found is not None


def _fill(store: MemoryStore, connection: Connection, today: date) -> None:
    for row in _rows(connection, select(schema.periods)):
        store.open_period(row["monitor"], row["digest"], period_of(row, UTC))
    for row in _rows(connection, select(schema.runs).order_by(schema.runs.c.number)):
        store.record(run_of(row, UTC), [])
    store.take_over(map(_parcel_of, _rows(connection, _mail())))
    store.take_note(read_refusals(connection, LONG_AGO))
    for monitor in connection.scalars(select(schema.findings.c.monitor).distinct()).all():
        entries = read_ledger(connection, monitor, None).values()
        store.take_up(monitor, entries, read_told(connection, monitor, today))


def _mail() -> Select[Any]:
    table = schema.messages.c
    unsettled = table.state.in_(["queued", "sending"])
    data = case((unsettled, table.data), else_=literal(b"", LargeBinary)).label("data")
    columns = [data if column is table.data else column for column in MESSAGE_COLUMNS]
    return select(table.attempts, table.claimed_until, table.settled_at, table.unheard, *columns)


def _parcel_of(row: RowMapping) -> Parcel:
    fared = (row["attempts"], row["claimed_until"], row["settled_at"], row["unheard"])
    return Parcel(message_of(row, UTC), *fared)


def _rows(connection: Connection, query: Select[Any]) -> MappingResult:
    return connection.execute(query).mappings()
