"""Who comes to a page of his own, by which link, and what he finds there; or why he finds nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import HTMLResponse, Response

from sereno.domain.digest import Badge
from sereno.domain.errors import SerenoError, StoreUnavailable
from sereno.domain.finding_names import finding_id
from sereno.domain.ledger import Track
from sereno.domain.personal import Pass, form_seal, opens, read_pass
from sereno.domain.redaction import PERSONAL
from sereno.domain.snoozing import can_be_put_off
from sereno.domain.writing import badge
from sereno.engine.open_findings import OpenFinding, key_text
from sereno.engine.own_findings import Own, own_findings
from sereno.engine.ports import Store
from sereno.engine.reader_ports import Place
from sereno.web import catalogue_readers as words
from sereno.web.reading import Reading, View, look
from sereno.web.reception import Reception
from sereno.web.render import render_alone
from sereno.web.sections import section_titles
from sereno.web.words import day

PRIVATE = {"x-robots-tag": "noindex, nofollow", "referrer-policy": "no-referrer", "cache-control": "no-store"}


@dataclass(frozen=True, slots=True)
class Row:
    """Show a finding to whose it is."""

    found: OpenFinding
    title: str
    """Of its section."""
    told: str = ""
    """As the mail told it last; empty where it never did."""

    @property
    def brief(self) -> str:
        """Name it in a few words: what stands first in its row, else its key."""
        return " · ".join(self.told.split(" · ")[:2])[:BRIEF] or self.key

    @property
    def rest(self) -> str:
        """Say of it whatever the brief name leaves out."""
        return " · ".join(self.told.split(" · ")[2:])[:LONGEST]

    @property
    def key(self) -> str:
        """Write its key."""
        return key_text(self.found.entry.key)

    @property
    def token(self) -> str:
        """Name it in its page's address."""
        return finding_id(*self.named)

    @property
    def named(self) -> tuple[str, str, Track]:
        """Name it as the store does."""
        return self.found.monitor.name, self.found.entry.rule, self.found.entry.track

    @property
    def badge(self) -> Badge | None:
        """Say how near it is; `None` where it has no date."""
        return None if self.found.days is None else badge(self.found.days)

    @property
    def can_be_put_off(self) -> bool:
        """Tell whether it may be put off."""
        return can_be_put_off(self.found.days)


@dataclass(frozen=True, slots=True)
class Visit:
    """Hold one visit to a page: by which link, to what."""

    view: View
    store: Store
    reception: Reception
    token: str
    admission: Pass
    key: bytes

    @property
    def address(self) -> str:
        """Return whose page it is."""
        return self.admission.address

    @property
    def now(self) -> datetime:
        """Return the time of the visit."""
        return self.view.now

    @property
    def place(self) -> str:
        """Return the path of the page."""
        return f"{PERSONAL}{self.token}"

    @property
    def seal(self) -> str:
        """Return what the page's forms carry."""
        return form_seal(self.token, self.key)


class Refusal(Exception):
    """There is nothing to show, and this is what is said instead."""

    def __init__(self, code: int, title: str, about: str) -> None:
        super().__init__(title)
        self.code, self.title, self.about = code, title, about


BRIEF, LONGEST = 160, 600
"""Characters: a register's text may be pages long."""
CLOSED = (404, words.CLOSED, words.CLOSED_ABOUT)


def visited(
    read: Callable[[], Reading], token: str, make: Callable[[Visit], Response], *, sent: bool = False
) -> Response:
    """Answer a visit; whatever keeps it from being answered is told, and never looks like nothing pending.

    `sent` says that a form was sent: what fails then has changed nothing, and that is said.
    """
    try:
        with look(read()) as view:
            return make(_admitted(view, token))
    except Refusal as refusal:
        return shown(refusal.code, "reader_word.html", title=refusal.title, about=refusal.about)
    except SerenoError:  # its details are the operators': where things lie, which settings are at fault
        if sent:
            return shown(503, "reader_word.html", title=words.UNWRITTEN, about=words.UNWRITTEN_ABOUT)
        return unreadable(words.STORE)


