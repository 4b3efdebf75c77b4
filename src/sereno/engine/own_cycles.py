"""Cycles turned in this process: where there is to be one alone, and where none can be turned elsewhere."""

from dataclasses import dataclass, replace
from functools import partial

from sereno.domain.calendar import HolidayBook
from sereno.domain.cycle import context_at, interval
from sereno.domain.errors import StoreUnavailable
from sereno.engine.daemon import run_cycle
from sereno.engine.lead import SLACK, extended
from sereno.engine.master import Master, Order, State, guarded, keep_lead, show
from sereno.engine.vigil import Turned


@dataclass(slots=True)
class OwnCycles:
    """Turn cycles in this process."""

    master: Master
    state: State | None = None
    """As it was shown last."""
    book: HolidayBook | None = None
    """The holidays as the last cycle knew them."""

    def turn(self, order: Order) -> Turned:
        """Turn one to its end or a stop; raise LeadHeld where another master leads."""
        self.book = self.master.calendar().book
        self.state = run_cycle(self.master, order)
        return turned(self.master, self.state)

    def news(self, _last: Turned) -> str:
        """Look for mail, and for holidays that have changed."""
        if self.master.calendar().book != self.book:
            return "han cambiado los festivos"
        return "hay correo" if self.master.mail_waits(self.master.clock.now()) else ""

    def pass_by(self, quiet: Turned) -> Turned:
        """Show and count a cycle with nothing to do; raise LeadHeld where another master leads."""
        state = self.last
        now = self.master.clock.now()
        passed = replace(
            state, cycle=quiet.cycle, started_at=now, ended_at=now, wake_at=quiet.wake_at, quiet=True
        )
        self.state = guarded(self.master, passed, partial(_passed, self.master, quiet))
        show(self.master, self.state)
        new = self.state.faults[len(state.faults) :]
        return replace(quiet, failed=quiet.failed or bool(new), faults=(*quiet.faults, *new))

    def end(self, reason: str) -> None:
        """Show that the watch is over, and why; let the lead go."""
        master = self.master
        master.log.info("master.stopped", cycles=self.state.cycle if self.state else 0, why=reason)
        if self.state is not None:
            self.state = replace(self.state, phase="stopped", running=(), wake_at=None, stop_reason=reason)
            show(master, self.state)
        try:
            master.store.logbook.let_go(master.me)
        except StoreUnavailable as error:
            master.log.error("lead.kept", why=str(error))

    @property
    def last(self) -> State:
        """Return the state as it was shown last; raise ValueError where no cycle was turned."""
        if self.state is None:
            raise ValueError("no cycle was turned yet")
        return self.state


def _passed(master: Master, quiet: Turned, state: State) -> State:
    keep_lead(master, state, until=extended(quiet.wake_at, SLACK))
    master.store.count_cycle()
    return state


def turned(master: Master, state: State) -> Turned:
    """Tell the watch how a cycle ended."""
    calendar, ended = master.calendar(), state.ended_at or state.started_at
    wait = interval(context_at(ended, calendar, master.night), master.times)
    return Turned(
        cycle=state.cycle,
        wake_at=state.wake_at or extended(ended, wait),
        interval=wait,
        edges=master.edges,
        quiet_until=None if state.faults else state.quiet_until,  # what failed is tried again
        failed=state.failed or state.unwell or bool(state.missed),
        tidied_on=state.tidied_on,
    )


def single_cycle(cycles: OwnCycles) -> State:
    """Turn once and end; the state tells how it went, and that one which was interrupted has failed.

    Raise LeadHeld where another master leads.
    """
    stop, reason = cycles.master.stop, "otro maestro tiene el mando"
    try:
        cycles.turn(Order(1))
        reason = stop.reason if stop.requested else "ciclo único terminado"
    finally:
        cycles.end(reason)
    state = cycles.last
    return replace(state, faults=(*state.faults, "interrumpido")) if stop.requested else state
