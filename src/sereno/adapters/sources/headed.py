"""Tables whose first row names the columns, in CSV files and sheets; nothing in them is passed over."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sereno.adapters.sources.patience import Patience
from sereno.domain.errors import SchemaDrift

CHUNK = 2000
"""Rows given at a time."""

Cells = Sequence[object]
_UNSEEN = " \t\r\n\xa0\u200b\ufeff"
"""What nobody sees around a name."""


@dataclass(frozen=True, slots=True)
class HeadedTable:
    """Read the rows below a heading."""

    register: str
    place: str
    """Names the file, and the sheet where there are several."""
    heading: tuple[str, ...]
    """Up to the last column that has a name; blank where one has none."""
    width: int
    """Cells of the first row, those without a name too."""
    whole: bool
    """Every row has a cell for each column: a shorter one has lost some, and a longer one is shifted."""

    def rows(
        self, numbered: Iterable[tuple[int, Cells]], columns: Sequence[str], limit: Patience
    ) -> Iterator[Sequence[Cells]]:
        """Yield the columns' cells in chunks; raise SchemaDrift for a row that does not fit the heading."""
        at = [self._place(column) for column in columns]
        lines, first = iter(numbered), 0
        while read := list(islice(lines, CHUNK)):
            limit.check()
            if self.whole:
                first = first or next((len(cells) for _, cells in read if any(cells)), 0)
                self._refuse_shifted(read, first)
            rows = (self._fitting(number, cells) for number, cells in read)
            yield [tuple([row[place] for place in at]) for row in rows if row is not None]

    def _refuse_shifted(self, read: Iterable[tuple[int, Cells]], first: int) -> None:
        """Refuse rows longer than the heading, unless all are as long: a text holds the separator."""
        for number, cells in read:
            fits = len(cells) == first if first > self.width else len(cells) <= self.width
            if not fits and any(cells):
                others = f"la primera, {first}; la cabecera, {self.width}"
                what = f"la fila {number} tiene {len(cells)} celdas ({others})"
                raise self.drift(what, "Ponga entre comillas el texto que tenga el separador dentro")

    def columns(self) -> list[str]:
        """List the names of the columns."""
        return [name for name in self.heading if name]

    def _place(self, column: str) -> int:
        same = [at for at, name in enumerate(self.heading) if name.casefold() == column.casefold()]
        if len(same) > 1:
            raise self.drift(f"la cabecera {column} está repetida", "Deje una sola columna con ese nombre")
        return same[0]

    def _fitting(self, number: int, cells: Cells) -> Cells | None:
        """Return a row at least as long as the heading; None for a blank one."""
        missing = len(self.heading) - len(cells)
        if all(map(_is_blank, cells)):
            return None
        if self.whole and missing > 0:
            what = f"a la fila {number} le faltan celdas: tiene {len(cells)} de {len(self.heading)}"
            raise self.drift(what, "Complétela; no ponga la última una columna que suela quedar vacía")
        if missing or "" in self.heading:
            self._refuse_unnamed(number, cells)
        return [*cells, *[None] * missing] if missing > 0 else cells

    def _refuse_unnamed(self, number: int, cells: Cells) -> None:
        for at, cell in enumerate(cells):
            if not _is_blank(cell) and (at >= len(self.heading) or not self.heading[at]):
                what = f"la fila {number} tiene un dato en la columna {at + 1}, que no tiene cabecera"
                raise self.drift(what, "Ponga el nombre de la columna en la primera fila, o quite el dato")

    def drift(self, what: str, advice: str) -> SchemaDrift:
        """Make the error that tells what is wrong with this table."""
        return SchemaDrift(f"{self.register}: en {self.place} {what}. {advice}.")


def named_columns(cells: Cells) -> tuple[str, ...]:
    """Return the names that a first row gives; a number or a date is one too."""
    names = ["" if _is_blank(cell) else str(cell).strip(_UNSEEN) for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
