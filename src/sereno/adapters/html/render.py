"""A digest as mail readers see it: HTML that needs nothing from outside, and the same as plain text."""

import re
from dataclasses import dataclass, replace
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from sereno.adapters.html import catalogue
from sereno.adapters.html.plain import plain_text
from sereno.domain.digest import BLANK, Badge, Digest, Line, Section

# Illegal in HTML and XML, unfit for a mail's bytes, or able to turn the direction of the text around them.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_FIGURE = re.compile(r"[+-]?\d[\d.,]*")


@dataclass(frozen=True, slots=True)
class Rendered:
    """Hold both parts of a digest's mail."""

    html: str
    text: str


def render_digest(digest: Digest) -> Rendered:
    """Render a digest as a whole HTML page and as plain text; no text of a register can become markup."""
    printable = _printable(digest)
    page = _environment().get_template("digest.html").render(digest=printable, texts=catalogue)
    return Rendered(html=page, text=plain_text(printable))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("sereno.adapters.html"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["css_string"] = _css_string
    environment.filters["figures"] = _figures
    return environment


def _css_string(text: str) -> str:
    """Escape what could end a quoted CSS string or its style element."""
    return re.sub(r"[^\w ]", lambda char: f"\\{ord(char[0]):x} ", text)


def _figures(section: Section) -> list[bool]:
    """Tell which columns hold figures alone: those are aligned to the right."""
    columns = ([line.cells[at] for line in section.lines] for at, _ in enumerate(section.headings))
    filled = ([cell for cell in column if cell not in {"", BLANK}] for column in columns)
    return [bool(cells) and all(map(_FIGURE.fullmatch, cells)) for cells in filled]


def _printable(digest: Digest) -> Digest:
    return replace(
        digest,
        monitor=_one_line(digest.monitor),
        title=_one_line(digest.title),
        summary=_one_line(digest.summary),
        sections=tuple(map(_printable_section, digest.sections)),
        warnings=tuple(map(_one_line, digest.warnings)),
        why=_one_line(digest.why),
    )


def _printable_section(section: Section) -> Section:
    return replace(
        section,
        title=_one_line(section.title),
        headings=tuple(map(_one_line, section.headings)),
        lines=tuple(map(_printable_line, section.lines)),
    )


def _printable_line(line: Line) -> Line:
    badge = line.badge and Badge(line.badge.tone, _one_line(line.badge.words))
    return Line(tuple(map(_one_line, line.cells)), badge)


def _one_line(text: str) -> str:
    return _UNPRINTABLE.sub("", " ".join(text.split()))
