"""How the store's database is opened, and how a transaction begins."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection, ExecutionContext
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool
from sqlalchemy.util import LRUCache

from sereno.adapters.sqlite_files import FileChanged, file_address, reading_file
from sereno.adapters.store.faults import PATIENCE_S, naming_faults, store_name
from sereno.domain.errors import StoreUnavailable

LOOK = "look"
"""The option of an engine under which the one connection of a look stands."""
BINARY = "binary"
"""The option of a statement that has a server send what it finds as it is, not spelled out."""
_GLANCES: dict[URL, Dialect] = {}
"""What SQLAlchemy learned of SQLite at the first look at a file."""
_JOURNAL = text("PRAGMA journal_mode")
_COMPILED: LRUCache[Any, Any] = LRUCache(500)
"""Statements that were compiled for a look."""


def store_address(url: str) -> URL:
    """Read an address; raise StoreUnavailable for one of another kind."""
    with suppress(ArgumentError):
        address = make_url(url)
        if address.drivername == "postgresql+psycopg":
            return address
        if address.drivername == "sqlite" and address.database not in {None, "", ":memory:"}:
            return address
    raise StoreUnavailable(  # without the address: it may show a password
        "STATE_DB_URL: la dirección del almacén no se entiende. "
        "Se espera: sqlite:///ruta/sereno.sqlite o postgresql+psycopg://usuario:contraseña@servidor/base"
    )


def store_file(address: URL) -> Path | None:
    """Return the absolute path that an SQLite address names, None for a server."""
    return Path(address.database or "").absolute() if address.drivername == "sqlite" else None


def open_engine(address: URL) -> Engine:
    """Prepare connections to a store that exists; raise StoreUnavailable for a missing driver."""
    path = store_file(address)
    if path is None:
        return _open_postgresql(address, read_only=False)
    return _open_sqlite(address, partial(_connect_sqlite, path, "PRAGMA journal_mode = WAL"))


def open_unshared(path: Path, *settings: str) -> Engine:
    """Prepare connections to an SQLite file that nobody else knows, and that is whole without side files."""
    return _open_sqlite(URL.create("sqlite", database=str(path)), partial(_connect_sqlite, path, *settings))


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Hold a read transaction, in a look that of the look; database faults become StoreUnavailable."""
    held = engine.get_execution_options().get(LOOK)
    with naming_faults(engine.url), nullcontext(held) if held else engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Hold a write transaction; IntegrityError passes, other database faults become StoreUnavailable."""
    with (
        naming_faults(engine.url),
        engine.connect() as connection,
        connection.execution_options(writes=True).begin(),
    ):
        yield connection


@contextmanager
def looking(address: URL) -> Iterator[Connection]:
    """Hold one read transaction on a store that stays as it is, even where its folder cannot be written.

    Raises StoreUnavailable, also for a file that changed while it was read without locks.
    """
    with looking_engine(address) as engine, reading(engine) as connection:
        yield connection


@contextmanager
def looking_engine(address: URL) -> Iterator[Engine]:
    """Lend what reads a store that stays as it is; raises as `looking` does.

    All of it is read in one transaction where that keeps nobody from writing, which is in a file in WAL mode.
    """
    try:
        with _engine_to_look(address) as engine, ExitStack() as held:
            connection = _connection_to_hold(engine, held)
            yield engine if connection is None else engine.execution_options(**{LOOK: connection})
    except FileChanged:
        what = "ha cambiado mientras se leía. Repita la orden"
        raise StoreUnavailable(f"{store_name(address)}: {what}") from None


def _connection_to_hold(engine: Engine, held: ExitStack) -> Connection | None:
    """Open the connection that a whole look may hold.

    None for a server, which may rewrite a table under a transaction that is open, and for a file whose
    readers block its writers: whoever looks may have to note that.
    """
    if engine.dialect.name != "sqlite":
        return None
    with naming_faults(engine.url), ExitStack() as opened:
        connection = opened.enter_context(engine.connect())
        if connection.scalar(_JOURNAL) != "wal":
            return None
        held.push(opened.pop_all())
        return connection


@contextmanager
def _engine_to_look(address: URL) -> Iterator[Engine]:
    with ExitStack() as held:
        if path := store_file(address):
            engine = _glance(address, held.enter_context(reading_file(path, PATIENCE_S)))
        else:
            engine = _open_postgresql(address, read_only=True)
            held.callback(engine.dispose)
        yield engine


def _glance(address: URL, connect: Callable[[], sqlite3.Connection]) -> Engine:
    """Prepare connections for one look; what was compiled for earlier ones serves again, no connection does.

    A file that is kept open could not be replaced by a copy, and would be read after it was.
    """
    if address not in _GLANCES:
        first = create_engine(address, creator=connect, poolclass=NullPool)
        with naming_faults(address), first.connect():  # teaches the dialect what it asks once
            _GLANCES[address] = first.dialect
    engine = Engine(
        NullPool(lambda: _as_driver(connect())),
        _GLANCES[address],
        address,
        execution_options={"compiled_cache": _COMPILED},
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _as_driver(connection: Any) -> DBAPIConnection:  # noqa: ANN401  one of sqlite3, which has no such type
    driver: DBAPIConnection = connection
    return driver


def _open_sqlite(address: URL, connect: Callable[[], sqlite3.Connection]) -> Engine:
    engine = create_engine(address, creator=connect, hide_parameters=True)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _connect_sqlite(path: Path, *settings: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        file_address(path, "rw"),
        uri=True,
        timeout=PATIENCE_S,
        isolation_level=None,  # transactions begin where we say, schema changes included
        check_same_thread=False,  # the pool hands a connection to one thread at a time
    )
    try:
        # FULL: what we call accepted is on disk.
        for setting in (*settings, "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON"):
            connection.execute(setting)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _begin_sqlite(connection: Connection) -> None:
    # A write transaction that begins as a reader may find, too late, that another one has written.
    writes = connection.get_execution_options().get("writes")
    if writes:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:  # which takes no lock and cannot fail; SQLAlchemy's own way to it takes as long as a small query
        connection.connection.cursor().execute("BEGIN")


def _open_postgresql(address: URL, *, read_only: bool) -> Engine:
    try:
        engine = create_engine(
            address,
            hide_parameters=True,
            pool_pre_ping=True,  # the server may have been restarted while we rested
            connect_args={} if "connect_timeout" in address.query else {"connect_timeout": 10},
            isolation_level="REPEATABLE READ" if read_only else "READ COMMITTED",
            execution_options={"postgresql_readonly": read_only},
        )
    except ModuleNotFoundError as error:
        raise StoreUnavailable(
            f"{store_name(address)}: falta el controlador. Instálelo: pip install 'sereno[postgresql]'"
        ) from error
    event.listen(engine, "connect", _bound_waits)
    event.listen(engine, "before_cursor_execute", _ask_for_bytes)
    return engine


def _ask_for_bytes(
    _connection: Connection,
    cursor: Any,  # noqa: ANN401  psycopg's, an extra
    _statement: str,
    _parameters: object,
    context: ExecutionContext,
    _many: bool,  # noqa: FBT001  as SQLAlchemy calls it
) -> None:
    if context.execution_options.get(BINARY):
        cursor.format = 1  # pq.Format.BINARY


def _bound_waits(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = '{PATIENCE_S}s'")
    cursor.close()
    connection.commit()
