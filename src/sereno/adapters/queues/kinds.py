"""The kinds of database a queue may lie in: how each is reached, spoken to, and what its columns hold."""

import math
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import URL, Engine, create_engine, event, inspect, types
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool
from sqlalchemy.types import TypeEngine

from sereno.adapters.dialling import Dial, dial_of
from sereno.adapters.normalise import decode
from sereno.adapters.queues.faults import (
    NO_TABLE,
    TABLE,
    explain_file,
    explained,
    hint,
    missing_driver,
    not_writable,
    unavailable,
)
from sereno.adapters.queues.phrases import Dialect, Form, Layout
from sereno.adapters.sqlite_files import file_address

if TYPE_CHECKING:  # slow to import, and only PostgreSQL needs it
    from psycopg import Connection as PsycopgConnection

PAGE = 300
"""Rows read at a time."""
LOOKED_AT = 5
"""Seconds that a look for waiting rows may take to reach a database, or to get past a lock."""


@dataclass(frozen=True, slots=True)
class Database:
    """Reach a queue's database; nothing is open before a connection is asked for."""

    dialect: Dialect
    connection: Callable[[], AbstractContextManager[DBAPIConnection]]
    """Lend a connection; what an exception leaves of it is thrown away."""
    layout: Callable[[], Layout]
    errors: tuple[type[Exception], ...]
    """What its driver and the library above it raise."""
    close: Callable[[], None]
    dial: Callable[[], Dial | None]
    """Says how its bare driver reaches it; None where that is not known, or takes more than words."""


def open_sqlite(origin: str, url: URL, timeout: float) -> Database:
    """Reach an SQLite file, by a new connection each time: the file may be another one by then."""

    def connect() -> sqlite3.Connection:
        path = writable_file(origin, url)
        connection = sqlite3.connect(
            file_address(path, "rw"), uri=True, timeout=timeout, isolation_level=None
        )
        connection.text_factory = decode
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    dialect = Dialect(
        engine.dialect.identifier_preparer.quote,
        mark="?",
        limit=f" LIMIT {PAGE}",
        begins="BEGIN IMMEDIATE",  # a reader that becomes a writer may find, too late, that others wrote
        keeps_any_type=True,
    )
    return Database(
        dialect,
        lambda: closing(cast("DBAPIConnection", connect())),
        lambda: _reflected(origin, url, engine),
        (SQLAlchemyError, sqlite3.Error),
        engine.dispose,
        lambda: (
            "sqlite3",
            (file_address(writable_file(origin, url), "ro"),),
            {"uri": True, "timeout": LOOKED_AT},
        ),
    )


def open_postgresql(origin: str, url: URL, timeout: float) -> Database:
    """Reach a PostgreSQL server."""
    bounds = {
        "connect_timeout": max(2, math.ceil(timeout)),
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
    }
    engine = _engine(origin, url, bounds, "postgresql")
    limit = math.ceil(timeout * 1000)
    settings = (
        f"SET lock_timeout = {limit}",
        f"SET statement_timeout = {limit + 1000}",  # the refusal of a lock says more
        "SET datestyle = 'ISO, YMD'",
    )
    event.listen(engine, "connect", lambda connection, entry: _settle(connection, entry, settings))
    event.listen(engine, "connect", _take_dates_as_text)
    return _server(origin, url, engine)


def open_mariadb(origin: str, url: URL, timeout: float) -> Database:
    """Reach a MariaDB or MySQL server, in all of Unicode, refusing what it would silently cut short."""
    seconds = max(1, math.ceil(timeout))
    bounds = {
        "connect_timeout": seconds,
        "read_timeout": seconds + 1,  # the server's own refusal of a lock says more
        "write_timeout": seconds + 1,
        "charset": "utf8mb4",
    }
    engine = _engine(origin, url, bounds, "mysql")
    settings = (
        f"SET SESSION innodb_lock_wait_timeout = {seconds}, lock_wait_timeout = {seconds}",
        "SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')",
    )
    event.listen(engine, "connect", lambda connection, entry: _settle(connection, entry, settings))
    return _server(origin, url, engine)


