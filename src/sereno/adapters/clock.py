"""The clock of the machine: the only place that reads it, and the only one that waits."""

import signal
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import FrameType
from zoneinfo import ZoneInfo

SIGNALS = ("SIGINT", "SIGTERM", "SIGBREAK")
"""What asks for a stop; SIGBREAK is Windows's."""


@dataclass(slots=True)
class StopSignal:
    """Remember that a stop was asked for, and by what."""

    reason: str = ""
    event: threading.Event = field(default_factory=threading.Event)

    @property
    def requested(self) -> bool:
        """Say whether a stop was asked for."""
        return self.event.is_set()

    def listen(self) -> None:
        """Stop at the first signal; leave the second to the system, which ends the process hard."""
        for name in SIGNALS:
            if number := getattr(signal, name, None):
                signal.signal(number, self._heard)

    def listen_for_orphanage(self) -> None:
        """Stop, politely however often it comes, at the SIGHUP of a process whose parent has died."""
        if number := getattr(signal, "SIGHUP", None):
            signal.signal(number, self._orphaned)

    def _orphaned(self, _number: int, _frame: FrameType | None) -> None:
        self.reason = "ha muerto el proceso maestro"
        self.event.set()

    def _heard(self, number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        self.reason = f"señal {signal.Signals(number).name}"
        self.event.set()


@dataclass(frozen=True, slots=True)
class SystemClock:
    """Tell the machine's time in a zone, and rest until the time is up or a stop is asked for."""

    tz: ZoneInfo
    stop: StopSignal
    behind: timedelta = timedelta()
    """How far the time told is behind the machine's; only the demo's is."""

    def now(self) -> datetime:
        """Return the wall clock's time."""
        # In UTC first: the zone's offset belongs to the shifted instant, not to the machine's.
        instant = datetime.now(UTC)  # noqa: TID251  # its one home
        return (instant - self.behind).astimezone(self.tz)

    def rest(self, seconds: float) -> bool:
        """Wait; return True at once when a stop is asked for."""
        return self.stop.event.wait(seconds)


@dataclass(slots=True)
class RestingClock:
    """Tell the time to a master that knows no settings but what its cycles tell it; UTC until one has."""

    stop: StopSignal
    _told: SystemClock | None = None

    def learn(self, zone: str, behind: float) -> None:
        """Tell the time in that zone from now on, so many seconds behind the machine's."""
        self._told = SystemClock(ZoneInfo(zone), self.stop, timedelta(seconds=behind))

    def local(self, machine: datetime) -> datetime:
        """Return what this clock told when the machine's told that."""
        told = self._told or SystemClock(ZoneInfo("UTC"), self.stop)
        return (machine.astimezone(UTC) - told.behind).astimezone(told.tz)

    def now(self) -> datetime:
        """Return the wall clock's time."""
        return (self._told or SystemClock(ZoneInfo("UTC"), self.stop)).now()

    def rest(self, seconds: float) -> bool:
        """Wait; return True at once when a stop is asked for."""
        return self.stop.event.wait(seconds)


def age(moment_ns: int) -> float:
    """Say how many seconds ago a file was stamped, by this machine's clock."""
    return time.time() - moment_ns / 1e9  # noqa: TID251  # its one home


def pause(seconds: float) -> None:
    """Wait a moment for another program to finish."""
    time.sleep(seconds)  # noqa: TID251  # its one home
