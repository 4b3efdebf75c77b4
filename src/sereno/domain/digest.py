"""A digest as it is read: every text already in Spanish, every cell already formatted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sereno.domain.findings import Blind, Cell, Datum, Finding, Look
from sereno.domain.rules import CellFormat, DigestPlan, Monitor, Rule, Setting, Shown

AMBER_DAYS = 7
SECTION_ROWS = 100
"""Rows that a section shows, the most urgent; a mail that nobody can open tells nobody anything."""
CELL_LENGTH = 500
"""Characters of a cell that are shown."""
DATA_ERRORS_SHOWN = 20
DATA_ERRORS_SECTION = "datos"
BLANK = "—"

Tone = Literal["red", "amber", "green"]


@dataclass(frozen=True, slots=True)
class Badge:
    """Say how near a due date is, in a colour and in words."""

    tone: Tone
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one row of a section, a text per heading."""

    cells: tuple[str, ...]
    badge: Badge | None = None
    """Replaces the cell under the section's `badge_at` heading."""


@dataclass(frozen=True, slots=True)
class Section:
    """Hold what one rule (or band) found."""

    id: str
    title: str
    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    badge_at: int | None = None
    total: int = 0
    """Rows in all; more than `lines` where the list was cut."""


@dataclass(frozen=True, slots=True)
class Digest:
    """Hold one e-mail's content, before it is rendered."""

    monitor: str
    title: str
    day: date
    summary: str
    """The counts in one sentence."""
    sections: tuple[Section, ...]
    warnings: tuple[str, ...] = ()
    """What could not be read, or whom it could not reach: shown at the head."""
    why: str = ""
    """Why the reader gets this and whom to ask."""


UNDATED = Badge("red", "sin fecha")


def build_digest(
    monitor: Monitor,
    plan: DigestPlan,
    look: Look,
    day: date,
    settings: Mapping[str, Setting],
    warnings: Sequence[str] = (),
) -> Digest:
    """Write down for its readers what a look found, section by section in the plan's order."""
    sections = [
        _section(rule, section, title.format_map(settings), look.findings)
        for rule, section, title in _planned(monitor, plan)
    ]
    told = tuple(section for section in sections if section.lines)
    doubts = (_data_errors(look.doubts),) if look.doubts else ()
    return Digest(
        monitor=monitor.title,
        title=plan.title,
        day=day,
        summary=_summary(told + doubts, complete=not (look.blind or warnings)),
        sections=told + doubts,
        warnings=(*(_blindness(blind, monitor) for blind in look.blind), *warnings),
        why=plan.why,
    )


def badge(days: int) -> Badge:
    """Say how near a date is, `days` from now; negative is past."""
    if days <= 0:
        return Badge("red", "vence hoy" if days == 0 else f"vencida hace {_count(-days, 'día', 'días')}")
    words = "vence mañana" if days == 1 else f"faltan {days} días"
    return Badge("amber" if days <= AMBER_DAYS else "green", words)


def _planned(monitor: Monitor, plan: DigestPlan) -> list[tuple[Rule, str, str]]:
    titled = {
        section: (rule, section, title)
        for rule in monitor.rules
        for section, title in ([(band.id, band.title) for band in rule.bands] or [(rule.id, rule.title)])
    }
    return [titled[section] for section in plan.sections]


def _section(rule: Rule, section: str, title: str, findings: Sequence[Finding]) -> Section:
    shown = [column for column in rule.columns if not column.only or section in column.only]
    lines = tuple(_line(shown, finding) for finding in findings if finding.section == section)
    badge_at = next((at for at, column in enumerate(shown) if column.format == "days"), None)
    if badge_at is None:
        lines = tuple(replace(line, badge=None) for line in lines)
    headings = tuple(column.heading for column in shown)
    return Section(section, title, headings, lines[:SECTION_ROWS], badge_at, len(lines))


def _line(shown: Sequence[Shown], finding: Finding) -> Line:
    cells = tuple(_cut(WRITTEN[column.format](finding.cells[column.column])) for column in shown)
    return Line(cells, UNDATED if finding.days is None else badge(finding.days))


def _data_errors(doubts: Sequence[Datum]) -> Section:
    shown = doubts[:DATA_ERRORS_SHOWN]
    lines = tuple(Line((d.register, d.table, d.key, d.column, d.value)) for d in shown)
    headings = ("Registro", "Tabla", "Clave", "Columna", "Valor")
    return Section(DATA_ERRORS_SECTION, "Datos por corregir", headings, lines, total=len(doubts))


def _blindness(blind: Blind, monitor: Monitor) -> str:
    title = next(rule.title for rule in monitor.rules if rule.id == blind.rule)
    return f"No se ha podido comprobar «{title}» ({blind.rule}): {blind.why}"


def _summary(sections: Sequence[Section], *, complete: bool) -> str:
    parts = [f"{section.title}: {section.total}" for section in sections]
    if not complete:
        return " · ".join(["Informe incompleto", *parts])
    return " · ".join(parts) or "Nada pendiente"


def _cut(text: str) -> str:
    return text if len(text) <= CELL_LENGTH else f"{text[: CELL_LENGTH - 1]}…"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


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
    "number": _number,
}
