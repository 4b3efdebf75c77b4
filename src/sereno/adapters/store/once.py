"""What a period takes once: a complete run, and an incomplete digest that is sent."""

from collections.abc import Iterable, Mapping
from typing import Literal

from sereno.domain.errors import AlreadyComplete
from sereno.engine.records import Run

Share = Literal["complete", "incomplete"]

_TAKEN: Mapping[Share, str] = {
    "complete": "otro proceso ya completó este periodo",
    "incomplete": "otro proceso ya envió el informe incompleto de este periodo",
}


def share_of(run: Run) -> Share | None:
    """Say what the run takes of its period, as the store's unique indexes do; None where it takes nothing."""
    if run.forced or run.trial:
        return None
    if run.state == "complete":
        return "complete"
    return "incomplete" if run.state == "blind" and run.sent else None


def conflict(run: Run, others: Iterable[Run]) -> AlreadyComplete | None:
    """Refuse a run whose share another run of its period has taken."""
    share = share_of(run)
    if share is None or share not in map(share_of, others):
        return None
    return AlreadyComplete(f"{run.monitor}/{run.digest} {run.period}: {_TAKEN[share]}")
