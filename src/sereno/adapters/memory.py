"""The engine's ports in memory: dry runs and tests run on them, under the same contract as the real ones."""

from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from operator import attrgetter

from sereno.adapters.queues.stamping import by_number, settle
from sereno.adapters.sources.ports import Bound
from sereno.adapters.store.memory import MemoryStore
from sereno.domain.errors import SerenoError
from sereno.domain.foreign import QueueRow
from sereno.domain.outbox import Attempt, Delivery, Message, Sent
from sereno.domain.rules import Table
from sereno.engine.journal_ports import Journal, Remains
from sereno.engine.logbook import Process
from sereno.engine.mail_ports import Stamp
from sereno.engine.ports import Clock
from sereno.engine.records import JobResult

__all__ = [
    "Event",
    "MemoryClock",
    "MemoryJobs",
    "MemoryJournal",
    "MemoryJournals",
    "MemoryLog",
    "MemoryQueue",
    "MemoryRelay",
    "MemorySource",
    "MemoryStore",
]

_PAGE = 300
"""Rows of a queue at a time."""


class MemoryRelay:
    """Accept every message, and remember it."""

    def __init__(self) -> None:
        self.accepted: list[Message] = []

    def deliver(self, deliveries: Iterable[Delivery], journal: Journal) -> Generator[Attempt]:
        """Take each delivery; none leaves the process."""
        for delivery in deliveries:
            journal.begun(delivery.id)
            self.accepted.append(delivery.message)
            attempt = Attempt(delivery.id, "accepted", "aceptado en memoria: no ha salido de este proceso")
            journal.ended(attempt)
            yield attempt


class MemoryJournal:
    """Remember what is sent."""

    def __init__(self, claimer_id: str) -> None:
        self._claimer_id = claimer_id
        self.told: dict[str, Sent] = {}

    @property
    def claimer_id(self) -> str:
        """Name the process as it claims mail."""
        return self._claimer_id

    def begun(self, delivery_id: str) -> None:
        """Note that the delivery's data is about to be sent."""
        self.told[delivery_id] = Sent(begun=True)

    def ended(self, attempt: Attempt) -> None:
        """Note how it ended."""
        before = self.told.get(attempt.delivery_id)
        self.told[attempt.delivery_id] = Sent(before is not None and before.begun, attempt)

    def settled(self, delivery_ids: Collection[str]) -> None:
        """Forget what the outbox has recorded."""
        for each in delivery_ids:
            self.told.pop(each, None)


class MemoryJournals:
    """Keep what an exception left of a journal until somebody recovers it."""

    def __init__(self, new_id: Callable[[], str]) -> None:
        self._new_id = new_id
        self._left: list[Remains] = []

    @contextmanager
    def open(self) -> Iterator[MemoryJournal]:
        """Begin a journal."""
        journal = MemoryJournal(self._new_id())
        try:
            yield journal
        except BaseException:
            self._left.append(Remains(journal.claimer_id, same_boot=True, told=dict(journal.told)))
            raise

    def remains(self) -> Iterator[Remains]:
        """Yield what was left, each forgotten once the next is asked for."""
        for each in list(self._left):
            yield each
            self._left.remove(each)


class MemoryClock:
    """Stand still until somebody rests, then jump to the end of the rest."""

    def __init__(self, start: datetime, zone: tzinfo | None = None, *, stop_after: int | None = None) -> None:
        self._now = start.astimezone(UTC)
        self._zone = zone or start.tzinfo
        self._stop_after = stop_after
        self.rests: list[float] = []
        """Seconds asked for, rest by rest."""

    def now(self) -> datetime:
        """Return the injected time, zoned."""
        return self._now.astimezone(self._zone)

    def rest(self, seconds: float) -> bool:
        """Let the time pass; return True, time standing still, once the allowed rests have been taken."""
        if len(self.rests) == self._stop_after:
            return True
        self.rests.append(seconds)
        self._now += timedelta(seconds=seconds)
        return False

    def stop(self) -> None:
        """End every rest at once from now on."""
        self._stop_after = len(self.rests)


@dataclass(frozen=True, slots=True)
class Event:
    """Hold what was logged."""

    level: str
    name: str
    fields: Mapping[str, object]