def writable_file(origin: str, url: URL) -> Path:
    """Return the absolute path of a file that exists and can be stamped; raise QueueUnavailable."""
    if not url.database or url.database == ":memory:":
        raise unavailable(origin, "a su dirección le falta la ruta del fichero", hint(origin))
    path = Path(url.database).absolute()
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except OSError as error:
        raise explain_file(origin, path, error) from error
    if is_folder:
        raise unavailable(origin, f"{path} es una carpeta, no una base de datos", hint(origin))
    effective = os.access in os.supports_effective_ids
    if not all(os.access(each, os.W_OK, effective_ids=effective) for each in (path, path.parent)):
        raise not_writable(origin, path)
    return path


def _engine(origin: str, url: URL, bounds: Mapping[str, object], extra: str) -> Engine:
    try:
        return create_engine(
            url,
            connect_args=bounds,
            hide_parameters=True,
            pool_pre_ping=True,  # the server may have been restarted while we rested
            pool_size=1,
        )
    except ImportError:
        raise missing_driver(origin, extra) from None


def _server(origin: str, url: URL, engine: Engine) -> Database:
    dialect = Dialect(
        engine.dialect.identifier_preparer.quote, limit=f" LIMIT {PAGE}", for_update=" FOR UPDATE"
    )
    driver = engine.dialect.loaded_dbapi
    return Database(
        dialect,
        lambda: _borrowed(engine),
        lambda: _reflected(origin, url, engine),
        (
            SQLAlchemyError,
            driver.Error,
            RuntimeError,
        ),  # PyMySQL raises that where a login needs what is not installed
        engine.dispose,
        lambda: dial_of(engine, connect_timeout=LOOKED_AT),
    )


@contextmanager
def _borrowed(engine: Engine) -> Iterator[DBAPIConnection]:
    connection = engine.raw_connection()
    try:
        yield connection
    except BaseException:
        connection.invalidate()  # whatever state it is in
        raise
    connection.close()  # to the pool, which rolls back what is left


def _settle(connection: DBAPIConnection, _: ConnectionPoolEntry, settings: tuple[str, ...]) -> None:
    cursor = connection.cursor()
    for setting in settings:
        cursor.execute(setting)
    cursor.close()
    connection.commit()


def _take_dates_as_text(connection: "PsycopgConnection", _: object) -> None:
    """Keep dates that Python has none for (`infinity`, BC): one of them would fail the whole page."""
    from psycopg.types.string import TextLoader  # noqa: PLC0415  only here is psycopg known to be installed

    for kind in ("date", "timestamp", "timestamptz"):
        connection.adapters.register_loader(kind, TextLoader)


def _reflected(origin: str, url: URL, engine: Engine) -> Layout:
    with engine.connect() as connection:
        inspector = inspect(connection)
        names = inspector.get_table_names() + inspector.get_view_names()
        table = TABLE if TABLE in names else next((n for n in names if n.lower() == TABLE.lower()), None)
        if table is None:
            raise explained(origin, url, NO_TABLE)
        columns = inspector.get_columns(table)
    return Layout(table, {each["name"].lower(): (each["name"], _form(each["type"])) for each in columns})


def _form(kind: TypeEngine[Any]) -> Form:
    if isinstance(kind, types.DateTime):
        return "zoned" if kind.timezone else "moment"
    return next((form for known, form in _FORMS if isinstance(kind, known)), "other")


_FORMS: tuple[tuple[type[TypeEngine[Any]], Form], ...] = (
    (types.Date, "day"),
    (types.Enum, "other"),  # a String to SQLAlchemy, which takes no other text
    (types.String, "text"),
    (types.Integer, "number"),
    (types.Numeric, "number"),
)
