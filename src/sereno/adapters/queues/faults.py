"""Say in plain Spanish why a mail queue cannot be read or stamped, and what to do; never a password."""

import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from sereno.adapters.servers import Reason, place_of, refusal
from sereno.domain.errors import QueueUnavailable
from sereno.domain.rules import url_variable

TABLE = "TbCorreosEnviados"

NO_TABLE: Reason = (
    f"en {{place}} no existe la tabla {TABLE}",
    "Compruebe que {variable} nombra la base de datos debida",
)
_LOCKED: Reason = (
    "otro programa bloquea {place} desde hace más de {timeout:g} s",
    "Se volverá a intentar; si se repite, cierre el programa que la tiene abierta",
)
_SLOW: Reason = ("{place} no ha respondido en {timeout:g} s", "Compruebe la carga del servidor y la red")
_FULL: Reason = (
    "el disco de {place} está lleno",
    "Libere espacio; lo ya enviado no se repite, y se sellará después",
)
_READ_ONLY: Reason = (
    "{place} es de solo lectura y la fecha de envío no se puede sellar",
    "Dé permiso de escritura sobre la base de datos a la cuenta que ejecuta Sereno",
)
_PERMISSION: Reason = (
    "el usuario {user} no tiene permiso en {place} ({words})",
    f"Pida permiso para leer {TABLE} (SELECT) y para sellar su FechaEnvio (UPDATE)",
)
_CUT: Reason = ("se ha cortado la conexión con {place}", "Se volverá a intentar con una conexión nueva")
_SILENT: Reason = (
    "el servidor de {place} no responde",
    "Compruebe {variable}, la red y que el servidor esté en marcha",
)
_PASSWORD: Reason = ("{place} rechaza la contraseña del usuario {user}", "Corrija {secret}")
_NO_DATABASE: Reason = ("la base de datos de {place} no existe en el servidor", "Corrija {variable}")
_CHANGED: Reason = ("la tabla de {place} ha cambiado mientras se leía ({words})", "Se volverá a intentar")
_OTHERWISE: Reason = ("no se puede usar {place} ({words})", "Compruebe {variable} y la base de datos")

_SQLITE: Mapping[int, Reason] = {
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_IOERR: (
        "el disco o la red fallan en {place} ({words})",
        "Compruebe la unidad en la que está",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "la base de datos {place} está dañada",
        "Recupérela de una copia de seguridad, o repárela con la orden .recover de sqlite3",
    ),
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_CANTOPEN: (
        "no se puede abrir {place}",
        "Dé permiso de lectura y escritura sobre el fichero y su carpeta a la cuenta que ejecuta Sereno",
    ),
    sqlite3.SQLITE_NOTADB: (
        "{place} no es una base de datos SQLite, o está cifrada",
        "Compruebe que {variable} nombra el fichero debido",
    ),
}
# PostgreSQL's own, and those of ODBC, which share the alphabet and no word.
_SQLSTATES: Mapping[str, Reason] = {
    "25006": _READ_ONLY,
    "40P01": _LOCKED,
    "40001": _LOCKED,
    "42501": _PERMISSION,
    "42703": _CHANGED,
    "42P01": _CHANGED,
    "53100": _FULL,
    "55P03": _LOCKED,
    "57014": _SLOW,
    "57P01": _CUT,
    "57P02": _CUT,
    "57P03": _SILENT,
    "08001": _SILENT,
    "08S01": _CUT,
    "28000": _PASSWORD,
    "42S02": NO_TABLE,
    "42S22": _CHANGED,
    "HYT00": _SLOW,
    "HYT01": _SILENT,
    "01000": ("no se encuentra el controlador ODBC de {place} ({words})", "Instálelo en este equipo"),
    "IM002": ("no hay controlador ODBC para {place} ({words})", "Instálelo en este equipo"),
}
_MARIADB: Mapping[int, Reason] = {
    1020: _LOCKED,
    1021: _FULL,
    1040: ("el servidor de {place} no admite más conexiones", "Aumente max_connections o cierre alguna"),
    1044: _PERMISSION,
    1045: _PASSWORD,
    1049: _NO_DATABASE,
    1053: _CUT,
    1054: _CHANGED,
    1114: _FULL,
    1130: (
        "{place} no admite conexiones desde este equipo",
        "Pida al administrador del servidor que las admita",
    ),
    1142: _PERMISSION,
    1143: _PERMISSION,
    1146: _CHANGED,
    1205: _LOCKED,
    1213: _LOCKED,
    1290: _READ_ONLY,
    1698: _PASSWORD,
    1792: _READ_ONLY,
    1836: _READ_ONLY,
    2003: _SILENT,
    2006: _CUT,
    2013: _CUT,
}
# Drivers of file databases know little more than HY000; the rest is words.
_WORDS: tuple[tuple[re.Pattern[str], Reason], ...] = (
    (re.compile(r"locked|bloquead|could not lock|in use|exclusive|exclusiv", re.IGNORECASE), _LOCKED),
    (re.compile(r"no such table|no encontró la tabla", re.IGNORECASE), NO_TABLE),
    (re.compile(r"read.?only|updat(e|ea)ble query|solo lectura", re.IGNORECASE), _READ_ONLY),
    (re.compile(r"not a valid password|contraseña no válida", re.IGNORECASE), _PASSWORD),
    (re.compile(r"terminating connection|server closed the connection|connection .*lost"), _CUT),
)


