"""Jobs from the texts of their scripts, and what became of the processes that they started."""

import os
import time
from dataclasses import dataclass
from datetime import timedelta

import psutil
from tests.engine.building import TUESDAY

from sereno.adapters.machine import is_running
from sereno.adapters.memory import MemoryClock
from sereno.adapters.processes import ProcessJobs

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
"""Begins a program that does not hear the polite signal."""


@dataclass
class Stop:
    requested: bool = False
    reason: str = ""


def make_jobs(folder, *, timeout=30.0, grace=5.0, stop=None, echo=lambda _job, _line: None, **scripts):
    """Make jobs by their scripts' names and texts; an empty mapping has the script of `job` missing."""
    paths = {name: folder / f"run_{name}.py" for name in scripts or ("job",)}
    for name, text in scripts.items():
        paths[name].write_text(text, "utf-8")
    return ProcessJobs(
        scripts=paths,
        environment={"PATH": os.defpath, "PYTHONUNBUFFERED": "1"},
        arguments=(),
        timeout=timedelta(seconds=timeout),
        clock=MemoryClock(TUESDAY),
        stop=stop or Stop(),
        echo=echo,
        grace=grace,
    )


def run(jobs, job="job"):
    """Start one job and wait for its end."""
    jobs.start(job)
    result = jobs.next_end(60)
    assert result is not None
    return result


def wait_for(path, seconds=20.0):
    """Return the process whose number a script has written to a file."""
    deadline = time.monotonic() + seconds
    while not (path.exists() and path.read_text().endswith("\n")):
        assert time.monotonic() < deadline, f"{path} was never written"
        time.sleep(0.01)
    return psutil.Process(int(path.read_text()))


def runs(path):
    """Say whether the process whose number a script has written runs."""
    pid = int(path.read_text())
    return psutil.pid_exists(pid) and is_running(psutil.Process(pid))


def zombies():
    """Return the ended children of this process that nobody has asked."""
    return [each.pid for each in psutil.Process().children() if each.status() == psutil.STATUS_ZOMBIE]
