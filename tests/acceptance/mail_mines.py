"""Let a process die before or after a given step of delivering mail: a step is a call of a port."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Lock

from sereno.adapters.journal import FolderJournals
from sereno.engine.post_office import PostOffice


class Fuse:
    """Kill the process when it has burnt down, whichever thread is at work."""

    def __init__(self, length: int) -> None:
        self._left = length
        self._guard = Lock()

    def burn(self) -> None:
        """Burn one step."""
        with self._guard:
            self._left -= 1
            if self._left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


class Mined:
    """Pass every call on, and burn the fuse before and after it."""

    def __init__(self, port: object, fuse: Fuse) -> None:
        self._port, self._fuse = port, fuse

    def __getattr__(self, name: str) -> object:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*args: object, **named: object) -> object:
            self._fuse.burn()
            result = found(*args, **named)
            self._fuse.burn()
            return result

        return call


@dataclass(frozen=True, slots=True)
class MinedJournals:
    """Mine each journal, and what is done between the remains of two."""

    journals: FolderJournals
    fuse: Fuse

    @contextmanager
    def open(self) -> Iterator[Mined]:
        with self.journals.open() as journal:
            self.fuse.burn()
            yield Mined(journal, self.fuse)
            self.fuse.burn()
        self.fuse.burn()

    def remains(self) -> Iterator[object]:
        for each in self.journals.remains():
            self.fuse.burn()
            yield each
            self.fuse.burn()


def mined(office: PostOffice, step: int) -> PostOffice:
    """Mine what an office writes to, so that the process dies at that step."""
    fuse = Fuse(step)
    return replace(
        office,
        outbox=Mined(office.outbox, fuse),
        intake=Mined(office.intake, fuse),
        queues=[Mined(queue, fuse) for queue in office.queues],
        journals=MinedJournals(office.journals, fuse),
    )
