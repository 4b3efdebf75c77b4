"""The store in a database."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import Engine, RowMapping, Select, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from sereno.adapters.store import schema
from sereno.adapters.store.access import SqlAccess, SqlAudit
from sereno.adapters.store.desk import SqlDesk
from sereno.adapters.store.engine import (
    reading,
    writing,
)
from sereno.adapters.store.faults import store_name
from sereno.adapters.store.history import SqlHistory, write_steps
from sereno.adapters.store.intake import SqlIntake
from sereno.adapters.store.keeping import SqlKeeper
from sereno.adapters.store.ledger import (
    read_ledger,
    read_notices,
    read_owners,
    write_entries,
    write_snooze,
    write_told,
)
from sereno.adapters.store.logbook import SqlLogbook
from sereno.adapters.store.once import conflict
from sereno.adapters.store.outbox import SqlOutbox
from sereno.adapters.store.queueing import queue_messages, read_summary
from sereno.adapters.store.readers import SqlReaders, write_named
from sereno.adapters.store.refusals import read_refusals
from sereno.adapters.store.roll import SqlRoll
from sereno.adapters.store.rows import job_result_of, period_of, run_of, run_row
from sereno.adapters.store.totals import read_totals
from sereno.adapters.store.trace_rows import SqlTraces, write_trace
from sereno.domain.cadence import Period
from sereno.domain.errors import AlreadyComplete, StoreUnavailable
from sereno.domain.ledger import Entry, Ledger, Snooze, Track
from sereno.domain.outbox import RECIPIENTS_AT_ONCE, Message
from sereno.domain.steps import Step
from sereno.engine.mail_records import MailSummary
from sereno.engine.reader_ports import Named
from sereno.engine.records import JobResult, JobTotals, Notice, Owned, Run, RunState, Told
from sereno.engine.traces import Trace

_run = schema.runs.c
_job = schema.job_results.c
_RESULTS = (
    select(schema.job_results)
    .where(_job.job == bindparam("wanted"))
    .order_by(_job.started_at.desc(), _job.number.desc())
    .limit(bindparam("last"))
)


@dataclass(frozen=True, slots=True)
class SqlStore:
    """Keep the run ledger and the outbox in SQLite or PostgreSQL; every method may raise StoreUnavailable."""

    engine: Engine
    zone: tzinfo
    """Times come back in it."""
    recipients_at_once: int = RECIPIENTS_AT_ONCE
    """A message with more becomes several deliveries."""

    @property
    def outbox(self) -> SqlOutbox:
        """Return the mail on its way."""
        return SqlOutbox(self.engine, self.zone)

    @property
    def intake(self) -> SqlIntake:
        """Return what was taken from queues."""
        return SqlIntake(self.engine, self.zone, self.recipients_at_once)

    @property
    def desk(self) -> SqlDesk:
        """Return the mail as a person sees it."""
        return SqlDesk(self.engine, self.zone)

    @property
    def keeper(self) -> SqlKeeper:
        """Return what looks after the store itself."""
        return SqlKeeper(self.engine)

    @property
    def history(self) -> SqlHistory:
        """Return the past."""
        return SqlHistory(self.engine, self.zone)

    @property
    def roll(self) -> SqlRoll:
        """Return what is open."""
        return SqlRoll(self.engine)

    @property
    def logbook(self) -> SqlLogbook:
        """Return the master's own records."""
        return SqlLogbook(self.engine, self.zone, self.recipients_at_once)

    @property
    def access(self) -> SqlAccess:
        """Return who may enter the console."""
        return SqlAccess(self.engine, self.zone)

    @property
    def audit(self) -> SqlAudit:
        """Return what people did."""
        return SqlAudit(self.engine, self.zone)

    @property
    def traces(self) -> SqlTraces:
        """Return what runs left behind."""
        return SqlTraces(self.engine, self.zone)

    @property
    def readers(self) -> SqlReaders:
        """Return what readers' own pages need."""
        return SqlReaders(self.engine, self.zone, self.recipients_at_once)

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    def count_cycle(self) -> None:
        """Count one more cycle of the master."""
        with writing(self.engine) as connection:
            connection.execute(update(schema.store_info).values(cycles=schema.store_info.c.cycles + 1))

    def cycles(self) -> int:
        """Return how many cycles there have ever been."""
        (info,) = self._rows(select(schema.store_info))
        return int(info["cycles"])

    def open_period(self, monitor: str, digest: str, period: Period) -> None:
        """Note the period, the first time that it is seen."""
        named = {"monitor": monitor, "digest": digest, "period": period.id}
        if self._rows(select(schema.periods).filter_by(**named)):
            return
        with (
            suppress(IntegrityError),
            writing(self.engine) as connection,
        ):  # another process has just noted it
            span = {"opens_at": period.opens, "closes_at": period.closes}
            connection.execute(insert(schema.periods), [{**named, **span}])

    def opened_periods(self, monitor: str, digest: str, now: datetime) -> list[Period]:
        """Return the noted periods that contain `now`, oldest first."""
        opens, closes = schema.periods.c.opens_at, schema.periods.c.closes_at
        noted = select(schema.periods).filter_by(monitor=monitor, digest=digest)
        current = noted.where(opens <= now, closes > now).order_by(opens, schema.periods.c.period)
        return [period_of(row, self.zone) for row in self._rows(current)]

    def runs(self, monitor: str, digest: str, period: str) -> list[Run]:
        """Return the period's runs in the order in which they ended."""
        wanted = select(schema.runs).filter_by(monitor=monitor, digest=digest, period=period)
        return self._runs(wanted)

    def last_run(self, monitor: str, digest: str, *, state: RunState | None = None) -> Run | None:
        """Return the run that ended last (in that state)."""
        wanted = select(schema.runs).filter_by(monitor=monitor, digest=digest)
        if state:
            wanted = wanted.filter_by(state=state)
        latest = wanted.order_by(_run.finished_at.desc(), _run.number.desc()).limit(1)
        return next((run_of(row, self.zone) for row in self._rows(latest)), None)

    def runs_since(self, since: datetime) -> list[Run]:
        """Return the runs finished at or after `since`, in the order in which they ended."""
        return self._runs(select(schema.runs).where(_run.finished_at >= since))

    def completed_periods(self, monitor: str, digest: str, last: int) -> list[str]:
        """Return the ids of the `last` periods satisfied, the one satisfied last first."""
        done = select(_run.period).filter_by(monitor=monitor, digest=digest).where(schema.SATISFIES)
        newest = done.order_by(_run.finished_at.desc(), _run.number.desc()).limit(last)
        return [row["period"] for row in self._rows(newest)]

    def ledger(self, monitor: str, since: date | None = None) -> Ledger:
        """Return a monitor's entries that had not ended before `since`, with the tellings that count."""
        with reading(self.engine) as connection:
            return read_ledger(connection, monitor, since)

    def open_owners(self) -> list[Owned]:
        """Count what is open in a section by whom its rows name."""
        with reading(self.engine) as connection:
            return read_owners(connection)

    def snooze(self, monitor: str, rule: str, track: Track, snooze: Snooze) -> None:
        """Put a finding off; a later snooze replaces an earlier one."""
        with writing(self.engine) as connection:
            write_snooze(connection, monitor, rule, track, snooze)

    def notices(self, since: datetime, until: datetime, address: str | None) -> list[Notice]:
        """Return who was told of what from `since` to before `until`, oldest first."""
        with reading(self.engine) as connection:
            return read_notices(connection, since, until, address, self.zone)

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
        """Write a run and all that came of it; raise AlreadyComplete for what a period takes once."""
        try:
            with writing(self.engine) as connection:
                connection.execute(insert(schema.runs), [run_row(run)])
                queue_messages(connection, messages, run.id, self.recipients_at_once)
                write_entries(connection, run.monitor, entries)
                write_told(connection, run.monitor, told)
                write_steps(connection, run.monitor, steps)
                write_trace(connection, run.id, trace)
                write_named(connection, run.monitor, named or {})
        except IntegrityError as error:
            raise self._conflict(run) from error

    def refused_addresses(self, since: datetime) -> frozenset[str]:
        """Return the addresses, case-folded, that a relay refused for good, lastly at or after `since`."""
        with reading(self.engine) as connection:
            return frozenset(read_refusals(connection, since))

    def mail_summary(self, since: datetime) -> MailSummary:
        """Tell how the outbox stands; of what was accepted, count only what was at or after `since`."""
        with reading(self.engine) as connection:
            return read_summary(connection, since, self.zone, self.desk.held())

    def pending(self) -> list[Message]:
        """Return the messages of which something is to leave, oldest first."""
        return list({each.message.id: each.message for each in self.outbox.waiting()}.values())

    def record_job(self, result: JobResult, *, watched: bool = True) -> None:
        """Write how a job ended; only of one that the master started is the note that it runs ended."""
        with writing(self.engine) as connection:
            connection.execute(insert(schema.job_results), [asdict(result)])
            if watched:
                connection.execute(delete(schema.running).where(schema.running.c.job == result.job))

    def job_results(self, job: str, last: int) -> list[JobResult]:
        """Return the job's last results in the order in which they started."""
        with reading(self.engine) as connection:
            rows = connection.execute(_RESULTS, {"wanted": job, "last": last}).mappings().all()
        return [job_result_of(row, self.zone) for row in reversed(rows)]

    def job_totals(self) -> dict[str, JobTotals]:
        """Count every result there ever was, by job."""
        with reading(self.engine) as connection:
            return read_totals(connection, self.zone)

    def _rows(self, query: Select[Any]) -> Sequence[RowMapping]:
        with reading(self.engine) as connection:
            return connection.execute(query).mappings().all()

    def _runs(self, wanted: Select[Any]) -> list[Run]:
        ordered = wanted.order_by(_run.finished_at, _run.number)
        return [run_of(row, self.zone) for row in self._rows(ordered)]

    def _conflict(self, run: Run) -> AlreadyComplete | StoreUnavailable:
        return conflict(run, self.runs(run.monitor, run.digest, run.period)) or StoreUnavailable(
            f"{store_name(self.engine.url)}: la ejecución {run.id} o un mensaje suyo ya estaba anotado; "
            "no se ha escrito nada. Es un defecto del programa: comuníquelo"
        )
