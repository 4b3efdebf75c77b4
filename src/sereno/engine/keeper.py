"""What housekeeping asks of the store."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, get_args

from sereno.domain.outbox import State

Waste = Literal[
    "own_bytes",
    "foreign_bytes",
    "notices",
    "tellings",
    "mail",
    "runs",
    "missed",
    "periods",
    "refusals",
    "jobs",
    "sessions",
    "deeds",
    "codes",
]
"""What may go, in the order in which it does: what rests on something goes before it.

`own_bytes`, `foreign_bytes`: what was sent, of our own mail and of queues; `mail`: messages on which nothing
rests, with their deliveries, attempts and the row of the queue that they were taken from; `deeds`: what
people did.
"""
WASTES: tuple[Waste, ...] = get_args(Waste)

SETTLED: frozenset[State] = frozenset({"accepted", "diverted", "dropped"})
"""What has ended, so that nobody needs to decide anything more."""
KEPT_RUNS = 100
"""The latest runs of each digest that stay however old, of each state by itself."""
KEPT_RESULTS = 100
"""The latest results of each job that stay however old: durations are reckoned from them."""


@dataclass(frozen=True, slots=True)
class Gone:
    """Count what went: rows, and bytes where they can be told."""

    rows: int = 0
    bytes: int = 0

    def __add__(self, other: "Gone") -> "Gone":
        """Count both."""
        return Gone(self.rows + other.rows, self.bytes + other.bytes)


@dataclass(frozen=True, slots=True)
class Space:
    """Tell how much room the store takes, in bytes."""

    used: int = 0
    idle: int = 0
    """Of those, held free for what comes."""
    disk_free: int | None = None
    """Where the store is a file of this machine."""


class Keeper(Protocol):
    """Look after the store; every call may raise StoreUnavailable."""

    def prune(self, what: Waste, before: datetime, most: int) -> Iterator[Gone]:
        """Take away what was over before then; yield after each transaction, of `most` rows at the most."""
        ...

    def shrink(self, most: int) -> Iterator[int]:
        """Give room back where a quarter is idle and nobody needs it; yield the bytes of each transaction.

        `most` pages at a time, where the database can do so.
        """
        ...

    def space(self) -> Space:
        """Tell how much room the store takes."""
        ...
