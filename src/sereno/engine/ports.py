"""What the engine asks of the world; `adapters/` answers, `adapters/memory.py` in dry runs and tests."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sereno.domain.cadence import Period
from sereno.domain.digest import Digest
from sereno.domain.directory import Directory
from sereno.domain.findings import Datum, Row
from sereno.domain.ledger import Entry, Ledger, Snooze, Track
from sereno.domain.outbox import Message
from sereno.domain.rules import Monitor, Query, Setting
from sereno.domain.steps import Step
from sereno.engine.access import Access, Audit
from sereno.engine.history import History
from sereno.engine.keeper import Keeper
from sereno.engine.logbook import Logbook, Process
from sereno.engine.mail_ports import Desk, Intake, Outbox
from sereno.engine.mail_records import MailSummary
from sereno.engine.reader_ports import Named, Readers
from sereno.engine.records import JobResult, JobTotals, Notice, Owned, Run, RunState, Told
from sereno.engine.roll import Roll
from sereno.engine.traces import Trace, Traces


class Clock(Protocol):
    """Tell the time and let it pass."""

    def now(self) -> datetime:
        """Return the wall clock's time, zoned in `SERENO_TZ`."""
        ...

    def rest(self, seconds: float) -> bool:
        """Wait; return True at once when a stop is asked for."""
        ...


class Stop(Protocol):
    """Say whether somebody asked the daemon to stop."""

    @property
    def requested(self) -> bool: ...  # noqa: D102

    @property
    def reason(self) -> str: ...  # noqa: D102


class Log(Protocol):
    """Record dotted events with fields (docs/reference/logs.md)."""

    def debug(self, event: str, **fields: object) -> None: ...  # noqa: D102
    def info(self, event: str, **fields: object) -> None: ...  # noqa: D102
    def warning(self, event: str, **fields: object) -> None: ...  # noqa: D102
    def error(self, event: str, **fields: object) -> None: ...  # noqa: D102
    def exception(self, event: str, **fields: object) -> None: ...  # noqa: D102


class Snapshot(Protocol):
    """Answer queries over the normalised copy of the declared tables."""

    @property
    def data_errors(self) -> Sequence[Datum]:
        """Return what could not be understood when the tables were copied."""
        ...

    @property
    def data_errors_left_out(self) -> int:
        """Return how many more there were than are kept."""
        ...

    @property
    def took(self) -> Mapping[str, float]:
        """Return how many seconds each query took that was asked for, by id."""
        ...

    @property
    def fetched(self) -> Mapping[str, float]:
        """Return how many seconds copying each register took."""
        ...

    def select(self, query: Query) -> list[Row]:
        """Return the rows; raise SourceUnavailable, SchemaDrift, RegisterEmpty or RuleFailed when blind."""
        ...


class Registers(Protocol):
    """Read the departmental databases; nothing else may."""

    def snapshot(
        self, monitor: Monitor, today: date, settings: Mapping[str, Setting]
    ) -> AbstractContextManager[Snapshot]:
        """Fetch the monitor's tables once; faults show when a query needs what is missing."""
        ...

    def directory(self) -> Directory:
        """Read the people; raise SourceUnavailable or SchemaDrift."""
        ...