class MemoryLog:
    """Collect events."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def debug(self, event: str, **fields: object) -> None:
        """Collect a detail."""
        self.events.append(Event("debug", event, fields))

    def info(self, event: str, **fields: object) -> None:
        """Collect what happened."""
        self.events.append(Event("info", event, fields))

    def warning(self, event: str, **fields: object) -> None:
        """Collect what somebody may have to look at."""
        self.events.append(Event("warning", event, fields))

    def error(self, event: str, **fields: object) -> None:
        """Collect what somebody must look at."""
        self.events.append(Event("error", event, fields))

    def exception(self, event: str, **fields: object) -> None:
        """Collect what nobody foresaw."""
        self.events.append(Event("exception", event, fields))


class MemoryJobs:
    """Do the jobs of the master in this process, each as it is started."""

    def __init__(self, jobs: Mapping[str, Callable[[], int]], clock: Clock) -> None:
        self._jobs = jobs
        self._clock = clock
        self._ends: deque[JobResult] = deque()

    def start(self, job: str) -> Process | None:
        """Do a job, to its end and without a process; what stops it is its code 1 and its last words."""
        started_at = self._clock.now()
        code, tail = self._do(job)
        self._ends.append(JobResult(job, started_at, self._clock.now(), code, tail))
        return None

    def next_end(self, seconds: float) -> JobResult | None:
        """Tell how a job ended, the first one first; let the time pass when all is told."""
        if self._ends:
            return self._ends.popleft()
        self._clock.rest(seconds)
        return None

    def end_left(self, worker: Process) -> bool:  # noqa: ARG002  # as the port has it
        """Say that nothing is left: what is done in a process ends with it."""
        return False

    def _do(self, job: str) -> tuple[int, str]:
        if job not in self._jobs:
            return -1, f"no existe la tarea {job}"
        try:
            return self._jobs[job](), ""
        except SerenoError as error:
            return 1, str(error)


class MemorySource:
    """Be a register of given rows; what a row leaves out is NULL."""

    day_zero: date | None = None

    def __init__(self, tables: Iterable[Table], rows: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
        self._types = {table.name: {each.name: each.type for each in table.columns} for table in tables}
        self._rows = rows

    @contextmanager
    def open(self) -> Iterator["MemorySource"]:
        """Be read as one."""
        yield self

    def tables(self) -> list[str]:
        """List the tables."""
        return list(self._types)

    def columns(self, table: str) -> list[str]:
        """List the declared columns."""
        return list(self._types[table])

    def types(self, table: str) -> list[str]:
        """Name the declared types."""
        return list(self._types[table].values())

    def rows(
        self, table: str, columns: Sequence[str], _: Sequence[Bound] = ()
    ) -> Iterator[Sequence[Sequence[object]]]:
        """Yield all the table's rows in one chunk."""
        yield [[row.get(column) for column in columns] for row in self._rows.get(table, ())]


class MemoryQueue:
    """Be a queue of given rows; other programs put more in, and may stamp them or take them out."""

    def __init__(self, origin: str, rows: Iterable[QueueRow] = ()) -> None:
        self._origin = origin
        self.held: list[tuple[QueueRow, datetime | None]] = [(row, None) for row in rows]
        """Rows, and when each was stamped."""

    @property
    def origin(self) -> str:
        """Name the queue."""
        return self._origin

    def pending(self) -> Iterator[Sequence[QueueRow]]:
        """Yield the rows that nobody has stamped, by number, a few hundred at a time, as they are by then."""
        last: int | None = None
        while waiting := [row for row in self._waiting() if last is None or row.number > last]:
            last = waiting[:_PAGE][-1].number
            if len(waiting) > _PAGE and waiting[0].number < last:
                last -= 1  # the next page has all the rows of that number
            yield [row for row in waiting if row.number <= last]

    def rows(self, numbers: Collection[int]) -> list[QueueRow]:
        """Return the rows of these numbers that nobody has stamped."""
        return [row for row in self._waiting() if row.number in numbers]

    def stamped(self, rows: Collection[Stamp]) -> frozenset[Stamp]:
        """Return those of these rows that somebody has stamped."""
        stamped = ((row.number, row.fingerprint) for row, at in self.held if at is not None)
        return frozenset(rows).intersection(stamped)

    def stamp(self, rows: Collection[Stamp], at: datetime) -> frozenset[Stamp]:
        """Stamp rows that are still the same mail; return those that need no more of it."""
        waiting = by_number((row.number, row.fingerprint) for row in self._waiting())
        settled = settle(by_number(rows), waiting)
        self._stamp(settled.numbers, at)
        return settled.rows

    def close(self) -> None:
        """Keep everything."""

    def put(self, row: QueueRow) -> None:
        """Insert a row, as another program would."""
        self.held.append((row, None))

    def fill(self, number: int, at: datetime) -> None:
        """Stamp a number, as another program would."""
        self._stamp([number], at)

    def remove(self, numbers: Collection[int]) -> None:
        """Delete rows, as another program would."""
        self.held = [(row, at) for row, at in self.held if row.number not in numbers]

    def _stamp(self, numbers: Collection[int], at: datetime) -> None:
        self.held = [(row, now or (at if row.number in numbers else None)) for row, now in self.held]

    def _waiting(self) -> list[QueueRow]:
        return sorted((row for row, at in self.held if at is None), key=attrgetter("number"))
