"""A page before it is rendered, and what was asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sereno.web.entrance import READER, Visitor
from sereno.web.reading import View

PAGE_ROWS = 50
FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_PAGES = 2000
"""Beyond any list that somebody leafs through."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Say what was asked for: the parts of the path, and the filters behind it."""

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    live: bool = True
    """False for pages that become files: nothing there answers a filter."""
    visitor: Visitor = READER

    def of(self, name: str) -> str:
        """Return what a filter asks for; empty where it asks for everything."""
        return self.query.get(name, "").strip()

    @property
    def page(self) -> int:
        """Return the number of the page, 1 where it is none."""
        text = self.query.get("pagina", "")
        return (
            min(max(int(text), 1), MOST_PAGES) if text.isascii() and text.isdigit() and len(text) < 6 else 1
        )

    def year(self, otherwise: int) -> int | None:
        """Return the year that the path names, else `otherwise`; `None` for what is no year."""
        text = self.path.get("year", str(otherwise))
        known = text.isascii() and text.isdigit() and len(text) == 4 and FIRST_YEAR <= int(text) <= LAST_YEAR
        return int(text) if known else None


@dataclass(frozen=True, slots=True)
class Page:
    """Hold what a template is filled with."""

    template: str
    title: str
    content: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


Show = Callable[[View, Asked], Page | None]
"""Make a page of a look; `None` where there is no such thing."""
