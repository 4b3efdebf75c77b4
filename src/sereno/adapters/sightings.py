"""Look once at all processes of this machine: who came from whom."""

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import psutil

MARK = "SERENO_JOB"
"""The variable of the environment by which what a job leaves behind is known: marks parted by `/`."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """Say where a process stood when it was seen; a number is None where the system has no such thing."""

    process: psutil.Process
    parent: int
    session: int | None
    group: int | None


def sightings() -> list[Sighting]:
    """Return every process but this one, zombies too; the youngest first, which may be gone soonest."""
    seen = (_sighting(pid) for pid in sorted(psutil.pids(), reverse=True) if pid != os.getpid())
    return [each for each in seen if each is not None]


@dataclass(frozen=True, slots=True)
class Family:
    """Hold who belongs together, and the process groups in which nobody else is."""

    members: tuple[Sighting, ...]
    groups: frozenset[int]


def family(roots: Iterable[Sighting], seen: Collection[Sighting]) -> Family:
    """Return the roots, and of what was seen all that came from them: descendants, and sessions of theirs."""
    found, new = list[Sighting](), list(roots)
    while new:
        found += new
        known = {each.process.pid for each in found}
        sessions = _own_sessions(found, seen)
        others = [each for each in seen if each.process.pid not in known]
        new = [each for each in others if each.parent in known or each.session in sessions]
    own = _own_sessions(found, seen)
    return Family(tuple(found), frozenset(each.group for each in found if each.group and each.session in own))


def _own_sessions(members: Collection[Sighting], seen: Iterable[Sighting]) -> set[int]:
    """Return the sessions begun by members, or by who is gone: never this process's, nor an operator's."""
    strangers = {each.process.pid for each in seen} - {each.process.pid for each in members}
    return {each.session for each in members if each.session} - strangers - {_session(0) or 0, os.getpid()}


def marks_of(process: psutil.Process) -> list[str]:
    """Return the marks that a process was started with, the innermost last."""
    try:
        value = process.environ().get(MARK, "")
    except (psutil.Error, OSError):  # of somebody else, or it has ended
        return []
    return [each for each in value.split("/") if each]


def _sighting(pid: int) -> Sighting | None:
    session, group = _session(pid), _group(pid)
    try:
        process = psutil.Process(pid)
        return Sighting(process, process.ppid(), session, group)
    except psutil.Error:
        return None


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except (AttributeError, OSError):  # Windows has none
        return None


def _group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except (AttributeError, OSError):
        return None
