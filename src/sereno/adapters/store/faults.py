"""Say in plain Spanish why the store cannot be used, and what to do; never a password."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError, StatementError

from sereno.adapters.servers import place_of, refusal
from sereno.domain.errors import StoreUnavailable

PATIENCE_S = 30
"""How long a transaction waits for another program's lock."""

_SQLITE: Mapping[int, str] = {
    sqlite3.SQLITE_PERM: "no hay permiso. Dé permiso de lectura y escritura al usuario que ejecuta Sereno",
    sqlite3.SQLITE_BUSY: f"otro programa lo bloquea desde hace más de {PATIENCE_S} s. Ciérrelo y repita",
    sqlite3.SQLITE_READONLY: "es de solo lectura. Dé permiso de escritura sobre el archivo y su carpeta",
    sqlite3.SQLITE_IOERR: "el disco falla al leer o escribir. Revise el disco y el espacio libre",
    sqlite3.SQLITE_CORRUPT: "el archivo está dañado. Apártelo y recupere la última copia",
    sqlite3.SQLITE_FULL: "el disco está lleno. Libere espacio; lo ya guardado no se ha perdido",
    sqlite3.SQLITE_CANTOPEN: "no se puede abrir. Compruebe que existe, y los permisos de su carpeta",
    sqlite3.SQLITE_NOTADB: "no es una base de datos SQLite. Corrija STATE_DB_URL o aparte ese archivo",
}
_POSTGRESQL: Mapping[str, str] = {
    "25006": "el servidor solo permite leer. Conéctese al servidor principal",
    "42501": "faltan permisos. Dé al usuario permiso para crear, leer y escribir tablas",
    "53100": "el disco del servidor está lleno. Libere espacio; lo ya guardado no se ha perdido",
    "55P03": f"otro programa lo bloquea desde hace más de {PATIENCE_S} s. Ciérrelo y repita",
}


def store_name(url: URL) -> str:
    """Name the store for a person, without any password."""
    if url.drivername == "sqlite":
        return f"El almacén {url.database}"
    return f"El almacén PostgreSQL {url.database} en {url.host or 'esta máquina'}"


def empty_store(url: URL) -> StoreUnavailable:
    """Refuse a file without tables: taken for a new store, the loss of what it held would pass unnoticed."""
    return StoreUnavailable(
        f"{store_name(url)}: el archivo está vacío, y Sereno nunca deja uno así: se ha perdido lo que "
        "guardaba, o lo ha creado otro programa. Recupere la última copia; si no la hay, borre el archivo y "
        "Sereno hará un almacén nuevo, que no sabrá qué correos ya se enviaron"
    )


def unreachable_file(path: Path, doing: str, error: OSError) -> StoreUnavailable:
    """Say why the file system does not let us do something with the store's file."""
    return StoreUnavailable(
        f"El almacén {path}: no se puede {doing} ({error.strerror}). Compruebe la carpeta y sus permisos"
    )


@contextmanager
def naming_faults(url: URL) -> Iterator[None]:
    """Turn a database's faults into StoreUnavailable; IntegrityError passes, for its writer to explain."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise StoreUnavailable(f"{store_name(url)}: {_reason(error, url)}") from error
    except StatementError as error:
        raise error.orig or error from None  # a value that no column takes: the caller's fault
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"{store_name(url)}: {error}") from error


def sqlite_reason(error: sqlite3.Error) -> str | None:
    """Say why SQLite refuses, and what to do, where that is known."""
    return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)


def _reason(error: DBAPIError, url: URL) -> str:
    said = str(error.orig).partition("\n")[0]
    if isinstance(error.orig, sqlite3.Error):
        known = sqlite_reason(error.orig)
    else:
        known = _POSTGRESQL.get(getattr(error.orig, "sqlstate", None) or "") or _refusal(str(error.orig), url)
    return f"{known} ({said})" if known else f"no responde como se espera: {said}"


def _refusal(words: str, url: URL) -> str | None:
    reason = refusal(words)
    return reason and ". ".join(reason).format(
        place=place_of(url),
        user=url.username or "por omisión",
        variable="STATE_DB_URL",
        secret="STATE_DB_URL",  # noqa: S106  the setting that holds it
    )
