"""Registro: who did what, and when."""

from datetime import timedelta

from sereno.engine.housekeeping import PROOF
from sereno.web import catalogue_access as words
from sereno.web.page import MOST_PAGES, PAGE_ROWS, Asked, Page
from sereno.web.reading import View


def deeds(view: View, asked: Asked) -> Page | None:
    """Show a page of what people did, the newest first."""
    if view.store is None:
        return None
    page = min(asked.page, MOST_PAGES)
    found = view.store.audit.deeds(view.now - PROOF - timedelta(days=1), page * PAGE_ROWS + 1)
    shown = found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    return Page(
        "deeds.html", words.DEEDS, {"deeds": shown, "page": page, "more": len(found) > page * PAGE_ROWS}
    )
