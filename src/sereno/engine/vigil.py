"""The watch between cycles: the master rests, looks for something to do, and turns a cycle if there is."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Protocol

from sereno.domain.cycle import wake_at
from sereno.domain.errors import SerenoError
from sereno.domain.wallclock import seconds_between, utc, zone_of
from sereno.engine.master import Order
from sereno.engine.ports import Clock, Stop
from sereno.engine.watchers import Watchers

SLICE = 60.0
"""Longest uninterrupted rest, in seconds: the wall clock is read again, for the machine may have slept."""
LEAP = timedelta(days=1)
"""A clock that is so much later than a rest was to end is not believed until another cycle confirms it."""


@dataclass(frozen=True, slots=True)
class Turned:
    """Tell how a cycle ended, and what follows."""

    cycle: int
    wake_at: datetime
    interval: timedelta
    """Between cycles, until the next edge."""
    edges: frozenset[time]
    """The local times that no rest jumps over."""
    quiet_until: datetime | None
    """Until when no daily job will owe anything; None where one owes something now."""
    failed: bool
    faults: tuple[str, ...] = ()
    """What went wrong and nobody has been told of: the next cycle's to tell."""
    tidied_on: date | None = None


class CycleFailed(SerenoError):
    """The first cycle did not come to its end, and has said why: the watch does not begin."""

    def __init__(self, code: int) -> None:
        super().__init__(f"El primer ciclo no llegó a su fin (código {code})")
        self.code = code


class Cycles(Protocol):
    """Turn the master's cycles."""

    def turn(self, order: Order) -> Turned:
        """Turn one to its end or a stop; raise LeadHeld where another master leads."""
        ...

    def news(self, last: Turned) -> str:
        """Look cheaply for something to do; say what, or what could not be looked at, and "" for nothing."""
        ...

    def pass_by(self, quiet: Turned) -> Turned:
        """Show and count a cycle with nothing to do; raise LeadHeld as `turn` does."""
        ...

    def end(self, reason: str) -> None:
        """Show that the watch is over, and why; let the lead go."""
        ...


def keep_watch(cycles: Cycles, clock: Clock, stop: Stop, watchers: Watchers) -> Turned:
    """Turn cycle after cycle until a stop is asked for; return the last. LeadHeld ends the watch."""
    reason = "otro maestro tiene el mando"
    try:
        last = cycles.turn(Order(1))
        watchers.ready()
        watchers.cycle_ended(failed=last.failed)
        while not stop.requested and not _rest(last, clock, watchers):
            last = _next(cycles, last, clock)
            watchers.cycle_ended(failed=last.failed)
        reason = stop.reason
    finally:
        watchers.stopping()
        cycles.end(reason)
    return last


def _next(cycles: Cycles, last: Turned, clock: Clock) -> Turned:
    """Turn the next cycle in full where there is something to do; else pass it by."""
    now = clock.now().astimezone(zone_of(last.wake_at))
    leap = _leap(last, now)
    if why := leap or _due(last, now) or cycles.news(last):
        return cycles.turn(
            Order(last.cycle + 1, why, faults=last.faults, leap=leap, tidied_on=last.tidied_on)
        )
    quiet = replace(last, cycle=last.cycle + 1, wake_at=wake_at(now, last.interval, last.edges))
    return cycles.pass_by(quiet)


def _due(last: Turned, now: datetime) -> str:
    """Say why a cycle is due, whatever there is to be seen."""
    if last.faults:
        return "el ciclo anterior no llegó a su fin"
    if last.quiet_until is None:
        return "una tarea debe algo"
    return "es hora de mirar qué se debe" if utc(now) >= utc(last.quiet_until) else ""


def _leap(last: Turned, now: datetime) -> str:
    """Say how far the clock has jumped, where it is further than is believed at once."""
    if utc(now) - utc(last.wake_at) <= LEAP:
        return ""
    return (
        f"El reloj marca el {now:%d/%m/%Y a las %H:%M}; se esperaba el {last.wake_at:%d/%m/%Y a las %H:%M}. "
        "No se empieza nada hasta que el ciclo siguiente lo confirme"
    )


def _rest(last: Turned, clock: Clock, watchers: Watchers) -> bool:
    """Rest until the wake-up by the wall clock; return True as soon as a stop is asked for."""
    while (left := seconds_between(clock.now(), last.wake_at)) > 0:
        watchers.alive()
        if clock.rest(min(left, SLICE)):
            return True
    return False
