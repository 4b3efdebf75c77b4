"""Tell systemd how the service is, by datagrams to the socket that it names."""

import socket
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """Know where the system that started us listens."""

    address: str | None
    """NOTIFY_SOCKET: a path, or `@` and a name without a file; None where nobody listens."""

    def notify(self, text: str) -> None:
        """Send lines as `READY=1`, `WATCHDOG=1`, `STOPPING=1`, `STATUS=…`; nobody may be listening.

        A failure is nobody's news: who listens and hears nothing acts by itself, and is there for that.
        """
        if not self.address:
            return
        name = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.settimeout(0)  # a listener that hangs must not hang us
            sender.sendto(text.encode(), name)
