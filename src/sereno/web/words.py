"""Moments, days and numbers in words, as the pages write them."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sereno.domain.calendar import WEEKDAYS
from sereno.domain.wallclock import utc
from sereno.engine.open_findings import key_text
from sereno.web.catalogue import MONTH_NAMES, NOTHING

# Illegal in HTML, or able to turn the direction of the text around them: shown as what they are, strangers.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_STRANGER = "\N{REPLACEMENT CHARACTER}"
STEPS = ((86400, "d"), (3600, "h"), (60, "min"))


def visible(text: str) -> str:
    """Put a mark in the place of each character that no reader sees."""
    return _UNSEEN.sub(_STRANGER, text)


def moment(at: datetime | None) -> str:
    """Write a time as `24/11/2026 09:00`."""
    return NOTHING if at is None else f"{at:%d/%m/%Y %H:%M}"


def day(on: date | None) -> str:
    """Write a date as `24/11/2026`."""
    return NOTHING if on is None else f"{on:%d/%m/%Y}"


def long_day(on: date) -> str:
    """Write a date as `martes 24 de noviembre de 2026`."""
    return f"{WEEKDAYS[on.weekday()]} {on.day} de {MONTH_NAMES[on.month - 1]} de {on.year}"


def near(at: datetime | None, now: datetime) -> str:
    """Write a time as short as it stays clear: the hour today, else weekday or date with it."""
    if at is None:
        return NOTHING
    days = (at.date() - now.date()).days
    named = {0: "hoy", 1: "mañana", -1: "ayer"}.get(days)
    if named is None:
        named = f"{WEEKDAYS[at.weekday()][:3]} {at:%d/%m}" + ("" if at.year == now.year else f"/{at:%Y}")
    return f"{named} {at:%H:%M}"


def span(lasted: timedelta) -> str:
    """Write how long something lasted or lies back: `3 d`, `2 h`, `5 min`, `4 s`."""
    seconds = max(lasted.total_seconds(), 0)
    for size, unit in STEPS:
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{seconds:.0f} s" if seconds >= 1 or not seconds else "menos de 1 s"


def took(seconds: float) -> str:
    """Write how long something small took: `1,2 s`, `35 ms`, `menos de 1 ms`."""
    if seconds >= 1:
        return f"{seconds:.1f} s".replace(".", ",")
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.001 else "menos de 1 ms"  # a millisecond


def key(cells: Sequence[object]) -> str:
    """Write the key of a finding."""
    return key_text(cells) or NOTHING


def ago(at: datetime | None, now: datetime) -> str:
    """Write how long ago something was."""
    return NOTHING if at is None else f"hace {span(utc(now) - utc(at))}"


def number(value: int) -> str:
    """Write a count with a point between thousands."""
    return f"{value:,}".replace(",", ".")


def one(words: str) -> str:
    """Name one of what a word names several of."""
    return words.removesuffix("s")


def people(addresses: Sequence[str]) -> str:
    """Name the first of several, and count the others."""
    first, *others = addresses or (NOTHING,)
    return f"{first} y\N{NO-BREAK SPACE}{len(others)}\N{NO-BREAK SPACE}más" if others else first


FILTERS: Mapping[str, Callable[..., Any]] = {
    "moment": moment,
    "day": day,
    "long_day": long_day,
    "near": near,
    "span": span,
    "ago": ago,
    "took": took,
    "key": key,
    "number": number,
    "one": one,
    "people": people,
}
