"""A digest as mail readers see it: HTML that needs nothing from outside, and the same as plain text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from sereno.adapters.html import catalogue
from sereno.adapters.html.plain import plain_text
from sereno.adapters.html.printable import printable
from sereno.adapters.mime import content_id
from sereno.domain.digest import Digest, Line, Section
from sereno.domain.writing import BLANK

MAX_BYTES: Final = 90_000
"""Mail programs cut a page at about 100 KB: what stands below the cut would look like nothing at all."""
LADDER: Final = ((300, None), (150, None), (80, None), (60, 20), (60, 15), (60, 10), (60, 5), (40, 2))
"""What a page too big falls back to, step by step: characters of a cell, rows of a section."""

_FIGURE = re.compile(r"[+-]?\d[\d.,]*")


@dataclass(frozen=True, slots=True)
class Rendered:
    """Hold both parts of a digest's mail."""

    html: str
    text: str


def render_digest(digest: Digest) -> Rendered:
    """Render a digest as a whole HTML page and as plain text; no text of a register can become markup.

    The page stays under MAX_BYTES: where it would not, long cells are shortened and then sections cut, with
    the rows left out counted. The text part always has all that the digest has. A chart is the picture of its
    `content_id`, which the mail must hold.
    """
    clean = printable(digest)
    return Rendered(html=_page(clean), text=plain_text(clean))


def template(name: str = "digest.html") -> Template:
    """Return a page's template; it is given what it shows and the frame's `texts`."""
    return _environment().get_template(name)


def _page(digest: Digest) -> str:
    html = ""
    for each in _ever_smaller(digest):
        html = template().render(digest=each, texts=catalogue)
        if len(html.encode()) < MAX_BYTES:
            break
    return html


def _ever_smaller(digest: Digest) -> Iterator[Digest]:
    yield digest
    smaller = digest
    for characters, rows in LADDER:
        smaller = replace(digest, sections=tuple(_cut(each, characters, rows) for each in digest.sections))
        yield smaller
    while len(smaller.sections) > 1:
        smaller = _halved(smaller, digest)
        yield smaller


def _halved(smaller: Digest, digest: Digest) -> Digest:
    """Keep the first half of the sections, and say at the head what is left out."""
    kept = smaller.sections[: len(smaller.sections) // 2]
    left = digest.sections[len(kept) :]
    rows = sum(max(section.total, len(section.lines)) for section in left)
    return replace(digest, sections=kept, warnings=(*digest.warnings, catalogue.left_out(len(left), rows)))


def _cut(section: Section, characters: int, rows: int | None) -> Section:
    lines = tuple(_shortened(line, characters) for line in section.lines[:rows])
    return replace(section, lines=lines, total=max(section.total, len(section.lines)))


def _shortened(line: Line, characters: int) -> Line:
    cells = tuple(cell if len(cell) <= characters else f"{cell[: characters - 1]}…" for cell in line.cells)
    return replace(line, cells=cells)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("sereno.adapters.html"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "css_string": _css_string,
        "figures": _figures,
        "kinds": _kinds,
        "labels": _labels,
        "content_id": content_id,
    }
    return environment


def _css_string(text: str) -> str:
    """Escape what could end a quoted CSS string or its style element."""
    return re.sub(r"[^\w .,()-]", lambda char: f"\\{ord(char[0]):x} ", text)


def _figures(section: Section) -> list[bool]:
    """Tell which columns hold figures alone: those are aligned to the right."""
    columns = ([line.cells[at] for line in section.lines] for at, _ in enumerate(section.headings))
    filled = ([cell for cell in column if cell not in {"", BLANK}] for column in columns)
    return [bool(cells) and all(map(_FIGURE.fullmatch, cells)) for cells in filled]


def _kinds(sections: Sequence[Section]) -> dict[tuple[str, ...], int]:
    """Give each set of headings a number: on a phone, sections alike share their labels."""
    return dict(zip(dict.fromkeys(section.headings for section in sections), count(1), strict=False))


def _labels(sections: Sequence[Section]) -> Iterator[tuple[str, int, str]]:
    """Yield each column's label: of every table (`t`) as first met, then of the kinds that differ (`s2`)."""
    usual: dict[int, str] = {}
    for headings, kind in _kinds(sections).items():
        for at, heading in enumerate(headings, 1):
            if at not in usual:
                yield "t", at, usual.setdefault(at, heading)
            elif usual[at] != heading:
                yield f"s{kind}", at, heading