def unavailable(origin: str, what: str, advice: str) -> QueueUnavailable:
    """Make the error that tells an operator what is wrong with a queue, and what to do."""
    return QueueUnavailable(f"{origin}: {what}. {advice}.")


def explained(origin: str, url: URL, reason: Reason, timeout: float = 0, words: str = "") -> QueueUnavailable:
    """Make it from a reason that is known."""
    about = {
        "place": _place(url),
        "user": url.username or "por omisión",
        "variable": url_variable(origin),
        "secret": url_variable(origin).replace("_URL", "_PASSWORD"),
        "timeout": timeout,
        "words": words,
    }
    what, advice = reason
    return unavailable(origin, what.format(**about), advice.format(**about))


def hint(origin: str) -> str:
    """Say which addresses are understood."""
    return (
        f"Escriba en {url_variable(origin)} una dirección sqlite:///ruta/del/fichero, "
        "access+pyodbc:///C:/ruta/fichero.accdb, o bien mssql+pyodbc://, postgresql+psycopg:// o "
        "mysql+pymysql:// seguido de usuario@servidor/base"
    )


def missing_driver(origin: str, extra: str) -> QueueUnavailable:
    """Name the extra that brings a driver."""
    return unavailable(
        origin, "falta el controlador de su base de datos", f"Instálelo con: pip install 'sereno[{extra}]'"
    )


def explain_file(origin: str, path: Path, error: OSError) -> QueueUnavailable:
    """Explain why a file cannot even be looked at."""
    if isinstance(error, FileNotFoundError):
        advice = f"Compruebe {url_variable(origin)} y que la unidad en la que está sea accesible"
        return unavailable(origin, f"no existe el fichero {path}", advice)
    if isinstance(error, PermissionError):
        advice = "Dé permiso de lectura y escritura a la cuenta que ejecuta Sereno"
        return unavailable(origin, f"no hay permiso para llegar a {path}", advice)
    advice = f"Compruebe {url_variable(origin)} y la unidad en la que está"
    return unavailable(origin, f"no se puede llegar a {path} ({error.strerror})", advice)


def not_writable(origin: str, path: Path) -> QueueUnavailable:
    """Refuse a file in which nothing could be stamped."""
    advice = "Dé permiso de escritura sobre el fichero y su carpeta a la cuenta que ejecuta Sereno"
    return unavailable(origin, f"{path} se puede leer y no escribir: no se podría sellar", advice)


def explain(origin: str, url: URL, error: Exception, timeout: float) -> QueueUnavailable:
    """Explain what a driver, or the library above it, refused."""
    source = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return explained(origin, url, _reason(source), timeout, _words(source, url))


def _reason(error: BaseException) -> Reason:
    if isinstance(error, sqlite3.Error):
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, _OTHERWISE)
    first = next(iter(error.args), None)
    if isinstance(first, int):
        return _MARIADB.get(first, _OTHERWISE)
    known = _SQLSTATES.get(getattr(error, "sqlstate", None) or str(first))
    return known or refusal(str(error)) or _by_words(str(error)) or _OTHERWISE


def _by_words(words: str) -> Reason | None:
    return next((reason for known, reason in _WORDS if known.search(words)), None)


def _words(error: BaseException, url: URL) -> str:
    words = " ".join(str(error).split())
    return words.replace(str(url.password), "***") if url.password else words


def _place(url: URL) -> str:
    return place_of(url) if url.host or url.database else "la conexión ODBC"
