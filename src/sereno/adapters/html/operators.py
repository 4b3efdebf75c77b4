"""A mail to the operators as they see it: the same page and the same plain text as a digest's."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from sereno.adapters.html import catalogue
from sereno.adapters.html.plain import numbered_row, underlined, wrapped
from sereno.adapters.html.printable import as_printed, one_line
from sereno.adapters.html.render import MAX_BYTES, Rendered, template
from sereno.domain.digest import Line, Section
from sereno.engine.bulletin import Bulletin, Item

LADDER: Final = (8_000, 4_000, 1_500, 300, 0)
"""How many characters of each detail a page keeps that would be cut by mail programs."""
LONGEST: Final = 1_500
"""Characters of a text; a database's own complaint can be pages long."""
ITEMS_SHOWN: Final = 40


def render_bulletin(bulletin: Bulletin) -> Rendered:
    """Render a mail to the operators; nothing that a program printed can become markup."""
    clean = _clean(bulletin)
    return Rendered(html=_page(clean), text=_plain(clean))


def _page(bulletin: Bulletin) -> str:
    html = ""
    for most in LADDER:
        items = tuple(replace(item, detail=_end_of(item.detail, most)) for item in bulletin.items)
        shown = replace(bulletin, items=items)
        html = template("operators.html").render(bulletin=shown, texts=catalogue)
        if len(html.encode()) < MAX_BYTES:
            break
    return html


def _end_of(detail: str, most: int) -> str:
    return detail if len(detail) <= most else f"…{detail[-most:]}" if most else ""


def _clean(bulletin: Bulletin) -> Bulletin:
    items = tuple(map(_clean_item, bulletin.items[:ITEMS_SHOWN]))
    left_out = len(bulletin.items) - len(items)
    more = (catalogue.and_more(left_out),) if left_out else ()
    return replace(
        bulletin,
        title=one_line(bulletin.title),
        summary=one_line(bulletin.summary),
        items=items,
        sections=tuple(map(_clean_section, bulletin.sections)),
        notes=(*map(one_line, bulletin.notes), *more),
    )


def _clean_item(item: Item) -> Item:
    text = "\n".join(_shortened(one_line(line)) for line in item.text.splitlines())
    return replace(item, title=one_line(item.title), text=text, detail=as_printed(item.detail))


def _clean_section(section: Section) -> Section:
    lines = tuple(Line(tuple(map(one_line, line.cells)), line.badge, line.note) for line in section.lines)
    return replace(section, lines=lines)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _plain(bulletin: Bulletin) -> str:
    blocks = (
        _head(bulletin),
        *(wrapped(note, first="!! ", rest="   ") for note in bulletin.notes),
        *map(_item, bulletin.items),
        *map(_section, bulletin.sections),
        wrapped(bulletin.why),
    )
    return "\n\n".join(filter(None, blocks)) + "\n"


def _head(bulletin: Bulletin) -> str:
    day = catalogue.day_in_words(bulletin.at.date())
    place = f"{catalogue.PRODUCT} · {catalogue.OPERATORS} · {day}, {bulletin.at:%H:%M}"
    return "\n".join((wrapped(place), underlined(bulletin.title, "="), "", wrapped(bulletin.summary)))


def _item(item: Item) -> str:
    title = underlined(f"{item.title} [{item.badge.words}]", "-")
    detail = "\n".join(f"    | {line}" for line in item.detail.splitlines())
    return "\n\n".join(filter(None, (title, "\n".join(map(wrapped, item.text.splitlines())), detail)))


def _section(section: Section) -> str:
    return "\n\n".join((underlined(section.title, "-"), *_rows(section)))


def _rows(section: Section) -> Iterator[str]:
    if not section.lines:
        yield wrapped(section.empty)
    for number, line in enumerate(section.lines, start=1):
        yield numbered_row(number, section, line)
    left_out = section.total - len(section.lines)
    if left_out > 0:
        yield catalogue.and_more(left_out)
