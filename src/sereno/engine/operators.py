"""Telling the operators: what has changed, in one mail a cycle; and once a week how everything stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from sereno.domain.alarms import MARK, Alarm, Change, Changes, decide
from sereno.domain.calendar import Calendar
from sereno.domain.outbox import Message
from sereno.domain.wallclock import utc
from sereno.engine.agenda import Post
from sereno.engine.bulletin import HEADING, Bulletin, write_changes
from sereno.engine.conditions import (
    MISSED_SOUGHT,
    OPERATORS_MAIL,
    Happenings,
    Sight,
    look_after,
    tell_missed,
)
from sereno.engine.logbook import Missed
from sereno.engine.master import Order, State
from sereno.engine.overview import week_to_tell, write_overview
from sereno.engine.ports import Letter, Log, Store

OVERVIEW = "overview"
MISSED = "missed"
"""Subjects that are marks: the week told last, and the last missed period told."""
ON_TRIAL = "Sereno está en pruebas: ningún correo llega a sus destinatarios."

ComposeBulletin = Callable[[Bulletin, Letter], Message]
"""Render a mail to the operators and compose it to the bytes that are sent."""


@dataclass(frozen=True, slots=True)
class OperatorsDesk:
    """Gather what telling the operators works with."""

    operators: tuple[str, ...]
    trial: bool
    """Their mail goes where all mail goes on trial."""
    posts: Sequence[Post]
    store: Store
    calendar_faults: Callable[[], tuple[str, ...]]
    compose: ComposeBulletin
    new_id: Callable[[], str]
    log: Log


def happenings(order: Order, state: State) -> Happenings:
    """Say what a cycle knows that the store does not."""
    return Happenings(state.faults, state.missed, order.leap, order.settings_fault)


def tell_operators(desk: OperatorsDesk, happened: Happenings, calendar: Calendar, now: datetime) -> None:
    """Queue what the operators do not know yet, and remember that they do; may raise StoreUnavailable.

    Where there are no operators nothing is remembered: they are told once there are some.
    """
    if not desk.operators:
        return
    known = desk.store.logbook.alarms()
    sight = look_after(desk.posts, desk.store, desk.calendar_faults(), happened, now)
    _tell_changes(desk, happened, known, sight, now)
    told = known[OVERVIEW].text if OVERVIEW in known else ""
    week = week_to_tell(told, calendar, now)
    if week is not None and not happened.clock_jump:  # a week that is in doubt is not told
        _tell_overview(desk, week, sight, calendar, now)


def _tell_changes(
    desk: OperatorsDesk, happened: Happenings, known: Mapping[str, Alarm], sight: Sight, now: datetime
) -> None:
    """Write changes and mail in one transaction, and nothing where nothing has changed."""
    missed = _news_of_missed(desk.store, known.get(MISSED), happened.missed, now)
    changes = _with_missed(decide(known, sight.conditions, sight.seen, now), missed, now)
    if not (changes.told or changes.known or changes.over):
        return
    message = _composed(desk, write_changes(changes.told, now), now) if changes.told else None
    desk.store.logbook.tell(changes.known, changes.over, message)
    if changes.told:
        desk.log.info("operators.told", subjects=" ".join(each.subject for each in changes.told))


def _news_of_missed(store: Store, mark: Alarm | None, noted: Sequence[Missed], now: datetime) -> list[Missed]:
    """Return the missed periods of which nobody was told: also those of a cycle that died before it could."""
    since = now - MISSED_SOUGHT if mark is None else mark.since
    every = dict.fromkeys(chain(store.logbook.missed(since), noted))
    news = [each for each in every if mark is None or utc(each.noted_at) > utc(mark.since)]
    return sorted(news, key=lambda each: (utc(each.closed_at), each.monitor, each.digest))


def _with_missed(changes: Changes, missed: Sequence[Missed], now: datetime) -> Changes:
    if not missed:
        return changes
    condition = tell_missed(missed)
    change = Change("raised", MISSED, condition.level, condition.text, condition.detail, now)
    last = max((each.noted_at for each in missed), key=utc)
    mark = Alarm(MISSED, MARK, condition.text, last, now)
    return replace(changes, told=(*changes.told, change), known=(*changes.known, mark))


def _tell_overview(desk: OperatorsDesk, week: str, sight: Sight, calendar: Calendar, now: datetime) -> None:
    conditions = (*sight.conditions, *sight.untold)
    bulletin = write_overview(week, desk.posts, desk.store, conditions, calendar, now)
    notes = (*((ON_TRIAL,) if desk.trial else ()), *bulletin.notes)
    message = _composed(desk, replace(bulletin, notes=notes), now)
    desk.store.logbook.tell([Alarm(OVERVIEW, MARK, week, now, now)], (), message)
    desk.log.info("operators.overview", week=week)


def _composed(desk: OperatorsDesk, bulletin: Bulletin, now: datetime) -> Message:
    letter = Letter(
        message_id=desk.new_id(),
        to=desk.operators,
        cc=(),
        bcc=(),
        subject=bulletin.subject,
        application=HEADING,
        list_id=OPERATORS_MAIL,
        date=now,
    )
    return replace(desk.compose(bulletin, letter), trial=desk.trial, kind="notice")
