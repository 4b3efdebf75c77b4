"""What a variable may hold: its type, and the sentence that says what is expected."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, PlainValidator

from sereno.domain.addresses import check_address
from sereno.domain.cadence import CLOSING, parse_cadence
from sereno.domain.cycle import LONGEST_INTERVAL, parse_interval
from sereno.domain.directory import ROLES
from sereno.domain.hosts import is_ip
from sereno.domain.mail_policy import MailHours

STORE_URLS = ("sqlite:///", "postgresql+psycopg://")
"""Where Sereno may keep what is its own."""
FILE_URLS = ("access+pyodbc:///", "accdb:///", "csv:///", "xlsx:///")
SOURCE_URLS = (*STORE_URLS, "mssql+pyodbc://", "mysql+pymysql://", *FILE_URLS)
QUEUE_URLS = (*STORE_URLS, "mssql+pyodbc://", "mysql+pymysql://", "access+pyodbc:///")
"""Kinds of database that can be written to: a queue is stamped."""
ALWAYS = "siempre"
LONGEST_PATIENCE = timedelta(minutes=45)
_SECRET_WORD = re.compile(  # a word of a query or of an ODBC connection string, which may be quoted for a URL
    r"((?:password|passwd|pwd)(?:=|%3D))(?:\{.*?\}|%7B.*?%7D|.*?)(?=[&;]|%3B|$)", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Kind:
    """Pair a type that pydantic checks with what we tell whoever wrote something else."""

    type: Any
    expected: str


def mask_url(text: str) -> str:
    """Hide what may be a password in a URL, however badly it is written."""
    without_login = re.sub(r"^([\w+.-]*:/*)?.*@", r"\1***@", text, flags=re.DOTALL)
    return _SECRET_WORD.sub(r"\1***", without_login)


def _match(pattern: str, text: str) -> str:
    if not re.fullmatch(pattern, text):
        raise ValueError
    return text


def _host(text: str) -> str:
    return text if is_ip(text) else _match(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", text)


def _address(text: str) -> str:
    address = check_address(text)
    if address is None:
        raise ValueError
    return address


def _addresses(text: str) -> tuple[str, ...]:
    parts = (part.strip() for part in re.split("[,;]", text))
    found = tuple(_address(part) for part in parts if part)
    if not found:
        raise ValueError
    return found


def _audience(text: str) -> str:
    return text if text in ROLES else ", ".join(_addresses(text))


def _domain(text: str) -> str:
    if is_ip(text):
        raise ValueError
    return _host(text)


def _time(text: str) -> time:
    hours, minutes = _match("[0-9]{1,2}:[0-9]{2}", text).split(":")
    return time(int(hours), int(minutes))


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, OSError) as unknown:  # a folder of the zone database is an OSError
        raise ValueError from unknown


def _ladder(text: str) -> tuple[int, ...]:
    steps = tuple(int(part) for part in text.split(","))
    if any(step <= 0 for step in steps) or list(steps) != sorted(set(steps)):
        raise ValueError(text)
    return steps


def _time_of_rounds(text: str) -> time:
    moment = _time(text)
    if moment >= CLOSING:
        raise ValueError(text)
    return moment


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError
    return instant


def _seconds(text: str) -> timedelta:
    span = timedelta(seconds=int(text)) if re.fullmatch("[0-9]{1,5}", text) else parse_interval(text)
    if not timedelta() < span <= LONGEST_INTERVAL:
        raise ValueError
    return span


def _patience(text: str) -> timedelta:
    """Read a wait that no claim of a mail outlasts: others would take it for abandoned."""
    span = _seconds(text)
    if span > LONGEST_PATIENCE:
        raise ValueError(text)
    return span


def _domains(text: str) -> tuple[str, ...]:
    found = tuple(_domain(part.strip()).casefold() for part in re.split("[,;]", text) if part.strip())
    if not found:
        raise ValueError
    return found


def _paths(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _mail_hours(text: str) -> MailHours | None:
    if text == ALWAYS:
        return None
    since, until = map(_time, text.split("-"))
    if since >= until:
        raise ValueError(text)
    return MailHours(since, until)


def _url(kinds: tuple[str, ...], text: str) -> str:
    kind = next((kind for kind in kinds if text.startswith(kind)), None)
    if kind is None or not text.removeprefix(kind):
        raise ValueError
    return _file_url(text) if kind.endswith(":///") else _server_url(text)


def _file_url(text: str) -> str:
    if text.startswith("sqlite:///:memory:"):  # forgets everything at every start
        raise ValueError
    return text


def _server_url(text: str) -> str:
    server = re.split("[/?]", text.partition("://")[2].rpartition("@")[2])[0]
    _match(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:]*)(:[0-9]{1,5})?", server)
    return text


def _web_url(text: str) -> str:
    url = text.strip()
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.fragment or parts.port == 0:
        raise ValueError
    if not url.isascii() or " " in url or parts.username is not None:
        raise ValueError
    return url


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    found = tuple(ip_network(part.strip()) for part in re.split("[,;]", text) if part.strip())
    if not found:
        raise ValueError
    return found


def _console_url(text: str) -> str:
    """Read where the console is seen: its paths begin at the root, so that an address with a path is none."""
    url = _web_url(text).rstrip("/")
    parts = urlsplit(url)
    if parts.path or parts.query or not re.fullmatch(r"[A-Za-z0-9.:\[\]_-]+", parts.netloc):
        raise ValueError
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _parsed(parse: Callable[[str], object]) -> Any:  # noqa: ANN401 (an annotation made at run time)
    return Annotated[Any, PlainValidator(parse)]


TEXT = Kind(str, "un texto")
PATH = Kind(str, "la ruta de un fichero o carpeta; si es relativa, cuenta desde SERENO_HOME")
SECRET = Kind(str, "una contraseña")
COUNT = Kind(Annotated[int, Field(ge=0, le=999_999)], "un número entero de 0 a 999999; p. ej. 30")
SOME = Kind(Annotated[int, Field(ge=1, le=999_999)], "un número entero de 1 a 999999; p. ej. 100")
SOME_32 = Kind(Annotated[int, Field(ge=1, le=32)], "un número entero de 1 a 32; p. ej. 3")
SOME_64 = Kind(Annotated[int, Field(ge=1, le=64)], "un número entero de 1 a 64; p. ej. 4")
PORT = Kind(Annotated[int, Field(ge=1, le=65535)], "un puerto de 1 a 65535; p. ej. 587")
SWITCH = Kind(bool, "1 (sí) o 0 (no)")
INTERVAL = Kind(
    _parsed(parse_interval),
    "minutos, o un número con su unidad (s, m, h), hasta 24 horas; p. ej. 5, 90s o 1h",
)
SECONDS = Kind(
    _parsed(_seconds), "segundos, o un número con su unidad (s, m, h), hasta 24 horas; p. ej. 1800 o 30m"
)
PATIENCE = Kind(
    _parsed(_patience), "segundos, o un número con su unidad (s, m), hasta 45 minutos; p. ej. 600 o 10m"
)
LADDER = Kind(_parsed(_ladder), "números de días hábiles, separados por comas; p. ej. 5,10,20")
WEEKDAY = Kind(Annotated[int, Field(ge=0, le=6)], "un día de la semana: 0 es lunes y 6, domingo")
TIME_OF_ROUNDS = Kind(_parsed(_time_of_rounds), f"una hora anterior a las {CLOSING:%H:%M}; p. ej. 12:00")
TIME = Kind(_parsed(_time), "una hora de 00:00 a 23:59; p. ej. 07:00")
ZONE = Kind(_parsed(_zone), "una zona horaria de la base de datos IANA; p. ej. Europe/Madrid")
INSTANT = Kind(_parsed(_instant), "un instante ISO 8601 con su zona; p. ej. 2026-11-24T09:00:00+01:00")
COUNTRY = Kind(
    _parsed(partial(_match, "[A-Z]{2}")), "el código de un país, dos letras mayúsculas (ISO 3166); p. ej. ES"
)
SUBDIVISION = Kind(
    _parsed(partial(_match, "[A-Z0-9]{1,5}|ninguna")),
    "el código de una región del país; p. ej. MD (Madrid); o «ninguna» para los festivos nacionales solos",
)
LOG_LEVEL = Kind(
    Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(str.upper)],
    "DEBUG, INFO, WARNING, ERROR o CRITICAL",
)
LOG_FORMAT = Kind(Literal["text", "json"], "text o json")
SECURITY = Kind(
    Literal["none", "starttls", "tls"],
    "none (sin cifrar), starttls (empieza sin cifrar y cifra) o tls (cifrado desde el principio)",
)
HOST = Kind(
    _parsed(_host),
    "el nombre o la dirección IP del servidor, sin puerto ni protocolo; p. ej. correo.example.com",
)
DOMAIN = Kind(_parsed(_domain), "un dominio, sin arroba; p. ej. example.com")
DOMAINS = Kind(_parsed(_domains), "dominios separados por coma; p. ej. example.com, filial.example.com")
MAIL_HOURS = Kind(_parsed(_mail_hours), f"un horario dentro de un día, como 07:00-20:00, o «{ALWAYS}»")
RELOAD = Kind(Literal["signal", "auto"], "signal o auto")
WEB_URL = Kind(
    _parsed(_web_url),
    "una dirección http o https entera, sin usuario ni #; p. ej. https://hc-ping.com/su-clave",
)
HEADER = Kind(
    _parsed(partial(_match, "[A-Za-z][A-Za-z0-9-]*")), "el nombre de una cabecera HTTP; p. ej. X-Remote-User"
)
NETWORKS = Kind(
    _parsed(_networks), "direcciones IP o redes separadas por coma; p. ej. 127.0.0.1, 10.20.0.0/16"
)
CONSOLE_URL = Kind(
    _parsed(_console_url),
    "una dirección http o https sin ruta, como la escriben los lectores; p. ej. https://sereno.example.com",
)
UNKNOWN_MAIL = Kind(Literal["hold", "retry"], "hold o retry")
PATHS = Kind(
    _parsed(_paths), "rutas de carpetas separadas por punto y coma; p. ej. /datos/adjuntos;/informes"
)
ADDRESS = Kind(_parsed(_address), "una dirección de correo; p. ej. sereno@example.com")
ADDRESSES = Kind(
    _parsed(_addresses),
    "direcciones de correo separadas por coma o punto y coma; p. ej. ana@example.com, luis@example.com",
)
AUDIENCE = Kind(
    _parsed(_audience),
    f"un rol ({', '.join(ROLES)}) o direcciones separadas por coma o punto y coma; p. ej. ana@example.com",
)
CADENCE = Kind(
    _parsed(parse_cadence),
    "una cadencia, con hora anterior a las 20:00; p. ej. daily, weekly:tue@08:30 o monthly@07:30",
)
STORE_URL = Kind(
    _parsed(partial(_url, STORE_URLS)),
    "un fichero SQLite (p. ej. sqlite:///datos/sereno.sqlite) "
    "o una base PostgreSQL (p. ej. postgresql+psycopg://usuario@servidor:5432/base)",
)
QUEUE_URL = Kind(
    _parsed(partial(_url, QUEUE_URLS)),
    "una base en la que se pueda escribir (sqlite:///, postgresql+psycopg://, mysql+pymysql://, "
    "mssql+pyodbc:// o access+pyodbc:///); un .accdb sin controlador, un CSV o un XLSX no sirven de cola",
)
SOURCE_URL = Kind(
    _parsed(partial(_url, SOURCE_URLS)),
    "un fichero SQLite (p. ej. sqlite:///datos/brass.sqlite), "
    "una base PostgreSQL (p. ej. postgresql+psycopg://usuario@servidor:5432/base), "
    "MariaDB (mysql+pymysql://…) o SQL Server (mssql+pyodbc://…), "
    "un fichero de Access (access+pyodbc:///C:/datos/x.accdb, o accdb:///datos/x.accdb sin controlador), "
    "una carpeta de CSV (csv:///datos/brass) o un libro (xlsx:///datos/brass.xlsx)",
)
