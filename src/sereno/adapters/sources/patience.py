"""Bound one read in time; what another program holds or is writing is waited for, and then told."""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sereno.adapters.clock import age, pause
from sereno.adapters.sources.faults import explain_file, unavailable
from sereno.domain.errors import SourceUnavailable

REST = 1.0
"""Seconds that a file must have been left alone: who writes it may be between two writes."""
_BLOCK = 8 * 2**20

Stamp = tuple[int, int, int]
"""When a file was written, how long it is, and which file it is: a replaced one is another."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Know when a read must be given up."""

    register: str
    place: str
    timeout: float
    until: float

    @property
    def over(self) -> bool:
        """Tell whether the time is up."""
        return time.monotonic() > self.until

    def check(self) -> None:
        """Raise SourceUnavailable when the time is up."""
        if self.over:
            what = f"no ha dado tiempo a leer {self.place} en {self.timeout:g} s"
            raise unavailable(self.register, what, "Compruebe la carga de la máquina, el disco y la red")


def patience(register: str, place: str, timeout: float) -> Patience:
    """Start the time of one read."""
    return Patience(register, place, timeout, time.monotonic() + timeout)


def copy_at_rest(register: str, path: Path, timeout: float) -> bytes:
    """Return a file's bytes as they were at one instant at which nobody was writing it."""
    limit = patience(register, str(path), timeout)
    while True:
        stamp = await_rest(limit, [path])[path]
        copied = copy_unchanged(limit, path, stamp)
        if copied is not None:
            return copied
        _again(limit)


def await_rest(limit: Patience, paths: Iterable[Path]) -> dict[Path, Stamp]:
    """Return the files' stamps once nobody writes them; raise SourceUnavailable where somebody goes on."""
    paths = list(paths)
    stamps = _stamps(limit, paths)
    while any(age(written) < REST for written, *_ in stamps.values()):
        pause(REST)
        later = _stamps(limit, paths)
        if later == stamps:
            break
        stamps = later
        _again(limit)
    return stamps


def copy_unchanged(limit: Patience, path: Path, stamp: Stamp) -> bytes | None:
    """Copy a file, holding it no longer than that takes; None where it is not, or no longer, as stamped.

    What another program holds for itself alone is waited for.
    """
    while True:
        try:
            copied = _copy(limit, path)
        except OSError as error:
            if not may_be_held(error):
                raise explain_file(limit.register, path, error) from error
            _again(limit)
        else:
            unchanged = len(copied) == stamp[1] and _stamps(limit, [path])[path] == stamp
            return copied if unchanged else None


def may_be_held(error: OSError, system: str = os.name) -> bool:
    """Tell whether a file may be open elsewhere: Windows says of that what it says of a missing right."""
    return system == "nt" and isinstance(error, PermissionError)


def _copy(limit: Patience, path: Path) -> bytes:
    blocks: list[bytes] = []
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            blocks.append(block)
            limit.check()
    return b"".join(blocks)


def _stamps(limit: Patience, paths: Iterable[Path]) -> dict[Path, Stamp]:
    return {path: _stamp(limit, path) for path in paths}


def _stamp(limit: Patience, path: Path) -> Stamp:
    try:
        state = path.stat()
    except OSError as error:
        raise explain_file(limit.register, path, error) from error
    return state.st_mtime_ns, state.st_size, state.st_ino


def _again(limit: Patience) -> None:
    if limit.over:
        raise _busy(limit)
    pause(min(REST, limit.timeout) / 4)


def _busy(limit: Patience) -> SourceUnavailable:
    what = f"otro programa está escribiendo {limit.place}, o lo tiene abierto en exclusiva"
    if os.name == "nt":
        what += ", o no hay permiso para leerlo"
    return unavailable(limit.register, what, "Se volverá a leer en otra ronda; si sigue así, ciérrelo")
