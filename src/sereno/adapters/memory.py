"""The engine's ports in memory: dry runs and tests run on them, under the same contract as the real ones."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from sereno.adapters.sources.ports import Bound
from sereno.adapters.store.memory import MemoryStore
from sereno.domain.errors import SerenoError
from sereno.domain.outbox import Delivery, Message
from sereno.domain.rules import Table
from sereno.engine.ports import Clock
from sereno.engine.records import JobResult

__all__ = ["Event", "MemoryClock", "MemoryJobs", "MemoryLog", "MemoryRelay", "MemorySource", "MemoryStore"]


class MemoryRelay:
    """Accept every message, and remember it."""

    def __init__(self) -> None:
        self.accepted: list[Message] = []

    def deliver(self, messages: Iterable[Message]) -> Iterator[Delivery]:
        """Take each message; none leaves the process."""
        for message in messages:
            self.accepted.append(message)
            yield Delivery(message.id, "accepted", "aceptado en memoria: no ha salido de este proceso", {})


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
    """Do the jobs of the master in this process."""

    def __init__(self, jobs: Mapping[str, Callable[[], int]], clock: Clock) -> None:
        self._jobs = jobs
        self._clock = clock

    def run(self, job: str) -> JobResult:
        """Do a job; what stops it is its code 1 and its last words."""
        started_at = self._clock.now()
        code, tail = self._do(job)
        return JobResult(job, started_at, self._clock.now(), code, tail)

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
