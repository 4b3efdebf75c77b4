"""What operators are told of: a thing once when it begins, when it gets worse, and when it is over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sereno.domain.wallclock import utc

What = Literal["begins", "worse", "over"]

CALM = timedelta(hours=1)
"""How long after its end a thing that begins again is watched before it is told: it may only flicker."""
OVER = 0
"""The level of what has ended."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Remember what the operators were told of a subject."""

    subject: str
    """`job/brass`, `digest/brass/diario`, `mail/dead`, `calendar`."""
    level: int
    """How bad it was when they were told last; OVER where they were told that it is over."""
    text: str
    since: datetime
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Condition:
    """Say that something is not as it should be, and how bad it is, from 1 on."""

    subject: str
    level: int
    text: str
    counts: bool = False
    """The level is a number of things: that it falls, even to none, needs no words."""


@dataclass(frozen=True, slots=True)
class Change:
    """Hold what is to be told of a subject."""

    what: What
    subject: str
    text: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Changes:
    """Hold what is to be told, and what is then known."""

    told: tuple[Change, ...]
    alarms: tuple[Alarm, ...]
    """In the place of those of the same subject."""
    forgotten: frozenset[str]
    """Subjects of which nothing more needs to be known."""


def changes(known: Mapping[str, Alarm], found: Iterable[Condition], now: datetime) -> Changes:
    """Hold what is found now against what the operators know."""
    conditions = {each.subject: each for each in found}
    steps = [_begun(condition, known.get(subject), now) for subject, condition in conditions.items()]
    steps += [_ended(alarm, now) for subject, alarm in known.items() if subject not in conditions]
    return Changes(
        told=tuple(change for change, _ in steps if change is not None),
        alarms=tuple(alarm for _, alarm in steps if isinstance(alarm, Alarm)),
        forgotten=frozenset(alarm for _, alarm in steps if isinstance(alarm, str)),
    )


Step = tuple[Change | None, Alarm | str | None]
"""What is told, and what is then known: an alarm, a subject to forget, nothing new."""


def _begun(condition: Condition, alarm: Alarm | None, now: datetime) -> Step:
    if alarm is None or alarm.level == OVER:
        if alarm is not None and utc(now) - utc(alarm.told_at) < CALM:
            return None, None
        fresh = Alarm(condition.subject, _signed(condition), condition.text, now, now)
        return Change("begins", condition.subject, condition.text, now), fresh
    if condition.level > abs(alarm.level):
        worse = replace(alarm, level=_signed(condition), text=condition.text, told_at=now)
        return Change("worse", condition.subject, condition.text, alarm.since), worse
    if condition.level < abs(alarm.level):
        return None, replace(alarm, level=_signed(condition), text=condition.text)
    return None, None


def _ended(alarm: Alarm, now: datetime) -> Step:
    """Tell that it is over; what only counts, and what has long been over, is forgotten without a word."""
    if alarm.level > OVER:
        over = replace(alarm, level=OVER, told_at=now)
        return Change("over", alarm.subject, alarm.text, alarm.since), over
    if alarm.level < OVER or utc(now) - utc(alarm.told_at) >= CALM:
        return None, alarm.subject
    return None, None


def _signed(condition: Condition) -> int:
    """Keep of what only counts that it does: its level is below zero."""
    return -condition.level if condition.counts else condition.level


def worst_first(told: Sequence[Change]) -> list[Change]:
    """Order changes: what begins or gets worse before what is over."""
    return sorted(told, key=lambda each: (each.what == "over", each.subject))
