"""The roll of open findings of the store in memory."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sereno.adapters.store.memory_ledger import MemoryLedger
from sereno.adapters.store.memory_mail import Shelf
from sereno.adapters.store.roll_rows import folded, is_on_the_roll, urgency_text
from sereno.domain.finding_names import finding_id
from sereno.domain.ledger import Entry
from sereno.engine.open_findings import key_text
from sereno.engine.roll import Inquiry, Listed, Lot, PlacedLot, RollOrder, Tally

Line = tuple[Listed, PlacedLot]


@dataclass(frozen=True, slots=True)
class MemoryRoll:
    """Read what is open."""

    shelf: Shelf
    ledger: MemoryLedger
    counts: Callable[[str | None], bool]
    """Tells whether what a message told counts as told."""

    def mark(self) -> str:
        """Return what no two states of the roll share."""
        return str(self.ledger.changes)

    def told_mark(self) -> str:
        """Return what no two states of the counts of tellings share."""
        with self.shelf.lock:
            void = hash(tuple(sorted(name for name in self.shelf.messages if not self.counts(name))))
        return f"{self.ledger.changes} {void}"

    def tally(self) -> list[Tally]:
        """Count all that is open, by lot and owner."""
        found = Counter((_lot(each), each.entry.owner) for each in self._open())
        return [Tally(lot, owner, number) for (lot, owner), number in found.items()]

    def count(self, inquiry: Inquiry) -> int:
        """Count what is asked for."""
        return len(self._asked(inquiry))

    def ids(self, inquiry: Inquiry, first: int, number: int) -> list[str]:
        """Name what is asked for, from the `first` (of 0) on, in its order."""
        return [each.id for each in self._ordered(inquiry)[first : first + number]]

    def listed(self, ids: Sequence[str]) -> list[Listed]:
        """Return findings whole, with the tellings that count, in the order given."""
        found = {each.id: each for each in self._open()}
        return [found[name] for name in ids if name in found]

    def every(self, inquiry: Inquiry) -> Iterator[Listed]:
        """Yield all that is asked for, in one look."""
        yield from self._ordered(inquiry)

    def _open(self) -> list[Listed]:
        with self.shelf.lock:
            found = self.ledger.every(self.counts)
        return [
            Listed(finding_id(monitor, entry.rule, entry.track), monitor, entry)
            for monitor, entry in found
            if is_on_the_roll(entry)
        ]

    def _asked(self, inquiry: Inquiry) -> list[Line]:
        lots = {each.lot: each for each in inquiry.lots}
        lines = ((each, lots[_lot(each)]) for each in self._open() if _lot(each) in lots)
        return [line for line in lines if _is_asked(line, inquiry)]

    def _ordered(self, inquiry: Inquiry) -> list[Listed]:
        lines = sorted(self._asked(inquiry), key=_tie)
        if inquiry.order != "digest":
            valued = [line for line in lines if _value(line, inquiry.order) is not None]
            blank = [line for line in lines if _value(line, inquiry.order) is None]
            falling = sorted(valued, key=partial(_value, order=inquiry.order), reverse=inquiry.falling)
            lines = falling + blank
        return [each for each, _ in lines]


def told_since_seen(entry: Entry) -> int:
    """Count how often a finding was told since it was first seen."""
    return sum(each.times for each in entry.tellings if each.on >= entry.first_seen)


def _lot(each: Listed) -> Lot:
    return Lot(each.monitor, each.entry.rule, each.entry.section or "")


def _is_asked(line: Line, inquiry: Inquiry) -> bool:
    each, lot = line
    entry = each.entry
    words = (key_text(entry.key), lot.title, lot.lot.rule, lot.lot.section, entry.owner or "")
    return (
        (inquiry.owner is None or entry.owner == inquiry.owner)
        and (inquiry.seen_by is None or entry.first_seen <= inquiry.seen_by)
        and folded(inquiry.text) in folded(" ".join(words))
    )


def _tie(line: Line) -> tuple[int, str, str, str]:
    each, lot = line
    return lot.place, urgency_text(each.entry.due, each.entry.key), each.entry.rule, each.id


def _value(line: Line, order: RollOrder) -> Any:  # noqa: ANN401  what is compared
    entry = line[0].entry
    values: dict[RollOrder, Callable[[], Any]] = {
        "due": lambda: entry.due,
        "key": lambda: folded(key_text(entry.key)),
        "section": line[1].title.casefold,
        "owner": lambda: None if entry.owner is None else folded(entry.owner),
        "seen": lambda: entry.first_seen,
        "told": partial(told_since_seen, entry),
        "replannings": lambda: entry.replannings,
    }
    return values[order]()
