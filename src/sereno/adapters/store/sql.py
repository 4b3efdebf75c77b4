"""The store in a database."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, tzinfo
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Engine,
    Label,
    RowMapping,
    Select,
    Update,
    and_,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import UpdateBase

from sereno.adapters.store import schema
from sereno.adapters.store.engine import open_engine, reading, store_address, writing
from sereno.adapters.store.faults import store_name
from sereno.adapters.store.files import make_where_absent
from sereno.adapters.store.migrations import bring_up_to_date
from sereno.adapters.store.once import conflict
from sereno.adapters.store.rows import (
    MESSAGE_COLUMNS,
    ending,
    job_result_of,
    job_totals_of,
    message_of,
    message_row,
    period_of,
    run_of,
)
from sereno.domain.cadence import Period
from sereno.domain.errors import AlreadyComplete, StoreUnavailable
from sereno.domain.outbox import Delivery, Message
from sereno.engine.ports import JobResult, JobTotals, MailSummary, Run, RunState

LEASE_RAN_OUT = "No se sabe si salió: el proceso que lo enviaba terminó sin decir cómo acabó"

_run = schema.runs.c
_mail = schema.messages.c
_job = schema.job_results.c
_TURN = (_mail.attempts, _mail.queued_at, _mail.id)


@dataclass(frozen=True, slots=True)
class SqlStore:
    """Keep the run ledger and the outbox in SQLite or PostgreSQL; every method may raise StoreUnavailable."""

    engine: Engine
    zone: tzinfo
    """Times come back in it."""

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
        return self._runs(select(schema.runs).filter_by(monitor=monitor, digest=digest, period=period))

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

    def record(self, run: Run, messages: Sequence[Message]) -> None:
        """Write a run and its messages, or nothing; raise AlreadyComplete for what a period takes once."""
        rows = [message_row(message, run.id) for message in messages]
        try:
            with writing(self.engine) as connection:
                connection.execute(insert(schema.runs), [asdict(run)])
                if rows:
                    connection.execute(insert(schema.messages), rows)
        except IntegrityError as error:
            raise self._conflict(run) from error

    def claim(self, limit: int, now: datetime, lease: timedelta, *, trial: bool) -> list[Message]:
        """Move up to `limit` queued messages to `sending`: the least often tried, then the oldest."""
        # A common table expression: as a subquery, PostgreSQL may run it more than once and exceed the limit.
        of_its_kind = _queued(_mail.id).where(_mail.trial == trial)
        first = of_its_kind.order_by(*_TURN).limit(limit).with_for_update(skip_locked=True)
        claimed = (
            update(schema.messages)
            .where(_mail.id.in_(select(first.cte("first").c.id)), _mail.state == "queued")
            .values(state="sending", claimed_until=schema.utc(now) + lease)
            .returning(_mail.attempts, *MESSAGE_COLUMNS)
        )
        with writing(self.engine) as connection:
            rows = connection.execute(claimed).mappings().all()
        rows = sorted(rows, key=itemgetter(*(column.name for column in _TURN)))
        return [message_of(row, self.zone) for row in rows]

    def settle(self, deliveries: Iterable[Delivery], now: datetime) -> None:
        """Record how attempts ended, in one transaction; what is no longer `sending` stays as it is."""
        ended = [
            ending(delivery, now) for delivery in deliveries
        ]  # before: a relay at work must not hold the store
        change = _sending().values(
            state=bindparam("after"),
            answer=bindparam("words"),
            refused=bindparam("refusals"),
            settled_at=bindparam("at"),
            claimed_until=None,
            attempts=_mail.attempts + 1,
        )
        self._write_each(change, ended)

    def release(self, message_ids: Iterable[str]) -> None:
        """Return claimed messages that were not tried to `queued`."""
        untried = [{"message": message_id} for message_id in message_ids]
        self._write_each(_sending().values(state="queued", claimed_until=None), untried)

    def recover(self, now: datetime) -> int:
        """Turn messages whose claim has run out into `unknown`; return how many."""
        lost = (
            update(schema.messages)
            .where(_mail.state == "sending", _mail.claimed_until <= now)
            .values(state="unknown", answer=LEASE_RAN_OUT, settled_at=now, claimed_until=None)
        )
        with writing(self.engine) as connection:
            return connection.execute(lost).rowcount

    def mail_summary(self, since: datetime) -> MailSummary:
        """Count the messages by state; those accepted only if at or after `since`."""
        pending = _mail.state.in_(["queued", "sending"])
        counts = {
            "pending": pending,
            "dead": _mail.state == "dead",
            "unknown": _mail.state == "unknown",
            "diverted": _mail.state == "diverted",
            "accepted_since": and_(_mail.state == "accepted", _mail.settled_at >= since),
        }
        oldest = select(func.min(_mail.queued_at)).where(pending).scalar_subquery()
        (row,) = self._rows(
            select(oldest.label("oldest"), *(_count(what, name) for name, what in counts.items()))
        )
        return MailSummary(**{**row, "oldest": row["oldest"] and row["oldest"].astimezone(self.zone)})

    def pending(self) -> list[Message]:
        """Return the queued messages, oldest first."""
        oldest_first = _queued(*MESSAGE_COLUMNS).order_by(_mail.queued_at, _mail.id)
        return [message_of(row, self.zone) for row in self._rows(oldest_first)]

    def record_job(self, result: JobResult) -> None:
        """Write how a job ended."""
        with writing(self.engine) as connection:
            connection.execute(insert(schema.job_results), [asdict(result)])

    def job_results(self, job: str, last: int) -> list[JobResult]:
        """Return the job's last results in the order in which they started."""
        latest = (
            select(schema.job_results).filter_by(job=job).order_by(_job.started_at.desc(), _job.number.desc())
        )
        return [job_result_of(row, self.zone) for row in reversed(self._rows(latest.limit(last)))]

    def job_totals(self) -> dict[str, JobTotals]:
        """Count every result, by job."""
        well = _job.code == 0
        counted = select(
            _job.job,
            func.count().label("runs"),
            func.count().filter(well).label("successes"),
            func.max(_job.ended_at).filter(well).label("last_success"),
        ).group_by(_job.job)
        return {row["job"]: job_totals_of(row, self.zone) for row in self._rows(counted)}

    def _rows(self, query: Select[Any]) -> Sequence[RowMapping]:
        with reading(self.engine) as connection:
            return connection.execute(query).mappings().all()

    def _runs(self, wanted: Select[Any]) -> list[Run]:
        ordered = wanted.order_by(_run.finished_at, _run.number)
        return [run_of(row, self.zone) for row in self._rows(ordered)]

    def _write_each(self, change: UpdateBase, rows: Sequence[Mapping[str, object]]) -> None:
        if rows:
            with writing(self.engine) as connection:
                connection.execute(change, rows)

    def _conflict(self, run: Run) -> AlreadyComplete | StoreUnavailable:
        return conflict(run, self.runs(run.monitor, run.digest, run.period)) or StoreUnavailable(
            f"{store_name(self.engine.url)}: la ejecución {run.id} o un mensaje suyo ya estaba anotado; "
            "no se ha escrito nada. Es un defecto del programa: comuníquelo"
        )


def open_store(url: str, now: datetime) -> SqlStore:
    """Open the store, making it or bringing it to our version first; times come back in `now`'s zone.

    Raises StoreUnavailable, and ValueError where `now` has no zone.
    """
    zone, address = schema.zone_of(now), store_address(url)
    make_where_absent(address, now)
    engine = open_engine(address)
    try:
        bring_up_to_date(engine, now)
    except StoreUnavailable:
        engine.dispose()
        raise
    return SqlStore(engine, zone)


def _queued(*columns: ColumnElement[Any]) -> Select[Any]:
    return select(*columns).where(_mail.state == "queued")


def _count(what: ColumnElement[bool], name: str) -> Label[int]:
    return select(func.count()).select_from(schema.messages).where(what).scalar_subquery().label(name)


def _sending() -> Update:
    return update(schema.messages).where(_mail.id == bindparam("message"), _mail.state == "sending")
