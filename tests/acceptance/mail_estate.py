"""An estate whose mail is delivered by processes that die: half of it digests, half of another's queue."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from sereno.adapters.attachments import AttachmentPolicy
from sereno.adapters.clock import StopSignal, SystemClock
from sereno.adapters.journal import FolderJournals
from sereno.adapters.journal_lines import read_lines
from sereno.adapters.machine import boot_id
from sereno.adapters.memory import MemoryLog
from sereno.adapters.mime import SenderPolicy
from sereno.adapters.queue_letters import compose_row
from sereno.adapters.queues.table import open_queue
from sereno.adapters.smtp import SmtpRelay
from sereno.adapters.smtp_connection import SmtpAccount
from sereno.adapters.store.opening import open_store
from sereno.adapters.store.sql import SqlStore
from sereno.domain.calendar import Calendar, parse_holidays
from sereno.domain.mail_policy import MailPolicy
from sereno.domain.outbox import Envelope, Message, Sent
from sereno.engine.post_office import PostOffice
from sereno.engine.records import Run

MADRID = ZoneInfo("Europe/Madrid")
CONNECTIONS = 4
ORIGIN = "correos"
SENDER = SenderPolicy("sereno.example")
TABLE = (
    'CREATE TABLE "TbCorreosEnviados" ("IDCorreo" INTEGER, "Aplicacion" TEXT, "Destinatarios" TEXT, '
    '"Asunto" TEXT, "Cuerpo" TEXT, "FechaGrabacion" TIMESTAMP, "FechaEnvio" TIMESTAMP)'
)
ROW = """INSERT INTO "TbCorreosEnviados" VALUES (:n, 'Pedidos', :to, 'Un pedido', :what, :at, NULL)"""


@dataclass(frozen=True, slots=True)
class Estate:
    """Say where everything is, and how it is delivered; fit to be handed to another process."""

    folder: str
    store_url: str
    queue_url: str
    port: int
    unknown: str = "hold"
    behind: float = 0.0
    """Seconds that the deliverer's clock is behind; less than nothing is ahead."""
    boot: str = ""
    """Another start of the machine than this one."""
    queue_timeout: float = 30.0

    @property
    def journals(self) -> Path:
        """Return the folder of the journals."""
        return Path(self.folder) / "mail-journal"

    def later(self, seconds: float) -> "Estate":
        """Return the same, seen from a later time."""
        return replace(self, behind=self.behind - seconds)

    def clock(self) -> SystemClock:
        """Return the deliverer's clock."""
        return SystemClock(MADRID, StopSignal(), timedelta(seconds=self.behind))

    def store(self) -> SqlStore:
        """Open the store."""
        return open_store(self.store_url, self.clock().now())

    def office(self, store: SqlStore, **changes) -> PostOffice:
        """Gather the real parts."""
        clock = self.clock()
        account = SmtpAccount("127.0.0.1", self.port, "none", timeout=20, data_timeout=20)
        files = AttachmentPolicy((), 1_000_000)
        parts = {
            "outbox": store.outbox,
            "intake": store.intake,
            "desk": store.desk,
            "queues": [open_queue(ORIGIN, self.queue_url, None, MADRID, self.queue_timeout)],
            "compose": partial(compose_row, sender=SENDER, files=files),
            "relay": SmtpRelay(account, CONNECTIONS, messages_per_connection=20),
            "journals": FolderJournals(self.journals, self.boot or boot_id(), lambda: uuid.uuid4().hex),
            "calendar": lambda: Calendar(lambda _year: {}, parse_holidays("")),
            "policy": MailPolicy(unknown=self.unknown, connections=CONNECTIONS),
            "clock": clock,
            "stop": clock.stop,
            "log": MemoryLog(),
        }
        return PostOffice(**(parts | changes))


@contextmanager
def opened(estate: Estate, **changes) -> Iterator[tuple[PostOffice, SqlStore]]:
    """Open the store and gather the parts; let go of everything at the end."""
    with closing(estate.store()) as store:
        office = estate.office(store, **changes)
        yield office, store
        for queue in office.queues:
            queue.close()


def an_estate(folder: Path, port: int, **changes) -> Estate:
    """Make an estate: a store yet to be made, and an empty queue."""
    store_url = changes.pop("store_url", f"sqlite:///{folder}/sereno.sqlite")
    queue_url = changes.pop("queue_url", f"sqlite:///{folder}/correos.sqlite")
    estate = Estate(str(folder), store_url, queue_url, port, **changes)
    run_on(queue_url, TABLE)
    return estate


