"""What is open, a page at a time: which lots are asked for, how many there are, which come next."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from sereno.domain.rules import Monitor, Rule
from sereno.engine.kept import Kept
from sereno.engine.open_findings import OpenFinding, Wanted, place_of
from sereno.engine.roll import Inquiry, Listed, Lot, PlacedLot, Roll, Tally

TitleOf = Callable[[Lot], str]
MONITOR = 10_000
"""Places of one monitor, before those of the next."""


@dataclass(frozen=True, slots=True)
class RollCall:
    """Ask the roll; of counts and orders is kept what no round has changed since it was read."""

    monitors: Sequence[Monitor]
    roll: Roll
    today: date
    kept: Kept
    mark: str
    """Of the roll as it stood when the look began."""

    def tally(self) -> Sequence[Tally]:
        """Count what is open of the rules that there are."""
        return self.kept.get(self.mark, "tally", self._tally)

    def lots(self, wanted: Wanted, title: TitleOf, monitor: str = "") -> tuple[PlacedLot, ...]:
        """Place the lots that are asked for."""
        there = self.kept.get(self.mark, "lots", lambda: {each.lot for each in self.tally()})
        return tuple(
            PlacedLot(lot, MONITOR * number + place_of(each, lot.section), title(lot))
            for number, each in enumerate(self.monitors)
            for rule in each.rules
            for lot in sorted((lot for lot in there if _is_of(lot, each, rule)), key=_section)
            if monitor in {"", each.name} and wanted.takes(rule, lot.section)
        )

    def total(self, inquiry: Inquiry) -> int:
        """Count what is asked for."""
        plainly = replace(inquiry, order="digest", falling=False)
        return self.kept.get(self.mark, ("count", plainly), lambda: self._count(plainly))

    def page(self, inquiry: Inquiry, first: int, number: int) -> list[OpenFinding]:
        """List what is asked for, from the `first` (of 0) on; snoozes and tellings as they are now."""
        mark = self.roll.told_mark() if inquiry.order == "told" else self.mark
        ids = self.kept.get(mark, (inquiry, first, number), lambda: self._ids(inquiry, first, number))
        return list(self._found(self.roll.listed(ids)))

    def every(self, inquiry: Inquiry) -> Iterator[OpenFinding]:
        """Yield all that is asked for."""
        return self._found(self.roll.every(inquiry))

    def _found(self, listed: Iterable[Listed]) -> Iterator[OpenFinding]:
        """Say of which rule each is; lots are of rules that there are, and so are the findings in them."""
        known = {
            (monitor.name, rule.id): (monitor, rule) for monitor in self.monitors for rule in monitor.rules
        }
        for each in listed:
            monitor, rule = known[each.monitor, each.entry.rule]
            yield OpenFinding(monitor, rule, each.entry, self.today, each.id)

    def _tally(self) -> Sequence[Tally]:
        known = {(monitor.name, rule.id) for monitor in self.monitors for rule in monitor.rules}
        return [each for each in self.roll.tally() if (each.lot.monitor, each.lot.rule) in known]

    def _count(self, inquiry: Inquiry) -> int:
        if not _is_tallied(inquiry):
            return self.roll.count(inquiry)
        asked = {each.lot for each in inquiry.lots}
        return sum(each.number for each in self.tally() if each.lot in asked and _is_owners(each, inquiry))

    def _ids(self, inquiry: Inquiry, first: int, number: int) -> list[str]:
        """Look only through the lots that the page is of, where the order and the counts tell which."""
        if inquiry.order != "digest" or not _is_tallied(inquiry):
            return self.roll.ids(inquiry, first, number)
        lots, passed = self._window(inquiry, first, first + number)
        return self.roll.ids(replace(inquiry, lots=lots), first - passed, number) if lots else []

    def _window(self, inquiry: Inquiry, first: int, end: int) -> tuple[tuple[PlacedLot, ...], int]:
        """Find the lots that hold what stands from `first` to before `end`; count what comes before them."""
        numbers = Counter[Lot]()
        for each in self.tally():
            numbers[each.lot] += each.number * _is_owners(each, inquiry)
        lots, passed, seen = list[PlacedLot](), 0, 0
        for _, some in groupby(sorted(inquiry.lots, key=_place), key=_place):
            group = list(some)
            here = sum(numbers[each.lot] for each in group)
            if seen + here <= first:
                passed += here
            elif seen < end:
                lots += group
            seen += here
        return tuple(lots), passed


def _is_of(lot: Lot, monitor: Monitor, rule: Rule) -> bool:
    return (lot.monitor, lot.rule) == (monitor.name, rule.id)


def _section(lot: Lot) -> str:
    return lot.section


def _place(each: PlacedLot) -> int:
    return each.place


def _is_tallied(inquiry: Inquiry) -> bool:
    """Tell whether the tally alone says how many are asked for."""
    return not inquiry.text and inquiry.seen_by is None


def _is_owners(each: Tally, inquiry: Inquiry) -> bool:
    return inquiry.owner is None or each.owner == inquiry.owner
