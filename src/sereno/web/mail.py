"""Correo: the outbox by state and origin, and what is known of a delivery."""

from collections.abc import Mapping
from typing import get_args

from sereno.domain.outbox import State
from sereno.domain.redaction import CODES_MAIL
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
    sheet = _sheet(view, asked.path)
    if sheet is None:
        return None
    own = sheet.line.origin in _own_origins(view)
    letter = open_letter(sheet.data) if own and sheet.data is not None else None
    return Page(
        "delivery.html", sheet.line.subject or "Correo", {"sheet": sheet, "own": own, "letter": letter}
    )


def delivery_html(view: View, asked: Asked) -> str | None:
    """Return a delivery's own HTML, made fit for a frame; `None` where it has none that may be shown."""
    sheet = _sheet(view, asked.path)
    if sheet is None or sheet.data is None or sheet.line.origin not in _own_origins(view):
        return None
    return framed(sheet.data)


def _sheet(view: View, path: Mapping[str, str]) -> MailSheet | None:
    return None if view.store is None else view.store.desk.sheet(path["delivery"])


def _own_origins(view: View) -> frozenset[str]:
    """Name whose mail we composed ourselves; that of any other origin is not ours to show."""
    digests = (
        f"{post.monitor.name}/{plan.name}" for post in view.reading.posts for plan in post.monitor.digests
    )
    return frozenset({*digests, OPERATORS_MAIL, CODES_MAIL})
