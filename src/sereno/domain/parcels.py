"""Who hears of what: a digest's findings dealt out to the people they concern, nobody forgotten."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sereno.domain.directory import Directory, Person, audience, find_people, is_role
from sereno.domain.findings import Blind, Cell, Datum, Finding, Row
from sereno.domain.ledger import Entry, Mark
from sereno.domain.refusals import REFUSED
from sereno.domain.rules import OWNER, PEOPLE, DigestPlan, Monitor

FALLBACK = "admin"
"""The role that hears of what reaches nobody."""
PERSON = "Persona"
"""The column of a people query that names somebody; the others join it to the findings."""
NOBODY = "Sin destinatario"


@dataclass(frozen=True, slots=True)
class Item:
    """Hold a finding as one digest tells it."""

    finding: Finding
    entry: Entry
    mark: Mark
    missing: str = ""
    """Whom it should have reached and why it did not; empty where it did."""
    snoozed: bool = False
    """Put off: dealt out like the others, and told in one line alone."""


@dataclass(frozen=True, slots=True)
class Group:
    """Hold the findings under one heading; a digest without groups has one, without a title."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Parcel:
    """Hold what one mail tells, and to whom."""

    to: tuple[str, ...]
    groups: tuple[Group, ...]
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    doubts: tuple[Datum, ...] = ()
    strayed: bool = False
    """It goes to whoever hears instead of those whom it concerns."""

    @property
    def items(self) -> tuple[Item, ...]:
        """Return every finding it tells."""
        return tuple(item for group in self.groups for item in group.items if not item.snoozed)

    @property
    def put_off(self) -> tuple[Item, ...]:
        """Return the findings that somebody put off."""
        return tuple(item for group in self.groups for item in group.items if item.snoozed)


@dataclass(frozen=True, slots=True)
class People:
    """Join the answer of a people query to findings."""

    columns: tuple[str, ...]
    by_key: Mapping[tuple[Cell, ...], tuple[Cell, ...]]

    def of(self, finding: Finding) -> tuple[Cell, ...]:
        """List the people of a finding, by Id, login or name, each once."""
        return self.by_key.get(tuple(finding.cells.get(column) for column in self.columns), ())


@dataclass(frozen=True, slots=True)
class AddressBook:
    """Find people in the directory, each reference once."""

    directory: Directory | None
    known: dict[Cell, Person | str] = field(default_factory=dict)

    def person(self, reference: Cell) -> Person | None:
        """Return the active person whom a reference means."""
        found = self._find(reference)
        return found if isinstance(found, Person) else None

    def addresses(self, references: Iterable[Cell]) -> tuple[tuple[str, ...], list[str]]:
        """Return the addresses of those who are found, and in words those who are not."""
        found = [self._find(reference) for reference in dict.fromkeys(references)]
        reached = (person.address for person in found if isinstance(person, Person) and person.address)
        return tuple(dict.fromkeys(reached)), [person for person in found if isinstance(person, str)]

    def _find(self, reference: Cell) -> Person | str:
        if reference not in self.known:
            found, missing = find_people(self.directory, [reference]) if self.directory else ((), ("",))
            self.known[reference] = found[0] if found else missing[0]
        return self.known[reference]


@dataclass(frozen=True, slots=True)
class Post:
    """Gather what dealing out needs."""

    monitor: Monitor
    plan: DigestPlan
    to: str
    """The audience in force."""
    directory: Directory | None
    """`None` where only fixed addresses are needed."""
    book: AddressBook
    people: Mapping[str, People]
    """By people query; a blind one joins nobody, and was told."""
    operators: tuple[str, ...]
    first: bool
    """Whether it is the digest's first: nobody is copied yet."""
    unnamed: str
    """Why a finding that names nobody reaches nobody."""
    refused: frozenset[str] = frozenset()
    """Addresses, case-folded, that the relay refuses; those in the directory count for missing there."""


def deal(items: Sequence[Item], doubts: tuple[Datum, ...], post: Post, *, always: bool) -> list[Parcel]:
    """Deal the findings out; what reaches nobody goes to the fallback, which may itself have no address.

    With `always` there is at least one parcel: something must be said though nothing was found.
    """
    if is_personal(post.to):
        return _to_each_person(items, doubts, post) or ([_fallback((), doubts, (), post)] if always else [])
    addresses, missing = _readers(post)
    if not addresses:
        nobody = f"{NOBODY}: no hay a quién escribir en «{post.to}»."
        return [_fallback(items, doubts, (nobody, *missing), post)]
    bcc = _bcc(post)
    if post.plan.mails == "one" or post.directory is None:
        return [Parcel(addresses, _grouped(items, None, post), (), bcc, missing, doubts)]
    return [
        Parcel((address,), _grouped(items, address, post), (), bcc, missing, doubts) for address in addresses
    ]


def join_people(answer: Sequence[Row] | Blind) -> People:
    """Make a people query's answer ready to be joined."""
    if isinstance(answer, Blind) or not answer:
        return People((), {})
    columns = tuple(column for column in answer[0] if column != PERSON)
    by_key: dict[tuple[Cell, ...], dict[Cell, None]] = {}
    for row in answer:
        if row[PERSON] is not None:
            by_key.setdefault(tuple(row[column] for column in columns), {})[row[PERSON]] = None
    return People(columns, {key: tuple(people) for key, people in by_key.items()})


