"""This machine and its processes: which start of it this is, and whether a process named before is there."""

import os
import platform
from pathlib import Path

import psutil

from sereno.engine.logbook import Process

CLOCK_SLACK = 2.0
"""Seconds by which the system's clocks, of files, of processes and of the wall, may differ."""
_BOOT_ID, _PROC = Path("/proc/sys/kernel/random/boot_id"), Path("/proc")
_NUMBERS = Path("/proc/self/ns/pid")
_STARTED = 19
"""Where /proc/PID/stat tells it, counted after the name."""


def boot_id() -> str:
    """Tell this start of the machine from any other."""
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:  # not Linux; the time of the start wanders a little as the clock is set
        return f"{round(psutil.boot_time(), -1):.0f}"


def this_start() -> str:
    """Name this start of the machine, and the space in which process numbers mean something.

    Containers of one machine share its start, and each counts its processes anew.
    """
    try:
        return f"{boot_id()} {_NUMBERS.readlink()}"
    except OSError:
        return boot_id()


def this_process() -> Process:
    """Name the process that asks."""
    return name_process(os.getpid())


def name_process(pid: int) -> Process:
    """Name a process of this machine; one that is not there was born at 0."""
    return Process(pid, born_at(pid) or 0.0, this_start(), platform.node())


def born_at(pid: int) -> float | None:
    """Tell when a process started, on Linux by a clock that nobody sets; None where there is none.

    Ticks since the machine started, from proc(5); elsewhere seconds since 1970.
    """
    try:
        if not _BOOT_ID.exists():
            return float(psutil.Process(pid).create_time())
        after_name = (_PROC / str(pid) / "stat").read_text("utf-8", errors="replace").rpartition(")")[2]
        return float(after_name.split()[_STARTED])
    except (OSError, IndexError, psutil.Error):
        return None


def is_alive(process: Process) -> bool | None:
    """Say whether that very process runs; None where that cannot be seen: elsewhere, in a container."""
    if is_here(process):
        return is_running(find_process(process))
    restarted = process.host == platform.node() and process.boot.split()[:1] != [boot_id()]
    return False if restarted else None


def is_here(process: Process) -> bool:
    """Say whether a process was this machine's since it started last, whatever it was called then."""
    return process.boot == this_start()


def find_process(process: Process) -> psutil.Process | None:
    """Return that very process while its number is its own, though it has ended; None when it is not."""
    found = process_at(process.pid) if is_here(process) else None
    return found if born_at(process.pid) == process.born else None


def process_at(pid: int) -> psutil.Process | None:
    """Return whatever process has the number, which need not be one."""
    try:
        process = psutil.Process(pid)
        process.create_time()  # which psutil keeps: from here on it is that of this process
    except (psutil.Error, ValueError, OverflowError):
        return None
    return process


def is_running(process: psutil.Process | None) -> bool:
    """Say whether a process is there and has not ended: a zombie has, though nobody has asked it how."""
    try:
        return process is not None and process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.Error:
        return False
