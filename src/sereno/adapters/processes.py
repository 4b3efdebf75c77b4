"""Jobs as processes: each in its own group, under a timeout, its output bounded, its tree ended with it."""

import contextlib
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import IO

import psutil

from sereno.engine.ports import Clock, Stop
from sereno.engine.records import JobResult

UNKNOWN_SCRIPT = -1
TIMED_OUT = -2
NOT_STARTED = -3
SIGNALLED = 128
"""Added to the number of the signal that ended a job."""

TAIL_LINES = 200
LINE_LIMIT = 2_000
"""Characters; a longer line is kept in pieces of this length."""
POLL = 0.2
"""Seconds between two looks at a running job."""
GRACE = 10.0
"""Seconds between the polite signal and the kill."""
WINDOWS = sys.platform == "win32"


@dataclass(frozen=True, slots=True)
class ProcessJobs:
    """Start a job's script in a process of its own and wait for its end."""

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

    def run(self, job: str) -> JobResult:
        """Run the job to its end, its timeout or the daemon's stop; never raise for what it does."""
        started = self.clock.now()
        tail: deque[str] = deque(maxlen=TAIL_LINES)
        code = self._code(job, tail)
        return JobResult(job, started, self.clock.now(), code, "\n".join(tail))

    def _code(self, job: str, tail: deque[str]) -> int:
        script = self.scripts.get(job)
        program = self._program(job, script)
        if program is None:
            tail.append(f"No existe el guion de la tarea «{job}»: {script}")
            return UNKNOWN_SCRIPT
        try:
            process = self._start(program)
        except OSError as error:
            tail.append(f"No se ha podido iniciar {' '.join(program)}: {error}")
            return NOT_STARTED
        reader = threading.Thread(target=self._read, args=(process.stdout, job, tail), daemon=True)
        reader.start()
        code = self._wait(process, tail)
        reader.join(GRACE)
        return code

    def _program(self, job: str, script: Path | None) -> list[str] | None:
        if script is not None and script.is_file():
            return [str(script)]
        return ["-m", "sereno", "job", job] if job in self.rounds else None

    def _start(self, program: Sequence[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603  # our own program: a script of ours, or ourselves with the name of a monitor
            [sys.executable, *program, *self.arguments],
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=not WINDOWS,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )

    def _read(self, output: IO[str], job: str, tail: deque[str]) -> None:
        with output:
            for line in _lines(output):
                tail.append(line)
                self.echo(job, line)

    def _wait(self, process: subprocess.Popen[str], tail: deque[str]) -> int:
        """Wait for the end; end the whole tree at the timeout and when the daemon stops."""
        deadline = monotonic() + self.timeout.total_seconds()
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return _exit_code(process.wait(POLL))
            if monotonic() > deadline:
                tail.append(f"Se ha agotado su tiempo ({self.timeout.total_seconds():g} s)")
                end_tree(process)
                return TIMED_OUT
            if self.stop.requested:
                tail.append("Se detiene porque se detiene el servicio")
                end_tree(process)
                return _exit_code(process.returncode)


def end_tree(process: subprocess.Popen[str], grace: float = GRACE) -> None:
    """End a process and its descendants: the polite signal, some grace, then the kill."""
    descendants = _descendants(process)
    process.terminate()
    for member in descendants:
        _suppressed(member.terminate)
    # The process itself is waited for by its Popen alone: whoever else reaps it takes its exit code away.
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(grace)
    _, alive = psutil.wait_procs(descendants, timeout=0 if process.poll() is None else grace)
    process.kill()
    for member in alive:
        _suppressed(member.kill)
    process.wait()


def _descendants(process: subprocess.Popen[str]) -> list[psutil.Process]:
    try:
        return list(psutil.Process(process.pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _suppressed(end: Callable[[], None]) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        end()


def _lines(output: IO[str]) -> Iterator[str]:
    while line := output.readline(LINE_LIMIT):
        yield line.rstrip("\n")


def _exit_code(code: int) -> int:
    return SIGNALLED - code if code < 0 else code
