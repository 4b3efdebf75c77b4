"""Correo: the outbox by state and origin, and what is known of a delivery."""

from collections.abc import Mapping
from typing import get_args

from sereno.domain.outbox import DROPPABLE, RETRIABLE, State
from sereno.engine.conditions import OPERATORS_MAIL
from sereno.engine.mail_records import MailSheet
from sereno.web.letters import framed, open_letter
from sereno.web.page import PAGE_ROWS, Asked, Page
from sereno.web.reading import View

MOST_LINES = 1000
"""Deliveries that can be leafed through; filters bring the others into view."""
STATES: tuple[State, ...] = get_args(State)


def outbox(view: View, asked: Asked) -> Page | None:
    """Show a page of the outbox, the newest first."""
    if view.store is None or view.standing.mail is None:
        return None
    origin, state = asked.of("origen"), asked.of("estado")
    states = [each for each in STATES if state in {"", each}]
    lines = view.store.desk.lines(states, origin or None, MOST_LINES)
    first = (asked.page - 1) * PAGE_ROWS
    return Page(
        "outbox.html",
        "Correo",
        {
            "lines": lines[first : first + PAGE_ROWS],
            "total": len(lines),
            "most": MOST_LINES,
            "page": asked.page,
            "pages": max(-(-len(lines) // PAGE_ROWS), 1),
            "kept": {"estado": state, "origen": origin},
            "origins": sorted({*_own_origins(view), *(line.origin for line in lines)}),
            "states": STATES,
            "mail": view.standing.mail,
        },
    )


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
    return frozenset({*digests, OPERATORS_MAIL})
