"""The store in memory, under the same contract as the one in a database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from operator import attrgetter
from threading import RLock
from typing import Any, TypeVar

from sereno.adapters.store.memory_ledger import VOID, MemoryLedger
from sereno.adapters.store.once import conflict, share_of
from sereno.domain.cadence import Period
from sereno.domain.errors import StoreUnavailable
from sereno.domain.ledger import Entry, Ledger, Snooze, Track
from sereno.domain.outbox import AFTER, Delivery, Message, State
from sereno.domain.wallclock import utc, zone_of
from sereno.engine.records import JobResult, JobTotals, MailSummary, Notice, Run, RunState, Told

Timed = TypeVar("Timed", Period, Run, Message, JobResult, Notice)

_AGE = ("message.queued_at", "message.id")


@dataclass(frozen=True, slots=True)
class Parcel:
    """Hold a message of the outbox and how it fares; times in UTC."""

    message: Message
    attempts: int = 0
    claimed_until: datetime | None = None
    settled_at: datetime | None = None
    unheard: bool = False
    """Nobody whom it concerns got it."""


class MemoryStore:
    """Keep the run ledger and the outbox; times come back in `now`'s zone."""

    def __init__(self, now: datetime) -> None:
        self._lock = RLock()
        self._zone = zone_of(now)
        self._cycles = 0
        self._periods: dict[tuple[str, str, str], Period] = {}
        self._runs: dict[str, Run] = {}
        self._mail: dict[str, Parcel] = {}
        self._refused: dict[str, datetime] = {}
        self._ledger = MemoryLedger()
        self._job_results: list[JobResult] = []

    def count_cycle(self) -> None:
        """Count one more cycle of the master."""
        self._cycles += 1

    def cycles(self) -> int:
        """Return how many cycles there have been since the store was made."""
        return self._cycles

    def open_period(self, monitor: str, digest: str, period: Period) -> None:
        """Note the period, the first time that it is seen."""
        noted = _moved(period, UTC, "opens", "closes")
        self._periods.setdefault((monitor, digest, period.id), noted)

    def opened_periods(self, monitor: str, digest: str, now: datetime) -> list[Period]:
        """Return the noted periods that contain `now`, oldest first."""
        at = utc(now)
        noted = [period for name, period in self._periods.items() if name[:2] == (monitor, digest)]
        current = sorted(
            (each for each in noted if each.opens <= at < each.closes), key=attrgetter("opens", "id")
        )
        return [_moved(period, self._zone, "opens", "closes") for period in current]

    def runs(self, monitor: str, digest: str, period: str) -> list[Run]:
        """Return the period's runs in the order in which they ended."""
        return [run for run in self._digest_runs(monitor, digest) if run.period == period]

    def last_run(self, monitor: str, digest: str, *, state: RunState | None = None) -> Run | None:
        """Return the run that ended last (in that state)."""
        wanted = [run for run in self._digest_runs(monitor, digest) if state in {None, run.state}]
        return wanted[-1] if wanted else None

    def runs_since(self, since: datetime) -> list[Run]:
        """Return the runs finished at or after `since`, in the order in which they ended."""
        start = utc(since)
        return [self._local_run(run) for run in self._ordered_runs() if run.finished_at >= start]

    def completed_periods(self, monitor: str, digest: str, last: int) -> list[str]:
        """Return the ids of the `last` periods satisfied, the one satisfied last first."""
        done = [run.period for run in self._digest_runs(monitor, digest) if share_of(run) == "complete"]
        return done[::-1][:last]

    def ledger(self, monitor: str, since: date | None = None) -> Ledger:
        """Return a monitor's entries that had not ended before `since`, with the tellings that count."""
        with self._lock:
            return self._ledger.of(monitor, since, self._counts)

    def snooze(self, monitor: str, rule: str, track: Track, snooze: Snooze) -> None:
        """Put a finding off; a later snooze replaces an earlier one."""
        with self._lock:
            self._ledger.snooze(monitor, rule, track, snooze)

    def notices(self, since: datetime, until: datetime, address: str | None) -> list[Notice]:
        """Return who was told of what from `since` to before `until`, oldest first."""
        with self._lock:
            notices = self._ledger.notices(utc(since), utc(until), address)
        return [_moved(notice, self._zone, "accepted_at") for notice in notices]

    def record(
        self, run: Run, messages: Sequence[Message], entries: Sequence[Entry] = (), told: Sequence[Told] = ()
    ) -> None:
        """Write a run and all that came of it; raise AlreadyComplete for what a period takes once."""
        kept = _moved(run, UTC, "started_at", "finished_at")
        parcels = [Parcel(_moved(message, UTC, "queued_at")) for message in messages]
        with self._lock:
            if taken := conflict(run, self.runs(run.monitor, run.digest, run.period)):
                raise taken
            self._refuse_repeated(run, [message.id for message in messages], told)
            self._runs[run.id] = kept
            self.take_over(parcels)
            self._ledger.add(run.monitor, entries, told)

    def take_over(self, parcels: Iterable[Parcel]) -> None:
        """Put mail into the outbox as it stands elsewhere."""
        with self._lock:
            self._mail.update((parcel.message.id, parcel) for parcel in parcels)

    def take_note(self, refused: Mapping[str, datetime]) -> None:
        """Note which addresses a relay refused elsewhere, and when."""
        with self._lock:
            self._refused.update(refused)

    def take_up(self, monitor: str, entries: Iterable[Entry], told: Iterable[Told]) -> None:
        """Put into the ledger what is followed elsewhere, after the mail that told it."""
        with self._lock:
            self._ledger.take_up(monitor, entries, told)

    def claim(self, limit: int, now: datetime, lease: timedelta, *, trial: bool) -> list[Message]:
        """Move up to `limit` queued messages to `sending`: the least often tried, then the oldest."""
        until = utc(now) + lease
        with self._lock:
            queued = [parcel for parcel in self._in_state("queued") if parcel.message.trial == trial]
            first = sorted(queued, key=attrgetter("attempts", *_AGE))[:limit]
            claimed = [self._put(replace(parcel, claimed_until=until), "sending") for parcel in first]
        return [self._local_message(parcel) for parcel in claimed]

    def settle(self, deliveries: Iterable[Delivery], now: datetime) -> None:
        """Record how attempts ended; what is no longer `sending` stays as it is."""
        at, ended = utc(now), list(deliveries)
        with self._lock:
            for delivery in ended:
                for parcel in self._sending(delivery.message_id):
                    tried = replace(parcel, claimed_until=None, attempts=parcel.attempts + 1, settled_at=at)
                    self._end(tried, delivery)

    def release(self, message_ids: Iterable[str]) -> None:
        """Return claimed messages that were not tried to `queued`."""
        untried = list(message_ids)
        with self._lock:
            for message_id in untried:
                for parcel in self._sending(message_id):
                    self._put(replace(parcel, claimed_until=None), "queued")

    def recover(self, now: datetime) -> int:
        """Turn messages whose claim has run out into `unknown`; return how many."""
        at = utc(now)
        with self._lock:
            lost = [
                each for each in self._in_state("sending") if each.claimed_until and each.claimed_until <= at
            ]
            for parcel in lost:
                self._put(replace(parcel, claimed_until=None, settled_at=at), "unknown")
        return len(lost)

    def refused_addresses(self, since: datetime) -> frozenset[str]:
        """Return the addresses, case-folded, that a relay refused for good, lastly at or after `since`."""
        start = utc(since)
        with self._lock:
            return frozenset(address for address, at in self._refused.items() if at >= start)

    def mail_summary(self, since: datetime) -> MailSummary:
        """Count the messages by state; those accepted only if at or after `since`."""
        start = utc(since)
        with self._lock:
            pending = self._in_state("queued") + self._in_state("sending")
            accepted = [
                each for each in self._in_state("accepted") if each.settled_at and each.settled_at >= start
            ]
            oldest = min((parcel.message.queued_at for parcel in pending), default=None)
            return MailSummary(
                pending=len(pending),
                dead=len(self._in_state("dead")),
                unknown=len(self._in_state("unknown")),
                diverted=len(self._in_state("diverted")),
                accepted_since=len(accepted),
                oldest=oldest and oldest.astimezone(self._zone),
            )

    def pending(self) -> list[Message]:
        """Return the queued messages, oldest first."""
        with self._lock:
            queued = sorted(self._in_state("queued"), key=attrgetter(*_AGE))
        return [self._local_message(parcel) for parcel in queued]

    def record_job(self, result: JobResult) -> None:
        """Write how a job ended."""
        self._job_results.append(_moved(result, UTC, "started_at", "ended_at"))

    def job_results(self, job: str, last: int) -> list[JobResult]:
        """Return the job's last results in the order in which they started."""
        results = sorted(
            (each for each in self._job_results if each.job == job), key=attrgetter("started_at")
        )
        return [_moved(result, self._zone, "started_at", "ended_at") for result in results[-last:]]

    def job_totals(self) -> dict[str, JobTotals]:
        """Count every result, by job."""
        return {job: self._totals(job) for job in {result.job for result in self._job_results}}

    def _totals(self, job: str) -> JobTotals:
        results = [result for result in self._job_results if result.job == job]
        well = [result.ended_at for result in results if result.code == 0]
        return JobTotals(len(results), len(well), max(well).astimezone(self._zone) if well else None)

    def _refuse_repeated(self, run: Run, message_ids: Sequence[str], told: Sequence[Told]) -> None:
        twice = len(set(message_ids)) < len(message_ids)
        mailed = {each.message_id for each in told} - {None}
        unheard_of = mailed - self._mail.keys() - set(message_ids)
        if twice or unheard_of or run.id in self._runs or self._mail.keys() & set(message_ids):
            raise StoreUnavailable(
                f"El almacén en memoria: la ejecución {run.id} o un mensaje suyo ya estaba anotado; "
                "no se ha escrito nada. Es un defecto del programa: comuníquelo"
            )

    def _end(self, tried: Parcel, delivery: Delivery) -> None:
        unheard = delivery.is_unheard(tried.message.envelope.recipients)
        self._put(replace(tried, unheard=unheard), AFTER[delivery.verdict])
        if delivery.verdict in {"accepted", "dead"} and tried.settled_at:
            reached = delivery.reached(tried.message.envelope.recipients)
            for address in reached:
                self._refused.pop(address.casefold(), None)
            self._refused.update(dict.fromkeys(delivery.refused_for_good, tried.settled_at))
            self._ledger.prove(tried.message.id, reached, tried.settled_at)

    def _counts(self, message_id: str | None) -> bool:
        if message_id is None:
            return True
        parcel = self._mail[message_id]
        return parcel.message.state not in VOID and not parcel.message.trial and not parcel.unheard

    def _in_state(self, state: State) -> list[Parcel]:
        return [parcel for parcel in self._mail.values() if parcel.message.state == state]

    def _sending(self, message_id: str) -> list[Parcel]:
        return [parcel for parcel in self._in_state("sending") if parcel.message.id == message_id]

    def _put(self, parcel: Parcel, state: State) -> Parcel:
        message = replace(parcel.message, state=state)
        self._mail[message.id] = replace(parcel, message=message)
        return self._mail[message.id]

    def _ordered_runs(self) -> list[Run]:
        return sorted(self._runs.values(), key=attrgetter("finished_at"))

    def _digest_runs(self, monitor: str, digest: str) -> list[Run]:
        named = [run for run in self._ordered_runs() if (run.monitor, run.digest) == (monitor, digest)]
        return [self._local_run(run) for run in named]

    def _local_run(self, run: Run) -> Run:
        return _moved(run, self._zone, "started_at", "finished_at")

    def _local_message(self, parcel: Parcel) -> Message:
        return _moved(parcel.message, self._zone, "queued_at")


def _moved(value: Timed, zone: tzinfo, *times: str) -> Timed:
    moved: dict[str, Any] = {name: utc(getattr(value, name)).astimezone(zone) for name in times}
    return replace(value, **moved)
