"""Processes told apart for good: by number, by when they started, by the start of their machine."""

import os
import platform
from pathlib import Path

import psutil

from sereno.engine.logbook import Process

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PROC = Path("/proc")
_AFTER_NAME = 19
"""The place of the starting time in /proc/PID/stat, counted after the name (proc(5))."""


def boot_id() -> str:
    """Tell this start of the machine from any other."""
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:  # not Linux; the time of the start wanders a little as the clock is set
        return f"{round(psutil.boot_time(), -1):.0f}"


def this_process() -> Process:
    """Name this process."""
    pid = os.getpid()
    return Process(pid, born_at(pid) or 0.0, boot_id(), platform.node())


def named(pid: int) -> Process:
    """Name a process of this machine; one that has gone by now was born at 0."""
    return Process(pid, born_at(pid) or 0.0, boot_id(), platform.node())


def is_alive(process: Process) -> bool | None:
    """Tell whether that very process is there; None for one of another machine, which cannot be seen."""
    if process.host != platform.node():
        return None
    return process.boot == boot_id() and born_at(process.pid) == process.born


def born_at(pid: int) -> float | None:
    """Tell when a process started, by a clock that nobody sets; None where it is not there, or is dead."""
    try:
        if _BOOT_ID.exists():
            fields = (
                (_PROC / str(pid) / "stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()
            )
            return None if fields[0] in {"Z", "X"} else float(fields[_AFTER_NAME])
        return float(psutil.Process(pid).create_time())
    except (OSError, IndexError, psutil.Error):
        return None
