"""Digests written as tables."""

from dataclasses import replace
from datetime import date

from sereno.domain.digest import Line, Section
from sereno.domain.writing import BLANK, UNDATED, badge

DAY = date(2026, 11, 24)
NOTE = "<<"
QUALITY = "Si no le corresponde, hable con la oficina de calidad."


def section(name, title, headings, rows, **more):
    """Write a section from a table: its cells between bars, days left as a number, a note after `<<`."""
    names = tuple(map(str.strip, headings.split("|")))
    badge_at = names.index("Días") if "Días" in names and not more.pop("age", False) else None
    written = tuple(line(row, badge_at) for row in rows.strip().splitlines())
    return Section(name, title, names, written, badge_at, **{"total": len(written), **more})


def line(row, badge_at):
    row, _, note = row.partition(NOTE)
    cells = list(map(str.strip, row.split("|")))
    if badge_at is None:
        return Line(tuple(cells), note=note.strip())
    days, cells[badge_at] = cells[badge_at], BLANK
    return Line(tuple(cells), UNDATED if days == BLANK else badge(int(days)), note.strip())


def counted(digest):
    counts = {}
    for each in digest.sections:
        counts[each.title] = counts.get(each.title, 0) + each.total
    return replace(digest, summary=" · ".join(f"{title}: {count}" for title, count in counts.items()))
