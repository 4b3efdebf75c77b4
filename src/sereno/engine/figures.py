"""The figures behind the plots: what the store counts, as ages, weeks, plans, monitors and owners."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from sereno.domain.steps import StepKind
from sereno.domain.wallclock import first_reading, zone_of
from sereno.engine.history import History, Looked, Scope

WEEK = timedelta(days=7)
AGES = (7, 30, 90, 180, 365)
"""Days up to which an age counts as one of a kind; beyond the last is one more."""
DELAYS = (7, 30, 90)
"""Days by which a plan is put off, likewise."""
TIMES = 3
"""So often replanned, or oftener, is one kind."""
OWNERS = 12
"""Owners that are shown by name; the others are counted together."""
Sight = Literal["whole", "partly", "unseen", "before"]
"""How much of a week was seen: but for a `whole` one, nothing counted is not known, and no zero."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Hold what the store counts of what is asked for."""

    today: date
    known_from: date
    monitors: tuple[str, ...]
    first_seen: Mapping[date, int]
    by_monitor: Mapping[str, int]
    by_owner: Mapping[str | None, int]
    by_replannings: Mapping[int, int]
    """Of the rules that hold dates for plans."""
    steps: Mapping[tuple[str, StepKind, date], int]
    shifts: Mapping[int, int]
    looks: Sequence[Looked]
    first_looks: Mapping[str, datetime]
    neglected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Week:
    """Count what happened in a week, from Monday on, and say how much of it was seen."""

    start: date
    counts: Mapping[StepKind, int]
    sight: Sight
    blind: tuple[str, ...] = ()
    """Monitors of which a digest ended the week blind."""
    unwatched: tuple[str, ...] = ()
    """Monitors that nobody looked at."""
    first: tuple[str, ...] = ()
    """Monitors that were looked at for the first time."""
    there: int = 0
    """What stood in their lists that day: nobody knows when it came, and it is in no count."""
    unfinished: bool = False

    def count(self, *kinds: StepKind) -> int | None:
        """Count steps of these kinds; `None` where that cannot be known."""
        number = sum(self.counts.get(kind, 0) for kind in kinds)
        return number if number or self.sight == "whole" else None


@dataclass(frozen=True, slots=True)
class Slips:
    """Tell by how much plans were moved."""

    sooner: int
    later: tuple[int, ...]
    """By at most each of `DELAYS` days, and by more."""
    typical: int | None
    """The median of days by which those were put off that were."""

    @property
    def total(self) -> int:
        """Count the moves."""
        return self.sooner + sum(self.later)


