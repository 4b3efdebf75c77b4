"""What is asked of the store about the past: the history of one finding, and counts over all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sereno.domain.ledger import Entry
from sereno.domain.steps import Step, StepKind
from sereno.engine.records import Notice, RunState


@dataclass(frozen=True, slots=True)
class Scope:
    """Say which findings are counted."""

    rules: Mapping[str, frozenset[str]]
    """The rules of each monitor that is looked at."""
    owner: str | None = None
    """As the ledger names them last; `None` for all."""


@dataclass(frozen=True, slots=True)
class Followed:
    """Hold an entry of the ledger with the monitor that follows it."""

    monitor: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Looked:
    """Tell how a run ended: whether its digest saw everything."""

    monitor: str
    digest: str
    state: RunState
    at: datetime


class History(Protocol):
    """Tell the past; every call may raise StoreUnavailable. What is open stands in a list (`is_listed`)."""

    def latest_run(self) -> str:
        """Name the run that was recorded last; empty where there is none. The ledger changes with runs."""
        ...

    def known_from(self) -> datetime:
        """Tell since when steps are noted."""
        ...

    def finding(self, name: str) -> Followed | None:
        """Return the entry of that name (`finding_id`), ended or not, with the tellings that count."""
        ...

    def steps(self, name: str) -> list[Step]:
        """Return what happened to the finding of that name, in the order in which it was noted."""
        ...

    def notices(self, name: str) -> list[Notice]:
        """Return who was told of the finding of that name, oldest first."""
        ...

    def first_seen(self, scope: Scope) -> Mapping[date, int]:
        """Count what is open by the day on which it was first seen."""
        ...

    def by_monitor(self, scope: Scope) -> Mapping[str, int]:
        """Count what is open by monitor."""
        ...

    def by_owner(self, scope: Scope) -> Mapping[str | None, int]:
        """Count what is open by owner; `None` stands for what has none."""
        ...

    def by_replannings(self, scope: Scope) -> Mapping[int, int]:
        """Count what is open by how often it was replanned."""
        ...

    def steps_by_day(self, scope: Scope, since: date) -> Mapping[tuple[str, StepKind, date], int]:
        """Count the steps of each monitor and kind, by day."""
        ...

    def shifts(self, scope: Scope, since: date) -> Mapping[int, int]:
        """Count how plans were moved (`replanned`) from then on, by days; below 0 to an earlier date."""
        ...

    def looks(self, since: datetime) -> Sequence[Looked]:
        """Return how each run ended that looked, and finished at or after `since`, oldest first."""
        ...

    def first_looks(self) -> Mapping[str, datetime]:
        """Tell when the first look of each monitor ended that was not blind, of those that are kept."""
        ...
