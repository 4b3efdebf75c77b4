"""The store in memory, under the same contract as the one in a database."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from operator import attrgetter

from sereno.adapters.store.grouped import Grouped
from sereno.adapters.store.memory_access import MemoryAccess, MemoryAudit
from sereno.adapters.store.memory_desk import MemoryDesk, MemoryIntake
from sereno.adapters.store.memory_history import MemoryHistory
from sereno.adapters.store.memory_keeping import MemoryKeeper, added
from sereno.adapters.store.memory_ledger import MemoryLedger
from sereno.adapters.store.memory_logbook import MemoryLogbook
from sereno.adapters.store.memory_mail import Shelf
from sereno.adapters.store.memory_outbox import MemoryOutbox
from sereno.adapters.store.memory_readers import MemoryReaders
from sereno.adapters.store.memory_roll import MemoryRoll
from sereno.adapters.store.memory_traces import MemoryTraces
from sereno.adapters.store.once import conflict, share_of
from sereno.adapters.store.zones import moved
from sereno.domain.cadence import Period
from sereno.domain.errors import StoreUnavailable
from sereno.domain.ledger import Entry, Ledger, Snooze, Track
from sereno.domain.outbox import RECIPIENTS_AT_ONCE, WAITING, Message
from sereno.domain.steps import Step
from sereno.domain.wallclock import utc, zone_of
from sereno.engine.mail_records import MailSummary
from sereno.engine.reader_ports import Named
from sereno.engine.records import JobResult, JobTotals, Notice, Owned, Run, RunState, Told
from sereno.engine.traces import Trace


class MemoryStore:
    """Keep the run ledger and the outbox; times come back in `now`'s zone."""

    def __init__(self, now: datetime, recipients_at_once: int = RECIPIENTS_AT_ONCE) -> None:
        self._zone = zone_of(now)
        self._ledger = MemoryLedger()
        self.shelf = Shelf(self._zone, self._ledger.prove, recipients_at_once)
        self.outbox = MemoryOutbox(self.shelf)
        self.intake = MemoryIntake(self.shelf)
        self.desk = MemoryDesk(self.shelf)
        self.readers = MemoryReaders(self.shelf, self._ledger)
        self._lock = self.shelf.lock
        self.roll = MemoryRoll(self.shelf, self._ledger, self._counts)
        self._cycles = 0
        self._periods: dict[tuple[str, str, str], Period] = {}
        self._noted = Grouped(self._periods, lambda name, _: name[:2])
        self._runs: dict[str, Run] = {}
        self._rounds = Grouped(self._runs, lambda _, run: (run.monitor, run.digest))
        self.traces = MemoryTraces(self._runs, self._zone)
        self.logbook = MemoryLogbook(utc(now), self.shelf, self._noted)
        self._job_results: list[JobResult] = []
        self._folded: dict[str, JobTotals] = {}
        self.history = MemoryHistory(self._ledger, self._runs, self.logbook.made_at, self._counts, self._zone)
        self.access = MemoryAccess(self._zone, self._lock)
        self.audit = MemoryAudit(self._zone)
        self.keeper = MemoryKeeper(
            self.shelf,
            self._ledger,
            self._periods,
            self._runs,
            self._job_results,
            self._folded,
            self.logbook.unserved,
            self.access,
            self.audit,
            self.traces.kept,
            self.readers,
        )

    def count_cycle(self) -> None:
        """Count one more cycle of the master."""
        self._cycles += 1

    def cycles(self) -> int:
        """Return how many cycles there have been since the store was made."""
        return self._cycles

    def open_period(self, monitor: str, digest: str, period: Period) -> None:
        """Note the period, the first time that it is seen."""
        noted = moved(period, UTC, "opens", "closes")
        self._periods.setdefault((monitor, digest, period.id), noted)

    def opened_periods(self, monitor: str, digest: str, now: datetime) -> list[Period]:
        """Return the noted periods that contain `now`, oldest first."""
        at = utc(now)
        noted = self._noted.of((monitor, digest))
        current = sorted(
            (each for each in noted if each.opens <= at < each.closes), key=attrgetter("opens", "id")
        )
        return [moved(period, self._zone, "opens", "closes") for period in current]

    def runs(self, monitor: str, digest: str, period: str) -> list[Run]:
        """Return the period's runs in the order in which they ended."""
        named = self._digest_runs(monitor, digest)
        return [self._local_run(run) for run in named if run.period == period]

    def last_run(self, monitor: str, digest: str, *, state: RunState | None = None) -> Run | None:
        """Return the run that ended last (in that state)."""
        wanted = [run for run in self._digest_runs(monitor, digest) if state in {None, run.state}]
        return self._local_run(wanted[-1]) if wanted else None

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

    def open_owners(self) -> list[Owned]:
        """Count what is open in a section by whom its rows name."""
        with self._lock:
            return self._ledger.owners()

    def snooze(self, monitor: str, rule: str, track: Track, snooze: Snooze) -> None:
        """Put a finding off; a later snooze replaces an earlier one."""
        with self._lock:
            self._ledger.snooze(monitor, rule, track, snooze)

    def notices(self, since: datetime, until: datetime, address: str | None) -> list[Notice]:
        """Return who was told of what from `since` to before `until`, oldest first."""
        with self._lock:
            notices = self._ledger.notices(utc(since), utc(until), address)
        return [moved(notice, self._zone, "accepted_at") for notice in notices]

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
        kept = moved(run, UTC, "started_at", "finished_at")
        with self._lock:
            for message in messages:
                utc(message.queued_at)  # before anything is written
            if taken := conflict(run, self.runs(run.monitor, run.digest, run.period)):
                raise taken
            self._refuse_repeated(run, [message.id for message in messages], told)
            self._runs[run.id] = kept
            for message in messages:
                self.shelf.add(message, run.id)
            self._ledger.add(run.monitor, entries, told)
            self._ledger.note(run.monitor, steps)
            if trace is not None:
                self.traces.kept[run.id] = trace
            for digest, each in (named or {}).items():
                self.readers.note_named(run.monitor, digest, each)

    def take_up(self, monitor: str, entries: Iterable[Entry], told: Iterable[Told]) -> None:
        """Put into the ledger what is followed elsewhere, after the mail that told it."""
        with self._lock:
            self._ledger.take_up(monitor, entries, told)

    def refused_addresses(self, since: datetime) -> frozenset[str]:
        """Return the addresses, case-folded, that a relay refused for good, lastly at or after `since`."""
        start = utc(since)
        with self._lock:
            return frozenset(address for address, at in self.shelf.refused.items() if at >= start)

    def mail_summary(self, since: datetime) -> MailSummary:
        """Tell how the outbox stands; of what was accepted, count only what was at or after `since`."""
        start, parcels = utc(since), self.shelf.parcels.values()
        with self._lock:
            accepted = [
                each for each in self.shelf.in_states({"accepted"}) if (each.settled_at or start) >= start
            ]
            waiting = [
                self.shelf.messages[each.message_id] for each in self.shelf.in_states({*WAITING, "sending"})
            ]
            oldest = min((kept.message.queued_at for kept in waiting), default=None)
            held = self.shelf.in_states({"held"})
            return MailSummary(
                counts=Counter(each.state for each in parcels if each.state != "accepted"),
                accepted_since=len(accepted),
                awaiting=sum(self.shelf.awaits(each) for each in held),
                oldest=oldest and oldest.astimezone(self._zone),
                hold=self.shelf.hold,
            )

    def pending(self) -> list[Message]:
        """Return the messages of which something is to leave, oldest first."""
        return list({each.message.id: each.message for each in self.outbox.waiting()}.values())

    def record_job(self, result: JobResult, *, watched: bool = True) -> None:
        """Write how a job ended; only of one that the master started is the note that it runs ended."""
        self._job_results.append(moved(result, UTC, "started_at", "ended_at"))
        if watched:
            self.logbook.job_ended(result.job)

    def job_results(self, job: str, last: int) -> list[JobResult]:
        """Return the job's last results in the order in which they started."""
        results = sorted(
            (each for each in self._job_results if each.job == job), key=attrgetter("started_at")
        )
        return [moved(result, self._zone, "started_at", "ended_at") for result in results[-last:]]

    def job_totals(self) -> dict[str, JobTotals]:
        """Count every result, by job."""
        return {job: self._totals(job) for job in {*self._folded, *(each.job for each in self._job_results)}}

    def _totals(self, job: str) -> JobTotals:
        total = added(self._folded.get(job), [result for result in self._job_results if result.job == job])
        last = total.last_success
        return replace(total, last_success=last and last.astimezone(self._zone))

    def _refuse_repeated(self, run: Run, message_ids: Sequence[str], told: Sequence[Told]) -> None:
        twice = len(set(message_ids)) < len(message_ids)
        mailed = {each.message_id for each in told} - {None}
        unheard_of = mailed - self.shelf.messages.keys() - set(message_ids)
        if twice or unheard_of or run.id in self._runs or self.shelf.messages.keys() & set(message_ids):
            raise StoreUnavailable(
                f"El almacén en memoria: la ejecución {run.id} o un mensaje suyo ya estaba anotado; "
                "no se ha escrito nada. Es un defecto del programa: comuníquelo"
            )

    def _counts(self, message_id: str | None) -> bool:
        if message_id is None:
            return True
        kept = self.shelf.messages[message_id]
        return not kept.unheard and not kept.message.trial

    def _ordered_runs(self) -> list[Run]:
        return sorted(self._runs.values(), key=attrgetter("finished_at"))

    def _digest_runs(self, monitor: str, digest: str) -> list[Run]:
        return sorted(self._rounds.of((monitor, digest)), key=attrgetter("finished_at"))

    def _local_run(self, run: Run) -> Run:
        return moved(run, self._zone, "started_at", "finished_at")
