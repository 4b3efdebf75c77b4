"""A quick SMTP server that never forgets which messages it has accepted, and takes a moment at odd steps."""

import random
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_NAME = re.compile(rb"(?im)^Message-ID:\s*<([^@>]+)@")
_EHLO = b"250-aqui\r\n250 PIPELINING\r\n"
_SILENCE = 60.0
"""Seconds after which a client that says nothing is let go."""


@dataclass(slots=True)
class MailServer:
    """Accept every message, however often it comes."""

    seed: int
    slowest: float
    """Seconds that a step takes at most."""
    port: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    """How often each message, by what stands before the @ in its Message-ID, was accepted."""
    on_accepted: Callable[[int], object] = id
    """Called with how many have been accepted in all, before the client hears of this one."""
    called: threading.Event = field(default_factory=threading.Event)
    """A client has come."""
    guard: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, client: socket.socket, number: int) -> None:
        """Talk to a client until it goes, or dies."""
        dice = random.Random(self.seed + number)
        client.settimeout(_SILENCE)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with client, suppress(OSError), client.makefile("rb") as lines:
            client.sendall(b"220 aqui\r\n")
            while line := lines.readline():
                self._hesitate(dice)
                verb = line[:4].upper()
                client.sendall(_REPLIES.get(verb, b"250 bien\r\n"))
                if verb == b"QUIT" or (verb == b"DATA" and not self._take(client, lines, dice)):
                    return

    def _take(self, client: socket.socket, lines, dice: random.Random) -> bool:
        content = []
        while (line := lines.readline()) != b".\r\n":
            if not line.endswith(b"\n"):
                return False  # the client has died before its dot: nothing was accepted
            content.append(line)
        self._hesitate(dice)
        self._accept(b"".join(content))
        self._hesitate(dice)
        client.sendall(b"250 2.0.0 Ok\r\n")
        return True

    def _accept(self, content: bytes) -> None:
        found = _NAME.search(content)
        assert found, content[:400]
        with self.guard:
            self.accepted[found[1].decode()] += 1
            total = self.accepted.total()
        self.on_accepted(total)

    def _hesitate(self, dice: random.Random) -> None:
        if self.slowest and dice.random() < 0.25:
            time.sleep(dice.random() * self.slowest)


_REPLIES = {b"EHLO": _EHLO, b"DATA": b"354 adelante\r\n", b"QUIT": b"221 adios\r\n"}


@contextmanager
def mail_server(seed: int = 0, slowest: float = 0.0) -> Iterator[MailServer]:
    """Run a server on loopback; each client has a thread, and all of them end with it."""
    server = MailServer(seed, slowest)
    clients: list[tuple[threading.Thread, socket.socket]] = []
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        server.port = listener.getsockname()[1]
        waiter = threading.Thread(target=_listen, args=(server, listener, clients))
        waiter.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            waiter.join()
            for thread, client in clients:
                with suppress(OSError):
                    client.shutdown(socket.SHUT_RDWR)
                thread.join()


def _listen(server: MailServer, listener: socket.socket, clients: list) -> None:
    number = 0
    with suppress(OSError):  # the listener is shut down when the test is over
        while True:
            client, _ = listener.accept()
            number += 1
            server.called.set()
            clients[:] = [each for each in clients if each[0].is_alive()]
            thread = threading.Thread(target=server.serve, args=(client, number))
            clients.append((thread, client))
            thread.start()
