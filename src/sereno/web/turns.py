"""Whose turn it is to look: one at a time, for Python works at one at a time.

Threads that share it wait for each other at every statement, and all of them end when the last one does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Semaphore


@dataclass(frozen=True, slots=True)
class Turns:
    """Let one after the other do its work, in the order in which they came."""

    patience: float
    """Seconds; who has waited for so long goes on beside whoever is stuck."""
    free: Semaphore = field(default_factory=Semaphore)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for one's turn, and have it."""
        mine = self.free.acquire(timeout=self.patience)
        try:
            yield
        finally:
            if mine:
                self.free.release()


PAGES, SHEETS = Turns(patience=2), Turns(patience=60)
"""Milliseconds each, and seconds: no page waits for a sheet."""
