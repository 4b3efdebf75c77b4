"""Operar: what a person may have done now, and how it goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from sereno.domain.pauses import LONGEST, Pause
from sereno.engine.agenda import Post
from sereno.engine.errands import Difference, Errand, compare
from sereno.engine.open_findings import open_findings
from sereno.engine.records import JobResult
from sereno.engine.standing import JobStanding
from sereno.web import catalogue_operate as words
from sereno.web.page import Asked, Page
from sereno.web.reading import View
from sereno.web.sections import section_titles

SHOWN = 50
"""Differences of a kind that are listed; how many more there are is said."""
REFRESH_SECONDS = 3


@dataclass(frozen=True, slots=True)
class Workable:
    """Show a job that can be run, rehearsed, and let rest."""

    title: str
    standing: JobStanding
    pause: Pause | None
    seen: str
    """Names the pause that the page shows, or the last that is over."""
    missing: tuple[str, ...]
    """The variables without which it can do nothing."""
    ran: str
    """Names the last run that the page knows of."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Show differences of a kind, as many as fit."""

    title: str
    rows: Sequence[tuple[str, Difference]]
    """Each with the title of its section."""
    more: int


def operating(view: View, _asked: Asked) -> Page | None:
    """Show what can be done, and what was done from here."""
    if view.store is None or view.standing.mail is None:
        return None
    jobs = [_workable(post, view, view.store.logbook.pauses()) for post in view.reading.posts]
    return Page(
        "operating.html",
        words.OPERATE,
        {
            "jobs": jobs,
            "hold": view.standing.mail.hold,
            "errands": view.reading.errands.recent(),
            "tomorrow": (view.now.date() + timedelta(days=1)).isoformat(),
            "last": (view.now.date() + timedelta(days=LONGEST)).isoformat(),
        },
    )


def _workable(post: Post, view: View, pauses: Mapping[str, Pause]) -> Workable:
    name, last = post.monitor.name, pauses.get(post.monitor.name)
    stands = next(each for each in view.standing.jobs if each.job == name)
    holds = last if last is not None and last.holds(view.now.date()) else None
    seen = "" if last is None else last.since.isoformat()
    ran = last_start([] if stands.last is None else [stands.last])
    return Workable(post.monitor.title, stands, holds, seen, tuple(post.orders.unconfigured), ran)


def last_start(results: Sequence[JobResult]) -> str:
    """Name a job's last run; empty where it never ran."""
    return results[-1].started_at.isoformat() if results else ""


def errand(view: View, asked: Asked) -> Page | None:
    """Show how something goes that a person has done; a rehearsal beside what the ledger holds."""
    found = view.reading.errands.find(asked.path["errand"])
    if found is None or view.store is None:
        return None
    post = next((post for post in view.reading.posts if post.monitor.name == found.job), None)
    content = {
        "errand": found,
        "refresh": REFRESH_SECONDS if found.ended_at is None else 0,
        "comparison": None,
    }
    if post is not None and found.document is not None:
        known = open_findings([post.monitor], view.store, view.now.date())
        compared = compare(found.document, known)
        titles = section_titles(post)
        kinds = (
            (words.NEW, compared.new),
            (words.GONE, compared.gone),
            (words.UNLISTED, compared.unlisted),
            (words.MOVED, compared.moved),
        )
        content |= {
            "comparison": compared,
            "lists": [_listed(title, each, titles) for title, each in kinds],
            "document": found.document,
        }
    return Page("errand.html", _title(found), content)


def errand_page(view: View, asked: Asked) -> str | None:
    """Return a mail of a rehearsal as a page; `None` for one that there is not."""
    return view.reading.errands.page(asked.path["errand"], asked.path["file"])


def _listed(title: str, found: Sequence[Difference], titles: Mapping[str, str]) -> Listed:
    rows = [(titles.get(each.section or each.rule, each.rule), each) for each in islice(found, SHOWN)]
    return Listed(title, rows, len(found) - len(rows))


def _title(found: Errand) -> str:
    forced = f", {words.FORCED}" if found.force and found.kind == "run" else ""
    return f"{found.job}: {words.KINDS[found.kind]}{forced}"
