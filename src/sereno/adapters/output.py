"""What a process prints: its beginning and its end are kept, however much there is between them."""

import os
import select
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import IO

HEAD_LINES = 50
TAIL_LINES = 200
LINE_LIMIT = 2_000
"""Bytes; what a line has beyond them is not kept."""
CHUNK = 1 << 16
"""Bytes read at a time."""
LOOK = 0.2
"""Seconds between two looks whether anybody still wants to hear."""
LAST_WORDS = 2.0
"""Seconds to hear what was said before the end; what holds the pipe after that is not listened to."""
WINDOWS = os.name == "nt"


@dataclass(slots=True)
class Output:
    """Read a pipe to its end in a thread, and keep the first and the last lines."""

    pipe: IO[bytes]
    echo: Callable[[str], None] | None = None
    """Hears every line."""
    head: list[bytes] = field(default_factory=list)
    tail: deque[bytes] = field(default_factory=lambda: deque(maxlen=TAIL_LINES))
    lines: int = 0
    unheard: Event = field(default_factory=Event)
    reader: Thread | None = None

    def listen(self) -> "Output":
        """Begin to read."""
        self.reader = Thread(target=self._read, daemon=True)
        self.reader.start()
        return self

    def text(self, *words: str) -> str:
        """Return what was kept, with some words of our own at its end; nothing more is read."""
        if self.reader is not None:
            self.reader.join(LAST_WORDS)
            self.unheard.set()
            self.reader.join(0 if WINDOWS else LAST_WORDS)
        left_out = self.lines - len(self.head) - len(self.tail)
        gap = [f"(… {left_out} líneas omitidas …)"] if left_out > 0 else []
        said = (line.decode("utf-8", errors="replace").rstrip("\r") for line in self.head)
        last = (line.decode("utf-8", errors="replace").rstrip("\r") for line in self.tail)
        return "\n".join([*said, *gap, *last, *words])

    def _read(self) -> None:
        with self.pipe:
            rest = b""
            for chunk in self._chunks():
                *whole, rest = (rest + chunk).split(b"\n")
                self._keep(whole)
                if len(rest) >= LINE_LIMIT:
                    self._keep([rest])
                    rest = b""
            self._keep([rest] if rest else [])

    def _chunks(self) -> Iterator[bytes]:
        file = self.pipe.fileno()
        while not self.unheard.is_set():
            if WINDOWS or select.select([file], [], [], LOOK)[0]:
                chunk = os.read(file, CHUNK)
                if not chunk:
                    return
                yield chunk

    def _keep(self, lines: list[bytes]) -> None:
        self.lines += len(lines)
        if self.echo is not None:
            for line in lines:
                self.echo(line.decode("utf-8", errors="replace"))
        wanted = HEAD_LINES - len(self.head)
        first, others = (lines[:wanted], lines[wanted:]) if wanted > 0 else ([], lines)
        self.head += [line[:LINE_LIMIT] for line in first]
        self.tail.extend(line[:LINE_LIMIT] for line in others[-TAIL_LINES:])
