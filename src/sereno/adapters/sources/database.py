"""Read registers that are SQL databases: the only statement on a table is a SELECT of declared columns."""

import math
import sqlite3
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sqlalchemy import (
    URL,
    Connection,
    Inspector,
    Select,
    create_engine,
    event,
    inspect,
    make_url,
)
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from sereno.adapters.normalise import decode
from sereno.adapters.sources.faults import explain, explain_file, hint, unavailable
from sereno.adapters.sources.ports import Bound, Reader, Source
from sereno.adapters.sources.selection import select_rows
from sereno.adapters.sqlite_files import FileChanged, reading_file

if TYPE_CHECKING:  # slow to import, and only PostgreSQL registers need them
    from psycopg import Connection as PsycopgConnection
    from sqlalchemy.dialects.postgresql.base import PGInspector

CHUNK = 2000
"""Rows fetched at a time."""


def open_source(register: str, url: str, password: str | None, timeout: float) -> Source:
    """Make the source of a register; nothing is opened, and nothing raised, before its `open()`.

    `password` replaces the one in the URL. `timeout`, in seconds, bounds connecting, waiting for a lock, and
    each statement on a server.
    """
    return DatabaseSource(register, url, password, timeout)


@dataclass(frozen=True, slots=True)
class DatabaseSource:
    """Open `sqlite:///path`, `postgresql+psycopg://…` and `mysql+pymysql://…`."""

    register: str
    url: str = field(repr=False)
    password: str | None = field(repr=False)
    timeout: float

    @contextmanager
    def open(self) -> Iterator[Reader]:
        """Hold one consistent read; raise SourceUnavailable, also for what fails while it is held."""
        url = self._parsed()
        try:
            with _KINDS[url.drivername](self.register, url, self.timeout) as connection:
                yield DatabaseReader(connection, inspect(connection))
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise explain(self.register, url, error, self.timeout) from error

    def _parsed(self) -> URL:
        try:
            url = make_url(self.url)
        except (ArgumentError, ValueError):  # `from None`: the cause may quote the password
            raise unavailable(self.register, "su dirección no se entiende", hint(self.register)) from None
        if url.drivername not in _KINDS:
            what = f"Sereno no sabe leer una dirección «{url.drivername}:»"
            raise unavailable(self.register, what, hint(self.register))
        return url if self.password is None else url.set(password=self.password)


@dataclass(frozen=True, slots=True)
class DatabaseReader:
    """Read one connection's tables."""

    connection: Connection
    inspector: Inspector
    day_zero: date | None = None

    def tables(self) -> list[str]:
        """List tables and views of every kind; on PostgreSQL those that the search path shows."""
        names = self.inspector.get_table_names() + self.inspector.get_view_names()
        if self.connection.dialect.name == "postgresql":
            names += self.inspector.get_materialized_view_names()
            names += cast("PGInspector", self.inspector).get_foreign_table_names()
        return names

    def columns(self, table: str) -> list[str]:
        """List a table's columns, as spelt there."""
        return [found["name"] for found in self.inspector.get_columns(table)]

    def types(self, table: str) -> list[str]:
        """Name the columns' types as the database does, in the order of `columns`."""
        return [str(found["type"]) for found in self.inspector.get_columns(table)]

    def rows(
        self, table: str, columns: Sequence[str], narrowings: Sequence[Bound] = ()
    ) -> Iterator[Sequence[Sequence[object]]]:
        """Yield the rows in chunks of two thousand."""
        # MariaDB sorts and compares texts in ways of its own: it is asked for everything.
        asked = () if self.connection.dialect.name == "mysql" else narrowings
        selection = select_rows(self.inspector, table, columns, asked)
        if self.connection.dialect.name == "sqlite":
            yield from _rows_of_file(self.connection, selection)
        else:
            streamed = selection.execution_options(stream_results=True, yield_per=CHUNK)
            yield from self.connection.execute(streamed).partitions()


def _rows_of_file(
    connection: Connection, selection: Select[tuple[object, ...]]
) -> Iterator[Sequence[Sequence[object]]]:
    """Read the driver's own rows, in half the time; texts are taken for UTF-8 until one is not.

    What is left is then read again, each text decoded as it deserves: in one read transaction the order is
    that of before.
    """
    file = cast("sqlite3.Connection", connection.connection.driver_connection)
    count = 0
    try:
        file.text_factory = str
        for chunk in _chunks(connection, selection, 0):
            yield chunk
            count += len(chunk)
    except sqlite3.OperationalError as error:
        if "decode" not in str(error):
            raise
        file.text_factory = decode
        yield from _chunks(connection, selection, count)
    finally:
        file.text_factory = decode


