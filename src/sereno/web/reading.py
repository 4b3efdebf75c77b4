"""What the console asks of the installation; the composition root answers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sereno.domain.calendar import Calendar
from sereno.domain.errors import StoreUnavailable
from sereno.domain.rules import Monitor
from sereno.engine.access import Passwords
from sereno.engine.agenda import Post
from sereno.engine.open_findings import OpenFinding, open_findings
from sereno.engine.ports import Store
from sereno.engine.standing import Published, Standing, standing, unreadable
from sereno.web.reception import Reception


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """Hold a setting in force as anybody may see it."""

    name: str
    group: str
    value: str
    source: str
    written: bool


@dataclass(frozen=True, slots=True)
class CaseName:
    """Name a case of a rule."""

    rule: str
    name: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Say how an installation is looked at; nothing here can write."""

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
    cases: Callable[[Monitor], Sequence[CaseName]]
    change: Callable[[], AbstractContextManager[Store]]
    """Lends the store to be written to, making or migrating it where needed; raises StoreUnavailable."""
    passwords: Passwords
    sheet: Callable[[Sequence[str], Sequence[Sequence[str]]], bytes]
    """Writes a table as CSV in which no text is a formula."""
    reception: Reception | None = None
    """What readers' own pages work with; None where they have none."""


@dataclass(frozen=True, slots=True)
class View:
    """Hold one look at an installation: everything that one answer is made of."""

    reading: Reading
    now: datetime
    calendar: Calendar
    published: Published
    standing: Standing
    store: Store | None
    fault: str = ""
    """Why the store cannot be read; empty also where there is none yet."""
    findings: list[OpenFinding] = field(default_factory=list)
    """What was open when it was first asked for in this look."""

    def open_findings(self) -> list[OpenFinding]:
        """List what is open, read once; nothing where there is no store."""
        if not self.findings and self.store is not None:
            monitors = [post.monitor for post in self.reading.posts]
            self.findings.extend(open_findings(monitors, self.store, self.now.date()))
        return self.findings


@contextmanager
def look(reading: Reading) -> Iterator[View]:
    """Look at the installation once; raise StoreUnavailable where its store cannot be read."""
    now, calendar, published = reading.now(), reading.calendar(), reading.published()
    with reading.look_at_store() as store:
        stands = standing(published, reading.posts, calendar, store, now)
        yield View(reading, now, calendar, published, stands, store)


def look_without_store(reading: Reading, why: StoreUnavailable) -> View:
    """Look at what can be seen while the store cannot be read."""
    now, calendar, published = reading.now(), reading.calendar(), reading.published()
    stands = unreadable(published, reading.posts, now, str(why))
    return View(reading, now, calendar, published, stands, None, str(why))
