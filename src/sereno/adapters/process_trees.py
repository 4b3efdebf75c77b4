"""Ending a process with all that came of it: children, and what cut itself loose from them.

On Linux whoever starts processes becomes their subreaper, so that an orphan becomes its child and not the
system's, and every job carries a mark in its environment that its descendants inherit. Elsewhere what leaves
the tree of parents and children may escape.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from time import monotonic

import psutil

from sereno.engine.logbook import Process

MARK = "SERENO_JOB"
"""The variable that names to each process the job it came of."""
GRACE = 10.0
"""Seconds between the polite signal and the kill."""
ROUNDS = 50
"""How often a tree is looked for that grows while it is being ended."""
LINUX = sys.platform == "linux"
_SET_PDEATHSIG, _SET_CHILD_SUBREAPER = 1, 36  # prctl(2)


def become_subreaper() -> None:
    """Adopt whatever loses its parent among our descendants, where the system knows how."""
    _prctl(_SET_CHILD_SUBREAPER, 1)


def die_with(parent: Process) -> None:
    """Be told to stop when the parent dies; at once where it is dead already."""
    _prctl(_SET_PDEATHSIG, signal.SIGTERM)
    if LINUX and os.getppid() != parent.pid:
        os.kill(os.getpid(), signal.SIGTERM)


def end_tree(process: "subprocess.Popen[bytes]", mark: str = "", grace: float | None = None) -> None:
    """End a process that we started and all that came of it: the polite signal, some grace, then the kill.

    `mark` is what its environment holds as MARK, "" for none. Safe to call after its end, for what it left.
    """
    deadline = monotonic() + (GRACE if grace is None else grace)
    process.terminate()
    others = _others(process.pid, mark)
    _each(others, psutil.Process.terminate)
    with suppress(subprocess.TimeoutExpired):
        # Its Popen alone waits for it: whoever else reaps it takes its exit code away.
        process.wait(max(0.0, deadline - monotonic()))
    psutil.wait_procs(others, timeout=max(0.0, deadline - monotonic()))
    process.kill()
    _kill_all(lambda: _others(process.pid, mark))
    process.wait()


def end_left(worker: Process, marked: Callable[[], str], grace: float | None = None) -> None:
    """End a process that somebody else started, and all that came of it."""
    mark = marked()
    found = [*_found([worker.pid]), *_others(worker.pid, mark)]
    _each(found, psutil.Process.terminate)
    psutil.wait_procs(found, timeout=GRACE if grace is None else grace)
    _kill_all(lambda: [*_found([worker.pid]), *_others(worker.pid, mark)])


def end_adopted(grace: float | None = None) -> int:
    """End every child that we have, which nobody waits for: orphans that became ours; return how many."""
    found = psutil.Process().children(recursive=True)
    _each(found, psutil.Process.terminate)
    psutil.wait_procs(found, timeout=GRACE if grace is None else grace)
    _kill_all(lambda: psutil.Process().children(recursive=True))
    return len(found)


def mark_of(pid: int) -> str:
    """Return the mark in a process's environment; "" where there is none, or nobody may look."""
    try:
        return str(psutil.Process(pid).environ().get(MARK, ""))
    except (psutil.Error, OSError):
        return ""


def _others(pid: int, mark: str) -> list[psutil.Process]:
    """Find what came of a process, itself left out: its descendants, its session, what carries its mark."""
    found = {each.pid: each for each in _descendants(pid)}
    if LINUX:
        for each in psutil.process_iter():
            if each.pid not in found and _came_of(each, pid, mark):
                found[each.pid] = each
    found.pop(pid, None)
    found.pop(os.getpid(), None)
    return [each for each in found.values() if not _reaped(each)]


def _came_of(process: psutil.Process, pid: int, mark: str) -> bool:
    try:
        if os.getsid(process.pid) == pid:
            return True
        return bool(mark) and process.environ().get(MARK) == mark
    except (psutil.Error, OSError):
        return False


def _descendants(pid: int) -> list[psutil.Process]:
    try:
        return list(psutil.Process(pid).children(recursive=True))
    except psutil.Error:
        return []


def _reaped(process: psutil.Process) -> bool:
    """Tell whether a process is dead; one that we adopted is let go from the system's table by that."""
    try:
        if process.status() != psutil.STATUS_ZOMBIE:
            return False
        if process.ppid() == os.getpid():
            os.waitpid(process.pid, os.WNOHANG)
    except (psutil.Error, OSError):
        return True
    return True


def _kill_all(find: Callable[[], list[psutil.Process]]) -> None:
    """Kill what is found until nothing is: a process may start others while it is looked at."""
    for _ in range(ROUNDS):
        found = [each for each in find() if not _reaped(each)]
        if not found:
            return
        _each(found, psutil.Process.kill)
        psutil.wait_procs(found, timeout=1.0)


def _found(pids: Iterable[int]) -> list[psutil.Process]:
    found = []
    for pid in pids:
        with suppress(psutil.Error):
            found.append(psutil.Process(pid))
    return found


def _each(processes: Iterable[psutil.Process], signalled: Callable[[psutil.Process], None]) -> None:
    """Signal each; psutil holds a number together with when it was given, and signals no other process."""
    for each in processes:
        with suppress(psutil.Error):
            signalled(each)


def _prctl(option: int, value: int) -> None:
    if LINUX:
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
