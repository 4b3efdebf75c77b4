"""What a run leaves behind beyond its counts: how each query fared, and what moved in the ledger with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, Protocol

from sereno.domain.findings import Blind, Look, Outcome, Row, Seen
from sereno.domain.ledger import Ending, Entry, Ledger, Track
from sereno.domain.rules import DigestPlan, Monitor, QueryKind
from sereno.engine.records import Run

MOVES_KEPT = 1000
"""Moves that a run remembers one by one; the first round of a large register has a hundred thousand."""

Change = Literal["new", "gone", "redated", "shifted"]


@dataclass(frozen=True, slots=True)
class Looked:
    """Tell how one query of a look fared."""

    name: str
    kind: QueryKind
    rows: int | None
    """Findings of a rule, rows of any other; `None` where it was blind."""
    why: str = ""
    """What made it blind."""
    seconds: float | None = None
    """How long the query took; `None` where it never ran."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """Tell how long copying a register took; one that could not be read took as long until that was known."""

    register: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Move:
    """Tell how a finding stood before and after; out of every section there is no date either."""

    rule: str
    track: Track
    key: Track
    was_in: str | None
    is_in: str | None
    was_due: date | None
    is_due: date | None
    ended: Ending | None = None

    def change(self, sections: Sequence[str]) -> Change | None:
        """Say what it is to the readers of these sections; `None` where it is nothing to them."""
        was, now = self.was_in in sections, self.is_in in sections
        if not (was and now):
            return "new" if now else "gone" if was else None
        return "redated" if self.was_due != self.is_due else "shifted" if self.was_in != self.is_in else None


@dataclass(frozen=True, slots=True)
class Trace:
    """Hold what a run leaves behind."""

    looks: tuple[Looked, ...] = ()
    """In order: rules, then checks, then what its readers and figures rest on."""
    fetched: tuple[Fetched, ...] = ()
    moves: tuple[Move, ...] = ()
    """What moved in its monitor's ledger with it, `MOVES_KEPT` at most."""
    unlisted: int = 0
    """How many more moved."""


@dataclass(frozen=True, slots=True)
class Moves:
    """Hold what moved in a monitor's ledger with several runs, in the order in which they were written."""

    moves: tuple[Move, ...]
    unlisted: int
    """How many more moved than are known one by one."""
    untraced: int
    """How many of the runs left nothing behind."""


class Traces(Protocol):
    """Keep what runs leave behind; every call may raise StoreUnavailable."""

    def of(self, run_id: str) -> Trace | None:
        """Return what a run left behind; None where nothing was kept of it."""
        ...

    def complete_before(self, run: Run) -> Run | None:
        """Return the complete run of its digest that was written last before it."""
        ...

    def moves(self, run: Run, since: Run | None) -> Moves:
        """Gather what moved with the runs of a monitor after `since` (from the first), up to this one."""
        ...


def traced(monitor: Monitor, plan: DigestPlan, look: Look, to: str, moves: Sequence[Move]) -> Trace:
    """Gather what the run of a digest leaves behind; `to` is the audience in force."""
    shown = {rule.id for rule in monitor.rules_of(plan)}
    relied = {to.removeprefix("people:"), plan.group_by, *plan.figures, plan.cc.people if plan.cc else None}
    rules = (each for each in look.outcomes if each.rule in shown)
    told = [
        *(Looked(each.rule, "rule", *_fared(each)) for each in rules),
        *_answers("check", look.checked),
        *_answers("people", {name: rows for name, rows in look.people.items() if name in relied}),
        *_answers("figure", {name: rows for name, rows in look.figures.items() if name in relied}),
    ]
    return Trace(
        tuple(replace(each, seconds=look.took.get(each.name)) for each in told),
        tuple(Fetched(*each) for each in look.fetched.items()),
        tuple(moves[:MOVES_KEPT]),
        max(0, len(moves) - MOVES_KEPT),
    )


def moved(before: Ledger, after: Iterable[Entry]) -> list[Move]:
    """Compare entries with what the ledger held of them, and keep those that stand elsewhere now."""
    moves = (_move(before.get((each.rule, each.track)), each) for each in after)
    return [each for each in moves if (each.was_in, each.was_due) != (each.is_in, each.is_due)]


def joined(moves: Iterable[Move]) -> list[Move]:
    """Take one move of each finding for all that it made: what came and went again made none."""
    whole: dict[tuple[str, Track], Move] = {}
    for each in moves:
        name = each.rule, each.track
        first = whole.get(name, each)
        whole[name] = replace(each, was_in=first.was_in, was_due=first.was_due)
    return [each for each in whole.values() if (each.was_in, each.was_due) != (each.is_in, each.is_due)]


def _fared(answer: Outcome | Sequence[Row]) -> tuple[int | None, str]:
    if isinstance(answer, Blind):
        return None, answer.why
    return len(answer.findings if isinstance(answer, Seen) else answer), ""


def _answers(kind: QueryKind, answers: Mapping[str, Sequence[Row] | Blind]) -> Iterable[Looked]:
    return (Looked(name, kind, *_fared(answer)) for name, answer in answers.items())


def _move(old: Entry | None, new: Entry) -> Move:
    (was_in, was_due), (is_in, is_due) = _stand(old), _stand(new)
    return Move(new.rule, new.track, new.key, was_in, is_in, was_due, is_due, new.ended)


def _stand(entry: Entry | None) -> tuple[str | None, date | None]:
    shown = entry is not None and entry.ended is None and entry.section is not None
    return (entry.section, entry.due) if entry is not None and shown else (None, None)
