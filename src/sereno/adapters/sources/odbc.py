"""Read registers through an ODBC driver: Access files on a share, and SQL Server.

One short SELECT a table, read only, nothing held between them. What another program has locked is asked for
again until the time is up.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

import pyodbc
from sqlalchemy import URL

from sereno.adapters.clock import pause
from sereno.adapters.sources.faults import hint, unavailable
from sereno.adapters.sources.odbc_faults import explain_odbc, is_lock, place_of_odbc
from sereno.adapters.sources.patience import Patience, patience
from sereno.adapters.sources.ports import Bound, Reader

CHUNK = 2000
"""Rows fetched at a time."""
ACCESS_DRIVER = "Microsoft Access Driver (*.mdb, *.accdb)"
SQL_SERVER_DRIVER = "ODBC Driver 18 for SQL Server"
_AGAIN = 0.5
"""Seconds between two tries at what is locked."""
_SHOWN = frozenset({"TABLE", "VIEW", "SYNONYM", "LINK"})
_OWN_SCHEMAS = frozenset({"", "dbo"})
_SYSTEM_SCHEMAS = frozenset({"sys", "information_schema"})
_SNAPSHOTS = "SELECT snapshot_isolation_state FROM sys.databases WHERE database_id = DB_ID()"
_AS_ONE = "SET TRANSACTION ISOLATION LEVEL SNAPSHOT"
_WORDS: Mapping[str, str] = {
    "bool": "sí/no",
    "int": "entero",
    "float": "número",
    "Decimal": "decimal",
    "str": "texto",
    "date": "fecha",
    "datetime": "fecha y hora",
    "bytearray": "binario",
}

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class OdbcSource:
    """Open `access+pyodbc:///path` and `mssql+pyodbc://…`."""

    register: str
    url: URL = field(repr=False)
    timeout: float

    @contextmanager
    def open(self) -> Iterator[Reader]:
        """Hold a connection; raise SourceUnavailable, also for what fails while it is held."""
        if not self.url.database:
            what = "a su dirección le falta la base de datos, o la ruta del fichero"
            raise unavailable(self.register, what, hint(self.register))
        limit = patience(self.register, place_of_odbc(self.url), self.timeout)
        with self.explaining():
            connection = patiently(limit, self._connect)
        with closing(connection):
            with self.explaining():
                names = self._names(limit, connection)
            yield OdbcReader(self, connection, names)

    def _names(self, limit: Patience, connection: pyodbc.Connection) -> dict[str, str]:
        """List what can be read; of a locked file a driver may list nothing, which is no empty register."""
        while not (names := patiently(limit, lambda: _names(connection))):
            if limit.over:
                what = f"otro programa tiene bloqueado {limit.place}, o no hay en él tablas a la vista"
                advice = "Ciérrelo donde esté abierto en exclusiva; si no lo está, pida permiso de lectura"
                raise unavailable(self.register, what, advice)
            pause(min(_AGAIN, limit.timeout / 4))
        return names

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Raise SourceUnavailable for what the driver refuses: one table, perhaps, and not the next."""
        try:
            yield
        except pyodbc.Error as error:
            raise explain_odbc(self.register, self.url, error, self.timeout) from error

    def _connect(self) -> pyodbc.Connection:
        text = connection_string(self.url)
        if self.is_file:  # the driver of Access knows no time-outs, and refuses to be told of them
            return pyodbc.connect(text, readonly=True, autocommit=True)
        seconds = max(1, round(self.timeout))
        connection = pyodbc.connect(text, readonly=True, autocommit=False, timeout=seconds)
        connection.timeout = seconds
        _read_as_one(connection)
        return connection

    @property
    def is_file(self) -> bool:
        """Tell whether it is a file of Access."""
        return self.url.drivername.startswith("access")


