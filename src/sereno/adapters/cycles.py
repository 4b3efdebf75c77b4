"""Cycles in a process of their own: what months of them would leave behind goes with each.

The master that rests holds neither settings nor store, only what the last cycle told it (`Known`): how to
look cheaply for something to do, and the settings in force, until a cycle is asked to read them anew.
"""

import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Any, Literal

from sereno.adapters.clock import RestingClock
from sereno.adapters.cycle_child import start_cycle
from sereno.adapters.lookout import Look, Lookout
from sereno.adapters.status import StatusFile, read_json
from sereno.adapters.told_watchers import ToldWatchers
from sereno.domain.errors import LeadHeld
from sereno.engine.handover import Words, order_words, process_words, turned_of
from sereno.engine.lead import SLACK, extended
from sereno.engine.logbook import Process
from sereno.engine.master import Order
from sereno.engine.passing import Status, faulty, over, passed
from sereno.engine.ports import Log
from sereno.engine.vigil import CycleFailed, Turned

RETRY = timedelta(minutes=5)
"""How long to rest after a cycle that died, at the longest."""
Stamp = Sequence[int] | None
"""When a file was written and how long it is; None where there is none."""


@dataclass(frozen=True, slots=True)
class Known:
    """Hold what the last cycle told beside how it ended."""

    environment: Mapping[str, str]
    """The settings in force."""
    looks: tuple[Look, ...] | None
    """How to look for something to do, the store first; None where that cannot be done cheaply."""
    watched: Mapping[str, Stamp]
    """Files whose change asks for a cycle."""
    settings_file: str
    settings_stamp: Stamp
    """Of the settings file when it was read."""
    settings_fault: str
    """Why what is written there is not in force."""
    reloads: bool
    """Whether a change of the settings file has it read anew; else a signal alone does."""
    status_file: str
    log_file: str
    log_level: str
    log_format: Literal["text", "json"]
    heartbeat: str | None
    """The address that is asked for after each cycle."""
    notify_socket: str | None
    """Where systemd listens."""
    interval: float
    """Seconds between cycles on a working day, by day."""
    zone: str
    behind: float
    """Seconds by which the time told is behind the machine's; only the demo's is."""