def deal_without_directory(
    items: Sequence[Item], doubts: tuple[Datum, ...], warning: str, post: Post
) -> Parcel:
    """Leave everything to the operators, and tell them why."""
    instead = (
        "Va a los operadores en su lugar." if post.operators else "Tampoco hay OPERATORS a quienes decírselo."
    )
    return Parcel(
        post.operators, (Group("", tuple(items)),), (), (), (warning, instead), doubts, strayed=True
    )


def is_personal(to: str) -> bool:
    """Tell whether an audience is the people whom the rows name."""
    return to == OWNER or to.startswith(PEOPLE)


def needs_directory(to: str, plan: DigestPlan) -> bool:
    """Tell whether the digest cannot be addressed without the directory."""
    return is_personal(to) or is_role(to) or plan.bcc is not None or plan.group_by is not None


def _readers(post: Post) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the addresses of a role, or the fixed ones, and in words who of them is not reached."""
    found = audience(post.directory, post.to, post.monitor.application_id)
    reached = tuple(address for address in found.addresses if address.casefold() not in post.refused)
    refused = [f"{address}: {REFUSED}" for address in found.addresses if address not in reached]
    absent = [f"{person.label}: {person.away or 'no tiene dirección válida'}" for person in found.unreachable]
    return reached, tuple(f"No se ha podido avisar a {who}." for who in (*absent, *refused))


def _to_each_person(items: Sequence[Item], doubts: tuple[Datum, ...], post: Post) -> list[Parcel]:
    theirs: dict[str, list[Item]] = {}
    lost: list[Item] = []
    absent: list[str] = []
    for item in items:
        found, missing = post.book.addresses(_named(item.finding, post))
        for address in found:
            theirs.setdefault(address, []).append(item)
        if found:
            absent += missing
        else:
            lost.append(replace(item, missing="; ".join(missing) or post.unnamed))
    parcels = []
    for address, mine in theirs.items():
        copied, uncopied = _cc(mine, post)
        absent += uncopied
        cc = tuple(other for other in copied if other.casefold() != address.casefold())
        parcels.append(Parcel((address,), (Group("", tuple(mine)),), cc, _bcc(post)))
    warnings = tuple(f"No se ha podido avisar a {who}." for who in dict.fromkeys(absent))
    if lost or doubts or warnings:
        parcels.append(_fallback(lost, doubts, warnings, post))
    return parcels


def _grouped(items: Sequence[Item], reader: str | None, post: Post) -> tuple[Group, ...]:
    """Group by the person whom the plan's people query joins; the reader's own group may come first."""
    if post.plan.group_by is None:
        return (Group("", tuple(items)),)
    readers = set(audience(post.directory, post.to, post.monitor.application_id).addresses)
    groups: dict[str, list[Item]] = {}
    ranks: dict[str, tuple[int, str]] = {}
    for item in items:
        names = post.people[post.plan.group_by].of(item.finding)
        person = next(filter(None, map(post.book.person, names)), None)
        title, rank = _heading(person, reader, readers, post.plan)
        ranks[title] = (rank, title)
        groups.setdefault(title, []).append(item)
    return tuple(Group(title, tuple(groups[title])) for title in sorted(groups, key=ranks.__getitem__))


def _heading(
    person: Person | None, reader: str | None, readers: set[str], plan: DigestPlan
) -> tuple[str, int]:
    """Head a person's group, and place it: one's own, the others, the strangers, nobody's."""
    if person is None:
        return plan.nobody, 3
    if person.address not in readers:
        return plan.stranger.format(persona=person.label), 2
    return person.label, 0 if plan.own_first and person.address == reader else 1


def _fallback(
    items: Sequence[Item], doubts: tuple[Datum, ...], warnings: tuple[str, ...], post: Post
) -> Parcel:
    """Address what reaches nobody to the administrators, else to the operators."""
    to = _addresses(FALLBACK, post) or post.operators
    title = NOBODY if items and is_personal(post.to) else ""
    groups = (Group(title, tuple(items)),) if items else ()
    return Parcel(to, groups, (), (), warnings, doubts, strayed=True)


def _named(finding: Finding, post: Post) -> Sequence[Cell]:
    """List whom a finding names, by its owner's column or by the digest's people query."""
    if post.to == OWNER:
        return () if finding.owner is None else (finding.owner,)
    return post.people[post.to.removeprefix(PEOPLE)].of(finding)


def _cc(items: Iterable[Item], post: Post) -> tuple[tuple[str, ...], list[str]]:
    """Return who is copied, and who should have been."""
    copies = post.plan.cc
    if copies is None or post.first:
        return (), []
    told = [item.finding for item in items if item.finding.section in copies.sections]
    return post.book.addresses([name for finding in told for name in post.people[copies.people].of(finding)])


def _bcc(post: Post) -> tuple[str, ...]:
    return _addresses(post.plan.bcc, post) if post.plan.bcc else ()


def _addresses(role: str, post: Post) -> tuple[str, ...]:
    return audience(post.directory, role, post.monitor.application_id).addresses if post.directory else ()