@dataclass(frozen=True, slots=True)
class Share:
    """Count what is open of one monitor or owner; `number` is None where nobody has ever looked."""

    name: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Hold every figure of one look at the past."""

    open: int
    ages: tuple[int, ...]
    weeks: tuple[Week, ...]
    replannings: tuple[int, ...]
    """Never, once, …, `TIMES` or oftener."""
    slips: Slips
    monitors: tuple[Share, ...]
    owners: tuple[Share, ...]
    others: Share
    """The owners that are not named, counted together; its name is how many they are."""
    ownerless: int
    known_from: date
    blind: tuple[str, ...]
    """Monitors whose last look was blind: what is open there is as it was seen before."""
    never: tuple[str, ...]
    """Monitors that nobody has looked at."""
    neglected: tuple[str, ...]
    """Monitors that nobody looks at any more, or not when it is owed: likewise, where they are not blind."""

    @property
    def uncertain(self) -> frozenset[str]:
        """Name the monitors of which what is open may be otherwise by now."""
        return frozenset({*self.blind, *self.never, *self.neglected})


def read_facts(
    history: History,
    scope: Scope,
    plans: Scope,
    now: datetime,
    weeks: int,
    neglected: Sequence[str] = (),
) -> Facts:
    """Ask the store for all that the figures are made of.

    `plans` holds the rules that replan; `neglected`, who is not looked at as it should be.
    """
    since = _monday(now.date()) - (weeks - 1) * WEEK
    return Facts(
        today=now.date(),
        known_from=history.known_from().date(),
        monitors=tuple(scope.rules),
        first_seen=history.first_seen(scope),
        by_monitor=history.by_monitor(scope),
        by_owner=history.by_owner(scope),
        by_replannings=history.by_replannings(plans),
        steps=history.steps_by_day(scope, since),
        shifts=history.shifts(plans, since),
        looks=history.looks(first_reading(since, time(), zone_of(now))),
        first_looks=history.first_looks(),
        neglected=tuple(neglected),
    )


def figures(facts: Facts, weeks: int) -> Figures:
    """Make the figures of what the store counted."""
    named, others, ownerless = _owners(facts.by_owner)
    never = tuple(name for name in facts.monitors if name not in facts.first_looks)
    blind = _blind(facts.monitors, facts.looks)
    left = (name for name in facts.monitors if name in facts.neglected and name not in {*blind, *never})
    return Figures(
        open=sum(facts.first_seen.values()),
        ages=_binned(((facts.today - day).days, times) for day, times in facts.first_seen.items()),
        weeks=tuple(_weeks(facts, weeks)),
        replannings=_replannings(facts.by_replannings),
        slips=_slips(facts.shifts),
        monitors=tuple(Share(name, _of_monitor(name, facts, never)) for name in facts.monitors),
        owners=named,
        others=others,
        ownerless=ownerless,
        known_from=facts.known_from,
        blind=blind,
        never=never,
        neglected=tuple(left),
    )


def _of_monitor(name: str, facts: Facts, never: Sequence[str]) -> int | None:
    number = facts.by_monitor.get(name, 0)
    return None if name in never and not number else number


def _binned(counted: Iterable[tuple[int, int]], edges: Sequence[int] = AGES) -> tuple[int, ...]:
    bins = [0] * (len(edges) + 1)
    for days, times in counted:
        bins[sum(edge < days for edge in edges)] += times
    return tuple(bins)


def _replannings(counted: Mapping[int, int]) -> tuple[int, ...]:
    bins = [0] * (TIMES + 1)
    for times, number in counted.items():
        bins[min(times, TIMES)] += number
    return tuple(bins)


def _slips(moved: Mapping[int, int]) -> Slips:
    later = {days: times for days, times in moved.items() if days > 0}
    return Slips(sum(moved.values()) - sum(later.values()), _binned(later.items(), DELAYS), _middle(later))


def _middle(counted: Mapping[int, int]) -> int | None:
    """Return the lower median of what is counted."""
    half, passed = (sum(counted.values()) + 1) // 2, 0
    for days in sorted(counted):
        passed += counted[days]
        if passed >= half:
            return days
    return None


def _owners(counted: Mapping[str | None, int]) -> tuple[tuple[Share, ...], Share, int]:
    ordered = sorted(
        ((name, number) for name, number in counted.items() if name is not None),
        key=lambda each: (-each[1], each[0].casefold(), each[0]),
    )
    named = tuple(Share(name, number) for name, number in ordered[:OWNERS])
    rest = ordered[OWNERS:]
    return named, Share(str(len(rest)), sum(number for _, number in rest)), counted.get(None, 0)


def _weeks(facts: Facts, number: int) -> Iterable[Week]:
    counts: dict[date, Counter[StepKind | None]] = {}
    for (monitor, kind, day), times in facts.steps.items():
        first = facts.first_looks.get(monitor)
        there = kind == "opened" and (first is None or day <= first.date())
        counts.setdefault(_monday(day), Counter())[None if there else kind] += times
    looks: dict[date, list[Looked]] = {}
    for each in facts.looks:
        if each.monitor in facts.monitors:
            looks.setdefault(_monday(each.at.date()), []).append(each)
    this = _monday(facts.today)
    for start in (this - back * WEEK for back in reversed(range(number))):
        yield _week(start, counts.get(start, {}), looks.get(start, ()), facts)


def _week(start: date, counted: Mapping[StepKind | None, int], looks: Sequence[Looked], facts: Facts) -> Week:
    end = start + WEEK
    counts = {kind: times for kind, times in counted.items() if kind is not None}
    firsts = {name: at.date() for name, at in facts.first_looks.items() if name in facts.monitors}
    watched = tuple(name for name in facts.monitors if name in firsts and firsts[name] < end)
    if facts.known_from >= end or not watched:
        return Week(start, counts, "before")
    looked = {each.monitor for each in looks}
    blind = _blind(watched, looks)
    unwatched = tuple(name for name in watched if name not in looked)
    first = tuple(name for name in watched if firsts[name] >= start)
    partial = bool(blind or unwatched or first) or facts.known_from >= start
    seen = any(each.state != "blind" for each in looks)
    return Week(
        start,
        counts,
        ("partly" if partial else "whole") if seen else "unseen",
        blind,
        unwatched,
        first,
        counted.get(None, 0),
        unfinished=facts.today < end - timedelta(days=1),
    )


def _blind(monitors: Iterable[str], looks: Iterable[Looked]) -> tuple[str, ...]:
    """Name the monitors of which the last look of a digest was blind; looks come oldest first."""
    last = {(each.monitor, each.digest): each.state for each in looks}
    blind = {monitor for (monitor, _), state in last.items() if state == "blind"}
    return tuple(name for name in monitors if name in blind)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