@dataclass(slots=True)
class ProcessCycles:
    """Turn each cycle in a process of its own."""

    command: Sequence[str]
    environment: Mapping[str, str]
    """The surroundings in which settings are read."""
    me: Process
    clock: RestingClock
    reload: "ReloadSignal"
    watchers: ToldWatchers
    open_log: Callable[[Known], Log]
    """Called only where something is to be said: a log is a large library."""
    say: Callable[[str], None]
    """Tells an operator at a terminal."""
    verbose: bool
    started_at: str
    """When the master started, ISO 8601."""
    known: Known | None = None
    last: Turned | None = None
    lookout: Lookout = field(default_factory=Lookout)

    def turn(self, order: Order) -> Turned:
        """Turn one to its end or a stop; raise LeadHeld, and CycleFailed where the first one fails."""
        reload, written = self._wants_reload(), self._settings_stamp()
        self.reload.event.clear()
        try:
            child = start_cycle(self.command, self.environment, self._words(order, reload=reload))
            told = child.attend(self.clock.stop, self.watchers.alive)
        except (OSError, RuntimeError) as error:  # no process, no pipe or no thread is to be had
            return self._died(order, 1, f"no se pudo iniciar: {error}")
        if "held" in told:
            raise LeadHeld(told["held"])
        if "known" in told:
            self._learn(known_of(told["known"]), written if reload else None)
        if "turned" not in told:
            return self._died(order, child.code, child.why or f"acabó con el código {child.code}")
        self.last = turned_of(told["turned"])
        return self.last

    def _learn(self, told: Known, written: Stamp) -> None:
        """Know what a cycle told; the settings file is the one that was read first, as it was read last."""
        first = self.known
        if first is not None:
            told = replace(
                told,
                settings_file=first.settings_file,
                settings_stamp=written or first.settings_stamp,
            )
        self.known = told
        self.clock.learn(told.zone, told.behind)
        self.watchers.learn(told.heartbeat, told.notify_socket, lambda: self.open_log(told))

    def _settings_stamp(self) -> Stamp:
        return stamp_of(self.known.settings_file) if self.known else None

    def news(self, _last: Turned) -> str:
        """Look for something to do: files that changed, mail; or what could not be looked at."""
        known = self.known
        if known is None or known.looks is None:
            return "no se puede mirar sin un ciclo"
        if self._wants_reload():
            return "se releen los ajustes"
        changed = [name for name, was in known.watched.items() if stamp_of(name) != was]
        return f"ha cambiado {changed[0]}" if changed else self.lookout.around(known.looks, self.clock.now())

    def pass_by(self, quiet: Turned) -> Turned:
        """Show and count a cycle with nothing to do; raise LeadHeld where another master leads."""
        now, until = self.clock.now(), extended(quiet.wake_at, SLACK)
        try:
            led = all(look.write(look.passing, now, until) for look in self._store())
        except Exception as error:  # noqa: BLE001  # of any driver
            return self._at_fault(
                quiet.cycle, f"No se ha podido anotar en el almacén que el ciclo pasó: {error}"
            )
        if not led:
            raise LeadHeld("Otro maestro ha tomado el mando de este almacén mientras este descansaba")
        self._publish(lambda status: passed(status, quiet.cycle, now, quiet.wake_at))
        if self.verbose:
            self.say(f"Ciclo {quiet.cycle}: nada que hacer. Descansa hasta las {quiet.wake_at:%H:%M:%S}.")
        self.last = quiet
        return quiet

    def end(self, reason: str) -> None:
        """Show that the watch is over, and why; let the lead go."""
        now = self.clock.now()
        if self.known is None:
            return
        self.open_log(self.known).info(
            "master.stopped", cycles=self.last.cycle if self.last else 0, why=reason
        )
        self._publish(lambda status: over(status, reason, now))
        for look in self._store():
            with suppress(Exception):  # the lease runs out by itself
                look.write(look.leaving, now, now)

    def _wants_reload(self) -> bool:
        known = self.known
        if known is None or self.reload.event.is_set():
            return True
        return known.reloads and stamp_of(known.settings_file) != known.settings_stamp

    def _words(self, order: Order, *, reload: bool) -> Words:
        kept = None if self.known is None else dict(self.known.environment)
        fault = "" if self.known is None or reload else self.known.settings_fault
        return {
            "order": order_words(replace(order, settings_fault=fault)),
            "master": process_words(self.me),
            "started_at": self.started_at,
            "verbose": self.verbose,
            "environment": kept,
            "reload": reload,
        }

    def _died(self, order: Order, code: int, why: str) -> Turned:
        """Rest a little after a cycle that died, and let the next one tell of it.

        Raise CycleFailed for the first one, where it died before it knew anything.
        """
        if self.known is None:
            raise CycleFailed(code if code > 0 else 1)
        if self.clock.stop.requested:  # it was told to end, and took too long
            return self.last or self._soon(order.number)
        log = self.open_log(self.known)
        log.error("cycle.died", cycle=order.number, why=why)
        return self._at_fault(
            order.number, f"El ciclo {order.number} no llegó a su fin: {why}", earlier=order.faults
        )

    def _at_fault(self, cycle: int, what: str, earlier: tuple[str, ...] = ()) -> Turned:
        """Say what went wrong, and have a cycle turned soon that tells of it."""
        now, soon = self.clock.now(), self._soon(cycle)
        self._publish(lambda status: faulty(status, what, now, soon.wake_at))
        self.last = replace(soon, faults=(*earlier, what))
        return self.last

    def _soon(self, cycle: int) -> Turned:
        """Rest for a little, after something that went wrong."""
        interval = self.known.interval if self.known else RETRY.total_seconds()
        rest = min(RETRY, timedelta(seconds=interval))
        last = self.last or Turned(cycle, self.clock.now(), rest, frozenset(), None, failed=True)
        wake = extended(self.clock.now(), rest)
        return replace(last, cycle=cycle, wake_at=wake, quiet_until=None, failed=True)

    def _store(self) -> tuple[Look, ...]:
        return self.known.looks[:1] if self.known and self.known.looks else ()

    def _publish(self, change: Callable[[Status], Status]) -> None:
        known = self.known
        path = Path(known.status_file) if known else None
        status = read_json(path) if path else None
        if known and path and status is not None:
            StatusFile(path, lambda: self.open_log(known)).publish(change(status))


@dataclass(slots=True)
class ReloadSignal:
    """Remember that somebody asked for the settings to be read anew."""

    event: Event

    def listen(self) -> None:
        """Hear SIGHUP, where there is such a signal."""
        if number := getattr(signal, "SIGHUP", None):
            signal.signal(number, self._heard)

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        self.event.set()


def known_of(words: Mapping[str, Any]) -> Known:
    """Read what a cycle told."""
    looks = words["looks"]
    return Known(**{**words, "looks": None if looks is None else tuple(Look(**look) for look in looks)})


def stamp_of(file: str) -> list[int] | None:
    """Tell when a file was written, and how long it is; None where there is none, or nobody may look."""
    try:
        status = Path(file).stat()
    except OSError:
        return None
    return [status.st_mtime_ns, status.st_size]
