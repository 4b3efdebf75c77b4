"""What was read lately of something that may be slow or hang: read again in time, by one reader at once."""

import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from sereno.adapters.background import begin
from sereno.domain.errors import SerenoError, SourceUnavailable

FRESH = 60.0
"""Seconds for which a reading is believed."""
FRESH_FAULT = 10.0
"""Seconds for which a failure is."""
INTERRUPTED = "La lectura se ha interrumpido por un defecto del programa: comuníquelo"
Read = TypeVar("Read")


@dataclass(slots=True)
class Latest(Generic[Read]):
    """Remember the latest reading; one that hangs is waited for once, and never begun twice."""

    read: Callable[[], Read]
    name: str = "lectura"
    """Of the thread that reads."""
    begun: "Future[Read] | None" = None
    begun_at: float = 0.0
    ended_at: float = 0.0
    lock: Lock = field(default_factory=Lock)

    @property
    def age(self) -> float:
        """Say how many seconds ago the latest reading ended."""
        return time.monotonic() - self.ended_at

    def ask(self, seconds: float) -> Read:
        """Return the latest reading; wait so many seconds for one, counted from when it was begun.

        Raises what made it impossible, and SourceUnavailable where it has not ended by then.
        """
        future = self._current()
        try:
            return future.result(max(0.0, self.begun_at + seconds - time.monotonic()))
        except TimeoutError:
            waited = time.monotonic() - self.begun_at
            raise SourceUnavailable(
                f"No ha terminado de leerse en {waited:.0f} s: puede estar colgado, o solo ser lento. "
                "Vuelva a cargar la página; si sigue así, «sereno check connection» dice qué no responde"
            ) from None
        except CancelledError as error:
            raise SerenoError(INTERRUPTED) from error

    def _current(self) -> "Future[Read]":
        with self.lock:
            if self.begun is None or (self.begun.done() and self.age > self._lasts(self.begun)):
                self.begun_at = time.monotonic()
                self.begun = begin(self._timed, self.name)
            return self.begun

    def _timed(self) -> Read:
        try:
            return self.read()
        finally:
            self.ended_at = time.monotonic()

    @staticmethod
    def _lasts(ended: "Future[Read]") -> float:
        return FRESH if not ended.cancelled() and ended.exception() is None else FRESH_FAULT
