"""End what a master that is no more left running."""

import psutil

from sereno.adapters.machine import born_at, find_process, is_here, process_at
from sereno.adapters.process_trees import GRACE, end_tree
from sereno.adapters.sightings import marks_of, sightings
from sereno.engine.logbook import Process


def end_left(worker: Process, grace: float = GRACE) -> bool:
    """End a process and all that came from it; False where nothing of it runs here.

    Of one that has ended, what carries the mark of its session is still its own. A number that has gone to
    another process tells nothing.
    """
    if not is_here(worker):
        return False
    head = find_process(worker)
    if head is None and process_at(worker.pid) is not None:
        return False
    mark = (head and _mark_of(head)) or _mark_of_session(worker)
    return bool(end_tree(head, mark, grace).told)


def _mark_of_session(worker: Process) -> str:
    left = [each.process for each in sightings() if each.session == worker.pid]
    marks = (_mark_of(each) for each in left if _is_later(each, worker))
    return next(filter(None, marks), "")


def _mark_of(process: psutil.Process) -> str:
    return next(reversed(marks_of(process)), "")


def _is_later(process: psutil.Process, worker: Process) -> bool:
    born = born_at(process.pid)
    return born is not None and born >= worker.born
