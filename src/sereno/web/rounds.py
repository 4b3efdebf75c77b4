"""Rondas: a year of each digest, and what was done for one of its periods."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sereno.domain.expected import expected
from sereno.domain.rules import DigestPlan
from sereno.domain.wallclock import utc, zone_of
from sereno.engine.agenda import Post
from sereno.engine.explaining import explain
from sereno.engine.mail_records import MailLine
from sereno.engine.ports import Store
from sereno.engine.records import JobResult, Run
from sereno.engine.year_of_rounds import Slot, Year, first_day_of
from sereno.web.page import FIRST_YEAR, LAST_YEAR, Asked, Page
from sereno.web.reading import View
from sereno.web.sections import section_titles

RESULTS = 500
"""How many of a job's latest results are looked through for that of a round."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Draw a year of a digest: daily ones a row a month, others in one row."""

    year: Year
    rows: tuple[tuple[Slot | None, ...], ...]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Count:
    """Tell how much a section held."""

    section: str
    title: str
    number: int


@dataclass(frozen=True, slots=True)
class Told:
    """Show a round with all that is known of it."""

    run: Run
    counts: tuple[Count, ...]
    mail: Sequence[MailLine]
    result: JobResult | None
    """How its job ended; `None` where that is no longer kept, or it has not ended."""


def rounds(view: View, asked: Asked) -> Page | None:
    """Show what became of every period of a year."""
    year = asked.year(view.now.year)
    if view.store is None or year is None:
        return None
    made = view.store.logbook.made_at().year
    years = view.years(year)
    return Page(
        "rounds.html",
        f"Rondas de {year}",
        {
            "year": year,
            "sheets": [_sheet(each) for each in years],
            "earlier": year - 1 if year > made else None,
            "later": year + 1 if year <= view.now.year else None,
            "days": range(1, 32),
        },
    )


def period(view: View, asked: Asked) -> Page | None:
    """Show why a digest went out or not for a period, and each round that was made for it."""
    found = _found(view, asked)
    if found is None or view.store is None:
        return None
    post, plan, day = found
    told = explain(post.monitor, plan, post.orders, day, view.now, view.calendar, view.store)
    runs = tuple(_told(attempt.run, attempt.mail, post, view.store) for attempt in told.attempts)
    name = asked.path["period"]
    return Page(
        "period.html",
        f"{post.monitor.title}: {plan.title or plan.name}, {name}",
        {
            "post": post,
            "plan": plan,
            "name": name,
            "told": told,
            "runs": runs,
            "year": day.year,
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


def _told(run: Run, mail: Sequence[MailLine], post: Post, store: Store) -> Told:
    results = reversed(store.job_results(run.monitor, RESULTS))
    made = (each for each in results if _spans(each, run))
    return Told(run, tuple(_counts(run, post)), mail, next(made, None))


def _spans(result: JobResult, run: Run) -> bool:
    return utc(result.started_at) <= utc(run.finished_at) <= utc(result.ended_at)


def _counts(run: Run, post: Post) -> Iterator[Count]:
    """Tell the counts in the order of the digest's sections; those that it no longer has come last."""
    titles = section_titles(post)
    plan = next(plan for plan in post.monitor.digests if plan.name == run.digest)
    order = [*(each for each in plan.sections if each in run.counts), *run.counts]
    return (Count(each, titles.get(each, each), run.counts[each]) for each in dict.fromkeys(order))
