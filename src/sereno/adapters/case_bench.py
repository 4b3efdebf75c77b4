"""Try monitors' cases beside what asks for them, once for each state of their files."""

import time
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
    kept: dict[Path, tuple[Stamps, "Future[Trial]", float]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def trial(self, folder: Path, seconds: float) -> Trial | None:
        """Return how the cases ended, None while they are tried; the wait counts from their begin.

        Raises SerenoError for what keeps them from being tried, files that cannot be read among it.
        """
        future, begun_at = self._begun(folder)
        try:
            return future.result(max(0.0, begun_at + seconds - time.monotonic()))
        except TimeoutError:
            return None
        except CancelledError as error:
            raise SerenoError(INTERRUPTED) from error

    def _begun(self, folder: Path) -> tuple["Future[Trial]", float]:
        stamps = tuple(tuple(stamp_of(str(folder / name)) or ()) for name in SKELETON)
        with self.lock:
            if folder not in self.kept or self.kept[folder][0] != stamps:
                future = begin(lambda: self._try(folder), "casos")
                self.kept[folder] = (stamps, future, time.monotonic())
            _, future, begun_at = self.kept[folder]
        return future, begun_at

    def _try(self, folder: Path) -> Trial:
        return Trial(load_monitor(folder), tuple(self.workshop.try_cases(folder)))
