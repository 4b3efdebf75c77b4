"""What the operators are told: changes alone, each of them once.

What was known and what is the case now decide what is told, and what is known from then on:

    known         now              told              known from then on
    ------------  ---------------  ----------------  ------------------------------------------
    nothing       a condition      that it is so     the condition
    a condition   a worse one      that it is worse  the worse one
    a condition   a lesser one     nothing           the lesser one: from there it can worsen
    a condition   it is over       that it is over   that it is over, until CALM has passed
    it is over    a condition      nothing           that it is over, until CALM has passed
    a condition   not to be seen   nothing           nothing: it may be raised again

Where the end of a kind of subject is not told (its manner says so), it is forgotten without a word.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sereno.domain.wallclock import utc

MARK = 0
"""The level of what is remembered and is no alarm: what was told last, and when."""
OVER = -1
"""The level of what the operators were told to be over, a short while ago."""
CALM = timedelta(hours=1)
"""How long after that it is watched before it is told to be so again: it may only flicker."""
LINES_KEPT = 50
"""So many lines are remembered of a subject that lingers."""
_NUMBER = re.compile(r"0x[0-9a-f]+|[0-9]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Remember what the operators were told of a subject that is not over."""

    subject: str
    """`job/brass`, `digest/brass/diario`, `mail/dead`, `calendar`."""
    level: int
    """How bad it was when they were told last: they are told again when it is worse."""
    text: str
    since: datetime
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Condition:
    """Say what is the case now and should not be."""

    subject: str
    level: int
    """From 1 on; the more, the worse."""
    text: str
    detail: str = ""
    """What goes with it when it is told, and is not remembered."""


@dataclass(frozen=True, slots=True)
class Change:
    """Say what the operators do not know yet."""

    kind: Literal["raised", "worse", "over"]
    subject: str
    level: int
    """Of what is over: what it was."""
    text: str
    detail: str
    since: datetime
    """When it began, as far as they were told."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Hold what is told now, and what is known from then on."""

    told: tuple[Change, ...]
    known: tuple[Alarm, ...]
    """What is to be remembered, beside what is remembered already."""
    over: frozenset[str]
    """Subjects to be forgotten."""


@dataclass(frozen=True, slots=True)
class Manner:
    """Say how a kind of subject is told."""

    told_over: bool = True
    """Its end is told too."""
    by_line: bool = False
    """A line of text that was not there before is something to tell, whatever the level."""
    rests: timedelta = timedelta()
    """How long after it was told it is not told to be worse."""
    lingers: timedelta = timedelta()
    """How long after it was told it is remembered at least, though it be over: it may only have paused."""


EVENT = Manner(told_over=False, by_line=True, lingers=timedelta(days=1))
MANNERS: Mapping[str, Manner] = {
    "mail": Manner(told_over=False, rests=timedelta(hours=1)),  # counts that go up and down
    "calendar": Manner(by_line=True),
    "settings": Manner(by_line=True),
    "cycle": EVENT,
    "clock": EVENT,
}
"""By the first part of a subject; any other has none of its own."""
PLAIN = Manner()


def decide(
    known: Mapping[str, Alarm], conditions: Sequence[Condition], seen: Collection[str], now: datetime
) -> Changes:
    """Hold what is the case against what the operators know.

    `seen` are the subjects that could be looked at: of any other nobody can say that it is over.
    """
    current = {each.subject: each for each in conditions}
    calm = {subject for subject, each in known.items() if each.level == OVER and _is_within(CALM, each, now)}
    told, alarms = [], []
    for condition in (each for subject, each in current.items() if subject not in calm):
        alarm = _open(known.get(condition.subject))
        change = _change(alarm, condition, now)
        if change is not None:
            told.append(change)
            text = _remembered(alarm, change)
            alarms.append(Alarm(change.subject, change.level, text, change.since, now))
        elif alarm is not None and _is_less(alarm, condition):
            alarms.append(replace(alarm, level=min(alarm.level, condition.level), text=condition.text))
    ended = [alarm for subject, alarm in known.items() if subject not in current and _may_end(alarm, now)]
    solved = [each for each in ended if _is_told_over(each, seen)]
    told += map(_over, solved)
    alarms += [replace(each, level=OVER, told_at=now) for each in solved]
    forgotten = {each.subject for each in ended} - {each.subject for each in solved}
    return Changes(tuple(told), tuple(alarms), frozenset(forgotten))


def _open(alarm: Alarm | None) -> Alarm | None:
    return None if alarm is None or alarm.level == OVER else alarm


def manner(subject: str) -> Manner:
    """Return how a subject is told."""
    return MANNERS.get(subject.partition("/")[0], PLAIN)


def _change(alarm: Alarm | None, condition: Condition, now: datetime) -> Change | None:
    if alarm is None:
        return _told("raised", condition, now)
    how = manner(condition.subject)
    if _is_within(how.rests, alarm, now):
        return None
    worse = condition.level > alarm.level or (how.by_line and bool(_new_lines(alarm, condition)))
    return _told("worse", condition, alarm.since) if worse else None


def _told(kind: Literal["raised", "worse"], condition: Condition, since: datetime) -> Change:
    return Change(kind, condition.subject, condition.level, condition.text, condition.detail, since)


def _over(alarm: Alarm) -> Change:
    return Change("over", alarm.subject, alarm.level, alarm.text, "", alarm.since)


def _is_less(alarm: Alarm, condition: Condition) -> bool:
    """Tell whether it is better than was told, so that it can worsen from there."""
    how = manner(condition.subject)
    fewer = how.by_line and not how.lingers and condition.text != alarm.text
    return condition.level < alarm.level or fewer


def _remembered(alarm: Alarm | None, change: Change) -> str:
    """Return what is known to have been told; what lingers keeps what it said before."""
    if alarm is None or not manner(change.subject).lingers:
        return change.text
    lines = dict.fromkeys((*alarm.text.splitlines(), *change.text.splitlines()))
    return "\n".join(list(lines)[-LINES_KEPT:])


def _new_lines(alarm: Alarm, condition: Condition) -> set[str]:
    return _gist(condition.text) - _gist(alarm.text)


def _gist(text: str) -> set[str]:
    """Return what lines say but for numbers: a line that has moved, an address in memory, are no news."""
    return {_NUMBER.sub("#", line) for line in text.splitlines()}


def _may_end(alarm: Alarm, now: datetime) -> bool:
    lasts = CALM if alarm.level == OVER else manner(alarm.subject).lingers
    return alarm.level != MARK and not _is_within(lasts, alarm, now)


def _is_told_over(alarm: Alarm, seen: Collection[str]) -> bool:
    return alarm.level != OVER and alarm.subject in seen and manner(alarm.subject).told_over


def _is_within(span: timedelta, alarm: Alarm, now: datetime) -> bool:
    """Tell whether it was told so short a while ago; not where a clock that was set back says later."""
    return timedelta() <= utc(now) - utc(alarm.told_at) < span
