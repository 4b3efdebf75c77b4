"""A cycle of the master. What happens in it, in order, is `run_cycle`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from sereno.domain.cadence import NotOwed
from sereno.domain.calendar import Calendar
from sereno.domain.cycle import context_at, interval, wake_at
from sereno.engine.accounting import settle_accounts
from sereno.engine.agenda import decisions
from sereno.engine.conditions import is_unwell
from sereno.engine.lanes import run_jobs, run_mail
from sereno.engine.lead import SLACK, extended, reconcile
from sereno.engine.master import Master, Order, State, guarded, keep_lead, show

DAY = timedelta(days=1)
TIDYING = timedelta(hours=1)
"""How long the lead lasts while the store is tidied, which gives no sign of life."""
DOUBT = timedelta(minutes=5)
"""How long, at the longest, a clock that jumped is in doubt."""

Turn = Callable[[Master, Order, Calendar, State], State]
"""One step of a cycle."""


def run_cycle(master: Master, order: Order) -> State:
    """Turn once; raise LeadHeld, having started nothing more, where another master leads.

    In this order: what a dead master left is ended; what has ended unserved is recorded; every daily job that
    owes a period is started, and mail beside them; the operators are told what has changed; once a day the
    store is tidied. Without the lead nothing is done, and while the clock is in doubt nothing is started.
    """
    calendar, now = master.calendar(), master.clock.now()
    context = context_at(now, calendar, master.night)
    state = State("working", order.number, context, now, faults=_known(order), tidied_on=order.tidied_on)
    led = guarded(master, state, partial(keep_lead, master))
    master.log.info("cycle.started", cycle=order.number, context=context.label, why=order.why)
    show(master, led)
    turns = _turns(master, order) if led is state else []
    state = led
    for turn in turns:
        if not master.stop.requested:
            state = guarded(master, state, partial(turn, master, order, calendar))
    return _at_rest(master, order, calendar, state)


def _known(order: Order) -> tuple[str, ...]:
    """List what is wrong before the cycle begins."""
    return (*order.faults, *filter(None, [order.settings_fault, order.leap]))


def _turns(master: Master, order: Order) -> list[Turn]:
    if order.leap:
        master.log.warning("clock.jumped", cycle=order.number, why=order.leap)
        return [_tell, _count]
    return [_reconcile, _account, _work, _tell, _tidy, _count]


def _reconcile(master: Master, _order: Order, _calendar: Calendar, state: State) -> State:
    reconcile(master.store, master.jobs, master.clock.now(), master.log)
    return state


def _account(master: Master, _order: Order, calendar: Calendar, state: State) -> State:
    missed = settle_accounts(master.posts, master.clock.now(), calendar, master.store)
    for each in missed:
        master.log.error("period.missed", monitor=each.monitor, digest=each.digest, period=each.period)
    return replace(state, missed=tuple(missed))


def _work(master: Master, _order: Order, calendar: Calendar, state: State) -> State:
    return run_jobs(master, state, calendar)


def _tell(master: Master, order: Order, calendar: Calendar, state: State) -> State:
    """Tell the operators what has changed; the mail that does so leaves at once."""
    told = master.tell(order, state, calendar)
    return run_mail(master, state, calendar) if told and not order.leap else state


def _tidy(master: Master, order: Order, _calendar: Calendar, state: State) -> State:
    """Tidy the store in the first cycle of a day."""
    today = state.started_at.date()
    if order.tidied_on == today:
        return state
    keep_lead(master, state, until=extended(master.clock.now(), TIDYING))
    if not master.tidy():
        return state
    return replace(state, tidied_on=today)


def _count(master: Master, _order: Order, _calendar: Calendar, state: State) -> State:
    master.store.count_cycle()
    return state


def _at_rest(master: Master, order: Order, calendar: Calendar, state: State) -> State:
    ended = master.clock.now()
    wait = interval(context_at(ended, calendar, master.night), master.times)
    wait = min(wait, DOUBT) if order.leap else wait
    wake = wake_at(ended, wait, master.edges)
    resting = replace(state, phase="resting", ended_at=ended, wake_at=wake)
    resting = guarded(master, resting, partial(keep_lead, master, until=extended(wake, SLACK)))
    resting = guarded(master, resting, partial(_judge, master))
    resting = guarded(master, resting, partial(_plan_quiet, master, calendar, ended))
    master.log.info("cycle.ended", cycle=state.cycle, failed=resting.failed, next=str(wake))
    show(master, resting)
    return resting


def _judge(master: Master, state: State) -> State:
    return replace(state, unwell=is_unwell(master.posts, master.store))


def _plan_quiet(master: Master, calendar: Calendar, now: datetime, state: State) -> State:
    """Find until when no daily job will owe anything: the next retry, opening or edge.

    One that rests and would owe something is looked at each time: its pause may be lifted at any moment.
    """
    found = [
        decision
        for post in master.posts
        if not post.orders.unconfigured
        for _, decision in decisions(post, now, calendar, master.store)
    ]
    quiet = [each for each in found if isinstance(each, NotOwed)]
    if len(quiet) < len(found):
        return state
    looks = [each.again for each in quiet if each.again is not None]
    return replace(state, quiet_until=min([wake_at(now, DAY, master.edges), *looks], key=_instant))


def _instant(moment: datetime) -> float:
    return moment.timestamp()
