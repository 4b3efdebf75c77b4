"""What may go wrong at any instant of a simulated year: the store fails, or the master dies at a write."""

from collections.abc import Callable
from random import Random
from typing import Any

from sereno.domain.errors import StoreUnavailable

WRITES = frozenset(
    {
        *("count_cycle", "open_period", "record", "record_job"),
        *("take", "let_go", "job_started", "account", "tell"),
    }
)
PARTS = frozenset({"logbook"})


class Died(BaseException):
    """The master's process is gone, at once, with all it had in hand."""


class PerilousStore:
    """Lend a store whose every write may fail, or be the last thing that the master does."""

    def __init__(self, real: Any, rng: Random, peril: Callable[[], float], disk_full: Callable[[], bool]):
        self._real, self._rng, self._peril, self._full = real, rng, peril, disk_full

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if name in PARTS:
            return PerilousStore(found, self._rng, self._peril, self._full)
        return self._risked(found) if name in WRITES else found

    def _risked(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def risked(*args: Any, **options: Any) -> Any:
            if self._full():
                raise StoreUnavailable("el almacén: no queda espacio en el disco")
            danger = self._rng.random()
            if danger < self._peril() / 2:
                raise Died
            done = write(*args, **options)
            if danger > 1 - self._peril() / 2:
                raise Died
            return done

        return risked
