"""Which open findings are one person's: told apart as a personal digest does, and what could not be seen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sereno.domain.calendar import Calendar
from sereno.domain.directory import Directory, Person, plain
from sereno.domain.parcels import AddressBook, is_personal
from sereno.domain.personal import normalised
from sereno.domain.rules import PEOPLE, DigestPlan, Monitor
from sereno.domain.wallclock import utc
from sereno.engine.agenda import Post
from sereno.engine.neglect import Unseen, last_look, unseen
from sereno.engine.open_findings import OpenFinding, open_findings
from sereno.engine.ports import Store

Unsure = Unseen | Literal["whose"]
"""Or seen, but not yet noted whom it concerns."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Tell when a monitor was last looked at for a person, and what is not to be relied upon."""

    monitor: Monitor
    at: datetime | None
    unsure: Unsure | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """Hold one person's open findings."""

    person: Person
    findings: tuple[OpenFinding, ...]
    seen: tuple[Seen, ...]

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing can be missing."""
        return bool(self.seen) and all(each.unsure is None for each in self.seen)


def own_findings(
    posts: Sequence[Post],
    store: Store,
    directory: Directory,
    address: str,
    now: datetime,
    calendar: Calendar,
) -> Own | None:
    """Gather what is open and named as the person's who is written to at that address.

    `None` where nobody in the directory is. Who stands in for somebody has what is that person's too, as the
    mail has. May raise StoreUnavailable.
    """
    person = person_at(directory, address)
    if person is None:
        return None
    book, found, seen = AddressBook(directory), list[OpenFinding](), list[Seen]()
    for post in posts:
        plans = _telling_whose(post)
        if plans:
            seen.append(_seen(post, plans, store, now, calendar))
            found += _mine(post, store, book, address, now.date())
    return Own(person, tuple(found), tuple(seen))


def person_at(directory: Directory, address: str) -> Person | None:
    """Return who is written to at an address; of several the one whose own mailbox it is."""
    here = [each for each in directory.people if each.active and each.address and _is_at(each, address)]
    return min(here, key=lambda each: bool(each.away), default=None)


def _is_at(person: Person, address: str) -> bool:
    return normalised(person.address or "") == address


def _telling_whose(post: Post) -> list[DigestPlan]:
    """List the digests whose look says what is whose: the personal ones, and what they leave out."""
    personal = [plan for plan in post.monitor.digests if is_personal(post.orders.audience(plan))]
    covered = {section for plan in personal for section in plan.sections}
    owned = {section for rule in post.monitor.rules if rule.owner for section in rule.sections} - covered
    others = [plan for plan in post.monitor.digests if owned.intersection(plan.sections)]
    return [*personal, *(plan for plan in others if plan not in personal)]


def _mine(post: Post, store: Store, book: AddressBook, address: str, today: date) -> Iterator[OpenFinding]:
    joined = set(_joined(post, store, book, address))
    for each in open_findings([post.monitor], store, today):
        owner = each.entry.owner if each.rule.owner else None
        if (each.entry.rule, each.entry.track) in joined or _means(owner, book, address):
            yield each


def _joined(post: Post, store: Store, book: AddressBook, address: str) -> Iterator[tuple[str, object]]:
    """Yield what the rows of digests for the people of a query name as somebody's at the address."""
    for plan in post.monitor.digests:
        named = store.readers.named(post.monitor.name, plan.name) if _is_joined(post, plan) else None
        for name, places in named.people.items() if named else ():
            if _means(name, book, address):
                yield from places


def _is_joined(post: Post, plan: DigestPlan) -> bool:
    return post.orders.audience(plan).startswith(PEOPLE)


def _means(name: str | None, book: AddressBook, address: str) -> bool:
    """Tell whether a register means whoever is written to at the address; a blank means nobody."""
    if name is None or not plain(name):
        return False
    person = book.person(name)
    return person is not None and _is_at(person, address)


def _seen(post: Post, plans: Sequence[DigestPlan], store: Store, now: datetime, calendar: Calendar) -> Seen:
    """Tell of a monitor the worst of its digests that say what is whose."""
    looks = [look for plan in plans if (look := last_look(post, plan, store))]
    at = min((look.finished_at for look in looks), default=None, key=utc)
    if found := unseen(post, plans, now, calendar, store):
        return Seen(post.monitor, at, found)
    unknown = not all(_is_known_whose(post, plan, store) for plan in plans if _is_joined(post, plan))
    return Seen(post.monitor, at, "whose" if unknown else None)


def _is_known_whose(post: Post, plan: DigestPlan, store: Store) -> bool:
    """Tell whether whom the rows name is as new as the ledger, which every digest's look changes."""
    named = store.readers.named(post.monitor.name, plan.name)
    looks = filter(None, (last_look(post, each, store) for each in post.monitor.digests))
    return named is not None and all(utc(look.started_at) <= utc(named.at) for look in looks)
