"""The watchers outside: the system that started us, and whoever watches the heartbeat's address."""

from collections.abc import Callable

from sereno.adapters.heartbeat import beat, host_of
from sereno.adapters.systemd import ServiceManager
from sereno.engine.ports import Log


class ToldWatchers:
    """Tell whoever is known to watch; the rest is silence."""

    def __init__(self) -> None:
        self._open_log: Callable[[], Log] | None = None
        self._heartbeat: str | None = None
        self._manager = ServiceManager(None)
        self._trouble = ""
        self._status = ""

    def learn(
        self, heartbeat: str | None, notify_socket: str | None, open_log: Callable[[], Log] | None = None
    ) -> None:
        """Know from now on who watches; a log is opened only where something is to be said."""
        self._open_log = open_log
        self._heartbeat = heartbeat
        self._manager = ServiceManager(notify_socket)

    def ready(self) -> None:
        """Tell that the watch has begun."""
        self._manager.notify("READY=1")

    def alive(self) -> None:
        """Give the sign of life without which the system starts us anew."""
        self._manager.notify(f"WATCHDOG=1{self._status}")

    def stopping(self) -> None:
        """Tell that the watch is over on purpose."""
        self._manager.notify("STOPPING=1\nSTATUS=Se detiene")

    def cycle_ended(self, *, failed: bool) -> None:
        """Tell how the cycle ended, here and afar."""
        words = "El último ciclo acabó mal" if failed else "El último ciclo acabó bien"
        self._status = f"\nSTATUS={words}"  # with the next sign of life
        if self._heartbeat:
            self._tell_afar(self._heartbeat, failed=failed)

    def _tell_afar(self, url: str, *, failed: bool) -> None:
        """Request the address; that it does not answer is logged when it begins, and when it changes."""
        trouble = beat(url, failed=failed)
        if trouble and trouble != self._trouble and self._open_log is not None:
            log = self._open_log()
            log.warning("heartbeat.failed", host=host_of(url), why=trouble)
        self._trouble = trouble
