"""A finding with its whole history, open or not, found by its name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter

from sereno.domain.digest import Badge
from sereno.domain.finding_names import is_finding_id
from sereno.domain.ledger import Entry, Telling
from sereno.domain.steps import CLOSINGS, Step, is_listed
from sereno.domain.writing import badge
from sereno.engine.agenda import Post
from sereno.engine.history import Followed
from sereno.engine.open_findings import OpenFinding, key_text
from sereno.engine.records import Notice
from sereno.web import catalogue_finding as words
from sereno.web.page import Asked, Page
from sereno.web.reading import View
from sereno.web.sections import section_titles
from sereno.web.words import day

LATEST = 50
"""Notices that are shown one by one; all are counted."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Show one thing that happened to a finding."""

    on: date
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Show how often a person was told."""

    address: str
    times: int
    first: datetime
    last: datetime


def finding(view: View, asked: Asked) -> Page | None:
    """Show a finding with its history; `None` where the ledger never had one that is called so."""
    store, name = view.store, asked.path["token"]
    followed = store.history.finding(name) if store is not None and is_finding_id(name) else None
    if store is None or followed is None or followed.monitor != asked.path["monitor"]:
        return None
    post = next((each for each in view.reading.posts if each.monitor.name == followed.monitor), None)
    titles = {} if post is None else section_titles(post)
    steps, notices, since = store.history.steps(name), store.history.notices(name), store.history.known_from()
    entry, section = followed.entry, followed.entry.section or followed.entry.rule
    title, key = titles.get(section, section), key_text(entry.key)
    content = {
        "w": words,
        "entry": entry,
        "key": key,
        "heading": title,
        **_facts(followed, post, view.now.date(), steps),
        "since": since.date(),
        "history": _history(entry, steps, titles, view.now.date()),
        "readers": _readers(notices),
        "notices": notices[: -LATEST - 1 : -1],
        "told": len(notices),
    }
    return Page("finding.html", f"{title}: {key}", content)


def _facts(followed: Followed, post: Post | None, today: date, steps: Sequence[Step]) -> dict[str, object]:
    """Gather what stands at the head of the page; a monitor or a rule may be gone since."""
    entry = followed.entry
    rules = () if post is None else post.monitor.rules
    rule = next((each for each in rules if each.id == entry.rule), None)
    known = OpenFinding(post.monitor, rule, entry, today) if post and rule else None
    noted = sum(step.kind == "replanned" and step.on >= entry.first_seen for step in steps)
    return {
        "monitor": post.monitor.title if post else followed.monitor,
        "rule": rule.title if rule else words.UNKNOWN_RULE,
        "band": known.band if known else "",
        "snoozed": known is not None and known.snoozed_until is not None,
        "badge": _badge(entry, today),
        "state": _state(entry),
        "unnoted": max(entry.replannings - noted, 0),
    }


def _badge(entry: Entry, today: date) -> Badge | None:
    return None if entry.ended or entry.due is None else badge((entry.due - today).days)


def _state(entry: Entry) -> tuple[str, str]:
    if entry.ended is not None:
        said = words.RESOLVED if entry.ended == "resolved" else words.EXPIRED
        return entry.ended, said.format(day=day(entry.ended_on))
    return ("open", words.OPEN) if is_listed(entry) else ("afar", words.AFAR)


def _history(entry: Entry, steps: Sequence[Step], titles: Mapping[str, str], today: date) -> list[Happening]:
    """Put all that is known in order; of one day, what was seen comes before what was told of it."""
    told = [_told(each, titles) for each in entry.tellings]
    happened = [*_seen(entry, steps), *_stepped(steps), *_ended(entry, steps), *told, *_paused(entry, today)]
    return sorted(happened, key=attrgetter("on"))


def _seen(entry: Entry, steps: Sequence[Step]) -> Iterator[Happening]:
    earlier = [*(step.on for step in steps), *(each.on for each in entry.tellings)]
    again = any(on < entry.first_seen for on in earlier)
    yield Happening(entry.first_seen, words.SEEN_AGAIN if again else words.FIRST_SEEN, "")


def _stepped(steps: Sequence[Step]) -> Iterator[Happening]:
    closed = False
    for step in steps:
        what = words.REOPENED if step.kind == "opened" and closed else words.STEPS[step.kind]
        closed = closed or step.kind in CLOSINGS
        yield Happening(step.on, what, _step_detail(step))


def _step_detail(step: Step) -> str:
    if step.kind in CLOSINGS:
        return words.ENDED_WHY[step.kind]
    if step.kind == "opened":
        return _due(step.due)
    moved = {"before": day(step.due_before), "due": day(step.due)}
    if step.due is None or step.due_before is None:
        return words.MOVED.format(**moved)
    return words.MOVED_DAYS.format(**moved, days=f"{(step.due - step.due_before).days:+d}")


def _ended(entry: Entry, steps: Sequence[Step]) -> Iterator[Happening]:
    """Tell of an end from before steps were noted."""
    noted = any(step.kind == entry.ended and step.on == entry.ended_on for step in steps)
    if entry.ended is not None and entry.ended_on is not None and not noted:
        yield Happening(entry.ended_on, words.STEPS[entry.ended], words.ENDED_WHY[entry.ended])


def _told(telling: Telling, titles: Mapping[str, str]) -> Happening:
    section, due = titles.get(telling.section, telling.section), _due(telling.due)
    detail = words.TOLD_DETAIL.format(digest=telling.digest, period=telling.period, section=section, due=due)
    if telling.times > 1:
        detail = words.TOLD_LIKE.format(detail=detail, times=telling.times)
    return Happening(telling.on, words.TOLD, detail)


def _paused(entry: Entry, today: date) -> Iterator[Happening]:
    if entry.snooze is not None and entry.snooze.until <= today:
        by, reason = entry.snooze.by, entry.snooze.reason
        detail = words.SNOOZE_END_DETAIL.format(by=by, reason=reason)
        yield Happening(entry.snooze.until, words.SNOOZE_END, detail)


def _due(due: date | None) -> str:
    return words.UNDATED if due is None else words.DUE.format(day=day(due))


def _readers(notices: Sequence[Notice]) -> list[Reader]:
    """Count what each person was told, in the order in which they first were."""
    by_address: dict[str, list[datetime]] = {}
    for each in notices:
        by_address.setdefault(each.address, []).append(each.accepted_at)
    return [Reader(address, len(times), times[0], times[-1]) for address, times in by_address.items()]
