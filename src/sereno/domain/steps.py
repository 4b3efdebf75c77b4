"""What happens to a finding from one look to the next, as its history tells it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeGuard, get_args

from sereno.domain.ledger import Entry, Ledger, Track

StepKind = Literal["opened", "replanned", "redated", "cleared", "resolved", "expired"]
"""`opened`: it came into a section, new or again; `replanned`: its date was moved, where the rule holds dates
for plans; `redated`: it has another date for any other reason; `cleared`: it is in no section any more and
still followed, its date being far away; `resolved`, `expired`: it ended (`Entry.ended`).
"""
STEP_KINDS: tuple[StepKind, ...] = get_args(StepKind)
CLOSINGS: tuple[StepKind, ...] = ("resolved", "cleared", "expired")
"""What takes a finding out of the lists."""


@dataclass(frozen=True, slots=True)
class Step:
    """Note one thing that happened to a finding, on the day on which a look saw it."""

    rule: str
    track: Track
    kind: StepKind
    on: date
    due: date | None
    due_before: date | None = None
    """Of a finding that has another date."""


def steps_of(before: Ledger, after: Iterable[Entry], today: date) -> list[Step]:
    """Tell what became of the entries that a look brought up to date (`follow`)."""
    return [step for entry in after for step in _steps(before.get((entry.rule, entry.track)), entry, today)]


def is_listed(entry: Entry | None) -> TypeGuard[Entry]:
    """Tell whether an entry stands in the lists: it has not ended, and its date is in a section's reach."""
    return entry is not None and entry.ended is None and entry.section is not None


def _steps(before: Entry | None, after: Entry, today: date) -> Iterator[Step]:
    if before is not None and before.ended is None and before.due != after.due:
        kind: StepKind = "replanned" if after.replannings > before.replannings else "redated"
        yield _step(after, kind, today, before.due)
    if is_listed(after) and not is_listed(before):
        yield _step(after, "opened", today)
    if is_listed(before) and not is_listed(after):
        yield _step(after, after.ended or "cleared", today)


def _step(entry: Entry, kind: StepKind, today: date, due_before: date | None = None) -> Step:
    return Step(entry.rule, entry.track, kind, today, entry.due, due_before)
