"""What the store in a database remembers of the master's own watch."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    RowMapping,
    Select,
    and_,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from sereno.adapters.store import schema, watch_schema
from sereno.adapters.store.engine import reading, writing
from sereno.adapters.store.faults import store_name
from sereno.adapters.store.queueing import queue_messages
from sereno.adapters.store.rows import period_of
from sereno.adapters.store.upserting import insert_absent, upsert
from sereno.domain.alarms import Alarm
from sereno.domain.cadence import Period
from sereno.domain.errors import StoreUnavailable
from sereno.domain.outbox import Message
from sereno.domain.pauses import Pause
from sereno.engine.logbook import DigestName, Lease, Missed, Process, Running

_lease, _account, _missed = watch_schema.lease.c, watch_schema.accounts.c, watch_schema.missed.c
_period = schema.periods.c
_PAUSES = select(watch_schema.pauses)
_CLOSED = (
    select(schema.periods)
    .where(_period.monitor == bindparam("whose"), _period.digest == bindparam("which"))
    .where(_period.closes_at > bindparam("after"), _period.closes_at <= bindparam("until"))
    .order_by(_period.closes_at, _period.period)
)
_MISSED = (
    select(watch_schema.missed)
    .where(_missed.noted_at >= bindparam("since"))
    .order_by(_missed.closed_at, _missed.monitor, _missed.digest, _missed.period)
)


@dataclass(frozen=True, slots=True)
class SqlLogbook:
    """Keep the master's own records; every method may raise StoreUnavailable."""

    engine: Engine
    zone: tzinfo
    recipients_at_once: int

    def made_at(self) -> datetime:
        """Tell when the store was made."""
        (row,) = self._rows(select(schema.store_info.c.made_at))
        return self._local(row["made_at"])

    def lease(self) -> Lease | None:
        """Return who leads, or led last and did not let go."""
        rows = self._rows(select(watch_schema.lease))
        leases = [
            Lease(_process_of(row), self._local(row["since"]), self._local(row["until"])) for row in rows
        ]
        return leases[0] if leases else None

    def take(self, lease: Lease, instead_of: Lease | None) -> bool:
        """Take, or renew, the lead; False, and nothing changes, where the lease is no longer `instead_of`."""
        fresh = {**asdict(lease.holder), "since": lease.since, "until": lease.until}
        with writing(self.engine) as connection:
            if instead_of is None:  # of many at once, the primary key lets one in
                return insert_absent(connection, watch_schema.lease, [{"id": 1, **fresh}]) == 1
            seen = _lease.since == instead_of.since, _lease.until == instead_of.until
            mine = update(watch_schema.lease).where(_is_held(instead_of.holder), *seen)
            return connection.execute(mine.values(fresh)).rowcount == 1

    def let_go(self, holder: Process) -> None:
        """Give up the lead, if that process has it."""
        with writing(self.engine) as connection:
            connection.execute(delete(watch_schema.lease).where(_is_held(holder)))

    def job_started(self, running: Running) -> None:
        """Note that a job was started, in the place of what was noted of it."""
        row = {"job": running.job, **asdict(running.worker), "started_at": running.started_at}
        with writing(self.engine) as connection:
            upsert(connection, watch_schema.running, [row])

    def running(self) -> list[Running]:
        """Return the jobs whose end nobody has recorded, in the order in which they started."""
        started = watch_schema.running.c
        rows = self._rows(select(watch_schema.running).order_by(started.started_at, started.job))
        return [Running(row["job"], _process_of(row), self._local(row["started_at"])) for row in rows]

    def accounts(self) -> Mapping[DigestName, datetime]:
        """Return until when the periods of each digest that have ended are accounted for."""
        rows = self._rows(select(watch_schema.accounts))
        return {(row["monitor"], row["digest"]): self._local(row["until"]) for row in rows}

    def account(
        self, monitor: str, digest: str, until: datetime, missed: Sequence[Period], now: datetime
    ) -> None:
        """Note that every period that ended up to `until` was served, or is one of the `missed`."""
        name = {"monitor": monitor, "digest": digest}
        rows = [{**name, "period": each.id, "closed_at": each.closes, "noted_at": now} for each in missed]
        earlier = _account.monitor == monitor, _account.digest == digest, _account.until < until
        with writing(self.engine) as connection:
            insert_absent(connection, watch_schema.accounts, [{**name, "until": until}])
            connection.execute(update(watch_schema.accounts).where(*earlier).values(until=until))
            insert_absent(connection, watch_schema.missed, rows)

    def closed_periods(self, monitor: str, digest: str, after: datetime, until: datetime) -> list[Period]:
        """Return the noted periods that ended after `after`, at `until` at the latest, in that order."""
        rows = self._rows(_CLOSED, whose=monitor, which=digest, after=after, until=until)
        return [period_of(row, self.zone) for row in rows]

    def missed(self, since: datetime) -> list[Missed]:
        """Return the missed periods noted at or after `since`, in the order in which they ended."""
        return [Missed(**self._localised(row)) for row in self._rows(_MISSED, since=since)]

    def pauses(self) -> Mapping[str, Pause]:
        """Return the last pause of each job that had one, also one that is over."""
        rows = self._rows(_PAUSES)
        return {row["job"]: Pause(**self._localised(row)) for row in rows}

    def pause_instead(self, pause: Pause, of: Pause | None) -> bool:
        """Let a job rest where the pause that it had is still that one; else False, and nothing changes."""
        table, fresh = watch_schema.pauses, asdict(pause)
        with writing(self.engine) as connection:
            if of is None:  # of many at once, the primary key lets one in
                return insert_absent(connection, table, [fresh]) == 1
            still = and_(*(table.c[name] == value for name, value in asdict(of).items()))
            return connection.execute(update(table).where(still).values(fresh)).rowcount == 1

    def alarms(self) -> Mapping[str, Alarm]:
        """Return by subject what the operators know and what is not over."""
        rows = self._rows(select(watch_schema.alarms))
        return {row["subject"]: Alarm(**self._localised(row)) for row in rows}

    def tell(self, alarms: Sequence[Alarm], over: Collection[str], message: Message | None) -> None:
        """Write what the operators are told, and the mail that tells it, in one transaction."""
        try:
            with writing(self.engine) as connection:
                self._tell(connection, alarms, over, message)
        except IntegrityError as error:
            raise StoreUnavailable(
                f"{store_name(self.engine.url)}: un mensaje a los operadores ya estaba anotado; "
                "no se ha escrito nada. Es un defecto del programa: comuníquelo"
            ) from error

    def _tell(
        self, connection: Connection, alarms: Sequence[Alarm], over: Collection[str], message: Message | None
    ) -> None:
        table, messages = watch_schema.alarms, [] if message is None else [message]
        connection.execute(delete(table).where(table.c.subject.in_(sorted(over))))
        upsert(connection, table, [asdict(alarm) for alarm in alarms])
        queue_messages(connection, messages, None, self.recipients_at_once)

    def _rows(self, query: Select[Any], **values: object) -> Sequence[RowMapping]:
        with reading(self.engine) as connection:
            return connection.execute(query, values).mappings().all()

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def _localised(self, row: RowMapping) -> dict[str, Any]:
        return {
            name: self._local(value) if isinstance(value, datetime) else value for name, value in row.items()
        }


def _process_of(row: RowMapping) -> Process:
    return Process(row["pid"], row["born"], row["boot"], row["host"])


def _is_held(holder: Process) -> ColumnElement[bool]:
    return and_(*(_lease[name] == value for name, value in asdict(holder).items()))
