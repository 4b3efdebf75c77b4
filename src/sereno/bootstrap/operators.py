"""How the operators of an installation are told."""

from collections.abc import Callable

from sereno.bootstrap.mail import new_id
from sereno.bootstrap.site import Site
from sereno.domain.calendar import Calendar
from sereno.domain.outbox import Message
from sereno.engine.bulletin import Bulletin
from sereno.engine.master import Order, State
from sereno.engine.operators import OperatorsDesk, happenings, tell_operators
from sereno.engine.ports import Letter, Log, Store


def operators_teller(site: Site, store: Store, log: Log) -> Callable[[Order, State, Calendar], None]:
    """Return what tells the operators of what a cycle has found."""
    desk = _desk(site, store, log)
    return lambda order, state, calendar: tell_operators(
        desk, happenings(order, state), calendar, site.clock.now()
    )


def _desk(site: Site, store: Store, log: Log) -> OperatorsDesk:
    def compose(bulletin: Bulletin, letter: Letter) -> Message:
        from sereno.adapters.composing import compose_bulletin

        return compose_bulletin(bulletin, letter, site.sender())

    return OperatorsDesk(
        operators=site.settings.operators,
        trial=site.settings.mail.trial,
        posts=site.posts(),
        store=store,
        calendar_faults=site.calendar_faults,
        compose=compose,
        new_id=new_id,
        log=log,
    )
