"""The statements that a queue's database is given, the same to every kind but for what it lacks."""

# ruff: noqa: S608  names come quoted from the database's own catalogue; every value is a parameter

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Literal

from sereno.adapters.queues.cells import COLUMNS

Form = Literal["moment", "zoned", "day", "text", "number", "other"]
"""What a column holds: a time, a time with its zone, a date without one…"""


_DAY = len("2026-11-24")


@dataclass(frozen=True, slots=True)
class Dialect:
    """Tell how a kind of database wants to be spoken to."""

    quote: Callable[[str], str]
    mark: str = "%s"
    """The place of a parameter."""
    limit: str = ""
    """What ends a statement that wants PAGE rows; where it has no words of its own, fewer are fetched."""
    for_update: str = ""
    begins: str = ""
    """What begins a transaction that writes, where the driver does not."""
    locks_by_writing: bool = False
    """It knows no FOR UPDATE: FechaEnvio is written over with itself."""
    keeps_any_type: bool = False
    """A column holds texts, whatever its declared type."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Name a queue's table as its database spells it, and its columns with what they hold."""

    table: str
    columns: dict[str, tuple[str, Form]]
    """By their name in lower case."""

    def spelt(self, column: str) -> str | None:
        """Return a column's name as it stands there, None where there is none."""
        return self.columns.get(column.lower(), (None,))[0]

    def form(self, column: str) -> Form:
        """Return what an existing column holds."""
        return self.columns[column.lower()][1]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Say the statements on one table."""

    dialect: Dialect
    table: str
    number: str
    sent: str
    read: tuple[str, ...]
    """The columns that exist of those that are read, quoted."""
    waits: str
    """The condition that nobody has stamped a row."""
    form: Form
    """Of FechaEnvio, as it is written."""
    arrange: Callable[[Sequence[object]], Sequence[object]]
    """Bring what was read into the order of COLUMNS."""
    absent: tuple[str, ...]
    """The columns that are read where they exist, and do not."""

    def moment(self, local: datetime) -> object:
        """Write a local time as FechaEnvio holds it, to the second."""
        whole = local.replace(microsecond=0)
        if self.form == "zoned":
            return whole
        naive = whole.replace(tzinfo=None)
        return (
            naive if self.form == "moment" else naive.isoformat(" ")[: _DAY if self.form == "day" else None]
        )

    def page(self, *, after: bool) -> str:
        """Read waiting rows, by number; `after` one, whose place is the only parameter."""
        more = f"> {self.dialect.mark}" if after else "IS NOT NULL"
        return f"{self._rows()} {self.waits} AND {self.number} {more} {self._in_order}{self.dialect.limit}"

    def waiting(self, count: int) -> str:
        """Read the waiting rows of so many numbers."""
        return f"{self._rows()} {self.waits} AND {self._among(count)} {self._in_order}"

    def waiting_locked(self, count: int) -> str:
        """Read them so that nobody changes them before the transaction ends."""
        return self.waiting(count) + self.dialect.for_update

    def lock(self, count: int) -> str:
        """Lock them by a write that changes nothing."""
        return f"{self._update(self.sent)} WHERE {self._among(count)} AND {self.waits}"

    def stamp(self, count: int) -> str:
        """Stamp them; the moment comes before the numbers."""
        return f"{self._update(self.dialect.mark)} WHERE {self._among(count)} AND {self.waits}"

    def stamp_nothing(self) -> str:
        """Stamp no row: the database says whether it would let us."""
        return f"{self._update(self.sent)} WHERE 1 = 0"

    def stamped_numbers(self, count: int) -> str:
        """Find which of so many numbers have a stamped row."""
        return (
            f"SELECT DISTINCT {self.number} FROM {self.table} WHERE {self._among(count)} AND {self._stamped}"
        )

    def stamped(self, count: int) -> str:
        """Read the stamped rows of so many numbers."""
        return f"{self._rows()} {self._stamped} AND {self._among(count)} {self._in_order}"

    def unnumbered(self) -> str:
        """Count the waiting rows without a number."""
        return f"SELECT COUNT(*) FROM {self.table} WHERE {self.waits} AND {self.number} IS NULL"

    def any_waiting(self) -> str:
        """Find whether any row waits."""
        return f"SELECT 1 FROM {self.table} WHERE {self.waits} LIMIT 1"

    @property
    def _in_order(self) -> str:
        return f"ORDER BY {self.number}"

    @property
    def _stamped(self) -> str:
        return f"NOT {self.waits}"

    def _rows(self) -> str:
        return f"SELECT {', '.join(self.read)} FROM {self.table} WHERE"

    def _update(self, value: str) -> str:
        return f"UPDATE {self.table} SET {self.sent} = {value}"

    def _among(self, count: int) -> str:
        return f"{self.number} IN ({', '.join([self.dialect.mark] * count)})"


def phrases(dialect: Dialect, layout: Layout) -> Phrases:
    """Prepare the statements on a table that has what is required."""
    spelt = {column: name for column in COLUMNS if (name := layout.spelt(column)) is not None}
    sent = dialect.quote(layout.spelt("FechaEnvio") or "")
    return Phrases(
        dialect=dialect,
        table=dialect.quote(layout.table),
        number=dialect.quote(spelt["IDCorreo"]),
        sent=sent,
        read=tuple(map(dialect.quote, spelt.values())),
        waits=_waits(dialect, layout, sent),
        form=_written(dialect, layout),
        arrange=_arranging([column in spelt for column in COLUMNS]),
        absent=tuple(column for column in COLUMNS if column not in spelt),
    )


def _waits(dialect: Dialect, layout: Layout, sent: str) -> str:
    if dialect.keeps_any_type or layout.form("FechaEnvio") == "text":
        return f"({sent} IS NULL OR LTRIM(RTRIM({sent})) = '')"
    return f"({sent} IS NULL)"


def _written(dialect: Dialect, layout: Layout) -> Form:
    form = layout.form("FechaEnvio")
    return "text" if dialect.keeps_any_type and form in {"moment", "zoned"} else form


def _arranging(exists: Sequence[bool]) -> Callable[[Sequence[object]], Sequence[object]]:
    """Put None where a column does not exist."""
    if all(exists):
        return lambda cells: cells
    places = [sum(exists[:at]) if there else -1 for at, there in enumerate(exists)]
    pick = itemgetter(*places)
    return lambda cells: pick((*cells, None))  # several places: a tuple
