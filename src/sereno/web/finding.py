"""A finding with its history."""

from collections.abc import Mapping
from datetime import date, datetime, time

from sereno.domain.ledger import Telling
from sereno.domain.wallclock import first_reading, zone_of
from sereno.engine.agenda import Post
from sereno.engine.open_findings import OpenFinding
from sereno.engine.ports import Store
from sereno.engine.records import Notice
from sereno.web.findings import Row
from sereno.web.page import Asked, Page
from sereno.web.reading import View
from sereno.web.sections import section_titles


def finding(view: View, asked: Asked) -> Page | None:
    """Show one open finding with its history; `None` where none is open that is called so."""
    if view.store is None:
        return None
    each = next((each for each in view.open_findings() if _is_called(each, asked.path)), None)
    if each is None:
        return None
    section = each.entry.section or each.entry.rule
    row = Row(each, section_titles(_post(view, each)).get(section, section))
    history = sorted(row.found.entry.tellings, key=_told_on, reverse=True)
    content = {"row": row, "history": history, "notices": _notices(row, view, view.store)}
    return Page("finding.html", f"{row.title}: {row.key}", content)


def _is_called(each: OpenFinding, path: Mapping[str, str]) -> bool:
    return each.monitor.name == path["monitor"] and Row(each, "").token == path["token"]


def _post(view: View, each: OpenFinding) -> Post:
    return next(post for post in view.reading.posts if post.monitor is each.monitor)


def _told_on(telling: Telling) -> tuple[date, str]:
    return telling.on, telling.period


def _notices(row: Row, view: View, store: Store) -> list[Notice]:
    """Return who was told of it, the newest first."""
    entry = row.found.entry
    since: datetime = first_reading(entry.first_seen, time(), zone_of(view.now))
    told = store.notices(since, view.now, None)
    ours = (row.found.monitor.name, entry.rule, entry.key)
    return [each for each in reversed(told) if (each.monitor, each.rule, each.key) == ours]
