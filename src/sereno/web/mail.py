"""Correo: the outbox by state, origin and age, and what is known of a delivery."""

from collections.abc import Mapping
from datetime import timedelta
from typing import get_args

from sereno.domain.outbox import DROPPABLE, HOLDABLE, RETRIABLE, State
from sereno.domain.redaction import CODES_MAIL
from sereno.engine.conditions import OPERATORS_MAIL
from sereno.engine.mail_records import MailSheet, Sieve
from sereno.web.catalogue_lists import MAIL_AGES, OLDEST_FIRST
from sereno.web.letters import framed, open_letter
from sereno.web.page import PAGE_ROWS, Asked, Page
from sereno.web.reading import View

MOST_LINES = 1000
"""Deliveries that can be leafed through; filters bring the others into view."""
FILTERS = ("estado", "origen", "edad", "orden")
STATES: tuple[State, ...] = get_args(State)


def outbox(view: View, asked: Asked) -> Page | None:
    """Show a page of the outbox, the newest first, or the oldest."""
    if view.store is None or view.standing.mail is None:
        return None
    kept = {name: asked.of(name) for name in FILTERS}
    page = min(asked.page, MOST_LINES // PAGE_ROWS)
    lines = view.store.desk.leaf(_sieve(view, kept), (page - 1) * PAGE_ROWS, PAGE_ROWS + 1)
    more = len(lines) > PAGE_ROWS
    return Page(
        "outbox.html",
        "Correo",
        {
            "lines": lines[:PAGE_ROWS],
            "page": page,
            "more": more and page < MOST_LINES // PAGE_ROWS,
            "cut": MOST_LINES if more and page == MOST_LINES // PAGE_ROWS else 0,
            "kept": kept,
            "origins": sorted({*_own_origins(view), *view.store.desk.origins()}),
            "states": STATES,
            "mail": view.standing.mail,
        },
    )


def _sieve(view: View, kept: Mapping[str, str]) -> Sieve:
    states = frozenset(each for each in STATES if kept["estado"] in {"", each})
    days = MAIL_AGES.get(kept["edad"])
    by = None if days is None else view.now - timedelta(days=days)
    return Sieve(states, kept["origen"] or None, by, oldest_first=kept["orden"] == OLDEST_FIRST)


def delivery(view: View, asked: Asked) -> Page | None:
    """Show a delivery; of mail of other applications neither headers nor text."""
    sheet = sheet_of(view, asked.path)
    if sheet is None:
        return None
    own = is_own(sheet.line.origin, view)
    letter = open_letter(sheet.data) if own and sheet.data is not None else None
    return Page(
        "delivery.html",
        sheet.line.subject or "Correo",
        {
            "sheet": sheet,
            "own": own,
            "letter": letter,
            "retriable": sheet.line.state in RETRIABLE,
            "holdable": sheet.line.state in HOLDABLE,
            "droppable": sheet.line.state in DROPPABLE,
        },
    )


def delivery_html(view: View, asked: Asked) -> str | None:
    """Return a delivery's own HTML, made fit for a frame; `None` where it has none that may be shown."""
    sheet = sheet_of(view, asked.path)
    if sheet is None or sheet.data is None or not is_own(sheet.line.origin, view):
        return None
    return framed(sheet.data)


def sheet_of(view: View, path: Mapping[str, str]) -> MailSheet | None:
    """Return what is known of the delivery that a path names."""
    return None if view.store is None else view.store.desk.sheet(path["delivery"])


def is_own(origin: str, view: View) -> bool:
    """Tell whether we composed what comes from there."""
    return origin in _own_origins(view)


def _own_origins(view: View) -> frozenset[str]:
    """Name whose mail we composed ourselves; that of any other origin is not ours to show."""
    digests = (
        f"{post.monitor.name}/{plan.name}" for post in view.reading.posts for plan in post.monitor.digests
    )
    return frozenset({*digests, OPERATORS_MAIL, CODES_MAIL})
