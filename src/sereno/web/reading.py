"""What the console asks of the installation; the composition root answers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from sereno.domain.access import Action
from sereno.domain.calendar import Calendar
from sereno.domain.directory import Directory
from sereno.domain.errors import StoreUnavailable
from sereno.domain.rules import Monitor
from sereno.engine.access import Deed, Passwords
from sereno.engine.agenda import Post
from sereno.engine.blanks import Blank, blanks
from sereno.engine.errands import Errands
from sereno.engine.kept import Kept
from sereno.engine.plotting import Plot
from sereno.engine.ports import Store
from sereno.engine.post_office import PostOffice
from sereno.engine.roll_call import RollCall
from sereno.engine.standing import Published, Standing, standing, unreadable
from sereno.web.reception import Reception
from sereno.web.turns import PAGES, Turns

MOST_DRAWN = 256
"""Pictures and figures of some forty filters, a few kilobytes each."""


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """Hold a setting in force as anybody may see it."""

    name: str
    group: str
    value: str
    source: str
    written: bool


@dataclass(frozen=True, slots=True)
class TriedCase:
    """Tell how a case of a rule ended."""

    rule: str
    name: str
    differences: tuple[str, ...] = ()
    """What came that was not expected, and the other way round; none where it holds."""


@dataclass(frozen=True, slots=True)
class TriedCases:
    """Tell how the cases of a monitor ended."""

    cases: Sequence[TriedCase] = ()
    pending: bool = False
    """They are still being tried."""
    fault: str = ""
    """Why they could not be tried; empty where they could."""
    changed: bool = False
    """The monitor's files are no longer those that are in force here."""


@dataclass(frozen=True, slots=True)
class ReadDirectory:
    """Hold who is who, or why that cannot be told."""

    directory: Directory | None
    age: float = 0.0
    """Seconds since it was read."""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """Say how an installation is looked at; it is changed through `change` and `errands` alone."""

    version: str
    posts: tuple[Post, ...]
    registers: tuple[str, ...]
    """In order of declaration, configured or not."""
    now: Callable[[], datetime]
    published: Callable[[], Published]
    calendar: Callable[[], Calendar]
    look_at_store: Callable[[], AbstractContextManager[Store | None]]
    """Lends `None` where there is none; raises StoreUnavailable."""
    warnings: Callable[[], Sequence[str]]
    """What an operator should know: settings, calendar, mail on trial."""
    settings: Callable[[], Sequence[ShownSetting]]
    cases: Callable[[Monitor, float], TriedCases]
    """Tries a monitor's cases; nobody waits for more seconds than those, counted from when that was begun."""
    directory: Callable[[float], ReadDirectory]
    """Reads who is who in its register, lately or now; nobody waits for more seconds than those, likewise."""
    change: Callable[[], AbstractContextManager[Store]]
    """Lends the store to be written to; raises StoreUnavailable, also where it is not there, or older."""
    passwords: Passwords
    errands: Errands
    mail_room: Callable[[Store], AbstractContextManager[PostOffice]]
    """Lends what deciding about mail needs; nothing leaves from there."""
    draw: Callable[[Plot], bytes]
    """Draws a plot as SVG."""
    sheet: Callable[[Sequence[str], Iterable[Sequence[str]]], bytes]
    """Writes a table as CSV in which no text is a formula."""
    workbook: Callable[[str, Sequence[str], Iterable[Sequence[str]], Sequence[int]], bytes]
    """Writes it as .xlsx: title, headings, rows, and which columns are numbers."""
    drawn: Kept = field(default_factory=lambda: Kept(MOST_DRAWN))
    """What was drawn since the last round."""
    kept: Kept = field(default_factory=Kept)
    """What was read of the store, as long as its marks stay the same."""
    reception: Reception | None = None
    """What readers' own pages work with; None where they have none."""


@dataclass(frozen=True, slots=True)
class View:
    """Hold one look at an installation: everything that one answer is made of."""

    reading: Reading
    now: datetime
    calendar: Calendar
    published: Published
    stand: Callable[[], Standing]
    """Tells how the watch stands; read when it is first asked for, and then kept."""
    store: Store | None
    fault: str = ""
    """Why the store cannot be read; empty also where there is none yet."""

    @property
    def standing(self) -> Standing:
        """Tell how the watch stands; may raise StoreUnavailable."""
        return self.stand()

    def note(self, who: str, action: Action, subject: str, detail: str) -> None:
        """Record who is about to be shown or handed something; raise StoreUnavailable, and show it not."""
        with self.reading.change() as store:
            store.audit.note(Deed(self.now, who, action, subject, detail))

    def roll_call(self) -> RollCall | None:
        """Ask what is open; `None` where there is no store."""
        if self.store is None:
            return None
        monitors, roll = [post.monitor for post in self.reading.posts], self.store.roll
        return RollCall(monitors, roll, self.now.date(), self.reading.kept, roll.mark())


def blanks_of(view: View) -> list[Blank]:
    """Name the monitors of which what the ledger holds may not be all; none where there is no store."""
    if view.store is None:
        return []
    return blanks(view.reading.posts, view.now, view.calendar, view.store)


@contextmanager
def look(reading: Reading, turns: Turns | None = PAGES) -> Iterator[View]:
    """Look at the installation once, in its turn; raise StoreUnavailable where its store cannot be read."""
    with nullcontext() if turns is None else turns.taken():
        now, calendar, published = reading.now(), reading.calendar(), reading.published()
        with reading.look_at_store() as store:
            stand = cache(lambda: standing(published, reading.posts, calendar, store, now))
            yield View(reading, now, calendar, published, stand, store)


def look_without_store(reading: Reading, why: StoreUnavailable) -> View:
    """Look at what can be seen while the store cannot be read."""
    now, calendar, published = reading.now(), reading.calendar(), reading.published()
    stands = unreadable(published, reading.posts, now, str(why))
    return View(reading, now, calendar, published, lambda: stands, None, str(why))
