"""Hallazgos: what the ledger holds open, filtered, sorted, paged, as a sheet, and each with its history."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sereno.domain.digest import Badge
from sereno.domain.finding_names import finding_id
from sereno.domain.writing import badge
from sereno.engine.open_findings import OpenFinding, Wanted, key_text
from sereno.web.catalogue import FINDING_HEADINGS
from sereno.web.page import PAGE_ROWS, Asked, Page
from sereno.web.reading import View
from sereno.web.sections import section_titles
from sereno.web.words import day

FILTERS = ("vigilante", "regla", "banda", "responsable", "texto")
SHEET = "hallazgos.csv"
Order = Callable[["Row"], tuple[bool, object]]


@dataclass(frozen=True, slots=True)
class Row:
    """Show an open finding."""

    found: OpenFinding
    title: str
    """Of its section."""

    @property
    def key(self) -> str:
        """Write its key as a person types it."""
        return key_text(self.found.entry.key)

    @property
    def token(self) -> str:
        """Name it in its page's address."""
        entry = self.found.entry
        return finding_id(self.found.monitor.name, entry.rule, entry.track)

    @property
    def badge(self) -> Badge | None:
        """Say how near it is; `None` where it has no date."""
        return None if self.found.days is None else badge(self.found.days)


@dataclass(frozen=True, slots=True)
class Choices:
    """List what each filter can be set to, of what is open."""

    monitors: Sequence[tuple[str, str]]
    sections: Sequence[tuple[str, str]]
    bands: Sequence[str]
    owners: Sequence[str]


ORDERS: Mapping[str, Order] = {
    "vence": lambda row: _last_if_none(row.found.entry.due),
    "clave": lambda row: (False, row.key.casefold()),
    "seccion": lambda row: (False, row.title.casefold()),
    "responsable": lambda row: _last_if_none(row.found.entry.owner and row.found.entry.owner.casefold()),
    "vista": lambda row: (False, row.found.entry.first_seen),
    "avisos": lambda row: (False, row.found.told),
    "replan": lambda row: (False, row.found.entry.replannings),
}


def findings(view: View, asked: Asked) -> Page | None:
    """Show a page of the open findings that are asked for."""
    if view.store is None:
        return None
    rows = _rows(view)
    shown = _ordered(_wanted(rows, asked), asked.of("orden"))
    first = (asked.page - 1) * PAGE_ROWS
    kept = {name: asked.of(name) for name in (*FILTERS, "orden")}
    return Page(
        "findings.html",
        "Hallazgos abiertos",
        {
            "rows": shown[first : first + PAGE_ROWS],
            "total": len(shown),
            "everything": len(rows),
            "page": asked.page,
            "pages": max(-(-len(shown) // PAGE_ROWS), 1),
            "kept": kept,
            "filtered": any(kept[name] for name in FILTERS),
            "choices": _choices(view, rows),
            "orders": tuple(ORDERS),
        },
    )


def sheet(view: View, asked: Asked) -> bytes | None:
    """Write all the open findings that are asked for as CSV."""
    if view.store is None:
        return None
    shown = _ordered(_wanted(_rows(view), asked), asked.of("orden"))
    return view.reading.sheet(FINDING_HEADINGS, [_cells(row) for row in shown])


def _rows(view: View) -> list[Row]:
    titles = {post.monitor.name: section_titles(post) for post in view.reading.posts}
    return [_row(each, titles) for each in view.open_findings()]


def _row(each: OpenFinding, titles: Mapping[str, Mapping[str, str]]) -> Row:
    section = each.entry.section or each.entry.rule
    return Row(each, titles[each.monitor.name].get(section, section))


def _wanted(rows: Iterable[Row], asked: Asked) -> list[Row]:
    owner, monitor, text = asked.of("responsable"), asked.of("vigilante"), asked.of("texto").casefold()
    owners = frozenset({owner}) if owner else None
    wanted = Wanted(asked.of("regla") or None, asked.of("banda") or None, owners)
    return [
        row
        for row in rows
        if wanted.holds(row.found) and monitor in {"", row.found.monitor.name} and text in _searched(row)
    ]


def _searched(row: Row) -> str:
    entry = row.found.entry
    return " ".join((row.key, row.title, entry.rule, entry.section or "", entry.owner or "")).casefold()


def _ordered(rows: list[Row], order: str) -> list[Row]:
    """Sort by a column; `-` before its name turns it round, and what has no value stays last."""
    by = ORDERS.get(order.removeprefix("-"))
    if by is None:
        return rows
    valued, blank = ([row for row in rows if by(row)[0] is none] for none in (False, True))
    return sorted(valued, key=by, reverse=order.startswith("-")) + blank


def _last_if_none(value: object) -> tuple[bool, object]:
    return (value is None, value)


def _choices(view: View, rows: Sequence[Row]) -> Choices:
    return Choices(
        [(post.monitor.name, post.monitor.title) for post in view.reading.posts],
        sorted({(row.found.entry.section or row.found.entry.rule, row.title) for row in rows}),
        sorted({row.found.band for row in rows if row.found.band}),
        sorted({row.found.entry.owner for row in rows if row.found.entry.owner}, key=str.casefold),
    )


def _cells(row: Row) -> tuple[str, ...]:
    entry = row.found.entry
    return (
        row.found.monitor.name,
        entry.section or entry.rule,
        row.title,
        row.key,
        "" if entry.due is None else day(entry.due),
        row.found.band,
        entry.owner or "",
        day(entry.first_seen),
        str(row.found.told),
        str(entry.replannings),
        "" if row.found.snoozed_until is None else day(row.found.snoozed_until),
    )
