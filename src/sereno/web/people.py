"""Personas: who has which role, whom mail does not reach, and who will receive what, when and why."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sereno.domain.directory import Directory, Person
from sereno.domain.pauses import Pause
from sereno.domain.refusals import REFUSAL_LASTS, without_refused
from sereno.domain.rules import PEOPLE, DigestPlan
from sereno.engine.agenda import Post
from sereno.engine.explaining import how_often
from sereno.engine.pausing import resting
from sereno.engine.ports import Store
from sereno.engine.upcoming import Upcoming, upcoming
from sereno.engine.who_is_who import Holding, Receipt, holdings, lost_owners, receipts, unreachable
from sereno.web.page import PAGE_ROWS, Asked, Page
from sereno.web.reading import View

AWAITED, AWAITED_FOR_FILES = 2.0, 60.0
"""Seconds that a page waits for the directory, and one that becomes a file."""
SHOWN = 200
"""Rows of a table; the others are counted."""


@dataclass(frozen=True, slots=True)
class Due:
    """Say when a digest is owed next."""

    title: str
    often: str
    at: datetime | None
    """`None` where no working day is left, or its register is not configured."""
    now: bool
    missing: tuple[str, ...]
    """The variables without which it is not made."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Show somebody with all that comes to their address."""

    address: str
    label: str
    """Empty for an address that nobody in the directory has."""
    refused: bool
    receipts: Sequence[tuple[Receipt, Due]]


@dataclass(frozen=True, slots=True)
class Roll:
    """Hold what the page and the sheet are made of."""

    view: View
    directory: Directory
    store: Store
    refused: frozenset[str]

    @property
    def posts(self) -> Sequence[Post]:
        """Return the daily jobs."""
        return self.view.reading.posts

    def readers(self) -> list[Reader]:
        """List who will receive anything, by name."""
        owned, names, dues = self.store.open_owners(), _names(self.directory), _dues(self.view, self.store)
        theirs: dict[str, list[tuple[Receipt, Due]]] = defaultdict(list)
        for post in self.posts:
            for each in receipts(post, self.directory, owned, dict(_last(post, self.store))):
                theirs[each.address.casefold()].append((each, dues[each.monitor, each.digest]))
        readers = (
            Reader(found[0][0].address, names.get(address, ""), address in self.refused, found)
            for address, found in theirs.items()
        )
        return sorted(readers, key=lambda reader: (reader.label or reader.address).casefold())

    def holdings(self) -> list[Holding]:
        """Say who has each role that mail goes to."""
        return [each for post in self.posts for each in holdings(post.monitor, post.orders, self.directory)]


def people(view: View, asked: Asked) -> Page | None:
    """Show who is who; nothing of it where the directory cannot be read."""
    if view.store is None:
        return None
    read = view.reading.directory(AWAITED if asked.live else AWAITED_FOR_FILES)
    if read.directory is None:
        return Page("people.html", "Personas", {"fault": read.fault})
    roll = gather(view, view.store, read.directory)
    readers, lost = _receiving(view, view.store, roll, read.directory)
    first = (asked.page - 1) * PAGE_ROWS if asked.live else 0
    return Page(
        "people.html",
        "Personas",
        {
            "fault": "",
            "age": read.age,
            "today": view.now.date(),
            "lately": view.now.date() - timedelta(days=30),
            "holdings": roll.holdings(),
            "unreached": unreachable(roll.directory),
            "lost": lost,
            "shown": SHOWN,
            "readers": readers[first : first + PAGE_ROWS] if asked.live else readers,
            "every": len(readers),
            "page": asked.page,
            "pages": max(-(-len(readers) // PAGE_ROWS), 1) if asked.live else 1,
        },
    )


def _receiving(
    view: View, store: Store, roll: Roll, directory: Directory
) -> tuple[list[Reader], list[tuple[tuple[str, str], int]]]:
    """List who will receive anything, and owners who are not found; kept until a minute is over."""
    monitors = [post.monitor for post in roll.posts]
    seen = (f"{view.now:%Y-%m-%d %H:%M}", store.roll.mark(), sorted(roll.refused), id(directory))
    _, readers, lost = view.reading.kept.get(
        repr(seen),
        "receiving",
        lambda: (  # the directory is kept with it: no other has its id then
            directory,
            roll.readers(),
            lost_owners(monitors, store.open_owners(), roll.directory).most_common(),
        ),
    )
    return readers, lost


def gather(view: View, store: Store, directory: Directory) -> Roll:
    """Gather who is who, with those whom the relay refuses among the unreachable."""
    refused = store.refused_addresses(view.now - REFUSAL_LASTS)
    known = without_refused(directory, refused)
    return Roll(view, known, store, refused)


def _names(directory: Directory) -> Mapping[str, str]:
    """Name the people by their addresses; whose mail somebody else receives is named as well."""
    found: dict[str, list[Person]] = defaultdict(list)
    for person in directory.people:
        if person.active and person.address:
            found[person.address.casefold()].append(person)
    return {address: ", ".join(each.label for each in theirs) for address, theirs in found.items()}


def _last(post: Post, store: Store) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield whom the last round of each digest was mailed to whose readers a query names anew each time."""
    for plan in post.monitor.digests:
        if post.orders.audience(plan).startswith(PEOPLE):
            run = store.last_run(post.monitor.name, plan.name, state="complete")
            lines = store.desk.of_run(run.id) if run else []
            yield plan.name, list(dict.fromkeys(each for line in lines for each in line.recipients))


def _dues(view: View, store: Store) -> Mapping[tuple[str, str], Due]:
    pauses = resting(store, view.now.date())
    return {
        (post.monitor.name, plan.name): _due(post, plan, found.get(plan.name))
        for post in view.reading.posts
        for found in [_next_by_digest(post, view, store, pauses.get(post.monitor.name))]
        for plan in post.monitor.digests
    }


def _next_by_digest(post: Post, view: View, store: Store, pause: Pause | None) -> Mapping[str, Upcoming]:
    found = upcoming(post, view.now, view.calendar, store, pause)
    return {each.duty.plan.name: each for each in found}


def _due(post: Post, plan: DigestPlan, coming: Upcoming | None) -> Due:
    missing, often = post.orders.unconfigured, how_often(post.orders.cadence(plan))
    owes, at = (coming.now, coming.at) if coming else (False, None)
    return Due(plan.title or plan.name, often, at, owes, missing)
