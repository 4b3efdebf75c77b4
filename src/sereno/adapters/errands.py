"""Jobs that a person has done from the console: processes, each waited for on a thread of its own."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from uuid import uuid4

from sereno.adapters.clock import StopSignal
from sereno.adapters.processes import NOT_STARTED, UNFORESEEN, ProcessJobs
from sereno.adapters.rehearsal_folders import make_folder
from sereno.engine.errands import Errand, Kind
from sereno.engine.ports import Clock

KEPT = 20
"""Errands that are remembered; what a person did stays in the register of deeds."""
DOCUMENT = "documento.json"
SLICE = 3600.0
PATIENCE = 15.0
"""Seconds in which what is under way must end when the console stops."""
MOST_BYTES = 64 << 20
"""Of a rehearsal's document, read into memory."""
NOT_BEGUN = "No se ha podido empezar"
NOT_NOTED = "No se ha podido anotar cómo terminó; la consola dice por qué donde escribe"
UNSEEN = "No se sabe cómo ha terminado; la consola dice por qué donde escribe"


@dataclass(slots=True)
class ProcessErrands:
    """Have jobs done, one of a kind at a time; what a rehearsal leaves goes with this process."""

    clock: Clock
    open_jobs: Callable[[tuple[str, ...]], ProcessJobs]
    """Starts jobs with these arguments."""
    ended: Callable[[Errand], str]
    """Records how a job ended that was run for real; returns what kept it from doing so."""
    stop: StopSignal
    """Ends what is under way."""
    _known: dict[str, Errand] = field(default_factory=dict)
    _folders: dict[str, Path] = field(default_factory=dict)
    _threads: list[Thread] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def start(self, job: str, kind: Kind, who: str, *, force: bool) -> Errand | None:
        """Start a job; `None` where an errand of that job is under way."""
        errand = Errand(uuid4().hex[:12], job, kind, force, who, self.clock.now())
        with self._lock:
            if any(each.job == job and each.ended_at is None for each in self._known.values()):
                return None
            self._known[errand.id] = errand
        thread = Thread(target=self._see_through, args=(errand,), name=f"encargo {job}", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # no thread is to be had
            self._end(_failed(errand, NOT_STARTED, f"{NOT_BEGUN}: {error}"))
        else:
            self._threads = [*(each for each in self._threads if each.is_alive()), thread]
        self._forget()
        return errand

    def find(self, name: str) -> Errand | None:
        """Return an errand; `None` for one that there is not, or no longer."""
        return self._known.get(name)

    def recent(self) -> list[Errand]:
        """Return the last errands, the newest first."""
        return list(self._known.values())[::-1]

    def page(self, name: str, file: str) -> str | None:
        """Return a page of a rehearsal; `None` for one that there is not."""
        errand, folder = self._known.get(name), self._folders.get(name)
        if errand is None or folder is None or file not in errand.pages:
            return None
        try:
            return (folder / file).read_text("utf-8", errors="replace")
        except OSError:  # let go of meanwhile
            return None

    def close(self) -> None:
        """End what is under way, and take away what rehearsals left."""
        self.stop.event.set()
        for each in self._threads:
            each.join(PATIENCE)
        for folder in self._folders.values():
            shutil.rmtree(folder, ignore_errors=True)

    def _see_through(self, errand: Errand) -> None:
        """See to an errand's end, and tell it, whatever happens."""
        end = _failed(errand, UNFORESEEN, UNSEEN)
        force = ("--force",) if errand.force else ()
        try:
            if errand.kind == "run":
                done = self._done(errand, force)
                end = _with(done, NOT_NOTED)
                end = _with(done, self.ended(done))
            else:
                end = self._rehearsed(errand, force)
        finally:
            self._end(end)

    def _rehearsed(self, errand: Errand, force: tuple[str, ...]) -> Errand:
        try:
            folder = make_folder()
        except OSError as error:  # a disk that is full, a folder that went
            return _failed(errand, NOT_STARTED, f"{NOT_BEGUN}: {error}")
        self._folders[errand.id] = folder
        document = folder / DOCUMENT
        output = ("--dry-run", "--json", "--output", str(document), "--preview", str(folder), *force)
        done = self._done(errand, output)
        pages = tuple(sorted(each.name for each in folder.glob("*.html")))
        return replace(done, document=_read(document), pages=pages)

    def _end(self, errand: Errand) -> None:
        with self._lock:
            self._known[errand.id] = replace(errand, ended_at=errand.ended_at or self.clock.now())

    def _done(self, errand: Errand, arguments: tuple[str, ...]) -> Errand:
        jobs = self.open_jobs(arguments)
        jobs.start(errand.job)
        while (result := jobs.next_end(SLICE)) is None:
            pass
        return replace(errand, ended_at=result.ended_at, code=result.code, tail=result.tail)

    def _forget(self) -> None:
        """Let go of the oldest that have ended."""
        with self._lock:
            over = [each.id for each in self._known.values() if each.ended_at is not None]
            for name in over[: max(0, len(self._known) - KEPT)]:
                del self._known[name]
                shutil.rmtree(self._folders.pop(name, ""), ignore_errors=True)


def _failed(errand: Errand, code: int, words: str) -> Errand:
    return replace(errand, code=code, tail=words)


def _with(errand: Errand, words: str) -> Errand:
    """Add a sentence to what an errand printed."""
    return replace(errand, tail=f"{errand.tail}\n{words}".strip()) if words else errand


def _read(path: Path) -> Mapping[str, Any] | None:
    """Read what a rehearsal wrote; None where it did not come to that."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
        document: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):  # it ended before it was whole
        return None
    return document
