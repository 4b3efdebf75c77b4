"""What a person has done now: a job run for real, or rehearsed, and then held against the ledger."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from sereno.domain.finding_names import track_text
from sereno.engine.open_findings import OpenFinding, key_text

Kind = Literal["run", "rehearsal"]


@dataclass(frozen=True, slots=True)
class Errand:
    """Tell of something that a person has done, and how it goes."""

    id: str
    job: str
    kind: Kind
    force: bool
    """Though nothing is owed."""
    who: str
    started_at: datetime
    ended_at: datetime | None = None
    code: int | None = None
    tail: str = ""
    """What it printed."""
    document: Mapping[str, Any] | None = None
    """What a rehearsal gave (docs/reference/json.md); `None` while it runs, or where it gave none."""
    pages: tuple[str, ...] = ()
    """The mails that would be sent, as pages, by the names of their files."""


class Errands(Protocol):
    """Have jobs done in processes of their own, for a person who watches."""

    def start(self, job: str, kind: Kind, who: str, *, force: bool) -> Errand | None:
        """Start a job; `None` where an errand of that job is under way."""
        ...

    def find(self, name: str) -> Errand | None:
        """Return an errand; `None` for one that there is not, or no longer."""
        ...

    def recent(self) -> Sequence[Errand]:
        """Return the last errands, the newest first."""
        ...

    def page(self, name: str, file: str) -> str | None:
        """Return a page of a rehearsal; `None` for one that there is not."""
        ...


@dataclass(frozen=True, slots=True)
class Difference:
    """Name a finding that a rehearsal sees otherwise than the ledger."""

    rule: str
    section: str | None
    key: str
    before: str | None = None
    """Its due date in the ledger, ISO 8601."""
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Say how a rehearsal differs from what the last real rounds left in the ledger."""

    new: tuple[Difference, ...]
    gone: tuple[Difference, ...]
    """Of rules that the rehearsal saw; of the others nothing is known."""
    unlisted: tuple[Difference, ...]
    """Found still, and in no list any more."""
    moved: tuple[Difference, ...]
    """Found by both, with another due date or in another section."""
    same: int
    blind: tuple[tuple[str, str], ...]
    """Rules that it could not see, each with the reason."""
    unjudged: tuple[str, ...]
    """Rules with open findings of which it says nothing at all: nothing was owed, or they are named anew."""


_Name = tuple[str, str]
"""A rule and a track as `track_text` writes it: what the ledger follows a finding by."""


@dataclass(frozen=True, slots=True)
class _Sight:
    section: str | None
    due: str | None
    key: str


_NOWHERE = _Sight(None, None, "")


def compare(document: Mapping[str, Any], known: Iterable[OpenFinding]) -> Comparison:
    """Hold what a rehearsal found against what the ledger holds open."""
    rules = document["rules"]
    blind = tuple((each["rule"], each["why"]) for each in rules if each["outcome"] == "blind")
    seen = {each["rule"] for each in rules if each["outcome"] != "blind"}
    found = {(each["rule"], _track(row)): _found(row) for each in rules for row in each["rows"]}
    held = {(each.entry.rule, track_text(each.entry.track)): _held(each) for each in known}
    listed = {name for name, sight in found.items() if sight.section is not None}
    both = listed & held.keys()
    return Comparison(
        new=_told((name, None, found[name]) for name in listed - held.keys()),
        gone=_told((name, held[name], None) for name in held.keys() - found.keys() if name[0] in seen),
        unlisted=_told((name, held[name], found[name]) for name in (held.keys() & found.keys()) - listed),
        moved=_told((name, held[name], found[name]) for name in both if _differ(held[name], found[name])),
        same=sum(not _differ(held[name], found[name]) for name in both),
        blind=blind,
        unjudged=tuple(sorted({rule for rule, _ in held} - seen - {rule for rule, _ in blind})),
    )


def _track(row: Mapping[str, Any]) -> str:
    return track_text(tuple(row["track"]))


def _found(row: Mapping[str, Any]) -> _Sight:
    return _Sight(row["section"], row["due"], key_text(row["key"]))


def _held(each: OpenFinding) -> _Sight:
    due = each.entry.due
    return _Sight(each.entry.section, None if due is None else due.isoformat(), key_text(each.entry.key))


def _differ(held: _Sight, found: _Sight) -> bool:
    """Tell whether a finding moved; the row that shows it may have another key, and be the same work."""
    return (held.section, held.due) != (found.section, found.due)


def _told(each: Iterable[tuple[_Name, _Sight | None, _Sight | None]]) -> tuple[Difference, ...]:
    """List differences by rule and key, each under the section in which a person finds it."""
    told = [_one(name[0], held, found) for name, held, found in each]
    return tuple(sorted(told, key=lambda one: (one.rule, one.key)))


def _one(rule: str, held: _Sight | None, found: _Sight | None) -> Difference:
    before, after = held or _NOWHERE, found or _NOWHERE
    return Difference(rule, after.section or before.section, after.key or before.key, before.due, after.due)
