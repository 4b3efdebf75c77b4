"""The name of a finding for all time, made of its monitor, rule and track, whatever a register holds."""

import hashlib
import json
import re

from sereno.domain.findings import Cell

_JSON = json.JSONEncoder(separators=(",", ":"))
_NAME = re.compile(r"[0-9a-f]{32}")


def finding_id(monitor: str, rule: str, track: tuple[Cell, ...]) -> str:
    """Name a finding, however long its track is: 32 hexadecimal digits, safe in an address."""
    return id_of(monitor, rule, track_text(track))


def is_finding_id(text: str) -> bool:
    """Tell whether a text could be such a name."""
    return _NAME.fullmatch(text) is not None


def id_of(monitor: str, rule: str, track: str) -> str:
    """Name a finding by its track as `track_text` writes it."""
    return hashlib.sha256("\0".join((monitor, rule, track)).encode()).hexdigest()[:32]


def track_text(track: tuple[Cell, ...]) -> str:
    """Write a track or a key."""
    # Plain ASCII, whatever a register holds; and equal for 1 and 1.0, which Python takes for one.
    return _JSON.encode([_number(cell) for cell in track])


def track_of(text: str) -> tuple[Cell, ...]:
    """Read what `track_text` wrote."""
    return tuple(json.loads(text))


def _number(cell: Cell) -> Cell:
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
