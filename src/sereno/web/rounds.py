"""Rondas: a year of each digest, and what was done for one of its periods."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from markupsafe import Markup

from sereno.domain.expected import expected
from sereno.domain.rules import DigestPlan
from sereno.domain.wallclock import zone_of
from sereno.engine.agenda import Post
from sereno.engine.explaining import RESULTS, explain
from sereno.engine.ports import Store
from sereno.engine.year_of_rounds import Slot, Year, first_day_of, years_of_rounds
from sereno.web.page import FIRST_YEAR, LAST_YEAR, Asked, Page
from sereno.web.reading import View
from sereno.web.render import render_alone
from sereno.web.run import CHANGES_SHOWN, tell_run
from sereno.web.sections import section_titles

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
WHOLE = 3
"""Rounds of a period that its page shows whole; each of the others has a page of its own."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Draw a year of a digest: daily ones a row a month, others in one row."""

    year: Year
    rows: tuple[tuple[Slot | None, ...], ...]
    counts: Mapping[str, int]


def rounds(view: View, asked: Asked) -> Page | None:
    """Show what became of every period of a year."""
    year = asked.year(view.now.year)
    if view.store is None or year is None:
        return None
    made = view.store.logbook.made_at().year
    drawn = _kept(year, view, view.store)
    return Page(
        "rounds.html",
        f"Rondas de {year}",
        {
            "year": year,
            "years": drawn,
            "earlier": year - 1 if year > made else None,
            "later": year + 1 if year <= view.now.year else None,
        },
    )


def _kept(year: int, view: View, store: Store) -> Markup:
    """Draw a year to the minute, so that a page says when it was seen; once for all that it is made of."""
    book = store.logbook
    seen = (f"{view.now:%Y-%m-%d %H:%M}", store.roll.mark(), book.accounts(), book.missed(EARLIEST))
    _, drawn = view.reading.kept.get(
        repr((seen, id(view.calendar.book))),  # which is kept with it: no other has its id then
        ("years", year),
        lambda: (
            view.calendar.book,
            _drawn(years_of_rounds(view.reading.posts, year, view.now, view.calendar, store)),
        ),
    )
    return drawn


def _drawn(years: Sequence[Year]) -> Markup:
    """Draw the sheets of a year: a thousand cells or two, the same for everybody who looks."""
    sheets = [_sheet(each) for each in years]
    return Markup(render_alone("years.html", sheets=sheets, days=range(1, 32)))  # noqa: S704  # escaped there


def period(view: View, asked: Asked) -> Page | None:
    """Show why a digest went out or not for a period, and its last rounds whole; one alone that is named."""
    found = _found(view, asked)
    if found is None or view.store is None:
        return None
    post, plan, day = found
    told = explain(post.monitor, plan, post.orders, day, view.now, view.calendar, view.store)
    attempts, named = told.attempts, asked.path.get("run")
    whole = [each for each in attempts if each.run.id == named] if named else attempts[-WHOLE:]
    if named and not whole:
        return None
    name, results = asked.path["period"], view.store.job_results(post.monitor.name, RESULTS)
    return Page(
        "period.html",
        f"{post.monitor.title}: {plan.title or plan.name}, {name}",
        {
            "post": post,
            "plan": plan,
            "name": name,
            "told": told,
            "titles": section_titles(post),
            "runs": [tell_run(each.run, each.mail, post, results, view.store) for each in reversed(whole)],
            "others": [each.run for each in reversed(attempts) if each not in whole],
            "year": day.year,
            "shown": CHANGES_SHOWN,
        },
    )


def _sheet(year: Year) -> Sheet:
    counts: dict[str, int] = defaultdict(int)
    for slot in year.slots:
        counts[slot.state] += 1
    if year.kind != "daily":
        return Sheet(year, (year.slots,), counts)
    months: dict[int, list[Slot | None]] = {month: [None] * 31 for month in range(1, 13)}
    for slot in year.slots:
        months[slot.day.month][slot.day.day - 1] = slot
    return Sheet(year, tuple(tuple(row) for row in months.values()), counts)


def _found(view: View, asked: Asked) -> tuple[Post, DigestPlan, date] | None:
    """Find the digest and a day on which its period is open."""
    for post in view.reading.posts:
        for plan in post.monitor.digests:
            if (post.monitor.name, plan.name) == (asked.path["monitor"], asked.path["digest"]):
                cadence = post.orders.cadence(plan)
                first = first_day_of(cadence.kind, asked.path["period"])
                if first is None or not FIRST_YEAR <= first.year <= LAST_YEAR:
                    return None
                zone = zone_of(view.now)
                opened = expected(cadence, first, view.calendar, zone).period
                return post, plan, opened.opens.astimezone(zone).date() if opened else first
    return None
