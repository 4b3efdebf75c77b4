"""Write a digest: a parcel's findings as the texts that its readers see, section by section."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from sereno.domain.digest import Badge, Chart, Digest, Figure, Line, Section
from sereno.domain.findings import Blind, Cell, Datum, urgency
from sereno.domain.ledger import Mark
from sereno.domain.parcels import Group, Item, Parcel
from sereno.domain.rules import CellFormat, DigestPlan, Monitor, Rule, Setting

AMBER_DAYS = 7
DATA_ERRORS_SHOWN = 20
CELL_LENGTH = 500
BLANK = "—"
NOT_CHECKED = "No se ha podido comprobar"
PUT_OFF = "Todo está pospuesto"
SNOOZED_SHOWN = 10
UNDATED = Badge("red", "sin fecha")
DATA_ERRORS = Section("datos", "Datos por corregir", ("Registro", "Tabla", "Clave", "Columna", "Valor"), ())


@dataclass(frozen=True, slots=True)
class Page:
    """Hold what every digest of one run has in common."""

    monitor: Monitor
    plan: DigestPlan
    day: date
    settings: Mapping[str, Setting]
    first: bool
    """The digest's first: nothing is marked as new."""
    blind: tuple[Blind, ...] = ()
    figures_title: str = ""
    figures: tuple[Figure, ...] = ()
    charts: tuple[Chart, ...] = ()
    found: Mapping[str | None, int] = field(default_factory=dict)
    """How many findings each section has, told this time or not."""
    doubts_left_out: int = 0
    """Data to correct that are counted only."""
    rows_shown: int = 25
    """Rows of a section that the body shows."""
    sheet_from: int = 50
    """Rows in all from which a workbook with every row is attached."""


def write_digest(parcel: Parcel, page: Page) -> Digest:
    """Write a parcel down for its readers; long sections show the new and the most urgent rows."""
    full = [section for group in parcel.groups for section in _sections(group, page)]
    doubts = (_data_errors(parcel.doubts, page.doubts_left_out),) if parcel.doubts else ()
    warnings = (*(_blindness(blind, page) for blind in page.blind), *parcel.warnings)
    total = sum(section.total for section in full)
    cut = any(section.total > page.rows_shown for section in full)  # what the body hides must be somewhere
    return Digest(
        monitor=page.monitor.title,
        title=page.plan.title,
        day=page.day,
        summary=_summary(
            (*sorted(full, key=_place(page.plan)), *doubts),
            complete=not page.blind and not parcel.strayed,
            first=page.first,
        ),
        sections=(*(_cut(section, page.rows_shown) for section in full), *doubts),
        warnings=warnings,
        why=page.plan.why,
        figures=page.figures,
        figures_title=page.figures_title,
        charts=page.charts,
        closing=page.plan.closing,
        snoozed=_snoozed(parcel.put_off, page.monitor),
        sheet=tuple(section for section in full if section.total) if total >= page.sheet_from or cut else (),
    )


def row_text(item: Item, monitor: Monitor) -> str:
    """Say a finding in one line, as it was told: the proof of notice keeps it."""
    rule = next(rule for rule in monitor.rules if rule.id == item.finding.rule)
    cells = (
        (shown.heading, _cell(shown.format, item.finding.cells[shown.column]))
        for shown in rule.columns
        if not shown.only or item.finding.section in shown.only
    )
    return " · ".join(f"{heading}: {text}" for heading, text in cells if text != BLANK)


def badge(days: int) -> Badge:
    """Say how near a date is, `days` from now; negative is past."""
    if days <= 0:
        return Badge("red", "vence hoy" if days == 0 else f"vencida hace {_count(-days, 'día', 'días')}")
    words = "vence mañana" if days == 1 else f"faltan {days} días"
    return Badge("amber" if days <= AMBER_DAYS else "green", words)


def _sections(group: Group, page: Page) -> list[Section]:
    by_section: dict[str | None, list[Item]] = {}
    for item in (each for each in group.items if not each.snoozed):
        by_section.setdefault(item.finding.section, []).append(item)
    sections = [
        _section(rule, name, title, by_section.get(name, []), group.title, page)
        for rule, name, title in planned_sections(page.monitor, page.plan)
    ]
    return [section for section in sections if section.lines or (section.empty and not group.title)]


def planned_sections(monitor: Monitor, plan: DigestPlan) -> list[tuple[Rule, str, str]]:
    """List a digest's sections in order, each with its rule and its title."""
    titled = {
        section: (rule, section, title)
        for rule in monitor.rules
        for section, title in ([(band.id, band.title) for band in rule.bands] or [(rule.id, rule.title)])
    }
    return [titled[section] for section in plan.sections]


def _section(rule: Rule, name: str, title: str, items: Sequence[Item], group: str, page: Page) -> Section:
    shown = [column for column in rule.columns if not column.only or name in column.only]
    badge_at = next((at for at, column in enumerate(shown) if column.format == "days"), None)
    formats = [(column.format, column.column) for column in shown]
    lines = tuple(
        _line(item, formats, page, dated=badge_at is not None) for item in sorted(items, key=_urgency)
    )
    headings = tuple(column.heading for column in shown)
    titled = title.format_map(page.settings)
    empty = _said_of_nothing(rule, name, page)
    return Section(name, titled, headings, lines, badge_at, len(lines), group, empty)


