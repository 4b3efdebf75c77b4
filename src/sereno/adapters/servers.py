"""Say in plain Spanish why a PostgreSQL server lets nobody in, and what to do; never a password."""

import re

from sqlalchemy import URL

Reason = tuple[str, str]
"""What is wrong, and what to do, with {place}, {user}, {variable} and {secret} to be filled in."""

# libpq gives no code for what fails while connecting, only the server's words, in its own language.
_REFUSALS: tuple[tuple[re.Pattern[str], Reason], ...] = (
    (
        re.compile(r"password authentication failed|no password supplied|la autentificación password"),
        ("{place} rechaza la contraseña del usuario {user}", "Corrija {secret}"),
    ),
    (
        re.compile(r"database \".*\" does not exist|no existe la base de datos"),
        ("la base de datos de {place} no existe en el servidor", "Corrija {variable}"),
    ),
    (
        re.compile(r"role \".*\" does not exist|no existe el rol|pg_hba\.conf|not permitted to log in"),
        ("{place} no admite al usuario {user}", "Pida al administrador del servidor que lo dé de alta"),
    ),
    (
        re.compile(r"too many clients|connection slots|demasiados clientes"),
        ("el servidor de {place} no admite más conexiones", "Aumente max_connections o cierre alguna"),
    ),
    (
        re.compile(r"refused|rehusada|unreachable|failed to resolve|timeout expired|timed out"),
        (
            "el servidor de {place} no responde",
            "Compruebe {variable}, la red y que el servidor esté en marcha",
        ),
    ),
)


def refusal(words: str) -> Reason | None:
    """Recognise a refused connection by the words of the server or of libpq."""
    return next((reason for known, reason in _REFUSALS if known.search(words)), None)


def place_of(url: URL) -> str:
    """Name the server and its database, or the file."""
    if url.host is None:
        return str(url.database)
    return f"{url.host}{f':{url.port}' if url.port else ''}/{url.database or ''}"
