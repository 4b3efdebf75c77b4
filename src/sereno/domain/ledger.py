"""The finding ledger, an entry per (rule, track): what is new, was told, was replanned, has ended."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sereno.domain.findings import Cell, Finding
from sereno.domain.rules import DigestPlan, Edge, Rule, Setting

Track = tuple[Cell, ...]
Ending = Literal["resolved", "expired"]
Mark = Literal["new", "moved", "replanned", "redated", "again", "known"]
WorkingDays = Callable[[date, date], int]
"""Count the working days from one date to another."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Recall that a finding was told in a message that is not dead (or was known before we went live)."""

    digest: str
    period: str
    section: str
    due: date | None
    on: date
    times: int = 1
    """How often it was told alike up to then, where those between are left out (`condensed`)."""


@dataclass(frozen=True, slots=True)
class Snooze:
    """Recall that somebody put a finding off, and why."""

    until: date
    by: str
    reason: str
    due: date | None
    """The due date it was put off for; another one ends the snooze."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Follow one finding from day to day."""

    rule: str
    track: Track
    key: Track
    first_seen: date
    last_seen: date
    due: date | None
    section: str | None
    owner: str | None = None
    replanned_from: date | None = None
    replannings: int = 0
    ended: Ending | None = None
    ended_on: date | None = None
    tellings: tuple[Telling, ...] = ()
    snooze: Snooze | None = None

    def told_by(self, digest: str) -> tuple[Telling, ...]:
        """Return this digest's tellings since the finding was first seen, oldest first."""
        return tuple(each for each in self.tellings if each.digest == digest and each.on >= self.first_seen)


Ledger = Mapping[tuple[str, Track], Entry]


def follow(
    rule: Rule, findings: Sequence[Finding], ledger: Ledger, today: date, settings: Mapping[str, Setting]
) -> list[Entry]:
    """Bring the rule's entries up to date with what a *seen* rule found; a blind rule is not followed.

    What is no longer found has ended: resolved, or expired where it only grew too old for the rule's window.
    """
    seen = [_seen(finding, ledger.get((rule.id, finding.track)), rule, today) for finding in findings]
    tracks = {entry.track for entry in seen}
    gone = [
        _ended(entry, rule, today, settings)
        for (owner, track), entry in ledger.items()
        if owner == rule.id and track not in tracks and entry.ended is None
    ]
    return seen + gone


def mark(
    entry: Entry, finding: Finding, rule: Rule, plan: DigestPlan, today: date, working_days: WorkingDays
) -> Mark:
    """Say what is new about a finding for the readers of a digest; `known` is nothing."""
    told = entry.told_by(plan.name)
    if not told:
        return "new"
    here = [each for each in told if each.due == finding.due]
    if not here and rule.replans and finding.due is not None:
        return "replanned"
    if finding.section not in {each.section for each in here}:
        # Another date in the same list, where dates are not replanned, is told again and is no move.
        return "moved" if told[-1].section != finding.section else "redated"
    overdue = [each for each in here if each.section == finding.section]
    if _is_overdue(finding) and _ladder_owes(overdue, plan.repeat, today, working_days):
        return "again"
    return "known"


def condensed(tellings: Sequence[Telling], first_seen: date) -> tuple[Telling, ...]:
    """Keep the first and the last of tellings that are alike, oldest first: no decision asks for the others.

    Alike are those of one digest, section and due date, before the finding was first seen or since. They come
    in the order of writing, which decides between those of one day.
    """
    alike: dict[tuple[str, str, date | None, bool], list[tuple[int, Telling]]] = defaultdict(list)
    for number, each in enumerate(tellings):
        alike[each.digest, each.section, each.due, each.on >= first_seen].append((number, each))
    kept = [end for group in alike.values() for end in _ends(group)]
    return tuple(each for _, _, each in sorted(kept, key=lambda end: end[:2]))


def is_snoozed(entry: Entry, finding: Finding, today: date) -> bool:
    """Tell whether a finding is put off: not past the day, not falling due, not for another due date."""
    snooze = entry.snooze
    return (
        snooze is not None
        and today < snooze.until
        and snooze.due == finding.due
        and (finding.due is None or finding.due > today)
    )


def is_escalated(
    finding: Finding, rule: Rule, settings: Mapping[str, Setting], today: date, count: WorkingDays
) -> bool:
    """Tell whether a finding has been overdue for so long that somebody else must hear."""
    after = _days(rule.escalate_after, settings)
    return after is not None and finding.due is not None and count(finding.due, today) >= after


def steps_passed(ladder: Sequence[int], elapsed: int) -> int:
    """Count the repeats owed after so many working days: 5, 10, 20 means after 5, 10, 30, 50.

    The first steps are counted from the first telling, and the last one recurs.
    """
    *first, last = ladder
    passed = sum(step <= elapsed for step in first)
    start = first[-1] if first else 0
    return passed + max(0, elapsed - start) // last


def _seen(finding: Finding, entry: Entry | None, rule: Rule, today: date) -> Entry:
    if entry is None or entry.ended is not None:
        tellings = entry.tellings if entry else ()
        return Entry(
            rule.id, finding.track, finding.key, today, today, finding.due, finding.section,
            owner=finding.owner, tellings=tellings,
        )  # fmt: skip
    moved = rule.replans and entry.due != finding.due and entry.due is not None and finding.due is not None
    return replace(
        entry,
        key=finding.key,
        last_seen=today,
        due=finding.due,
        section=finding.section,
        owner=finding.owner,
        replanned_from=entry.due if moved else entry.replanned_from,
        replannings=entry.replannings + moved,
    )


def _ended(entry: Entry, rule: Rule, today: date, settings: Mapping[str, Setting]) -> Entry:
    window = _days(rule.expires_after, settings)
    old = window is not None and entry.due is not None and (today - entry.due).days > window
    return replace(entry, ended="expired" if old else "resolved", ended_on=today)


def _ends(group: Sequence[tuple[int, Telling]]) -> list[tuple[date, int, Telling]]:
    ordered = sorted((each for _, each in group), key=lambda each: (each.on, each.period))
    first, last = ordered[0], ordered[-1]
    if len(group) == 1:
        return [(first.on, group[0][0], first)]
    rest = replace(last, times=len(group) - 1)
    return [(first.on, group[0][0], first), (last.on, group[-1][0], rest)]


def _is_overdue(finding: Finding) -> bool:
    return finding.days is not None and finding.days <= 0


def _ladder_owes(tellings: Sequence[Telling], ladder: Sequence[int], today: date, count: WorkingDays) -> bool:
    if not ladder or not tellings:
        return False
    first, last = tellings[0].on, tellings[-1].on
    return steps_passed(ladder, count(first, today)) > steps_passed(ladder, count(first, last))


def _days(edge: Edge, settings: Mapping[str, Setting]) -> int | None:
    return int(settings[edge]) if isinstance(edge, str) else edge
