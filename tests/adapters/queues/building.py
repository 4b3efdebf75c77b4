"""What the tests of queues work with: a table that other programs write to, and the queue upon it."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from sereno.adapters.queues.table import open_queue
from sereno.domain.errors import QueueUnavailable
from sereno.domain.foreign import QueueRow
from sereno.engine.mail_ports import Queue

MADRID = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 11, 24, 8, 15, 30, 999_999, tzinfo=UTC)
STAMP = "2026-11-24 09:15:30"
TABLE = "TbCorreosEnviados"
MAIL = {
    "Aplicacion": "Pedidos",
    "Destinatarios": "ana@example.com; luis@example.com",
    "DestinatariosConCopia": None,
    "Asunto": "Pedido nº 7 — «urgente» 😀",
    "Cuerpo": "<p>Señor:\r\n  el pedido 😀 </p>\n",
    "FechaGrabacion": "2026-11-20 08:30:00",
    "CuerpoHTML": None,
}
TYPES = {
    "IDCorreo": "INTEGER",
    "Aplicacion": "VARCHAR(100)",
    "Originador": "VARCHAR(100)",
    "Destinatarios": "TEXT",
    "DestinatariosConCopia": "TEXT",
    "DestinatariosConCopiaOculta": "TEXT",
    "Asunto": "TEXT",
    "Cuerpo": "TEXT",
    "URLAdjunto": "TEXT",
    "FechaGrabacion": "DATETIME",
    "FechaEnvio": "DATETIME",
    "Observaciones": "TEXT",
    "NDPD": "TEXT",
    "NPEDIDO": "TEXT",
    "NFACTURA": "TEXT",
    "IDEdicion": "INTEGER",
    "CuerpoHTML": "TEXT",
}
NATURAL = {"sqlite": {}, "odbc": {}, "mysql": {}, "postgresql": {"DATETIME": "timestamp"}}
"""What another kind of database calls a type."""


def the_row(number: int, **changes) -> QueueRow:
    """The row that a queue makes of MAIL."""
    plain = {
        "application": "Pedidos",
        "to": "ana@example.com; luis@example.com",
        "cc": "",
        "bcc": "",
        "subject": MAIL["Asunto"],
        "body": MAIL["Cuerpo"],
        "html": False,
        "attachments": "",
        "recorded_at": datetime(2026, 11, 20, 8, 30, tzinfo=MADRID),
        "recorded_as": "2026-11-20 08:30:00",
    }
    return QueueRow(number=number, **{**plain, **changes})


def stamp_of(row: QueueRow) -> tuple[int, str]:
    return row.number, row.fingerprint


def pending(queue: Queue) -> list[QueueRow]:
    return list(chain.from_iterable(queue.pending()))


def reason(do: Callable[[], object]) -> str:
    with pytest.raises(QueueUnavailable) as caught:
        do()
    return str(caught.value)


class Place:
    """A table as others see it, in a database of a kind, and the address under which Sereno knows it."""

    def __init__(self, kind: str, url: str, admin: str) -> None:
        self.kind, self.url = kind, url
        self.engine = create_engine(admin, poolclass=NullPool)
        self._opened: list[Queue] = []

    @property
    def quoted(self) -> str:
        return self.name(TABLE)

    def name(self, name: str) -> str:
        return self.engine.dialect.identifier_preparer.quote(name)

    def run(self, statement: str, values: object = None) -> list:
        with self.engine.begin() as connection:
            result = connection.execute(text(statement), values or {})
            return result.fetchall() if result.returns_rows else []

    def create(self, **types: str | None) -> None:
        """Create the table; a column without a type is left out."""
        self.create_of({column: kind for column, kind in {**TYPES, **types}.items() if kind})

    def create_of(self, types: Mapping[str, str], table: str = TABLE) -> None:
        """Create it with these columns alone."""
        columns = ", ".join(
            f"{self.name(column)} {NATURAL[self.kind].get(kind, kind)}" for column, kind in types.items()
        )
        self.run(f"CREATE TABLE {self.name(table)} ({columns})")

    def put(self, *numbers: object, **cells: object) -> None:
        self.put_all({"IDCorreo": number, **MAIL, **cells} for number in numbers)

    def put_all(self, rows: Iterable[dict[str, object]], connection: Connection | None = None) -> None:
        many = list(rows)
        columns = ", ".join(map(self.name, many[0]))
        statement = text(
            f"INSERT INTO {self.quoted} ({columns}) VALUES ({', '.join(f':{c}' for c in many[0])})"
        )
        if connection is not None:
            connection.execute(statement, many)
            return
        with self.engine.begin() as own:
            own.execute(statement, many)

    def fill(self, number: int, value: str | None = "2026-11-21 10:00:00") -> None:
        """Stamp as another program would."""
        where = f"WHERE {self.name('IDCorreo')} = :number"
        self.run(
            f"UPDATE {self.quoted} SET {self.name('FechaEnvio')} = :value {where}",
            {"number": number, "value": value},
        )

    def empty(self, *numbers: int) -> None:
        for number in numbers:
            self.run(f"DELETE FROM {self.quoted} WHERE {self.name('IDCorreo')} = :number", {"number": number})
        if not numbers:
            self.run(f"DELETE FROM {self.quoted}")

    def sent(self) -> list[tuple[int, str | None]]:
        """List numbers with their stamps, as plain text."""
        number, stamp = self.name("IDCorreo"), self.name("FechaEnvio")
        rows = self.run(f"SELECT {number}, {stamp} FROM {self.quoted} ORDER BY {number}, {stamp}")
        return [(n, None if at is None else str(at).removesuffix(".000")) for n, at in rows]

    def open(self, timeout: float = 5) -> Queue:
        self._opened.append(open_queue("correos", self.url, None, MADRID, timeout))
        return self._opened[-1]

    def close(self) -> None:
        for queue in self._opened:
            queue.close()
        self.engine.dispose()


def odbc_url(path: Path, timeout: float = 5) -> str:
    """Name an SQLite file by the ODBC driver that stands in for those of SQL Server and Access."""
    words = f"Driver=SQLite3;Database={path};Timeout={round(timeout * 1000)}"
    return f"mssql+pyodbc:///?odbc_connect={quote(words)}"


def has_odbc() -> bool:
    pyodbc = pytest.importorskip(
        "pyodbc", reason="external: pyodbc cannot be used (unixodbc is missing)", exc_type=ImportError
    )
    return "SQLite3" in pyodbc.drivers()


@contextmanager
def place_of(kind: str, folder: Path, fixture: Callable[[str], object]) -> Iterator[Place]:
    """Make a database of a kind, without a table."""
    with _addresses(kind, folder, fixture) as (url, admin):
        place = Place(kind, url, admin)
        yield place
        place.close()


@contextmanager
def _addresses(kind: str, folder: Path, fixture: Callable[[str], object]) -> Iterator[tuple[str, str]]:
    path, name = folder / "cola año 1#.sqlite", f"cola_{uuid.uuid4().hex}"
    if kind == "sqlite":
        path.touch()
        yield f"sqlite:///{path}", f"sqlite:///{path}"
    elif kind == "odbc":
        if not has_odbc():
            pytest.skip("external: the ODBC driver of SQLite is not installed (libsqliteodbc)")
        path = folder / "cola.sqlite"
        path.touch()
        yield odbc_url(path), f"sqlite:///{path}"
    elif kind == "postgresql":
        server = make_url(fixture("postgres_url"))
        with _database(server, f"CREATE DATABASE {name}", f"DROP DATABASE {name} WITH (FORCE)"):
            url = server.set(database=name).render_as_string(hide_password=False)
            yield url, url
    else:
        server = make_url(f"{fixture('mariadb_server').url}/")
        made = f"CREATE DATABASE {name} CHARACTER SET utf8mb4"
        with _database(server.set(database="mysql"), made, f"DROP DATABASE {name}"):
            url = server.set(database=name).render_as_string(hide_password=False)
            yield url, f"{url}?charset=utf8mb4"


@contextmanager
def _database(server, made: str, dropped: str) -> Iterator[None]:
    admin = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(made))
    yield
    with admin.connect() as connection:
        connection.execute(text(dropped))
    admin.dispose()
