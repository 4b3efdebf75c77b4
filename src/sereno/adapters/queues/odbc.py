"""Databases behind ODBC: SQL Server and Access files, by statements that every driver understands."""

import math
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from types import ModuleType

from sqlalchemy import URL
from sqlalchemy.engine.interfaces import DBAPIConnection

from sereno.adapters.queues.faults import TABLE, missing_driver, unavailable
from sereno.adapters.queues.kinds import Database, writable_file
from sereno.adapters.queues.phrases import Dialect, Form, Layout

ACCESS_DRIVER = "Microsoft Access Driver (*.mdb, *.accdb)"
_SQL_SERVER_DRIVER = "ODBC Driver {} for SQL Server"
_FORMS: Mapping[object, Form] = {
    datetime: "moment",
    date: "day",
    str: "text",
    int: "number",
    float: "number",
    Decimal: "number",
}


def open_odbc(origin: str, url: URL, timeout: float) -> Database:
    """Reach a database by ODBC, by a new connection each time: drivers and their manager pool them."""
    try:
        import pyodbc  # noqa: PLC0415  an extra
    except ModuleNotFoundError:
        raise missing_driver(origin, "odbc") from None
    except ImportError as error:
        advice = "Instale unixODBC (en Debian, el paquete unixodbc)"
        raise unavailable(origin, f"este equipo no tiene ODBC ({error})", advice) from error
    connection = partial(_connected, pyodbc, origin, url, timeout)
    dialect = Dialect(quote, mark="?", locks_by_writing=True)
    return Database(dialect, connection, partial(_layout, connection), (pyodbc.Error,), _nothing, _nothing)


def quote(name: str) -> str:
    """Quote a name as SQL Server, Access and SQLite understand it."""
    return f"[{name.replace(']', ']]')}]"


@contextmanager
def _connected(pyodbc: ModuleType, origin: str, url: URL, timeout: float) -> Iterator[DBAPIConnection]:
    seconds = max(1, math.ceil(timeout))
    if url.drivername == "access+pyodbc":
        writable_file(origin, url)
        opened = pyodbc.connect(access_string(url, on_windows=os.name == "nt"))
    else:
        opened = pyodbc.connect(_sql_server_string(origin, url, pyodbc.drivers()), timeout=seconds)
    with closing(opened) as connection:
        _bound_statements(pyodbc, connection, seconds)
        yield connection


def _bound_statements(pyodbc: ModuleType, connection: DBAPIConnection, seconds: int) -> None:
    """Bound what a statement takes, where the driver can."""
    with suppress(pyodbc.Error):
        connection.timeout = seconds
        connection.cursor().close()
        return
    connection.timeout = 0


def access_string(url: URL, *, on_windows: bool) -> str:
    """Write what the ODBC driver of Access is told; the URL's query gives further keywords.

    `access+pyodbc:////server/share/file.accdb` names a file on a share.
    """
    place = url.database or ""
    if on_windows:
        place = place.replace("/", "\\")
        place = "\\\\" + place.lstrip("\\") if place.startswith("\\") else place
    query = {key: str(value) for key, value in url.query.items()}
    driver = f"DRIVER={{{query.pop('driver', ACCESS_DRIVER)}}}"
    words = {"DBQ": place}
    if url.username:
        words["UID"] = url.username
    if url.password:
        words["PWD"] = str(url.password)
    return ";".join([driver, *(f"{key}={_braced(value)}" for key, value in {**words, **query}.items())])


def _braced(value: str) -> str:
    """Protect what would end a word of a connection string; some drivers know no other braces."""
    if value.strip() == value and not set(value) & set(";{}=[]"):
        return value
    return "{" + value.replace("}", "}}") + "}"


def _sql_server_string(origin: str, url: URL, installed: list[str]) -> str:
    """Let SQLAlchemy write it, with the newest driver installed unless the URL names one or a DSN."""
    if url.host and url.database and "driver" not in url.query:
        known = [
            driver for driver in map(_SQL_SERVER_DRIVER.format, range(30, 10, -1)) if driver in installed
        ]
        if not known:
            advice = "Instale «ODBC Driver 18 for SQL Server», de Microsoft"
            raise unavailable(origin, "este equipo no tiene controlador ODBC de SQL Server", advice)
        url = url.update_query_dict({"driver": known[0]})
    (words,), _ = url.get_dialect()().create_connect_args(url)
    return words


def _layout(connection: Callable[[], AbstractContextManager[DBAPIConnection]]) -> Layout:
    # Asking the driver's catalogue fails with Access where a column has a description.
    with connection() as opened, closing(opened.cursor()) as cursor:
        cursor.execute(f"SELECT * FROM {quote(TABLE)} WHERE 1 = 0")  # noqa: S608  a name of our own
        columns = cursor.description or ()
    return Layout(TABLE, {name.lower(): (name, _FORMS.get(kind, "other")) for name, kind, *_ in columns})


def _nothing() -> None:
    """Keep nothing open between calls."""
