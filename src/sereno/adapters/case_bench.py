"""Try monitors' cases beside what asks for them, once for each state of their files."""

from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from sereno.adapters.background import begin
from sereno.adapters.cycles import stamp_of
from sereno.adapters.monitors import load_monitor
from sereno.adapters.workshop import SKELETON, Tried, Workshop
from sereno.domain.errors import SerenoError
from sereno.domain.rules import Monitor

INTERRUPTED = "la prueba se ha interrumpido por un defecto; «sereno check monitors» dice cuál"
Stamps: TypeAlias = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """Hold how a monitor's cases ended, and the monitor as its files now tell it."""

    monitor: Monitor
    tried: tuple[Tried, ...]


@dataclass(frozen=True, slots=True)
class CaseBench:
    """Remember of each folder how its cases ended; nobody waits longer than asked."""

    workshop: Workshop
    kept: dict[Path, tuple[Stamps, "Future[Trial]"]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def trial(self, folder: Path, seconds: float) -> Trial | None:
        """Return how the cases ended, None while they are still being tried; seconds bound the wait.

        Raises SerenoError for what keeps them from being tried, files that cannot be read among it.
        """
        try:
            return self._begun(folder).result(seconds)
        except TimeoutError:
            return None
        except CancelledError as error:
            raise SerenoError(INTERRUPTED) from error

    def _begun(self, folder: Path) -> "Future[Trial]":
        stamps = tuple(tuple(stamp_of(str(folder / name)) or ()) for name in SKELETON)
        with self.lock:
            known, future = self.kept.get(folder, ((), None))
            if future is None or known != stamps:
                future = begin(lambda: self._try(folder), "casos")
                self.kept[folder] = (stamps, future)
        return future

    def _try(self, folder: Path) -> Trial:
        return Trial(load_monitor(folder), tuple(self.workshop.try_cases(folder)))
