"""What a mail to the operators says: what has changed, each thing with a badge, the worst first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sereno.domain.alarms import Change
from sereno.domain.digest import Badge, Section

HEADING = "Sereno"
WHY = (
    "Recibe este correo porque está entre los operadores de Sereno (OPERATORS). Se escribe cuando algo "
    "cambia, y una vez por semana un resumen. «sereno status» dice en cualquier momento cómo está todo."
)
FAILURE, REPEATED, WARNING = Badge("red", "Fallo"), Badge("red", "Fallo repetido"), Badge("amber", "Aviso")
SOLVED, SILENT = Badge("green", "Resuelto"), Badge("amber", "Ya no se avisa")
_RANKS = ("cycle", "clock", "settings", "job", "digest", "missed", "mail", "calendar")
"""Kinds of subjects, the worst first."""
_WARNINGS = frozenset({"mail", "calendar", "clock"})
_TITLES: Mapping[str, str] = {
    "job": "Tarea {}",
    "digest": "Informe {}",
    "missed": "Periodos sin servir",
    "mail/dead": "Correo rechazado",
    "mail/unknown": "Correo que no se sabe si salió",
    "mail/held": "Correo retenido",
    "mail/own": "Correo para los operadores",
    "mail/hold": "Salida de todo el correo",
    "calendar": "Calendario laboral",
    "cycle": "Ciclo del maestro",
    "settings": "Ajustes",
    "clock": "Reloj",
}
_NOW_WELL: Mapping[str, str] = {
    "job": "La última vez terminó bien.",
    "digest": "La última ronda se completó.",
    "settings": "Rigen los ajustes escritos.",
}


@dataclass(frozen=True, slots=True)
class Item:
    """Hold one thing that the operators are told."""

    badge: Badge
    title: str
    text: str
    detail: str = ""
    """Lines as they were printed; whoever wrote them may have been hostile."""


@dataclass(frozen=True, slots=True)
class Bulletin:
    """Hold one mail to the operators, before it is rendered."""

    title: str
    subject: str
    summary: str
    at: datetime
    items: tuple[Item, ...] = ()
    sections: tuple[Section, ...] = ()
    notes: tuple[str, ...] = ()
    """What nobody should overlook, though it has not changed."""
    why: str = WHY


def write_changes(changes: Sequence[Change], now: datetime) -> Bulletin:
    """Write what has changed, the worst first; the subject names the worst and how many more there are."""
    ordered = sorted(changes, key=_rank)
    titles = [title_of(each.subject) for each in ordered]
    badges = [badge_of(each) for each in ordered]
    more = f" y {len(ordered) - 1} más" if len(ordered) > 1 else ""
    return Bulletin(
        title="Algo se ha resuelto" if {*badges} == {SOLVED} else "Algo ha cambiado",
        subject=f"{HEADING}: {badges[0].words.lower()}: {titles[0][0].lower()}{titles[0][1:]}{more}",
        summary=_summary(badges),
        at=now,
        items=tuple(_item(each) for each in ordered),
    )


def title_of(subject: str) -> str:
    """Name a subject to an operator."""
    kind, _, name = subject.partition("/")
    return _TITLES.get(subject) or _TITLES.get(kind, "{}").format(name or kind)


def badge_of(change: Change) -> Badge:
    """Say how bad a change is."""
    if change.kind == "over":
        # A year that nobody has confirmed is no longer told once it has begun: that solves nothing.
        return SILENT if change.subject == "calendar" else SOLVED
    return badge_at(change.subject, change.level)


def badge_at(subject: str, level: int) -> Badge:
    """Say how bad it is that a subject is at a level."""
    kind = subject.partition("/")[0]
    if kind in _WARNINGS:
        return WARNING
    return REPEATED if kind == "job" and level > 1 else FAILURE


def rank_of(subject: str) -> int:
    """Place a subject's kind, the worst first."""
    kind = subject.partition("/")[0]
    return _RANKS.index(kind) if kind in _RANKS else len(_RANKS)


def _rank(change: Change) -> tuple[object, ...]:
    return change.kind == "over", rank_of(change.subject), -change.level, change.subject


def _item(change: Change) -> Item:
    text = _over_words(change) if change.kind == "over" else change.text
    return Item(badge_of(change), title_of(change.subject), text, change.detail)


def _over_words(change: Change) -> str:
    """Say that it is no longer so; more than was seen is not said."""
    now_well = _NOW_WELL.get(change.subject.partition("/")[0], "Ya no se da.")
    return f"{now_well} Se avisó el {change.since:%d/%m/%Y a las %H:%M}: {change.text}"


def _summary(badges: Sequence[Badge]) -> str:
    solved, silent = badges.count(SOLVED), badges.count(SILENT)
    bad = len(badges) - solved - silent
    parts = [
        f"{bad} {'cosa necesita' if bad == 1 else 'cosas necesitan'} atención" if bad else "",
        f"{solved} {'resuelta' if solved == 1 else 'resueltas'}" if solved else "",
        f"{silent} de la que ya no se avisa" if silent else "",
    ]
    return " · ".join(filter(None, parts))
