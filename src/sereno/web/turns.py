"""Whose turn it is to look: one at a time, for Python works at one at a time.

Threads that share it wait for each other at every statement, and all of them end when the last one does.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock

from starlette.exceptions import HTTPException

from sereno.web.catalogue import CROWDED

LATER = {"retry-after": "60"}


@dataclass(slots=True)
class Turns:
    """Let one after the other do its work, in the order in which they came."""

    patience: float
    """Seconds; who has waited for so long goes on beside whoever is stuck."""
    most: int
    """How many may wait at once."""
    lock: Lock = field(default_factory=Lock)
    waiting: deque[Event] = field(default_factory=deque)
    busy: bool = False

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for one's turn, and have it; raise HTTPException where too many wait already."""
        mine = self._take()
        try:
            yield
        finally:
            if mine:
                self._hand_over()

    def _take(self) -> bool:
        """Wait; tell whether the turn came."""
        with self.lock:
            if not self.busy:
                self.busy = True
                return True
            if len(self.waiting) >= self.most:
                raise HTTPException(503, CROWDED, LATER)
            called = Event()
            self.waiting.append(called)
        if called.wait(self.patience):
            return True
        with self.lock:
            if called.is_set():  # in this very moment
                return True
            self.waiting.remove(called)
            return False

    def _hand_over(self) -> None:
        """Call whoever came first; nobody who comes now is before him."""
        with self.lock:
            if self.waiting:
                self.waiting.popleft().set()
            else:
                self.busy = False


PAGES, SHEETS = Turns(patience=2, most=100), Turns(patience=120, most=5)
"""Milliseconds each, and seconds: no page waits for a sheet, and sheets that wait leave threads to pages."""
