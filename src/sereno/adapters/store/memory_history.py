"""The past of the store in memory, under the same contract as the one in a database."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from operator import attrgetter

from sereno.adapters.store.memory_ledger import MemoryLedger
from sereno.adapters.store.zones import moved
from sereno.domain.finding_names import finding_id
from sereno.domain.ledger import Entry
from sereno.domain.steps import Step, StepKind, is_listed
from sereno.engine.history import Followed, Looked, Scope
from sereno.engine.records import Notice, Run


@dataclass(frozen=True, slots=True)
class MemoryHistory:
    """Tell the past."""

    ledger: MemoryLedger
    runs: Mapping[str, Run]
    made: Callable[[], datetime]
    counts: Callable[[str | None], bool]
    zone: tzinfo

    def latest_run(self) -> str:
        """Name the run that was recorded last; empty where there is none."""
        return next(reversed(list(self.runs)), "")

    def known_from(self) -> datetime:
        """Tell since when steps are noted."""
        return self.made().astimezone(self.zone)

    def finding(self, name: str) -> Followed | None:
        """Return the entry of that name, ended or not, with the tellings that count."""
        named = (each for each in self.ledger.followed() if finding_id(*each) == name)
        for monitor, rule, track in named:
            return Followed(monitor, self.ledger.of(monitor, None, self.counts)[rule, track])
        return None

    def steps(self, name: str) -> list[Step]:
        """Return what happened to the finding of that name, in the order in which it was noted."""
        noted = self.ledger.steps.items()
        return [step for followed, steps in noted if finding_id(*followed) == name for step in steps]

    def notices(self, name: str) -> list[Notice]:
        """Return who was told of the finding of that name, oldest first."""
        return [moved(each, self.zone, "accepted_at") for each in self.ledger.notices_of(name)]

    def first_seen(self, scope: Scope) -> Mapping[date, int]:
        """Count what is open by the day on which it was first seen."""
        return Counter(entry.first_seen for _, entry in self._open(scope))

    def by_monitor(self, scope: Scope) -> Mapping[str, int]:
        """Count what is open by monitor."""
        return Counter(monitor for monitor, _ in self._open(scope))

    def by_owner(self, scope: Scope) -> Mapping[str | None, int]:
        """Count what is open by owner; `None` stands for what has none."""
        return Counter(entry.owner for _, entry in self._open(scope))

    def by_replannings(self, scope: Scope) -> Mapping[int, int]:
        """Count what is open by how often it was replanned."""
        return Counter(entry.replannings for _, entry in self._open(scope))

    def steps_by_day(self, scope: Scope, since: date) -> Mapping[tuple[str, StepKind, date], int]:
        """Count the steps of each monitor and kind, by day."""
        return Counter((monitor, step.kind, step.on) for monitor, step in self._steps(scope, since))

    def shifts(self, scope: Scope, since: date) -> Mapping[int, int]:
        """Count how plans were moved, by days."""
        moved = (step for _, step in self._steps(scope, since) if step.kind == "replanned")
        dated = ((step.due_before, step.due) for step in moved)
        return Counter((due - before).days for before, due in dated if due is not None and before is not None)

    def looks(self, since: datetime) -> Sequence[Looked]:
        """Return how each run ended that looked, and finished at or after `since`, oldest first."""
        late = sorted(
            (run for run in self.runs.values() if run.finished_at >= since and run.looked),
            key=attrgetter("finished_at"),
        )
        return [
            Looked(run.monitor, run.digest, run.state, run.finished_at.astimezone(self.zone)) for run in late
        ]

    def first_looks(self) -> Mapping[str, datetime]:
        """Tell when the first look of each monitor ended that was not blind, of those that are kept."""
        firsts: dict[str, datetime] = {}
        for run in (each for each in self.runs.values() if each.state != "blind" and each.looked):
            firsts[run.monitor] = min(run.finished_at, firsts.get(run.monitor, run.finished_at))
        return {monitor: at.astimezone(self.zone) for monitor, at in firsts.items()}

    def _open(self, scope: Scope) -> Iterator[tuple[str, Entry]]:
        for (monitor, rule, _), entry in self.ledger.followed().items():
            if is_listed(entry) and rule in scope.rules.get(monitor, ()) and _owned(entry, scope):
                yield monitor, entry

    def _steps(self, scope: Scope, since: date) -> Iterator[tuple[str, Step]]:
        followed = self.ledger.followed()
        for (monitor, rule, track), steps in self.ledger.steps.items():
            if rule in scope.rules.get(monitor, ()) and _owned(followed.get((monitor, rule, track)), scope):
                yield from ((monitor, step) for step in steps if step.on >= since)


def _owned(entry: Entry | None, scope: Scope) -> bool:
    return scope.owner is None or (entry is not None and entry.owner == scope.owner)
