"""Start a process at the head of a tree of its own, and end the whole tree.

Whatever came from the process belongs to its tree: its descendants, its session and process group, and what
carries its mark in the environment, wherever it has gone since. On Linux orphans become children of this
process (`become_subreaper`), which sees them off. Elsewhere, and of what has given its environment up too,
as much is found as psutil shows; on Windows there is no polite signal, and no session.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import psutil

from sereno.adapters.clock import pause
from sereno.adapters.machine import is_running
from sereno.adapters.sightings import MARK, Family, Sighting, family, marks_of, sightings
from sereno.engine.logbook import Process

GRACE = 10.0
"""Seconds between the polite signal and the kill, and what the kill may take."""
_FIRST_LOOK, _LOOK = 0.005, 0.2
"""Seconds between two looks at a tree that is being ended: at first, and at most."""
_QUIET = 3
"""Looks in a row that must find nobody: one that forks and ends all the time slips through a single one."""
SILENT: Mapping[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
"""Pipes for a program that nobody hears."""
MERGED: Mapping[str, Any] = {
    "stdin": subprocess.DEVNULL,
    "stdout": subprocess.PIPE,
    "stderr": subprocess.STDOUT,
}
"""Pipes for a program that is told nothing, and of which everything that it says is heard."""
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_CHILDREN = threading.Lock()
_heads: set[int] = set()
"""The numbers of this process's own children that lead a session: only their Popen may ask how they ended."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Say how a tree was ended; processes by their numbers."""

    told: tuple[int, ...]
    """What was there to be ended."""
    left: tuple[int, ...]
    """What did not end, or may not be ended by this user."""


def become_subreaper() -> bool:
    """Adopt the orphans among this process's descendants; False where there is no such thing."""
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def die_with(parent: Process) -> None:
    """Be sent SIGHUP when the process ends that started this one; at once where it has ended already.

    It may come more than once, for a process ends thread by thread: a second one must not kill.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGHUP)
        if os.getppid() != parent.pid:
            os.kill(os.getpid(), signal.SIGHUP)


def start_tree(
    command: Sequence[str],
    environment: Mapping[str, str],
    mark: str,
    pipes: Mapping[str, Any] = MERGED,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, carrying the mark; raise OSError. `end_tree` must follow.

    The marks that the environment has stay: what a tree within a tree leaves belongs to both.
    """
    marks = [each for each in (environment.get(MARK), mark) if each]
    with _CHILDREN:
        process = subprocess.Popen(  # noqa: S603  # whoever calls starts a program of ours
            command,
            env={**environment, MARK: "/".join(marks)},
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            **pipes,
        )
        _heads.add(process.pid)
    return process


def has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Say whether a process has ended, and do not take its exit: so its number stays its own.

    Raise ChildProcessError when somebody else has taken it.
    """
    if process.returncode is not None or not hasattr(os, "waitid"):
        return process.poll() is not None
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def end_tree(
    process: subprocess.Popen[bytes] | psutil.Process | None, mark: str, grace: float = GRACE
) -> Ending:
    """End a process and all that came from it: the polite signal, `grace` seconds, the kill.

    What has detached itself is found by the mark, also where the process itself has ended. Of a Popen, the
    exit is taken last, by itself: its return code is there, unless the process could not be ended.
    """
    tree = _Tree(_head(process), mark)
    tree.ask(grace)
    tree.kill(GRACE)
    if isinstance(process, subprocess.Popen):
        _take_exit(process)
    _reap_adopted()
    told = (each.pid for each in tree.known)
    left = (each.pid for each in tree.known if is_running(each))
    return Ending(tuple(sorted(told)), tuple(sorted(left)))


@dataclass(slots=True)
class _Tree:
    """Know what belongs to a tree, by number and time of birth: who was once seen in it stays in it."""

    head: psutil.Process | None
    mark: str
    known: set[psutil.Process] = field(default_factory=set)

    def ask(self, seconds: float) -> None:
        """Give every member the polite signal once, those that appear later too, and wait for their end."""
        told: set[psutil.Process] = set()
        deadline, look = monotonic() + seconds, _FIRST_LOOK
        while members := _running(self._family()):
            for each in members - told:
                _ask(each)
            told |= members
            if monotonic() > deadline:
                return
            pause(look)
            look = min(2 * look, _LOOK)

    def kill(self, seconds: float) -> None:
        """Kill whoever is seen, until nobody is, or the time is up."""
        deadline, quiet = monotonic() + seconds, 0
        while quiet < _QUIET and monotonic() < deadline:
            seen = self._family()
            _kill(seen)
            quiet = 0 if _running(seen) else quiet + 1
            pause(_FIRST_LOOK)

    def _family(self) -> Family:
        """Return who is seen now; one that has ended still shows where its group is."""
        seen = sightings()
        # The number of the head tells nothing once the head is gone: by then it may be that of another.
        number = self.head.pid if self.head is not None and self.head.is_running() else None
        found = family([each for each in seen if self._is_root(each, number)], seen)
        self.known |= _running(found)
        return found

    def _is_root(self, seen: Sighting, number: int | None) -> bool:
        if number is not None and number in (seen.process.pid, seen.session, seen.group):
            return True
        return seen.process in self.known or self.mark in marks_of(seen.process)


def _head(process: subprocess.Popen[bytes] | psutil.Process | None) -> psutil.Process | None:
    if not isinstance(process, subprocess.Popen):
        return process
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(process.pid) if process.returncode is None else None
    return None


def _ask(process: psutil.Process) -> None:
    with suppress(psutil.Error):
        process.terminate()


def _kill(seen: Family) -> None:
    """Kill each member, and each group at one blow: what forks on and on outruns many blows."""
    for each in seen.members:
        with suppress(psutil.Error):
            each.process.kill()
    # The number of a group is not given again within the moment since it was seen in use.
    for group in seen.groups:
        with suppress(OSError):
            os.killpg(group, signal.SIGKILL)


def _running(seen: Family) -> set[psutil.Process]:
    return {each.process for each in seen.members if is_running(each.process)}


def _take_exit(process: subprocess.Popen[bytes]) -> None:
    with _CHILDREN, suppress(subprocess.TimeoutExpired):
        process.wait(_LOOK)
        _heads.discard(process.pid)


def _reap_adopted() -> None:
    """See off the orphans that have ended.

    A child that was not adopted is in this process's session, or `start_tree` made it the head of another:
    whoever starts one here in another way has its exit taken.
    """
    if not hasattr(os, "getsid"):
        return
    with _CHILDREN:
        ended = (each for each in psutil.Process().children() if not is_running(each))
        for child in ended:
            with suppress(OSError):
                if child.pid not in _heads and os.getsid(child.pid) != os.getsid(0):
                    os.waitpid(child.pid, os.WNOHANG)
