"""How an open finding is written into the roll, so that a database sorts and searches it as Python does."""

import struct
from collections.abc import Iterator, Sequence
from datetime import date

from sereno.adapters.store.columns import sayable
from sereno.domain.findings import Cell
from sereno.domain.ledger import Entry
from sereno.engine.open_findings import key_text

AT_ONCE = 500
"""Findings that are read whole in one go."""
UNDATED = "~"
"""After any date."""
_END = "\x01"
"""Before any character of a text."""


def roll_row(row: dict[str, object], entry: Entry) -> dict[str, object]:
    """Write the roll's line of an entry whose row in the ledger is given."""
    taken_over = ("id", "monitor", "rule", "section", "first_seen", "due", "owner", "replannings")
    return {
        **{name: row[name] for name in taken_over},
        "urgency": urgency_text(entry.due, entry.key),
        "key_folded": folded(key_text(entry.key)),
        "owner_folded": None if entry.owner is None else folded(entry.owner),
    }


def is_on_the_roll(entry: Entry) -> bool:
    """Tell whether a finding is open and in a section."""
    return entry.ended is None and entry.section is not None


def urgency_text(due: date | None, key: Sequence[Cell]) -> str:
    """Write due date and key as a text that sorts, character by character, as `urgency` sorts findings."""
    return (UNDATED if due is None else due.isoformat()) + "".join(map(_sortable, key))


def folded(text: str) -> str:
    """Write a text as it is searched, without regard to its case."""
    return sayable(text.casefold())


def in_parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield names, a few at a time."""
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _sortable(cell: Cell) -> str:
    if cell is None:
        return "2"
    if isinstance(cell, str):
        return "1" + sayable("".join(map(_after_the_end, cell))) + _END
    return "0" + _number(cell)


def _after_the_end(character: str) -> str:
    return "\x02" + chr(ord(character) + 32) if character <= "\x02" else character


def _number(cell: float) -> str:
    """Write a number in sixteen digits that sort as numbers do."""
    try:
        (bits,) = struct.unpack(">Q", struct.pack(">d", float(cell) + 0.0))
    except OverflowError:  # an integer beyond any measure
        return ("f" if cell > 0 else "0") * 16
    return f"{bits ^ (0xFFFFFFFFFFFFFFFF if bits >> 63 else 1 << 63):016x}"
