"""What runs leave behind in a store in memory."""

from dataclasses import dataclass, field
from datetime import tzinfo

from sereno.adapters.store.zones import moved
from sereno.engine.records import Run
from sereno.engine.traces import Moves, Trace


@dataclass(frozen=True, slots=True)
class MemoryTraces:
    """Find what runs left behind."""

    runs: dict[str, Run]
    """In the order in which they were written."""
    zone: tzinfo
    kept: dict[str, Trace] = field(default_factory=dict)

    def of(self, run_id: str) -> Trace | None:
        """Return what a run left behind; None where nothing was kept of it."""
        return self.kept.get(run_id)

    def complete_before(self, run: Run) -> Run | None:
        """Return the complete run of its digest that was written last before it."""
        wanted = (run.monitor, run.digest, "complete")
        earlier = [
            each for each in self._until(run)[:-1] if (each.monitor, each.digest, each.state) == wanted
        ]
        return moved(earlier[-1], self.zone, "started_at", "finished_at") if earlier else None

    def moves(self, run: Run, since: Run | None) -> Moves:
        """Gather what moved with the runs of a monitor after `since` (from the first), up to this one."""
        passed = 0 if since is None else len(self._until(since))
        runs = [each for each in self._until(run)[passed:] if each.monitor == run.monitor]
        found = [self.kept[each.id] for each in runs if each.id in self.kept]
        moves = tuple(move for trace in found for move in trace.moves)
        return Moves(moves, sum(trace.unlisted for trace in found), len(runs) - len(found))

    def _until(self, run: Run) -> list[Run]:
        """List every run written up to this one."""
        names = list(self.runs)
        return [self.runs[name] for name in names[: names.index(run.id) + 1]] if run.id in self.runs else []
