"""What a person has done now: a job run for real, or rehearsed, and then held against the ledger."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

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
    """Of rules that the rehearsal could see; of the others nothing is known."""
    moved: tuple[Difference, ...]
    """Found by both, with another due date or in another section."""
    same: int
    blind: tuple[tuple[str, str], ...]
    """Rules that it could not see, each with the reason."""


def compare(document: Mapping[str, Any], known: Iterable[OpenFinding]) -> Comparison:
    """Hold what a rehearsal found against what the ledger holds open."""
    rules = document["rules"]
    blind = tuple((each["rule"], each["why"]) for each in rules if each["outcome"] == "blind")
    unseen = {rule for rule, _ in blind}
    found = {
        (each["rule"], key_text(row["key"])): (row["section"], row["due"])
        for each in rules
        for row in each["rows"]
        if row["section"] is not None  # followed, and in no list yet
    }
    held = {(each.entry.rule, key_text(each.entry.key)): _held(each) for each in known}
    both = found.keys() & held.keys()
    return Comparison(
        new=tuple(
            _one(name, found[name][0], None, found[name][1]) for name in sorted(found.keys() - held.keys())
        ),
        gone=tuple(
            _one(name, held[name][0], held[name][1], None)
            for name in sorted(held.keys() - found.keys())
            if name[0] not in unseen
        ),
        moved=tuple(
            _one(name, found[name][0], held[name][1], found[name][1])
            for name in sorted(both)
            if found[name] != held[name]
        ),
        same=sum(found[name] == held[name] for name in both),
        blind=blind,
    )


def _held(each: OpenFinding) -> tuple[str | None, str | None]:
    due = each.entry.due
    return each.entry.section, None if due is None else due.isoformat()


def _one(name: tuple[str, str], section: str | None, before: str | None, after: str | None) -> Difference:
    return Difference(name[0], section, name[1], before, after)