@dataclass(frozen=True, slots=True)
class OdbcReader:
    """Read one connection's tables."""

    source: OdbcSource
    connection: pyodbc.Connection
    names: Mapping[str, str]
    """How each table is written in SQL."""
    day_zero: date | None = None

    def tables(self) -> list[str]:
        """List tables and views; those of another schema than `dbo` with its name before theirs."""
        return list(self.names)

    def columns(self, table: str) -> list[str]:
        """List a table's columns, as spelt there."""
        return [name for name, _ in self._described(table)]

    def types(self, table: str) -> list[str]:
        """Name what the driver gives of each column."""
        return [_WORDS.get(kind.__name__, kind.__name__) for _, kind in self._described(table)]

    def rows(
        self, table: str, columns: Sequence[str], _: Sequence[Bound] = ()
    ) -> Iterator[Sequence[Sequence[object]]]:
        """Yield all the rows in chunks of two thousand."""
        limit = self._limit(table)
        listed = ", ".join(_quoted(column) for column in columns)
        asked = f"SELECT {listed} FROM {self.names[table]}"  # noqa: S608  quoted names
        with self.source.explaining(), closing(self._execute(limit, asked)) as cursor:
            more = True
            while more and (chunk := cursor.fetchmany(CHUNK)):
                more = len(chunk) == CHUNK  # asked once more after its end, a driver may begin again
                yield chunk
                limit.check()

    def _described(self, table: str) -> list[tuple[str, type]]:
        """Ask for no row: the driver of Access garbles its list of columns where one has a description."""
        asked = f"SELECT * FROM {self.names[table]} WHERE 1 = 0"  # noqa: S608  a quoted name
        with self.source.explaining(), closing(self._execute(self._limit(table), asked)) as cursor:
            return [(name, kind) for name, kind, *_ in cursor.description]

    def _execute(self, limit: Patience, statement: str) -> pyodbc.Cursor:
        return patiently(limit, lambda: self.connection.cursor().execute(statement))

    def _limit(self, table: str) -> Patience:
        source = self.source
        return patience(source.register, f"{table} de {place_of_odbc(source.url)}", source.timeout)


def patiently(limit: Patience, call: Callable[[], Answer]) -> Answer:
    """Call again while another program has locked what is asked for, until the time is up."""
    while True:
        try:
            return call()
        except pyodbc.Error as error:
            if limit.over or not is_lock(error):
                raise
        pause(min(_AGAIN, limit.timeout / 4))


def connection_string(url: URL) -> str:
    """Write what the driver is told; a file is opened shared, to be read, whatever the address asks for."""
    options = {key: str(value) for key, value in url.query.items()}
    is_file = url.drivername.startswith("access")
    driver = options.pop("driver", ACCESS_DRIVER if is_file else SQL_SERVER_DRIVER)
    told = {"DRIVER": "{" + driver + "}", **(_of_file(url) if is_file else _of_server(url))}
    settled = {key.casefold() for key in told}
    told |= {key: value for key, value in options.items() if key.casefold() not in settled}
    return ";".join(f"{key}={value}" for key, value in told.items())


def _of_file(url: URL) -> dict[str, str]:
    told = {"DBQ": _braced(str(Path(url.database or ""))), "ReadOnly": "1", "Exclusive": "0"}
    return told | ({"PWD": _braced(str(url.password))} if url.password else {})


def _of_server(url: URL) -> dict[str, str]:
    port = f",{url.port}" if url.port else ""
    told = {"SERVER": f"{url.host or ''}{port}", "DATABASE": _braced(url.database or "")}
    told["ApplicationIntent"] = "ReadOnly"
    if not url.username:
        return told | {"Trusted_Connection": "Yes"}
    return told | {"UID": _braced(url.username), "PWD": _braced(str(url.password or ""))}


def _braced(value: str) -> str:
    """Put a value between braces where it holds what would end it."""
    plain = value == value.strip() and not set(value) & set("[]{}(),;?*=!@")
    return value if plain else "{" + value.replace("}", "}}") + "}"


def _read_as_one(connection: pyodbc.Connection) -> None:
    """Read everything as of one instant where SQL Server keeps versions of rows for that."""
    cursor = connection.cursor()
    try:
        state = cursor.execute(_SNAPSHOTS).fetchval()
    except pyodbc.Error:  # nobody's right to know, or no SQL Server: then each table is one short read
        state = 0
    finally:
        connection.rollback()
    if state == 1:
        cursor.execute(_AS_ONE)


def _names(connection: pyodbc.Connection) -> dict[str, str]:
    """List what can be read, each as it is written in SQL."""
    with closing(connection.cursor()) as cursor:
        found = [(row.table_schem or "", row.table_name, row.table_type or "") for row in cursor.tables()]
    return {
        name if schema in _OWN_SCHEMAS else f"{schema}.{name}": (
            f"{_quoted(schema)}.{_quoted(name)}" if schema else _quoted(name)
        )
        for schema, name, kind in found
        if kind.upper() in _SHOWN and schema.casefold() not in _SYSTEM_SCHEMAS
    }


def _quoted(name: str) -> str:
    return "[" + name.replace("]", "]]") + "]"
