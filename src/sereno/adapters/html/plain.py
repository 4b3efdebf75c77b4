"""A digest as plain text of 80 columns: every row a block of aligned headings and values."""

import textwrap
from collections.abc import Iterator

from sereno.adapters.html import catalogue
from sereno.domain.digest import Digest, Line, Section

WIDTH = 80
_HEADING_WIDTH = 24
_INDENT = 5


def plain_text(digest: Digest) -> str:
    """Write the same content as the HTML part, for who reads mail as text."""
    blocks = (_head(digest), *_attention(digest), *map(_section, digest.sections), _wrap(digest.why))
    return "\n\n".join(filter(None, blocks)) + "\n"


def _head(digest: Digest) -> str:
    place = f"{catalogue.PRODUCT} · {digest.monitor} · {catalogue.day_in_words(digest.day)}"
    return "\n".join((_wrap(place), _underlined(digest.title, "="), "", _wrap(digest.summary)))


def _attention(digest: Digest) -> Iterator[str]:
    if digest.warnings:
        sentences = (*digest.warnings, *(() if digest.sections else (catalogue.NOT_AN_ALL_CLEAR,)))
        marked = (_wrap(sentence, first="!! ", rest="   ") for sentence in sentences)
        yield "\n".join((_underlined(catalogue.ATTENTION.upper(), "!"), *marked))


def _section(section: Section) -> str:
    count = max(section.total, len(section.lines))
    left_out = count - len(section.lines)
    rows = (_row(number, section, line) for number, line in enumerate(section.lines, start=1))
    end = (catalogue.more(left_out),) if left_out else ()
    return "\n\n".join((_underlined(f"{section.title} ({count})", "-"), *rows, *end))


def _row(number: int, section: Section, line: Line) -> str:
    cells = list(line.cells)
    if line.badge and section.badge_at is not None:
        cells[section.badge_at] = line.badge.words
    width = min(max(map(len, section.headings), default=0), _HEADING_WIDTH)
    rest = " " * (width + _INDENT + 2)
    pairs = [
        _wrap(f"{heading:<{width}}  {cell}", " " * _INDENT, rest)
        for heading, cell in zip(section.headings, cells, strict=True)
    ]
    return f"{number:>3}.".ljust(_INDENT) + "\n".join(pairs).lstrip()


def _underlined(title: str, rule: str) -> str:
    wrapped = _wrap(title)
    return f"{wrapped}\n{rule * max(map(len, wrapped.splitlines()), default=0)}"


def _wrap(text: str, first: str = "", rest: str = "") -> str:
    lines = textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
    return "\n".join(lines)
