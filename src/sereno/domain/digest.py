"""A digest as it is read: every text already in Spanish, every cell already formatted."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

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
    note: str = ""
    """What is new about it: `NUEVO`, `replanificada, antes 12/11/2026 (2.ª vez)`."""


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
    group: str = ""
    """Heads the sections of one person; told when it changes from one section to the next."""
    empty: str = ""
    """What it says when it has no lines."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Set a number beside that of the time before."""

    label: str
    now: int
    before: int | None


@dataclass(frozen=True, slots=True)
class Chart:
    """Hold a bar chart: a title, a number for each label, and the same said in words."""

    id: str
    title: str
    bars: tuple[tuple[str, int], ...]
    words: str
    """Alternative text: what the picture shows."""


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
    figures_title: str = ""
    figures: tuple[Figure, ...] = ()
    """Shown above the sections."""
    charts: tuple[Chart, ...] = ()
    closing: str = ""
    """Said under the sections: what to do now."""
    snoozed: str = ""
    """Which findings were put off, by whom and why, in one line."""
    sheet: tuple[Section, ...] = ()
    """Every row of every section, for the attached workbook; empty where the body shows them all."""
    link: str = ""
    """To the reader's own page; empty where there is none."""
