"""The roll of open findings: as many as a ledger may hold, asked for a page at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from sereno.domain.ledger import Entry

RollOrder = Literal["digest", "due", "key", "section", "owner", "seen", "told", "replannings"]
"""`digest` is that of the digests: by section, overdue first, then due date and key; it settles all ties."""


@dataclass(frozen=True, slots=True)
class Lot:
    """Name the open findings that share a section of a rule."""

    monitor: str
    rule: str
    section: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Count the open findings of a lot whose rows name one owner."""

    lot: Lot
    owner: str | None
    number: int


@dataclass(frozen=True, slots=True)
class PlacedLot:
    """Say where a lot stands among the others, and how it is called."""

    lot: Lot
    place: int
    """In the order of the digests; lots of one place are shown as one."""
    title: str


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Say which open findings are asked for, and in which order."""

    lots: tuple[PlacedLot, ...]
    owner: str | None = None
    """As the rows name them."""
    text: str = ""
    """Looked for, whatever its case, in one line of key, title, rule, section and owner."""
    seen_by: date | None = None
    """The day at which they had been seen, at the latest."""
    order: RollOrder = "digest"
    falling: bool = False
    """From the greatest down; what has no value stays last."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Hold an open finding of the roll."""

    id: str
    monitor: str
    entry: Entry


class Roll(Protocol):
    """Read what is open, which only rounds change; every call may raise StoreUnavailable."""

    def mark(self) -> str:
        """Return what no two states of the roll share: each round that is written has its part in it.

        Snoozes, and what has become of the mail that told a finding, are no part of it.
        """
        ...

    def told_mark(self) -> str:
        """Return what no two states of the counts of tellings share."""
        ...

    def tally(self) -> list[Tally]:
        """Count all that is open, by lot and owner."""
        ...

    def count(self, inquiry: Inquiry) -> int:
        """Count what is asked for."""
        ...

    def ids(self, inquiry: Inquiry, first: int, number: int) -> list[str]:
        """Name what is asked for, from the `first` (of 0) on, in its order."""
        ...

    def listed(self, ids: Sequence[str]) -> list[Listed]:
        """Return findings whole, with the tellings that count, in this order; not those that ended."""
        ...

    def every(self, inquiry: Inquiry) -> Iterator[Listed]:
        """Yield all that is asked for, in one look, a few at a time."""
        ...
