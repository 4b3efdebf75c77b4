"""Knock at everything that Sereno talks to, at once: who answers, and how soon."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from time import perf_counter

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from sereno.adapters.queues.table import TableQueue
from sereno.adapters.servers import place_of
from sereno.adapters.smtp_connection import SmtpAccount, connect
from sereno.adapters.sources.ports import Source
from sereno.adapters.store.engine import looking, store_address
from sereno.adapters.store.files import is_absent
from sereno.adapters.store.migrations import HEAD, version_of
from sereno.domain.errors import SerenoError

PATIENCE = 10.0
"""Seconds that a look may take: it is a quick one."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Say what to knock at."""

    what: str
    where: str
    """Without a login."""
    look: Callable[[], str]
    """Answers in a few words, or raises SerenoError."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Tell what came of it."""

    probe: Probe
    words: str
    milliseconds: int
    fault: str = ""
    """Why it did not answer; empty where it did."""


def knock(probes: Sequence[Probe]) -> Iterator[Answer]:
    """Knock at all of them at once; the answers come in the order of the probes."""
    with ThreadPoolExecutor(max(1, len(probes))) as threads:
        yield from threads.map(_ask, probes)


def place(url: str) -> str:
    """Name the file or server of an address, without what may be a secret."""
    try:
        return place_of(make_url(url))
    except (ArgumentError, ValueError):
        return "—"


def look_at_source(source: Source) -> str:
    """Open a register."""
    with source.open() as reader:
        count = len(reader.tables())
    return f"{count} {'tabla' if count == 1 else 'tablas'}"


def look_at_queue(queue: TableQueue) -> str:
    """Open a queue, and ask whether it would take a stamp."""
    try:
        queue.examine()
    finally:
        queue.close()
    return "se puede leer y sellar"


def look_at_store(url: str) -> str:
    """Open Sereno's own store, if there is one yet."""
    address = store_address(url)
    if is_absent(address):
        return "aún no existe: se hace al arrancar"
    with looking(address) as connection:
        version = version_of(connection)
    if version is None:
        return "aún está vacío: se prepara al arrancar"
    return f"versión {version}" if version == HEAD else f"versión {version}: se pone al día al arrancar"


def look_at_relay(account: SmtpAccount) -> str:
    """Connect to the relay, encrypted where it must be, and do not log in."""
    anonymous = replace(account, user=None, password=None, timeout=min(account.timeout, PATIENCE))
    connect(anonymous).close()
    return "saluda" if account.security == "none" else f"saluda, cifrado ({account.security})"


def _ask(probe: Probe) -> Answer:
    begun = perf_counter()
    try:
        words, fault = probe.look(), ""
    except SerenoError as error:
        words, fault = "MAL", str(error)
    return Answer(probe, words, round((perf_counter() - begun) * 1000), fault)
