"""A finding with its history."""

from datetime import date, datetime, time

from sereno.domain.ledger import Telling
from sereno.domain.wallclock import first_reading, zone_of
from sereno.engine.ports import Store
from sereno.engine.records import Notice
from sereno.web.findings import Row
from sereno.web.page import Asked, Page
from sereno.web.reading import View
from sereno.web.sections import section_titles


def finding(view: View, asked: Asked) -> Page | None:
    """Show one open finding with its history; `None` where none is open that is called so."""
    row = _row(view, asked.path["monitor"], asked.path["token"])
    if row is None or view.store is None:
        return None
    history = sorted(row.found.entry.tellings, key=_told_on, reverse=True)
    content = {"row": row, "history": history, "notices": _notices(row, view, view.store)}
    return Page("finding.html", f"{row.title}: {row.key}", content)


def _row(view: View, monitor: str, name: str) -> Row | None:
    roll = view.roll_call()
    post = next((post for post in view.reading.posts if post.monitor.name == monitor), None)
    each = next(iter(roll.roll.listed([name])), None) if roll is not None else None
    if roll is None or post is None or each is None or each.monitor != monitor:
        return None
    if each.entry.rule not in {rule.id for rule in post.monitor.rules}:
        return None
    section = each.entry.section or each.entry.rule
    return Row(roll.found(each), section_titles(post).get(section, section))


def _told_on(telling: Telling) -> tuple[date, str]:
    return telling.on, telling.period


def _notices(row: Row, view: View, store: Store) -> list[Notice]:
    """Return who was told of it, the newest first."""
    entry = row.found.entry
    since: datetime = first_reading(entry.first_seen, time(), zone_of(view.now))
    told = store.notices(since, view.now, None)
    ours = (row.found.monitor.name, entry.rule, entry.key)
    return [each for each in reversed(told) if (each.monitor, each.rule, each.key) == ours]