def unreadable(what: str) -> Response:
    """Say that nothing can be said now."""
    about = words.UNREADABLE_ABOUT.format(what=what)
    return shown(503, "reader_word.html", title=words.UNREADABLE, about=about)


def shown(code: int, template: str, **content: object) -> Response:
    """Fill a page that nobody keeps, indexes, or is told of by a link."""
    return HTMLResponse(render_alone(template, r=words, **content), code, headers=PRIVATE)


def own_of(view: View, store: Store, reception: Reception, address: str) -> Own:
    """Gather what is a person's; raise Refusal where that cannot be told."""
    try:
        directory = reception.directory()
    except StoreUnavailable:
        raise
    except SerenoError:  # whatever is wrong with the register: its details are the operators'
        about = words.UNREADABLE_ABOUT.format(what=words.DIRECTORY)
        raise Refusal(503, words.UNREADABLE, about) from None
    own = own_findings(view.reading.posts, store, directory, address, view.now, view.calendar)
    if own is None:
        raise Refusal(403, words.STRANGER, words.STRANGER_ABOUT)
    return own


def own(visit: Visit) -> Own:
    """Gather what is the visitor's; raise Refusal where that cannot be told."""
    return own_of(visit.view, visit.store, visit.reception, visit.address)


def rows_of(view: View, found: Own) -> list[Row]:
    """Show each finding under the title of its section, the most urgent first."""
    titles: Mapping[str, Mapping[str, str]] = {
        post.monitor.name: section_titles(post) for post in view.reading.posts
    }
    texts = _texts(view, found)
    rows = [
        Row(
            each,
            titles[each.monitor.name].get(each.entry.section or "", each.rule.title),
            texts.get((each.monitor.name, (each.entry.rule, each.entry.track)), ""),
        )
        for each in found.findings
    ]
    return sorted(rows, key=lambda row: (row.found.days is None, row.found.days or 0))


def _texts(view: View, found: Own) -> dict[tuple[str, Place], str]:
    texts: dict[tuple[str, Place], str] = {}
    for name in {each.monitor.name for each in found.findings} if view.store is not None else ():
        places = [(e.entry.rule, e.entry.track) for e in found.findings if e.monitor.name == name]
        told = view.store.readers.told_texts(name, places) if view.store else {}
        texts |= {(name, place): text for place, text in told.items()}
    return texts


def row_called(visit: Visit, found: Own, token: str) -> Row:
    """Find a finding of the visitor's by its name in an address; raise Refusal where it is none."""
    for row in rows_of(visit.view, found):
        if row.token == token:
            return row
    raise Refusal(404, words.GONE, words.GONE_ABOUT)


def doubts_of(view: View, found: Own) -> list[str]:
    """Say what may be missing, without what only operators should know."""
    doubts = [] if view.standing.watched else [words.DEAD]
    doubts += [
        words.UNSURE[each.unsure].format(monitor=each.monitor.title) for each in found.seen if each.unsure
    ]
    return doubts if found.seen else [*doubts, words.NO_MONITOR]


def _admitted(view: View, token: str) -> Visit:
    reception, store = view.reading.reception, view.store
    key = store.readers.known_key() if store is not None else None
    if reception is None or store is None or key is None:
        raise Refusal(*CLOSED)
    admission = read_pass(token, key)
    if admission is None:
        raise Refusal(*CLOSED)
    today, generation = view.now.date(), store.readers.generation(admission.address)
    if opens(admission, generation, today):
        return Visit(view, store, reception, token, admission, key)
    if admission.generation == generation:
        raise Refusal(410, words.EXPIRED, words.EXPIRED_ABOUT.format(day=day(admission.until)))
    raise Refusal(*CLOSED)
