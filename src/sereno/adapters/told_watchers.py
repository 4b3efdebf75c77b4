"""The watchers of a master that rests: it knows them when a cycle has told it where they are."""

from collections.abc import Callable
from dataclasses import dataclass

from sereno.adapters.heartbeat import beat, host_of
from sereno.adapters.systemd import READY, STOPPING, WATCHDOG, notify
from sereno.engine.ports import Log


@dataclass(slots=True)
class ToldWatchers:
    """Tell systemd and whoever listens for the heartbeat."""

    heartbeat: str | None = None
    notify_socket: str | None = None
    log: Callable[[], Log] | None = None
    trouble: str = ""
    """Why the last heartbeat failed: the same is logged once."""

    def learn(self, heartbeat: str | None, notify_socket: str | None, log: Callable[[], Log]) -> None:
        """Tell them from now on there."""
        self.heartbeat, self.notify_socket, self.log = heartbeat, notify_socket, log

    def ready(self) -> None:
        """Tell systemd that the watch has begun."""
        self._notify(READY)

    def alive(self) -> None:
        """Tell systemd that the master is not stuck."""
        self._notify(WATCHDOG)

    def cycle_ended(self, *, failed: bool) -> None:
        """Let the heart beat."""
        why = beat(self.heartbeat, failed=failed) if self.heartbeat else ""
        if self.heartbeat and self.log and why and why != self.trouble:
            self.log().warning("heartbeat.failed", host=host_of(self.heartbeat), why=why)
        self.trouble = why

    def stopping(self) -> None:
        """Tell systemd that the watch is over."""
        self._notify(STOPPING)

    def _notify(self, words: str) -> None:
        if self.notify_socket:
            notify(self.notify_socket, words)
