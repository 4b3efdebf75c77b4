"""Hallazgos: what the ledger holds open, filtered, sorted, paged, and as a sheet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response

from sereno.domain.digest import Badge
from sereno.domain.writing import badge
from sereno.engine.blanks import Blank
from sereno.engine.open_findings import OpenFinding, Wanted, band_of, key_text
from sereno.engine.roll import Inquiry, Lot, RollOrder, Tally
from sereno.engine.roll_call import RollCall
from sereno.web.catalogue import FINDING_HEADINGS
from sereno.web.catalogue_lists import (
    AGES,
    BLANK,
    INCOMPLETE,
    LAST_ROUND,
    NOTICE,
    REST_WORDS,
    SHEET_TITLE,
    UNSEEN_WORDS,
)
from sereno.web.downloads import CSV, XLSX, download
from sereno.web.page import PAGE_ROWS, Asked, Page
from sereno.web.reading import View, blanks_of
from sereno.web.sections import section_titles
from sereno.web.words import day, moment

FILTERS = ("vigilante", "regla", "banda", "responsable", "edad", "texto")
SHEET = "hallazgos.csv"
WORKBOOK = "hallazgos.xlsx"
FIGURES = (8, 9)
"""The columns of a sheet that are numbers."""
ORDERS: Mapping[str, RollOrder] = {
    "vence": "due",
    "clave": "key",
    "seccion": "section",
    "responsable": "owner",
    "vista": "seen",
    "avisos": "told",
    "replan": "replannings",
}
Titles = Mapping[str, Mapping[str, str]]


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
        return self.found.id

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


def findings(view: View, asked: Asked) -> Page | None:
    """Show a page of the open findings that are asked for."""
    roll = view.roll_call()
    if roll is None:
        return None
    titles, inquiry = _titles(view), _inquiry(view, roll, asked)
    total, tally = roll.total(inquiry), roll.tally()
    shown = roll.page(inquiry, (asked.page - 1) * PAGE_ROWS, PAGE_ROWS)
    kept = {name: asked.of(name) for name in (*FILTERS, "orden")}
    return Page(
        "findings.html",
        "Hallazgos abiertos",
        {
            "rows": [Row(each, _title(titles, each)) for each in shown],
            "total": total,
            "everything": roll.total(Inquiry(roll.lots(Wanted(), lambda lot: lot.section))),
            "page": asked.page,
            "pages": max(-(-total // PAGE_ROWS), 1),
            "kept": kept,
            "filtered": any(kept[name] for name in FILTERS),
            "blanks": blank_words(view, asked),
            "choices": roll.kept.get(roll.mark, "choices", lambda: _choices(view, tally)),
        },
    )


def blank_words(view: View, asked: Asked) -> list[str]:
    """Say of which of the monitors asked for what is listed may not be all."""
    wanted = asked.of("vigilante")
    return [_words(each) for each in blanks_of(view) if wanted in {"", each.post.monitor.name}]


def _words(each: Blank) -> str:
    rest = REST_WORDS[each.rest].format(missing=", ".join(each.post.orders.unconfigured)) if each.rest else ""
    last = UNSEEN_WORDS[each.unseen] if each.unseen else LAST_ROUND
    reasons = "; ".join(filter(None, (rest, last.format(moment=moment(each.at)))))
    return BLANK.format(monitor=each.post.monitor.title, reasons=reasons)


def sheet(view: View, asked: Asked) -> Response | None:
    """Hand out all the open findings that are asked for as CSV."""
    roll = view.roll_call()
    if roll is None:
        return None
    blank = blank_words(view, asked)
    content = view.reading.sheet(FINDING_HEADINGS, _lines(view, roll, asked, blank))
    return download(_name(SHEET, blank), CSV, content)


def workbook(view: View, asked: Asked) -> Response | None:
    """Hand out all the open findings that are asked for as a workbook."""
    roll = view.roll_call()
    if roll is None:
        return None
    blank = blank_words(view, asked)
    content = view.reading.workbook(SHEET_TITLE, FINDING_HEADINGS, _lines(view, roll, asked, blank), FIGURES)
    return download(_name(WORKBOOK, blank), XLSX, content)


def _name(name: str, blank: Sequence[str]) -> str:
    """Name a file so that it says where it may not hold all, as its last lines do."""
    stem, dot, ending = name.partition(".")
    return f"{stem}-{INCOMPLETE}{dot}{ending}" if blank else name


def _inquiry(view: View, roll: RollCall, asked: Asked) -> Inquiry:
    """Say what is asked for; an order or an age that nobody knows is as if nobody had asked for it."""
    titles, order, age = _titles(view), asked.of("orden"), asked.of("edad")
    wanted = Wanted(asked.of("regla") or None, asked.of("banda") or None)
    return Inquiry(
        roll.lots(
            wanted, lambda lot: titles[lot.monitor].get(lot.section, lot.section), asked.of("vigilante")
        ),
        asked.of("responsable") or None,
        asked.of("texto").casefold(),
        view.now.date() - timedelta(days=AGES[age]) if age in AGES else None,
        ORDERS.get(order.removeprefix("-"), "digest"),
        falling=order.startswith("-"),
    )


def _titles(view: View) -> Titles:
    return {post.monitor.name: section_titles(post) for post in view.reading.posts}


def _title(titles: Titles, each: OpenFinding) -> str:
    section = each.entry.section or each.entry.rule
    return titles[each.monitor.name].get(section, section)


def _choices(view: View, tally: Sequence[Tally]) -> Choices:
    titles, lots = _titles(view), {each.lot for each in tally}
    rules = {(post.monitor.name, rule.id): rule for post in view.reading.posts for rule in post.monitor.rules}
    bands = {band_of(rules[lot.monitor, lot.rule], lot.section) for lot in lots}
    return Choices(
        [(post.monitor.name, post.monitor.title) for post in view.reading.posts],
        sorted({_section(lot, titles) for lot in lots}),
        sorted(filter(None, bands)),
        sorted({each.owner for each in tally if each.owner}, key=str.casefold),
    )


def _section(lot: Lot, titles: Titles) -> tuple[str, str]:
    return lot.section, titles[lot.monitor].get(lot.section, lot.section)


def _lines(view: View, roll: RollCall, asked: Asked, blank: Sequence[str]) -> Iterator[tuple[str, ...]]:
    titles, empty = _titles(view), ("",) * (len(FINDING_HEADINGS) - 3)
    for each in roll.every(_inquiry(view, roll, asked)):
        yield _cells(Row(each, _title(titles, each)))
    yield from ((NOTICE, "", words, *empty) for words in blank)


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
