"""A digest as plain text of 80 columns: every row a block of aligned headings and values."""

import textwrap
from collections.abc import Iterator

from sereno.adapters.html import catalogue
from sereno.domain.digest import Chart, Digest, Figure, Line, Section
from sereno.domain.writing import BLANK

WIDTH = 80
_HEADING_WIDTH = 24
_LABEL_WIDTH = 56
_INDENT = 5


def plain_text(digest: Digest) -> str:
    """Write the same content as the HTML part, for who reads mail as text."""
    blocks = (
        _head(digest),
        *_attention(digest),
        *_figures(digest),
        *map(_chart, digest.charts),
        *_sections(digest),
        *map(wrapped, (digest.closing, catalogue.put_off(digest.snoozed))),
        _link(digest),
        wrapped(digest.why),
    )
    return "\n\n".join(filter(None, blocks)) + "\n"


def _link(digest: Digest) -> str:
    """Write the link on a line of its own, unbroken."""
    return (
        f"{wrapped(f'{catalogue.LINK}:')}\n{digest.link}\n{wrapped(catalogue.LINK_ABOUT)}"
        if digest.link
        else ""
    )


def _head(digest: Digest) -> str:
    place = f"{catalogue.PRODUCT} · {digest.monitor} · {catalogue.day_in_words(digest.day)}"
    return "\n".join((wrapped(place), underlined(digest.title, "="), "", wrapped(digest.summary)))


def _attention(digest: Digest) -> Iterator[str]:
    if digest.warnings:
        listed = any(section.lines for section in digest.sections)
        sentences = (*digest.warnings, *(() if listed else (catalogue.NOT_AN_ALL_CLEAR,)))
        marked = (wrapped(sentence, first="!! ", rest="   ") for sentence in sentences)
        yield "\n".join((underlined(catalogue.ATTENTION.upper(), "!"), *marked))


def _figures(digest: Digest) -> Iterator[str]:
    if digest.figures:
        head = f"{'':<{_LABEL_WIDTH}}{catalogue.NOW:>8}{catalogue.BEFORE:>8}"
        title = underlined(digest.figures_title or catalogue.FIGURES, "-")
        yield "\n".join((title, "", head, *map(_figure, digest.figures)))


def _figure(figure: Figure) -> str:
    before = BLANK if figure.before is None else figure.before
    return _labelled(figure.label, f"{figure.now:>8}{before:>8}")


def _chart(chart: Chart) -> str:
    bars = (_labelled(label, f"{number:>8}") for label, number in chart.bars)
    return "\n".join((underlined(chart.title, "-"), "", *bars))


def _labelled(label: str, numbers: str) -> str:
    """Write numbers beside the last line of their label."""
    *above, last = textwrap.wrap(label, _LABEL_WIDTH - 2) or [""]
    return "\n".join((*above, f"{last:<{_LABEL_WIDTH}}{numbers}"))


def _sections(digest: Digest) -> Iterator[str]:
    group = ""
    for section in digest.sections:
        if section.group != group:
            group = section.group
            yield underlined(group or catalogue.UNGROUPED, "=")
        yield _section(section, digest)


def _section(section: Section, digest: Digest) -> str:
    count = max(section.total, len(section.lines))
    rows = (numbered_row(number, section, line) for number, line in enumerate(section.lines, start=1))
    end = catalogue.more(section, digest) if count else wrapped(section.empty)
    return "\n\n".join(filter(None, (underlined(f"{section.title} ({count})", "-"), *rows, end)))


def numbered_row(number: int, section: Section, line: Line) -> str:
    """Write a row as a block of headings and values."""
    width = min(max(map(len, section.headings), default=0), _HEADING_WIDTH)
    rest = " " * (width + _INDENT + 2)
    pairs = [
        wrapped(f"{heading:<{width}}  {cell}", " " * _INDENT, rest)
        for heading, cell in zip(section.headings, _cells(section, line), strict=True)
    ]
    return f"{number:>3}.".ljust(_INDENT) + "\n".join(pairs).lstrip()


def _cells(section: Section, line: Line) -> list[str]:
    """Return the cells with the badge in its place, and the note where the HTML part has it."""
    cells = list(line.cells)
    if line.badge and section.badge_at is not None:
        cells[section.badge_at] = line.badge.words
    if line.note and cells:
        at = 0 if line.note.isupper() else section.badge_at or 0
        cells[at] = f"{cells[at]} [{line.note}]"
    return cells


def underlined(title: str, rule: str) -> str:
    """Rule a title off."""
    lines = wrapped(title)
    return f"{lines}\n{rule * max(map(len, lines.splitlines()), default=0)}"


def wrapped(text: str, first: str = "", rest: str = "") -> str:
    """Break a text into lines of WIDTH."""
    if len(first) + len(text) <= WIDTH and not text.isspace():
        return text and (first + text).rstrip()  # what textwrap would say, at leisure
    lines = textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
    return "\n".join(lines)
