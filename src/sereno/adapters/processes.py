"""Jobs as processes: each at the head of a tree of its own, under a timeout, its tree ended with it."""

import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic
from typing import IO, cast

from sereno.adapters.clock import pause
from sereno.adapters.left_behind import end_left
from sereno.adapters.machine import name_process
from sereno.adapters.output import Output
from sereno.adapters.process_trees import GRACE, become_subreaper, end_tree, has_ended, start_tree
from sereno.engine.logbook import Process
from sereno.engine.ports import Clock, Stop
from sereno.engine.records import JobResult

UNFORESEEN = 1
"""Needs a person: nobody knows how the job ended."""
UNKNOWN_SCRIPT = -1
TIMED_OUT = -2
NOT_STARTED = -3
SIGNALLED = 128
"""Added to the number of the signal that ended a job."""

POLL = 0.2
"""Seconds between two looks at a running job, at most."""
_FIRST_LOOK = 0.005
_LAST_WORDS = 2.0
"""Seconds in which what a job had printed must be read once its tree has ended."""


@dataclass(frozen=True, slots=True)
class ProcessJobs:
    """Start each job's script in a process of its own, and see to its end on a thread of its own."""

    scripts: Mapping[str, Path]
    environment: Mapping[str, str]
    arguments: tuple[str, ...]
    timeout: timedelta
    clock: Clock
    stop: Stop
    echo: Callable[[str, str], None]
    """Hears every line, after the job's name."""
    rounds: frozenset[str] = frozenset()
    """The jobs that are monitors: without a script, they are started as `python -m sereno job NAME`."""
    grace: float = GRACE
    """Seconds between the polite signal and the kill."""
    _ends: SimpleQueue[JobResult] = field(default_factory=SimpleQueue, init=False, repr=False, compare=False)

    def start(self, job: str) -> Process | None:
        """Start a job; its end, also where it cannot be started, is told by `next_end`."""
        started = self.clock.now()
        program = self._program(job)
        if program is None:
            missing = f"No existe el guion de la tarea «{job}»: {self.scripts.get(job)}"
            self._tell(job, started, UNKNOWN_SCRIPT, missing)
            return None
        try:
            return self._begin(job, program, started)
        except (OSError, RuntimeError) as error:  # no process is to be had, or no thread to watch it
            why = f"No se ha podido iniciar {' '.join(program)}: {error}"
            self._tell(job, started, NOT_STARTED, why)
            return None

    def next_end(self, seconds: float) -> JobResult | None:
        """Wait for the end of any job; None when the seconds are over first."""
        try:
            return self._ends.get(timeout=max(0.0, seconds))
        except Empty:
            return None

    def end_left(self, worker: Process) -> bool:
        """End what a master that is no more left running; False where nothing of it is to be found."""
        return end_left(worker, self.grace)

    def _program(self, job: str) -> list[str] | None:
        script = self.scripts.get(job)
        if script is not None and script.is_file():
            return [str(script)]
        return ["-m", "sereno", "job", job] if job in self.rounds else None

    def _tell(self, job: str, started: datetime, code: int, tail: str) -> None:
        self._ends.put(JobResult(job, started, self.clock.now(), code, tail))

    def _begin(self, job: str, program: list[str], started: datetime) -> Process:
        become_subreaper()
        mark = uuid.uuid4().hex
        process = start_tree([sys.executable, *program, *self.arguments], self.environment, mark)
        worker = name_process(process.pid)
        output = Output(cast("IO[bytes]", process.stdout), lambda line: self.echo(job, line))
        watch = _Watch(job, started, process, mark, output)
        try:
            output.start()
            threading.Thread(target=self._see_off, args=(watch,), name=f"tarea {job}", daemon=True).start()
        except RuntimeError:
            end_tree(process, mark, self.grace)
            output.finish(0)
            raise
        return worker

    def _see_off(self, watch: "_Watch") -> None:
        """Wait for the end of a job, end what it leaves, and tell it, whatever happens."""
        code, lines = UNFORESEEN, list[str]()
        try:
            code, lines = self._end(watch)
        finally:
            self._tell(watch.job, watch.started, code, "\n".join(lines))

    def _end(self, watch: "_Watch") -> tuple[int, list[str]]:
        try:
            code, why = self._wait(watch.process)
        except ChildProcessError:  # of which Popen would make a 0
            watch.process.poll()
            code, why = UNFORESEEN, "No se sabe cómo ha terminado: otro ha recogido su código"
        ending = end_tree(watch.process, watch.mark, self.grace)
        lines = watch.output.finish(_LAST_WORDS)
        if why:
            lines.append(why)
        if ending.left:
            lines.append(f"No se ha podido terminar lo que dejó en marcha: {_numbers(ending.left)}")
        elif ending.told and not why:
            lines.append(f"Se ha terminado lo que dejó en marcha: {_numbers(ending.told)}")
        return _exit_code(watch.process.returncode) if code is None else code, lines

    def _wait(self, process: subprocess.Popen[bytes]) -> tuple[int | None, str]:
        """Wait until the job ends or must end; return the code, where it is not the job's own, and why."""
        deadline, look = monotonic() + self.timeout.total_seconds(), _FIRST_LOOK
        while not has_ended(process):
            if monotonic() > deadline:
                return TIMED_OUT, f"Se ha agotado su tiempo ({self.timeout.total_seconds():g} s)"
            if self.stop.requested:
                return None, "Se detiene porque se detiene el servicio"
            pause(look)
            look = min(2 * look, POLL)
        return None, ""


@dataclass(frozen=True, slots=True)
class _Watch:
    """Hold what the thread of a job looks after."""

    job: str
    started: datetime
    process: subprocess.Popen[bytes]
    mark: str
    output: Output


def _numbers(pids: tuple[int, ...]) -> str:
    return ", ".join(f"proceso {pid}" for pid in pids)


def _exit_code(code: int | None) -> int:
    """Return the code as it is recorded; None is that of a process that not even the kill has ended."""
    if code is None:
        return SIGNALLED + getattr(signal, "SIGKILL", signal.SIGTERM)
    return SIGNALLED - code if code < 0 else code
