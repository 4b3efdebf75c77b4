"""What every kind of register offers."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol


class Reader(Protocol):
    """Read an open register; what it returns belongs to one instant."""

    def tables(self) -> list[str]:
        """List its tables and views, as spelt there."""
        ...

    def columns(self, table: str) -> list[str]:
        """List a table's columns, as spelt there."""
        ...

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Sequence[Sequence[object]]]:
        """Yield the table's rows in chunks, values in the order of `columns`."""
        ...


class Source(Protocol):
    """Open a register for reading; nothing is touched before."""

    def open(self) -> AbstractContextManager[Reader]:
        """Hold one consistent read; raise SourceUnavailable, also for what fails while it is held."""
        ...
