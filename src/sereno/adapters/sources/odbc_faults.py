"""Say in plain Spanish what an ODBC driver refused, and what to do; never a password.

Drivers speak the machine's language, so their numbers are read where they give them. The same list for
operators is in docs/how-to/access.md.
"""

import re
import struct
from collections.abc import Mapping
from pathlib import Path

import pyodbc
from sqlalchemy import URL

from sereno.adapters.servers import Reason, place_of
from sereno.adapters.sources.faults import unavailable
from sereno.domain.errors import SourceUnavailable
from sereno.domain.rules import url_variable

BITS = struct.calcsize("P") * 8

_LOCKED: Reason = (
    "otro programa tiene bloqueado {place} ({words})",
    "Se espera {timeout:g} s como mucho: ciérrelo donde esté abierto en exclusiva o en diseño",
)
_NO_FILE: Reason = (
    "no se encuentra {place}, o no se llega a su carpeta",
    "Compruebe {variable}, y que la cuenta que ejecuta Sereno llegue al recurso compartido",
)
_NO_DRIVER: Reason = (
    "falta el controlador ODBC, o no es de {bits} bits como este Python ({words})",
    "Instale el controlador de {bits} bits; docs/how-to/access.md dice cuál",
)
_ACCESS: Mapping[int, Reason] = {
    -1023: _NO_FILE,
    -1811: _NO_FILE,
    -1905: ("{place} rechaza la contraseña", "Corrija {secret}"),
    -1907: (
        "no hay permiso de lectura sobre lo que se pide de {place} ({words})",
        "Dé permiso de lectura a la cuenta que ejecuta Sereno",
    ),
    -1028: (
        "{place} no es una base de datos de Access, o es de una versión posterior",
        "Compruebe {variable}",
    ),
    -1206: (
        "la base de datos {place} está dañada, o no es de Access",
        "Ábrala en Access y use «Compactar y reparar», o recupérela de una copia",
    ),
    -1022: ("el disco o la red fallan al leer {place}", "Compruebe la unidad y la red"),
    -3010: (
        "a una consulta de {place} le falta un dato ({words})",
        "Lea la tabla de la que parte, y no la consulta",
    ),
}
_LOCKS = frozenset({-1024, -1032, -1102, -1302, -1304})
"""Already in use, opened exclusively by another, a record, a table or its design locked."""
_LOCK_WORDS = re.compile(
    r"already in use|exclusively|is locked|currently locked"
    r"|ya está en uso|en uso por|bloquead|de forma exclusiva",
    re.IGNORECASE,
)
_STATES: Mapping[str, Reason] = {
    "IM002": _NO_DRIVER,
    "IM003": _NO_DRIVER,
    "IM014": _NO_DRIVER,
    "28000": ("{place} rechaza al usuario o su contraseña", "Corrija {variable} o {secret}"),
    "42000": ("{place} no deja leer lo que se pide ({words})", "Pida permiso de lectura (db_datareader)"),
    "08001": ("el servidor de {place} no responde ({words})", "Compruebe {variable}, la red y el servidor"),
    "08S01": ("se ha cortado la conexión con {place} ({words})", "Compruebe la red y el servidor"),
    "HYT00": ("{place} no ha respondido en {timeout:g} s", "Compruebe la carga del servidor y sus bloqueos"),
    "HYT01": ("{place} no ha respondido en {timeout:g} s", "Compruebe la red y el servidor"),
}
_NO_LIBRARY = re.compile(r"can't open lib", re.IGNORECASE)
_OTHERWISE: Reason = ("no se puede leer {place} ({words})", "Compruebe {variable} y la base de datos")


def is_lock(error: pyodbc.Error) -> bool:
    """Tell whether another program holds what was asked for, so that it may be had a little later.

    An account that is locked out is none: every further try would keep it so.
    """
    text = str(error)
    if _state(error) == "28000":
        return False
    return not _LOCKS.isdisjoint(_numbers(text)) or bool(_LOCK_WORDS.search(text))


def explain_odbc(register: str, url: URL, error: pyodbc.Error, timeout: float) -> SourceUnavailable:
    """Explain what a driver, or the manager of drivers, refused."""
    what, advice = _reason(error)
    about = {
        "place": place_of_odbc(url),
        "variable": url_variable(register),
        "secret": f"{register.upper()}_DB_PASSWORD",
        "timeout": timeout,
        "bits": BITS,
        "words": _words(error, url),
    }
    return unavailable(register, what.format(**about), advice.format(**about))


def _reason(error: pyodbc.Error) -> Reason:
    text = str(error)
    if is_lock(error):
        return _LOCKED
    known = next((_ACCESS[number] for number in _numbers(text) if number in _ACCESS), None)
    if known is None and _NO_LIBRARY.search(text):
        known = _NO_DRIVER
    return known or _STATES.get(_state(error), _OTHERWISE)


def _state(error: pyodbc.Error) -> str:
    return str(error.args[0]) if error.args else ""


def _numbers(text: str) -> list[int]:
    """List the driver's own numbers, which it writes between brackets in any language."""
    return [int(number) for number in re.findall(r"\((-\d+)\)", text)]


def place_of_odbc(url: URL) -> str:
    """Name the file as the system writes it, or the server and its database."""
    if url.drivername.startswith("access"):
        return str(Path(url.database or ""))
    return place_of(url.set(host=url.host or "(local)"))


def _words(error: pyodbc.Error, url: URL) -> str:
    words = " ".join(str(error.args[-1] if error.args else error).split())
    return words.replace(str(url.password), "***") if url.password else words
