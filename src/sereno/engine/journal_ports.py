"""What outlives a process that sends mail: which deliveries it began, and how they ended."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from sereno.domain.outbox import Attempt, Sent


class Journal(Protocol):
    """Note, so that it outlives the process, which mail leaves and how it ended; threads may call."""

    @property
    def claimer_id(self) -> str:
        """Name the process as it claims mail."""
        ...

    def begun(self, delivery_id: str) -> None:
        """Note that the delivery's data is about to be sent; raise StoreUnavailable where it cannot."""
        ...

    def ended(self, attempt: Attempt) -> None:
        """Note how it ended, before anybody is told."""
        ...

    def settled(self, delivery_ids: Collection[str]) -> None:
        """Forget what the outbox has recorded."""
        ...


@dataclass(frozen=True, slots=True)
class Remains:
    """Hold what a dead process left of its journal."""

    claimer_id: str
    same_boot: bool
    told: Mapping[str, Sent]


class Journals(Protocol):
    """Keep the journals of the processes of this machine."""

    def open(self) -> AbstractContextManager[Journal]:
        """Begin one; it goes at the end, unless an exception leaves something to be recovered from it."""
        ...

    def remains(self) -> Iterator[Remains]:
        """Yield what dead processes left, each forgotten once the next is asked for."""
        ...
