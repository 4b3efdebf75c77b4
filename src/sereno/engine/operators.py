"""Telling the operators: in one mail a cycle what has changed, and once a week how everything stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sereno.domain.alarms import Alarm, Changes, changes
from sereno.domain.cadence import Cadence, Period, period_at
from sereno.domain.calendar import Calendar
from sereno.domain.digest import Digest
from sereno.domain.outbox import Message
from sereno.domain.wallclock import utc
from sereno.engine.agenda import Post
from sereno.engine.conditions import OPERATORS_MAIL, conditions
from sereno.engine.logbook import Missed
from sereno.engine.master import Order, State
from sereno.engine.ports import Compose, Letter, Log, Store
from sereno.engine.words_to_operators import News, headline, news_digest, overview_digest

MISSED, OVERVIEW = "missed", "overview"
"""Subjects under which it is kept what was told last of things that have no end."""
LONG_AGO = timedelta(days=30)
"""Periods that were noted as missed before that are no news to operators who are named only now."""
WEEKLY = Cadence("weekly")


@dataclass(frozen=True, slots=True)
class OperatorsDesk:
    """Gather what telling the operators works with."""

    operators: tuple[str, ...]
    trial: bool
    posts: Sequence[Post]
    store: Store
    compose: Compose
    calendar_faults: Callable[[], tuple[str, ...]]
    log: Log
    new_id: Callable[[], str]


def tell_operators(desk: OperatorsDesk, order: Order, state: State, calendar: Calendar) -> None:
    """Queue a mail with what has changed, and in its hour the week's overview; nobody there is told nothing.

    What is told and the mail that tells it are written together. Raises StoreUnavailable.
    """
    if not desk.operators:
        return
    known, now = desk.store.logbook.alarms(), state.started_at
    found = conditions(desk.posts, order, state, desk.calendar_faults(), desk.store)
    lasting = {name: alarm for name, alarm in known.items() if name not in {MISSED, OVERVIEW}}
    changed = changes(lasting, found, now)
    missed = _untold(desk.store, known.get(MISSED), now)
    _tell_news(desk, changed, missed, order.leap, now)
    _tell_overview(desk, known.get(OVERVIEW), calendar, now)


def _untold(store: Store, told: Alarm | None, now: datetime) -> list[Missed]:
    """Return the missed periods that no mail has told of: one that was noted just before a crash too."""
    since = told.since if told else (utc(now) - LONG_AGO).astimezone(now.tzinfo)
    return [each for each in store.logbook.missed(since) if told is None or utc(each.noted_at) > utc(since)]


def _tell_news(
    desk: OperatorsDesk, changed: Changes, missed: Sequence[Missed], leap: str, now: datetime
) -> None:
    told_until = max((each.noted_at for each in missed), key=utc, default=None)
    marks = [] if told_until is None else [Alarm(MISSED, 0, "", told_until, now)]
    message = None
    if changed.told or missed or leap:
        news = News(changed.told, tuple(missed), leap)
        message = _letter(desk, news_digest(news, desk.store, now), headline(news), now)
    if message is not None or changed.alarms or changed.forgotten:
        desk.store.logbook.tell([*changed.alarms, *marks], changed.forgotten, message)
    for each in changed.told:
        desk.log.info("operators.told", subject=each.subject, what=each.what)


def _tell_overview(desk: OperatorsDesk, told: Alarm | None, calendar: Calendar, now: datetime) -> None:
    """Tell how everything stands, in the first cycle of a week's first working day, from 07:00 on."""
    period = period_at(WEEKLY, now, calendar)
    if not isinstance(period, Period) or (told is not None and told.text == period.id):
        return
    digest = overview_digest(desk.posts, calendar, desk.store, now)
    message = _letter(desk, digest, f"Sereno: resumen de la semana {period.id}", now)
    desk.store.logbook.tell([Alarm(OVERVIEW, 0, period.id, now, now)], (), message)
    desk.log.info("operators.told", subject=OVERVIEW, what=period.id)


def _letter(desk: OperatorsDesk, digest: Digest, subject: str, now: datetime) -> Message:
    letter = Letter(desk.new_id(), desk.operators, (), (), subject, "Sereno", OPERATORS_MAIL, now)
    return replace(desk.compose(digest, letter), kind="notice", trial=desk.trial)