def record_digests(estate: Estate, count: int, over: float = 60.0) -> list[str]:
    """Queue so many digests, as though they had come one by one for so many seconds; return their ids."""
    now = estate.clock().now()
    names = [f"d{number:06d}" for number in range(count)]
    apart = timedelta(seconds=over / max(1, count))
    run = Run("r", "brass", "diario", "p", "complete", now, now, 0, count, "", sent=True, forced=True)
    with closing(estate.store()) as store:
        store.record(run, [_digest(name, now + apart * at) for at, name in enumerate(names)])
    return names


def put_rows(estate: Estate, numbers: Iterable[int]) -> None:
    """Insert rows into the queue, as another program does."""
    at = estate.clock().now().strftime("%Y-%m-%d %H:%M:%S")
    rows = [{"n": n, "to": f"ana{n}@example.com", "at": at, "what": f"El pedido {n}"} for n in numbers]
    if rows:
        run_on(estate.queue_url, ROW, rows)


def run_on(url: str, statement: str, rows: Sequence[dict[str, object]] = ()) -> None:
    """Write to a database, as another program does."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(statement), list(rows) or None)
    engine.dispose()


def ask(url: str, query: str) -> list[tuple]:
    """Ask a database."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


def states(estate: Estate) -> dict[str, str]:
    """Return how each delivery stands."""
    return dict(ask(estate.store_url, "SELECT id, state FROM deliveries"))


def tally(estate: Estate) -> Counter[str]:
    """Count deliveries by state."""
    return Counter(states(estate).values())


def in_doubt(estate: Estate) -> dict[str, frozenset[str]]:
    """Return, by journal of a dead process, what had begun and has no end there."""
    return _told(estate, lambda sent: sent.begun and not sent.ended)


def ended(estate: Estate) -> dict[str, frozenset[str]]:
    """Return, by journal of a dead process, what had ended."""
    return _told(estate, lambda sent: sent.ended is not None)


def _told(estate: Estate, wanted: Callable[[Sent], bool]) -> dict[str, frozenset[str]]:
    found = {}
    for path in estate.journals.glob("*.journal"):
        _, told = read_lines(path.read_bytes())
        found[path.stem] = frozenset(name for name, sent in told.items() if wanted(sent))
    return found


def stamped_rows(estate: Estate) -> set[int]:
    """Return the numbers of the rows that have been stamped."""
    query = 'SELECT "IDCorreo" FROM "TbCorreosEnviados" WHERE "FechaEnvio" IS NOT NULL'
    return {number for (number,) in ask(estate.queue_url, query)}


def accepted_rows(estate: Estate) -> set[int]:
    """Return the numbers of the rows whose mail was accepted."""
    accepted = "SELECT message_id FROM deliveries WHERE state = 'accepted'"
    query = f"SELECT number FROM taken_in WHERE origin = '{ORIGIN}' AND message_id IN ({accepted})"
    return {number for (number,) in ask(estate.store_url, query)}


def check(estate: Estate, accepted: Counter[str], digests: int, rows: int, why: str) -> Counter[str]:
    """Hold the promises against the server's memory, the store and the queue; return the states' tally."""
    standing = states(estate)
    taken = {name for name in standing if name.startswith(ORIGIN)}
    counts = Counter(standing.values())
    assert len(standing) == digests + rows, (why, counts)
    assert len(taken) == rows, (why, len(taken))
    assert counts.keys() <= {"accepted", "unknown", "held"}, (why, counts)
    claimed = {name for name, state in standing.items() if state == "accepted"}
    assert claimed <= accepted.keys(), (why, sorted(claimed - accepted.keys())[:9])
    assert accepted.keys() <= standing.keys(), (why, sorted(accepted.keys() - standing.keys())[:9])
    assert stamped_rows(estate) == accepted_rows(estate), why
    return counts


def _digest(name: str, at: datetime) -> Message:
    data = (
        f"From: brass@{SENDER.domain}\r\nTo: luis@example.com\r\nSubject: Equipos\r\n"
        f"Message-ID: <{name}@{SENDER.domain}>\r\n\r\nFaltan equipos por calibrar.\r\n"
    )
    envelope = Envelope(f"brass@{SENDER.domain}", ("luis@example.com",))
    return Message(name, "brass/diario", "Equipos", envelope, data.encode(), at.astimezone(UTC))
