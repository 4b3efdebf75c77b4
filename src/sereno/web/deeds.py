"""Actividad: who did what, and when."""

from datetime import date, timedelta

from sereno.engine.access import Deed
from sereno.engine.housekeeping import PROOF
from sereno.web import catalogue_access as words
from sereno.web.page import MOST_PAGES, PAGE_ROWS, Asked, Page
from sereno.web.reading import View
from sereno.web.words import day


def deeds(view: View, asked: Asked) -> Page | None:
    """Show a page of what people did, the newest first."""
    if view.store is None:
        return None
    page = min(asked.page, MOST_PAGES)
    found = view.store.audit.deeds(view.now - PROOF - timedelta(days=1), page * PAGE_ROWS + 1)
    shown = found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    told = [(each, detail_of(each)) for each in shown]
    return Page(
        "deeds.html", words.DEEDS, {"deeds": told, "page": page, "more": len(found) > page * PAGE_ROWS}
    )


def detail_of(deed: Deed) -> str:
    """Say in words what was recorded of a deed; what is no code of ours stays as it is."""
    if deed.action in {"user_added", "role_set"}:
        return words.ROLE_WORDS.get(deed.detail, deed.detail)
    if deed.action == "body_seen":
        return words.VIEW_WORDS.get(deed.detail, deed.detail)
    return _pause(deed.detail) if deed.action == "job_paused" else deed.detail


def _pause(detail: str) -> str:
    until, colon, why = detail.partition(": ")
    try:
        return words.PAUSED_UNTIL.format(day=day(date.fromisoformat(until)), why=why) if colon else detail
    except ValueError:
        return detail
