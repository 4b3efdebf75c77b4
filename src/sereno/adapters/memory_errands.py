"""Errands in memory: each ends at once, as it was said before, or is under way until it is told to end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sereno.engine.errands import Errand, Kind


@dataclass(slots=True)
class MemoryErrands:
    """Have jobs done by nobody."""

    now: Callable[[], datetime]
    code: int = 0
    tail: str = ""
    document: Mapping[str, Any] | None = None
    pages: Mapping[str, str] = field(default_factory=dict)
    lasting: bool = False
    """What is started is under way, and stays so."""
    known: dict[str, Errand] = field(default_factory=dict)

    def start(self, job: str, kind: Kind, who: str, *, force: bool) -> Errand | None:
        """Start a job; `None` where an errand of that job is under way."""
        if any(each.job == job and each.ended_at is None for each in self.known.values()):
            return None
        errand = Errand(f"encargo{len(self.known) + 1}", job, kind, force, who, self.now())
        self.known[errand.id] = errand if self.lasting else self._ended(errand)
        return errand

    def find(self, name: str) -> Errand | None:
        """Return an errand; `None` for one that there is not."""
        return self.known.get(name)

    def recent(self) -> list[Errand]:
        """Return the errands, the newest first."""
        return list(self.known.values())[::-1]

    def page(self, name: str, file: str) -> str | None:
        """Return a page of a rehearsal; `None` for one that there is not."""
        found = self.known.get(name)
        return self.pages.get(file) if found is not None and file in found.pages else None

    def _ended(self, errand: Errand) -> Errand:
        done = replace(errand, ended_at=self.now(), code=self.code, tail=self.tail)
        if errand.kind == "run":
            return done
        return replace(done, document=self.document, pages=tuple(self.pages))
