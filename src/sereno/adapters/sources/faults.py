"""Say in plain Spanish why a register cannot be read, and what to do; never a password."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from sereno.adapters.servers import Reason, place_of, refusal
from sereno.domain.errors import SourceUnavailable
from sereno.domain.rules import url_variable

_SQLITE: Mapping[int, Reason] = {
    sqlite3.SQLITE_BUSY: (
        "otro programa tiene bloqueado {place}",
        "Cierre el programa que lo tiene abierto en exclusiva",
    ),
    sqlite3.SQLITE_NOTADB: (
        "{place} no es una base de datos SQLite, o está cifrada",
        "Compruebe que {variable} nombra el fichero debido",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "la base de datos {place} está dañada",
        "Recupérela de una copia de seguridad, o repárela con la orden .recover de sqlite3",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "no se puede abrir {place}",
        "Dé permiso de lectura sobre el fichero y su carpeta a la cuenta que ejecuta Sereno",
    ),
    sqlite3.SQLITE_IOERR: (
        "el disco o la red fallan al leer {place}",
        "Compruebe la unidad en la que está",
    ),
}

_SQLSTATES: Mapping[str, Reason] = {
    "42501": (
        "el usuario {user} no tiene permiso de lectura en {place} ({words})",
        "Pida GRANT SELECT sobre las tablas que el registro declara",
    ),
    "57014": (
        "{place} no ha respondido a una lectura en {timeout:g} s",
        "Compruebe la carga del servidor",
    ),
    "55P03": (
        "otro programa tiene bloqueada una tabla de {place} ({words})",
        "Compruebe qué sesión la retiene en pg_stat_activity",
    ),
}

_MYSQL: Mapping[int, Reason] = {
    1044: (
        "el usuario {user} no puede usar {place}",
        "Pida GRANT SELECT sobre las tablas que el registro declara",
    ),
    1045: ("{place} rechaza al usuario {user} o su contraseña", "Corrija {variable} o {secret}"),
    1049: ("la base de datos de {place} no existe en el servidor", "Corrija {variable}"),
    1142: _SQLSTATES["42501"],
    1143: _SQLSTATES["42501"],
    1205: ("otro programa tiene bloqueada una tabla de {place} ({words})", "Compruebe SHOW PROCESSLIST"),
    1969: _SQLSTATES["57014"],
    2003: (
        "el servidor de {place} no responde",
        "Compruebe {variable}, la red y que el servidor esté en marcha",
    ),
    2013: ("{place} ha cortado la conexión, o no ha respondido a tiempo", "Compruebe la red y el servidor"),
    3024: _SQLSTATES["57014"],
}

_OTHERWISE: Reason = ("no se puede leer {place} ({words})", "Compruebe {variable} y la base de datos")


def unavailable(register: str, what: str, advice: str) -> SourceUnavailable:
    """Make the error that tells an operator what is wrong with a register, and what to do."""
    return SourceUnavailable(f"{register}: {what}. {advice}.")


def hint(register: str) -> str:
    """Say which addresses are understood."""
    return (
        f"Escriba en {url_variable(register)} una dirección sqlite:///ruta/del/fichero, "
        "postgresql+psycopg://usuario@servidor/base u otra de las que nombra docs/reference/registers.md"
    )


def explain_file(register: str, path: Path, error: OSError) -> SourceUnavailable:
    """Explain why a file cannot even be looked at."""
    if isinstance(error, FileNotFoundError):
        what = f"no existe el fichero {path}"
        advice = f"Compruebe {url_variable(register)} y que la unidad en la que está sea accesible"
        return unavailable(register, what, advice)
    if isinstance(error, PermissionError):
        advice = "Dé permiso de lectura a la cuenta que ejecuta Sereno"
        return unavailable(register, f"no hay permiso para llegar a {path}", advice)
    advice = f"Compruebe {url_variable(register)} y la unidad en la que está"
    return unavailable(register, f"no se puede llegar a {path} ({error.strerror})", advice)


def explain(
    register: str, url: URL, error: SQLAlchemyError | sqlite3.Error, timeout: float
) -> SourceUnavailable:
    """Explain what a database, or the library that talks to it, refused."""
    what, advice = _reason(error)
    about = {
        "place": place_of(url),
        "user": url.username or "por omisión",
        "variable": url_variable(register),
        "secret": f"{register.upper()}_DB_PASSWORD",
        "timeout": timeout,
        "words": _words(error, url),
    }
    return unavailable(register, what.format(**about), advice.format(**about))


def _reason(error: SQLAlchemyError | sqlite3.Error) -> Reason:
    origin = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(origin, sqlite3.Error):
        return _SQLITE.get(getattr(origin, "sqlite_errorcode", 0) & 0xFF, _OTHERWISE)
    number = origin.args[0] if isinstance(origin, Exception) and origin.args else None
    if isinstance(number, int):  # MariaDB's: its states tell less
        return _MYSQL.get(number, _OTHERWISE)
    if state := getattr(origin, "sqlstate", None):
        return _SQLSTATES.get(state, _OTHERWISE)
    return refusal(str(origin)) or _OTHERWISE


def _words(error: SQLAlchemyError | sqlite3.Error, url: URL) -> str:
    words = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
    return words.replace(str(url.password), "***") if url.password else words
