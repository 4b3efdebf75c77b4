"""What every kind of register offers."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Ask for the rows that matter by what one column holds; a reader may give more, never fewer.

    NULL always matters.
    """

    column: str
    """As spelt in the register."""
    matters: Callable[[object], bool]
    """Judges a value as it is stored: whatever only normalisation understands, too."""
    days: tuple[date, date] | None = None
    """Of a column of dates, the first and last day that matter; what is no date matters besides."""
    numbers: Collection[int] | None = None
    """Of a column of whole numbers, those that matter; what is no whole number matters besides."""

    def renamed(self, spelt: Callable[[str], str | None]) -> "Narrowing | None":
        """Call the column otherwise; without a name for it nothing can be asked."""
        name = spelt(self.column)
        return None if name is None else replace(self, column=name)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Ask for the rows that matter by any of several alternatives: all narrowings of one ask for them."""

    alternatives: tuple[tuple[Narrowing, ...], ...]

    def renamed(self, spelt: Callable[[str], str | None]) -> "AnyOf | None":
        """Call the columns otherwise; an alternative of which nothing can be asked is every row."""
        renamed = tuple(
            tuple(found for each in alternative if (found := each.renamed(spelt)) is not None)
            for alternative in self.alternatives
        )
        return AnyOf(renamed) if all(renamed) else None


Bound = Narrowing | AnyOf


class Reader(Protocol):
    """Read an open register; what it returns belongs to one instant."""

    @property
    def day_zero(self) -> date | None:
        """Tell the day from which numbers count days, as in spreadsheets; None where a number is no day."""
        ...

    def tables(self) -> list[str]:
        """List its tables and views, as spelt there."""
        ...

    def columns(self, table: str) -> list[str]:
        """List a table's columns, as spelt there."""
        ...

    def types(self, table: str) -> list[str]:
        """Name the types of a table's columns in the register's own words, in the order of `columns`."""
        ...

    def rows(
        self, table: str, columns: Sequence[str], narrowings: Sequence[Bound] = ()
    ) -> Iterator[Sequence[Sequence[object]]]:
        """Yield in chunks the rows that every narrowing asks for, values in the order of `columns`."""
        ...


class Source(Protocol):
    """Open a register for reading; nothing is touched before."""

    def open(self) -> AbstractContextManager[Reader]:
        """Hold one consistent read; raise SourceUnavailable, also for what fails while it is held."""
        ...
