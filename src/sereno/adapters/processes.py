"""Jobs as processes: each in its own session, under a timeout, its output bounded, its tree ended with it."""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from uuid import uuid4

from sereno.adapters.output import Output
from sereno.adapters.process_names import is_alive, named
from sereno.adapters.process_trees import MARK, become_subreaper, end_left, end_tree, mark_of
from sereno.engine.logbook import Process
from sereno.engine.ports import Clock, Stop
from sereno.engine.records import JobResult

UNKNOWN_SCRIPT = -1
TIMED_OUT = -2
NOT_STARTED = -3
SIGNALLED = 128
"""Added to the number of the signal that ended a job."""
POLL = 0.2
"""Seconds between two looks at a running job."""
WINDOWS = sys.platform == "win32"


@dataclass(frozen=True, slots=True)
class ProcessJobs:
    """Start each job's script in a process of its own, and tell of its end; safe with several at once."""

    scripts: Mapping[str, Path]
    environment: Mapping[str, str]
    arguments: tuple[str, ...]
    timeout: timedelta
    clock: Clock
    stop: Stop
    echo: Callable[[str, str], None] | None = None
    """Hears every line, after the job's name."""
    rounds: frozenset[str] = frozenset()
    """The jobs that are monitors: without a script, they are started as `python -m sereno job NAME`."""
    ended: "SimpleQueue[JobResult]" = field(default_factory=SimpleQueue)

    def start(self, job: str) -> Process | None:
        """Start a job under its timeout; its end, or why it cannot be started, comes by `next_end`."""
        started, script = self.clock.now(), self.scripts.get(job)
        program = self._program(job, script)
        if program is None:
            self._end(job, started, UNKNOWN_SCRIPT, f"No existe el guion de la tarea «{job}»: {script}")
            return None
        become_subreaper()
        mark = uuid4().hex
        try:
            process = self._open(program, mark)
        except OSError as error:
            self._end(job, started, NOT_STARTED, f"No se ha podido iniciar {' '.join(program)}: {error}")
            return None
        attending = (process, job, mark, started)
        Thread(target=self._attend, args=attending, daemon=True, name=f"job {job}").start()
        return named(process.pid)

    def next_end(self, seconds: float) -> JobResult | None:
        """Wait for the end of any job that was started; None when the seconds are over first."""
        try:
            return self.ended.get(timeout=max(0.0, seconds))
        except Empty:
            return None

    def end_left(self, worker: Process) -> bool:
        """End what a master that is no more left running, its whole tree; False where it has ended."""
        if not is_alive(worker):
            return False
        end_left(worker, partial(mark_of, worker.pid))
        return True

    def _program(self, job: str, script: Path | None) -> list[str] | None:
        if script is not None and script.is_file():
            return [str(script)]
        return ["-m", "sereno", "job", job] if job in self.rounds else None

    def _open(self, program: Sequence[str], mark: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603  # a script of ours, or ourselves
            [sys.executable, *program, *self.arguments],
            env={**self.environment, MARK: mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=not WINDOWS,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )

    def _attend(self, process: "subprocess.Popen[bytes]", job: str, mark: str, started: datetime) -> None:
        """See a job to its end, and leave nothing of it behind."""
        said = (
            Output(process.stdout, self.echo and partial(self.echo, job)).listen() if process.stdout else None
        )
        code, words = self._wait(process)
        end_tree(process, mark)
        last = [words] if words else []
        self._end(
            job,
            started,
            _exit_code(process.returncode) if code is None else code,
            said.text(*last) if said else words,
        )

    def _wait(self, process: "subprocess.Popen[bytes]") -> tuple[int | None, str]:
        """Wait for the end; give up at the timeout, with its code, and when the daemon stops."""
        deadline = monotonic() + self.timeout.total_seconds()
        while True:
            try:
                process.wait(POLL)
            except subprocess.TimeoutExpired:
                if monotonic() > deadline:
                    return TIMED_OUT, f"Se ha agotado su tiempo ({self.timeout.total_seconds():g} s)"
                if self.stop.requested:
                    return None, "Se detiene porque se detiene el servicio"
            else:
                return None, ""

    def _end(self, job: str, started: datetime, code: int, tail: str) -> None:
        self.ended.put(JobResult(job, started, self.clock.now(), code, tail))


def _exit_code(code: int) -> int:
    return SIGNALLED - code if code < 0 else code
