"""Looking after the store in memory: the same goes as from one in a database."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sereno.adapters.store.memory_access import MemoryAccess, MemoryAudit
from sereno.adapters.store.memory_ledger import MemoryLedger
from sereno.adapters.store.memory_mail import Shelf
from sereno.adapters.store.memory_readers import MemoryReaders
from sereno.domain.cadence import Period
from sereno.domain.wallclock import utc
from sereno.engine.keeper import KEPT_RESULTS, KEPT_RUNS, SETTLED, Gone, Space, Waste
from sereno.engine.logbook import Missed
from sereno.engine.records import IMPORTED, JobResult, JobTotals, Run, Told
from sereno.engine.traces import Trace


@dataclass(frozen=True, slots=True)
class MemoryKeeper:
    """Look after what a store in memory holds."""

    shelf: Shelf
    ledger: MemoryLedger
    periods: dict[tuple[str, str, str], Period]
    runs: dict[str, Run]
    results: list[JobResult]
    folded: dict[str, JobTotals]
    unserved: dict[tuple[str, str, str], Missed]
    access: MemoryAccess
    audit: MemoryAudit
    traces: dict[str, Trace]
    readers: MemoryReaders

    def prune(self, what: Waste, before: datetime, most: int) -> Iterator[Gone]:  # noqa: ARG002  the port's
        """Take away what was over before then, all at once."""
        with self.shelf.lock:
            gone = self._prune(what, before)
        if gone.rows:
            yield gone

    def shrink(self, most: int) -> Iterator[int]:  # noqa: ARG002  the port's
        """Give nothing back: memory sees to itself."""
        return iter(())

    def space(self) -> Space:
        """Take no room on any disk."""
        return Space()

    def _prune(self, what: Waste, before: datetime) -> Gone:
        at, ours, theirs = utc(before), {"digest", "notice"}, {"queue"}
        prunings: Mapping[Waste, Callable[[], Gone]] = {
            "own_bytes": lambda: self._bytes(ours, at),
            "foreign_bytes": lambda: self._bytes(theirs, at),
            "notices": lambda: Gone(self.ledger.forget_notices(at)),
            "tellings": lambda: Gone(self.ledger.forget_tellings(before.date(), self._telling_may_go)),
            "mail": lambda: self._mail(at),
            "runs": lambda: self._runs(at),
            "missed": lambda: self._missed(at),
            "periods": lambda: self._periods(at),
            "refusals": lambda: self._refusals(at),
            "jobs": lambda: self._jobs(at),
            "sessions": lambda: Gone(self.access.forget(at)),
            "deeds": lambda: Gone(self.audit.forget(at)),
            "codes": lambda: self._codes(at),
        }
        return prunings[what]()

    def _bytes(self, kinds: Collection[str], before: datetime) -> Gone:
        gone = Gone()
        for name, kept in self.shelf.messages.items():
            of_kind = kept.message.kind in kinds and kept.message.queued_at < before and kept.has_body
            if of_kind and not self._is_open(name, before):
                gone += Gone(1, len(kept.message.data))
                bare = replace(kept.message, data=b"")
                self.shelf.messages[name] = replace(
                    kept, message=bare, composed=False, draft=None, has_body=False
                )
        return gone

    def _mail(self, before: datetime) -> Gone:
        rows = defaultdict(list)
        for stamp, taken in self.shelf.taken.items():
            rows[taken.message_id].append((stamp, taken.stamped_at))
        old = [
            name
            for name, kept in self.shelf.messages.items()
            if not kept.has_body
            and not self._is_open(name, before)
            and not self.ledger.told_in(name)
            and all(at is not None and at < before for _, at in rows[name])
        ]
        for name in old:
            _taken_from(self.shelf.taken, [stamp for stamp, _ in rows[name]])
            parcels = [each.id for each in self.shelf.of_message(name)]
            for each in parcels:
                self.shelf.past.pop(each, None)
            _taken_from(self.shelf.parcels, parcels)
        return _taken_from(self.shelf.messages, old)

    def _is_open(self, message_id: str, before: datetime) -> bool:
        return any(
            each.state not in SETTLED or each.settled_at is None or each.settled_at >= before
            for each in self.shelf.of_message(message_id)
        )

    def _telling_may_go(self, told: Told, counts: bool) -> bool:  # noqa: FBT001  the ledger's
        if told.message_id is None:
            return not counts
        kept = self.shelf.messages[told.message_id]
        ended = all(each.state in SETTLED for each in self.shelf.of_message(told.message_id))
        return ended and (kept.unheard or kept.message.trial or not counts)

    def _runs(self, before: datetime) -> Gone:
        like = defaultdict(list)
        for run in sorted(self.runs.values(), key=lambda each: each.finished_at):
            like[run.monitor, run.digest, run.state, run.forced, run.trial].append(run)
        old = [each for runs in like.values() for each in runs[:-KEPT_RUNS] if each.finished_at < before]
        gone = [each.id for each in old if each.period != IMPORTED and not self._is_open_period(each, before)]
        for name, kept in self.shelf.messages.items():
            if kept.run_id in gone:
                self.shelf.messages[name] = replace(kept, run_id=None)
        _taken_from(self.traces, [name for name in gone if name in self.traces])
        return _taken_from(self.runs, gone)

    def _is_open_period(self, run: Run, before: datetime) -> bool:
        period = self.periods.get((run.monitor, run.digest, run.period))
        return period is not None and period.closes >= before

    def _missed(self, before: datetime) -> Gone:
        return _taken_from(
            self.unserved, [name for name, each in self.unserved.items() if each.noted_at < before]
        )

    def _periods(self, before: datetime) -> Gone:
        return _taken_from(
            self.periods, [name for name, period in self.periods.items() if period.closes < before]
        )

    def _refusals(self, before: datetime) -> Gone:
        return _taken_from(
            self.shelf.refused, [address for address, at in self.shelf.refused.items() if at < before]
        )

    def _codes(self, before: datetime) -> Gone:
        codes = self.readers.codes
        return _taken_from(codes, [name for name, each in codes.items() if each.asked_at < before])

    def _jobs(self, before: datetime) -> Gone:
        by_job = defaultdict(list)
        for result in sorted(self.results, key=lambda each: each.started_at):
            by_job[result.job].append(result)
        gone = [
            each for results in by_job.values() for each in results[:-KEPT_RESULTS] if each.ended_at < before
        ]
        for job in {each.job for each in gone}:
            self.folded[job] = added(self.folded.get(job), [each for each in gone if each.job == job])
        for each in gone:
            self.results.remove(each)
        return Gone(len(gone), sum(len(each.tail) for each in gone))


def added(total: JobTotals | None, results: Sequence[JobResult]) -> JobTotals:
    """Count further results; times in UTC."""
    before = total or JobTotals(0, 0, None)
    well = [each.ended_at for each in results if each.code == 0]
    last = max(filter(None, [before.last_success, *well]), default=None)
    return JobTotals(before.runs + len(results), before.successes + len(well), last)


def _taken_from(kept: dict, keys: Sequence[object]) -> Gone:  # type: ignore[type-arg]  # whatever its keys
    for key in keys:
        del kept[key]
    return Gone(len(keys))
