"""What a process prints: read as fast as it comes, every line heard, the first and the last ones kept."""

import codecs
import io
import os
import select
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import chain
from typing import IO

HEAD_LINES = 50
TAIL_LINES = 200
LINE_LIMIT = 2_000
"""Characters; a longer line is kept in pieces of this length."""
_CHUNK = 1 << 18
"""Bytes read at a time, at most."""
_LOOK = 0.2
"""Seconds between two looks whether anybody still waits for what comes."""


class Excerpt:
    """Keep the first and the last lines of a text that may have no end; safe to call from threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._head: list[str] = []
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._left_out = 0

    def extend(self, lines: Sequence[str]) -> None:
        """Take more lines."""
        with self._guard:
            room = HEAD_LINES - len(self._head)
            self._head.extend(lines[:room])
            later = lines[room:]
            self._left_out += max(0, len(self._tail) + len(later) - TAIL_LINES)
            self._tail.extend(later)

    def lines(self) -> list[str]:
        """Return what is kept, and between the two parts how much is not."""
        with self._guard:
            gap = [f"[… {self._left_out} líneas omitidas …]"] if self._left_out else []
            return [*self._head, *gap, *self._tail]


class LineCutter:
    """Cut bytes into lines of text, none longer than LINE_LIMIT; what is no text becomes U+FFFD."""

    def __init__(self) -> None:
        self._decoder = io.IncrementalNewlineDecoder(
            codecs.getincrementaldecoder("utf-8")("replace"), translate=True
        )
        self._rest = ""

    def cut(self, data: bytes, *, final: bool = False) -> list[str]:
        """Return the lines that have become whole; the last one too, when it is `final`."""
        # A NUL is text, but no database takes it as such.
        text = self._rest + self._decoder.decode(data, final).replace("\0", "\ufffd")
        lines = _pieces(text.split("\n"))
        self._rest = lines.pop()
        return [*lines, self._rest] if final and self._rest else lines


class Output:
    """Read a pipe on a thread of its own, which closes it."""

    def __init__(self, pipe: IO[bytes], hear: Callable[[str], None]) -> None:
        self._pipe = pipe
        self._hear = hear
        self._excerpt = Excerpt()
        self._abandoned = threading.Event()
        self._thread = threading.Thread(target=self._read, name="salida de un proceso", daemon=True)

    def start(self) -> None:
        """Begin to read; raise RuntimeError where no thread can be had."""
        self._thread.start()

    def finish(self, seconds: float) -> list[str]:
        """Return what is kept once the pipe has ended, or after these seconds: somebody may keep it open.

        Windows has no way to look at a pipe: there, the thread stays until the pipe ends.
        """
        if self._thread.ident is None:
            self._pipe.close()
            return []
        self._thread.join(seconds)
        self._abandoned.set()
        self._thread.join(2 * _LOOK)
        return self._excerpt.lines()

    def _read(self) -> None:
        cutter = LineCutter()
        with self._pipe:
            while data := self._next():
                self._take(cutter.cut(data))
        self._take(cutter.cut(b"", final=True))

    def _next(self) -> bytes:
        """Return what has come; nothing at the end, or once nobody waits for more."""
        file = self._pipe.fileno()
        while not self._abandoned.is_set():
            if _readable(file, _LOOK):
                return os.read(file, _CHUNK)
        return b""

    def _take(self, lines: Sequence[str]) -> None:
        self._excerpt.extend(lines)
        # A terminal that is gone must not keep a job from printing.
        with suppress(OSError, ValueError):
            for line in lines:
                self._hear(line)


def _pieces(lines: list[str]) -> list[str]:
    if max(map(len, lines)) <= LINE_LIMIT:  # as almost always, and then without a step a line
        return lines
    return list(chain.from_iterable(map(_cut, lines)))


def _cut(line: str) -> list[str]:
    return [line[at : at + LINE_LIMIT] for at in range(0, len(line), LINE_LIMIT)] or [line]


def _readable(file: int, seconds: float) -> bool:
    if not hasattr(select, "poll"):
        return True
    poll = select.poll()
    poll.register(file, select.POLLIN)
    return bool(poll.poll(1000 * seconds))
