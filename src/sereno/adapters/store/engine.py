"""How the store's database is opened, how a transaction begins, and what each of its faults is called."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.pool import ConnectionPoolEntry

from sereno.domain.errors import StoreUnavailable

PATIENCE_S = 30
"""How long a transaction waits for another program's lock."""

SQLITE_REASONS: Mapping[int, str] = {
    sqlite3.SQLITE_PERM: "no hay permiso. Dé permiso de lectura y escritura al usuario que ejecuta Sereno",
    sqlite3.SQLITE_BUSY: f"otro programa lo bloquea desde hace más de {PATIENCE_S} s. Ciérrelo y repita",
    sqlite3.SQLITE_READONLY: "es de solo lectura. Dé permiso de escritura sobre el archivo y su carpeta",
    sqlite3.SQLITE_IOERR: "el disco falla al leer o escribir. Revise el disco y el espacio libre",
    sqlite3.SQLITE_CORRUPT: "el archivo está dañado. Apártelo y recupere la última copia",
    sqlite3.SQLITE_FULL: "el disco está lleno. Libere espacio; lo ya guardado no se ha perdido",
    sqlite3.SQLITE_CANTOPEN: "no se puede abrir. Compruebe que existe, y los permisos de su carpeta",
    sqlite3.SQLITE_NOTADB: "no es una base de datos SQLite. Corrija STATE_DB_URL o aparte ese archivo",
}
POSTGRESQL_REASONS: Mapping[str, str] = {
    "25006": "el servidor solo permite leer. Conéctese al servidor principal",
    "28000": "el servidor no admite a este usuario. Revise STATE_DB_URL y pg_hba.conf",
    "28P01": "usuario o contraseña incorrectos. Corrija STATE_DB_URL",
    "3D000": "esa base de datos no existe en el servidor. Créela o corrija STATE_DB_URL",
    "42501": "faltan permisos. Dé al usuario permiso para crear, leer y escribir tablas",
    "53100": "el disco del servidor está lleno. Libere espacio; lo ya guardado no se ha perdido",
    "53300": "el servidor no admite más conexiones. Aumente max_connections o cierre alguna",
    "55P03": f"otro programa lo bloquea desde hace más de {PATIENCE_S} s. Ciérrelo y repita",
}
# libpq tells a failed connection in words only, in the server's language; others are shown as they come.
POSTGRESQL_WORDS: Mapping[str, str] = {
    "password authentication failed": "28P01",
    "autentificación password falló": "28P01",
    "no password supplied": "28P01",
    "no pg_hba.conf entry": "28000",
    'FATAL: role "': "28P01",
    "does not exist": "3D000",
    "no existe la base de datos": "3D000",
    "too many clients": "53300",
}


def open_engine(url: str, *, read_only: bool = False) -> Engine:
    """Prepare connections to the store; read-only never creates, and sees one state in each transaction.

    Raises StoreUnavailable for an address of another kind, a folder that cannot be made, a missing driver.
    """
    address = _address(url)
    opener = _open_sqlite if address.drivername == "sqlite" else _open_postgresql
    return opener(address, read_only=read_only)


def sqlite_path(url: str) -> Path | None:
    """Return the file that an SQLite address names, None for a server."""
    address = _address(url)
    return Path(address.database or "") if address.drivername == "sqlite" else None


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Hold a read transaction; database faults become StoreUnavailable."""
    with _reasons(engine.url), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Hold a write transaction; IntegrityError passes, other database faults become StoreUnavailable."""
    with (
        _reasons(engine.url),
        engine.connect() as connection,
        connection.execution_options(writes=True).begin(),
    ):
        yield connection


def store_name(url: URL) -> str:
    """Name the store for a person, without any password."""
    if url.drivername == "sqlite":
        return f"El almacén {url.database}"
    return f"El almacén PostgreSQL {url.database} en {url.host or 'esta máquina'}"


def _address(url: str) -> URL:
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


def _open_sqlite(address: URL, *, read_only: bool) -> Engine:
    path = Path(address.database or "").absolute()
    if not read_only:
        _make_file(path)
    connect = partial(_connect_sqlite, path, read_only=read_only)
    engine = create_engine(address, creator=connect, hide_parameters=True)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
    except OSError as error:
        raise StoreUnavailable(
            f"El almacén {path}: no se puede crear ({error.strerror}). Compruebe la carpeta y sus permisos"
        ) from error


def _connect_sqlite(path: Path, *, read_only: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode={'ro' if read_only else 'rw'}",
        uri=True,
        timeout=PATIENCE_S,
        isolation_level=None,  # transactions begin where we say, schema changes included
        check_same_thread=False,  # the pool hands a connection to one thread at a time
    )
    try:
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # what we call accepted is on disk
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _begin_sqlite(connection: Connection) -> None:
    # A write transaction that begins as a reader may find, too late, that another one has written.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


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
    return engine


def _bound_waits(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = '{PATIENCE_S}s'")
    cursor.close()
    connection.commit()


@contextmanager
def _reasons(url: URL) -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise StoreUnavailable(f"{store_name(url)}: {_reason(error)}") from error
    except StatementError as error:
        raise error.orig or error from None  # a value that no column takes: the caller's fault
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"{store_name(url)}: {error}") from error


def _reason(error: DBAPIError) -> str:
    words = " ".join(str(error.orig).split())
    if isinstance(error.orig, sqlite3.Error):
        known = SQLITE_REASONS.get(getattr(error.orig, "sqlite_errorcode", 0) & 0xFF)
    else:
        known = POSTGRESQL_REASONS.get(_sqlstate(error.orig, words))
    said = str(error.orig).partition("\n")[0]
    return f"{known} ({said})" if known else f"no responde como se espera: {said}"


def _sqlstate(error: BaseException | None, words: str) -> str:
    told = getattr(error, "sqlstate", None)
    return told or next((state for said, state in POSTGRESQL_WORDS.items() if said in words), "")
