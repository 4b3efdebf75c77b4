"""A process that turns one cycle: its order stands on its standard input, it answers on a pipe, in lines."""

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event, Thread
from time import monotonic
from typing import Any
from uuid import uuid4

from sereno.adapters.process_trees import end_tree, start_tree
from sereno.engine.ports import Stop

POLL = 0.2
"""Seconds between two looks at it."""
SILENCE = 3600.0
"""Seconds without a sign of life after which it is taken to hang: tidying a large store gives none."""
FAREWELL = 25.0
"""Seconds that it has to end its jobs when it is told to stop."""


@dataclass(slots=True)
class CycleChild:
    """Watch over the process to its end."""

    process: subprocess.Popen[bytes]
    answers: int
    """The end of the pipe from which its answers are read."""
    mark: str
    """By which all that came of it is known."""
    told: dict[str, Any] = field(default_factory=dict)
    why: str = ""
    """Why it was ended; empty where it ended by itself."""
    heard_at: float = field(default_factory=monotonic)
    ended: Event = field(default_factory=Event)

    @property
    def code(self) -> int:
        """Return the exit code, negative where a signal ended it; 1 where it has not ended."""
        return 1 if self.process.returncode is None else self.process.returncode

    def attend(self, stop: Stop, alive: Callable[[], None]) -> Mapping[str, Any]:
        """Wait for its end, and end it where it hangs or a stop takes too long; return what it answered."""
        Thread(target=self._listen, daemon=True).start()
        leaving: float | None = None
        while not self.ended.wait(POLL):
            alive()
            now = monotonic()
            if stop.requested and leaving is None:
                leaving = now
                self.process.terminate()
            if leaving is not None and now - leaving > FAREWELL:
                self._end("no se detuvo a tiempo")
                break  # what not even the kill ends is left to the system
            if now - self.heard_at > SILENCE:
                self._end(f"no dio señales durante {SILENCE / 60:.0f} minutos")
                break
        end_tree(self.process, self.mark)  # what it left, if it died
        return self.told

    def _end(self, why: str) -> None:
        self.why = why
        end_tree(self.process, self.mark)

    def _listen(self) -> None:
        """Hear every line it says, to the last; then its end."""
        with os.fdopen(self.answers, encoding="utf-8") as answers:
            for line in answers:
                self.heard_at = monotonic()
                self._hear(line)
        self.process.wait()
        self.ended.set()

    def _hear(self, line: str) -> None:
        try:
            words = json.loads(line)
        except ValueError:
            return  # cut short by its death
        if isinstance(words, dict):
            self.told.update(words)


def start_cycle(
    command: Sequence[str], environment: Mapping[str, str], order: Mapping[str, Any]
) -> CycleChild:
    """Start a process, in a session of its own, and give it its order; raises OSError."""
    answers, answering = os.pipe()
    mark = uuid4().hex
    try:
        pipes = {"stdin": subprocess.PIPE, "pass_fds": (answering,)}
        process = start_tree([*command, str(answering)], environment, mark, pipes)
    except OSError:
        os.close(answers)
        raise
    finally:
        os.close(answering)
    child = CycleChild(process, answers, mark)
    _order(process, order)
    return child


def _order(process: subprocess.Popen[bytes], order: Mapping[str, Any]) -> None:
    if process.stdin is None:
        return
    try:
        with process.stdin as stdin:
            stdin.write(json.dumps(order).encode())
    except BrokenPipeError:
        return  # it has ended already: its exit code says more
