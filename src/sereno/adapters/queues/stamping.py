"""Which rows may be stamped: never one that was not asked for."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sereno.engine.mail_ports import Stamp


@dataclass(frozen=True, slots=True)
class Settled:
    """Tell which numbers are to be stamped, and which rows then need no more of it."""

    numbers: tuple[int, ...]
    rows: frozenset[Stamp]


def by_number(rows: Iterable[Stamp]) -> dict[int, set[str]]:
    """Gather the fingerprints of each number, numbers in order."""
    gathered: dict[int, set[str]] = {}
    for number, fingerprint in sorted(rows):
        gathered.setdefault(number, set()).add(fingerprint)
    return gathered


def settle(wanted: Mapping[int, set[str]], waiting: Mapping[int, Collection[str]]) -> Settled:
    """Compare what is to be stamped with what waits under the same numbers now."""
    numbers: list[int] = []
    rows: set[Stamp] = set()
    for number, fingerprints in wanted.items():
        there = frozenset(waiting.get(number, ()))
        shared = bool(there - fingerprints)
        if there and not shared:
            numbers.append(number)
        needless = fingerprints - there if shared else fingerprints
        rows.update((number, fingerprint) for fingerprint in needless)
    return Settled(tuple(numbers), frozenset(rows))