def _said_of_nothing(rule: Rule, section: str, page: Page) -> str:
    """Say why a section has no rows: only where nothing was found is nothing pending."""
    if not page.plan.when_empty:
        return ""
    if any(blind.rule == rule.id for blind in page.blind):
        return NOT_CHECKED
    return PUT_OFF if page.found.get(section) else page.plan.when_empty


def _line(item: Item, formats: Sequence[tuple[CellFormat, str]], page: Page, *, dated: bool) -> Line:
    cells = tuple(_cell(form, item.finding.cells[column]) for form, column in formats)
    days = item.finding.days
    return Line(cells, (UNDATED if days is None else badge(days)) if dated else None, _note(item, page))


def _note(item: Item, page: Page) -> str:
    if item.missing:
        return f"para {item.missing}"
    before = item.entry.replanned_from
    if before and item.entry.replannings and item.mark in {"replanned", "moved"}:
        return f"replanificada, antes {_date(str(before))} ({item.entry.replannings}.ª vez)"
    return "" if page.first else NOTES[item.mark]


def _urgency(item: Item) -> tuple[object, ...]:
    return urgency(item.finding)


def _cut(section: Section, most: int) -> Section:
    """Keep the new and moved rows and the most urgent, in the section's order."""
    if len(section.lines) <= most:
        return section
    places = sorted(range(len(section.lines)), key=lambda at: (not _is_news(section.lines[at]), at))
    lines = tuple(section.lines[at] for at in sorted(places[:most]))
    return Section(
        section.id,
        section.title,
        section.headings,
        lines,
        section.badge_at,
        section.total,
        section.group,
        section.empty,
    )


NOTES: Mapping[Mark, str] = {
    "new": "NUEVO",
    "replanned": "con otra fecha",
    "moved": "cambia de lista",
    "redated": "con otra fecha",
    "again": "recordatorio",
    "known": "",
}


def _is_news(line: Line) -> bool:
    return bool(line.note) and line.note != "recordatorio"


def _data_errors(doubts: Sequence[Datum], left_out: int) -> Section:
    lines = tuple(
        Line((d.register, d.table, d.key, d.column, _short(d.value))) for d in doubts[:DATA_ERRORS_SHOWN]
    )
    return Section(
        DATA_ERRORS.id, DATA_ERRORS.title, DATA_ERRORS.headings, lines, total=len(doubts) + left_out
    )


def _blindness(blind: Blind, page: Page) -> str:
    titles = {rule.id: rule.title for rule in page.monitor.rules}
    title = titles.get(blind.rule) or page.monitor.queries[blind.rule].sentence
    return f"No se ha podido comprobar «{title.format_map(page.settings)}» ({blind.rule}): {blind.why}"


def _summary(sections: Sequence[Section], *, complete: bool, first: bool) -> str:
    totals: dict[str, int] = {}
    for section in sections:
        totals[section.title] = totals.get(section.title, 0) + section.total
    parts = [f"{title}: {total}" for title, total in totals.items() if total]
    opening = ["Informe incompleto"] if not complete else ["Primer aviso"] if first and parts else []
    return " · ".join([*opening, *parts]) or "Nada pendiente"


def _place(plan: DigestPlan) -> Callable[[Section], int]:
    """Order sections as the plan does, whosever they are."""
    places = {name: at for at, name in enumerate(plan.sections)}
    return lambda section: places[section.id]


def _snoozed(items: Sequence[Item], monitor: Monitor) -> str:
    """Say what was put off, until when, by whom and why."""
    told = [_put_off(item, monitor) for item in items[:SNOOZED_SHOWN]]
    more = len(items) - SNOOZED_SHOWN
    return "; ".join([*told, *([f"y {more} más"] if more > 0 else [])])


def _put_off(item: Item, monitor: Monitor) -> str:
    rule = next(rule for rule in monitor.rules if rule.id == item.finding.rule)
    named = " ".join(_cell(shown.format, item.finding.cells[shown.column]) for shown in rule.columns[:2])
    snooze = item.entry.snooze
    return f"{named} hasta el {_date(str(snooze.until))} ({snooze.by}: {snooze.reason})" if snooze else named


def _cell(form: CellFormat, value: Cell) -> str:
    return _short(WRITTEN[form](value))


def _short(text: str) -> str:
    return text if len(text) <= CELL_LENGTH else f"{text[: CELL_LENGTH - 1]}…"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


@lru_cache(maxsize=4096)  # the same days over and over
def _date(value: Cell) -> str:
    return BLANK if value is None else f"{date.fromisoformat(str(value)):%d/%m/%Y}"


def _text(value: Cell) -> str:
    return BLANK if value is None else str(value)


def _number(value: Cell) -> str:
    return _text(value).replace(".", ",") if isinstance(value, float) else _text(value)


WRITTEN: Mapping[CellFormat, Callable[[Cell], str]] = {
    "text": _text,
    "date": _date,
    "days": lambda _: BLANK,  # the badge says it
    "age": _number,
    "number": _number,
}