def _chunks(
    connection: Connection, selection: Select[tuple[object, ...]], skipped: int
) -> Iterator[Sequence[Sequence[object]]]:
    cursor = cast("sqlite3.Cursor", connection.execute(selection).cursor)
    for _ in range(skipped):
        cursor.fetchone()
    while chunk := cursor.fetchmany(CHUNK):
        yield chunk


@contextmanager
def _sqlite(register: str, url: URL, timeout: float) -> Iterator[Connection]:
    path = _readable_file(register, url)
    try:
        with (
            reading_file(path, timeout, decode) as connect,
            create_engine("sqlite://", creator=connect, poolclass=NullPool).connect() as connection,
        ):
            connection.exec_driver_sql("BEGIN")  # one read transaction, from the first SELECT on
            yield connection
    except FileChanged:
        what = f"{path} ha cambiado mientras se leía"
        raise unavailable(register, what, "Se volverá a leer en otra ronda") from None


def _readable_file(register: str, url: URL) -> Path:
    if not url.database or url.database == ":memory:":
        raise unavailable(register, "a su dirección le falta la ruta del fichero", hint(register))
    path = Path(url.database).absolute()
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except OSError as error:
        raise explain_file(register, path, error) from error
    if is_folder:
        raise unavailable(register, f"{path} es una carpeta, no una base de datos SQLite", hint(register))
    return path


@contextmanager
def _postgresql(register: str, url: URL, timeout: float) -> Iterator[Connection]:
    bounds = {"connect_timeout": max(2, math.ceil(timeout)), "keepalives_idle": 10, "keepalives_interval": 5}
    try:
        engine = create_engine(
            url, connect_args=bounds, isolation_level="REPEATABLE READ", poolclass=NullPool
        )
    except ImportError:
        raise unavailable(
            register, "falta el controlador de PostgreSQL", "Instálelo con: pip install 'sereno[postgresql]'"
        ) from None
    event.listen(engine, "connect", _take_dates_as_text)
    with engine.connect().execution_options(postgresql_readonly=True) as connection:
        milliseconds = math.ceil(timeout * 1000)
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {milliseconds}")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")
        connection.exec_driver_sql("SET LOCAL datestyle = 'ISO, YMD'")
        yield connection


def _take_dates_as_text(connection: "PsycopgConnection", _: object) -> None:
    """Keep dates that Python has none for (`infinity`, BC): one of them would fail the whole fetch."""
    from psycopg.types.string import TextLoader  # noqa: PLC0415  only here is psycopg known to be installed

    for kind in ("date", "timestamp", "timestamptz"):
        connection.adapters.register_loader(kind, TextLoader)


@contextmanager
def _mysql(register: str, url: URL, timeout: float) -> Iterator[Connection]:
    seconds = max(1, math.ceil(timeout))
    bounds = {"connect_timeout": seconds, "read_timeout": 2 * seconds, "charset": "utf8mb4"}
    try:
        engine = create_engine(url, connect_args=bounds | _conversions(), poolclass=NullPool)
    except ImportError:
        what = "falta el controlador de MariaDB y MySQL"
        raise unavailable(register, what, "Instálelo con: pip install 'sereno[mysql]'") from None
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"SET SESSION lock_wait_timeout = {seconds}")
        if connection.dialect.is_mariadb:  # type: ignore[attr-defined]  # the dialect's own
            connection.exec_driver_sql(f"SET SESSION max_statement_time = {seconds}")
        else:
            connection.exec_driver_sql(f"SET SESSION max_execution_time = {1000 * seconds}")
        connection.exec_driver_sql("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        yield connection


def _conversions() -> dict[str, object]:
    """Take a bit for the number that it is: a control character, as the driver gives it, would be blank."""
    from pymysql.constants import FIELD_TYPE  # noqa: PLC0415  only here is pymysql known to be asked for
    from pymysql.converters import conversions  # noqa: PLC0415

    return {"conv": {**conversions, FIELD_TYPE.BIT: lambda raw: int.from_bytes(raw, "big")}}


_KINDS: Mapping[str, Callable[[str, URL, float], AbstractContextManager[Connection]]] = {
    "sqlite": _sqlite,
    "postgresql+psycopg": _postgresql,
    "mysql+pymysql": _mysql,
}