class Store(Protocol):
    """Keep the run ledger and the outbox; all times are given and returned zoned."""

    @property
    def outbox(self) -> Outbox: ...  # noqa: D102

    @property
    def intake(self) -> Intake: ...  # noqa: D102

    @property
    def desk(self) -> Desk: ...  # noqa: D102

    @property
    def keeper(self) -> Keeper: ...  # noqa: D102

    @property
    def history(self) -> History: ...  # noqa: D102

    @property
    def logbook(self) -> Logbook: ...  # noqa: D102

    @property
    def access(self) -> Access: ...  # noqa: D102

    @property
    def audit(self) -> Audit: ...  # noqa: D102

    @property
    def roll(self) -> Roll: ...  # noqa: D102

    @property
    def traces(self) -> Traces: ...  # noqa: D102

    @property
    def readers(self) -> Readers: ...  # noqa: D102

    def count_cycle(self) -> None:
        """Count one more cycle of the master."""
        ...

    def cycles(self) -> int:
        """Return how many cycles there have ever been."""
        ...

    def open_period(self, monitor: str, digest: str, period: Period) -> None:
        """Note that a period has opened; a holiday added later does not cancel it. Idempotent."""
        ...

    def opened_periods(self, monitor: str, digest: str, now: datetime) -> list[Period]:
        """Return the noted periods that contain `now`, oldest first."""
        ...

    def runs(self, monitor: str, digest: str, period: str) -> list[Run]:
        """Return the period's runs, oldest first."""
        ...

    def last_run(self, monitor: str, digest: str, *, state: RunState | None = None) -> Run | None:
        """Return the digest's latest run (in that state)."""
        ...

    def runs_since(self, since: datetime) -> list[Run]:
        """Return the runs finished at or after `since`, oldest first."""
        ...

    def completed_periods(self, monitor: str, digest: str, last: int) -> list[str]:
        """Return the ids of the `last` periods satisfied, the one satisfied last first.

        Each has a complete run that was neither forced nor on trial.
        """
        ...

    def ledger(self, monitor: str, since: date | None = None) -> Ledger:
        """Return a monitor's entries that had not ended before `since`, with the tellings that count.

        A telling counts unless its message told nobody. The last snooze counts.
        """
        ...

    def open_owners(self) -> list[Owned]:
        """Count what is open in a section by whom its rows name, in the order of their fields."""
        ...

    def snooze(self, monitor: str, rule: str, track: Track, snooze: Snooze) -> None:
        """Put a finding off."""
        ...

    def notices(self, since: datetime, until: datetime, address: str | None) -> list[Notice]:
        """Return who was told of what, oldest first."""
        ...

    def record(
        self,
        run: Run,
        messages: Sequence[Message],
        entries: Sequence[Entry] = (),
        told: Sequence[Told] = (),
        steps: Sequence[Step] = (),
        trace: Trace | None = None,
        named: Mapping[str, Named] | None = None,
    ) -> None:
        """Write a run, its messages, ledger entries, tellings, steps and trace in one transaction.

        Likewise whom the rows of personal digests name, by digest, in the place of what was noted before.
        An entry replaces the one with its (rule, track), but for its tellings and snooze, which stay. Steps
        that a finding's notes of that day end with already are not noted again: processes that look at once,
        and digests of one look, note a change once.

        Raises AlreadyComplete, and writes nothing, when the period has a complete run and this is another, or
        when its incomplete digest was sent (by a blind run) and this would send it again. Runs that are
        forced or on trial neither raise it nor cause it.
        """
        ...

    def refused_addresses(self, since: datetime) -> frozenset[str]:
        """Return the addresses, case-folded, that a relay refused for good at or after `since`.

        None that it has accepted again after that.
        """
        ...

    def mail_summary(self, since: datetime) -> MailSummary:
        """Tell how the outbox stands; of what was accepted, count only what was at or after `since`."""
        ...

    def pending(self) -> list[Message]:
        """Return the messages of which something is to leave, oldest first."""
        ...

    def record_job(self, result: JobResult, *, watched: bool = True) -> None:
        """Write how a job ended; statistics are counted from these.

        Of one that the master did not start (`watched` is False), what is noted as running is not that one.
        """
        ...

    def job_results(self, job: str, last: int) -> list[JobResult]:
        """Return the job's last results, oldest first."""
        ...

    def job_totals(self) -> dict[str, JobTotals]:
        """Count every result ever recorded, by job."""
        ...


@dataclass(frozen=True, slots=True)
class Letter:
    """Hold what a digest's mail needs beyond its content."""

    message_id: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    subject: str
    application: str
    list_id: str
    date: datetime


Compose = Callable[[Digest, Letter], Message]
"""Render a digest and compose it to the bytes that are sent; `origin` is the letter's `list_id`."""


class Jobs(Protocol):
    """Start the jobs of the master, several at once, each to its end."""

    def start(self, job: str) -> Process | None:
        """Start a job under its timeout; never raise for what it does, not even where it cannot be started.

        Return its process, None where there is none. Its end is told by `next_end`.
        """
        ...

    def next_end(self, seconds: float) -> JobResult | None:
        """Wait for the end of any job that was started; None when the seconds are over first."""
        ...

    def end_left(self, worker: Process) -> bool:
        """End what a master that is no more left running, its whole tree; False where it has ended."""
        ...
