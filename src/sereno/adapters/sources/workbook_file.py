"""Read an .xlsx file, one sheet a table; formulas by what they last came to, errors as they are shown."""

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from sereno.adapters.sources.faults import unavailable
from sereno.adapters.sources.headed import HeadedTable, named_columns
from sereno.adapters.sources.patience import Patience, copy_at_rest, patience
from sereno.adapters.sources.ports import Bound, Reader
from sereno.adapters.sources.sheet_rows import NumberedRow, Unfit, numbered_rows
from sereno.domain.errors import SchemaDrift

_ENCRYPTED = b"\xd0\xcf\x11\xe0"
"""How the container of a workbook with a password begins; one of Excel 97 (.xls) too."""
_WORKBOOK = re.compile(r"xl/workbook[^/]*\.xml")
_STALE = re.compile(rb"""fullCalcOnLoad\s*=\s*["'](1|true)["']""")
"""A program wrote the formulas and left their results to Excel, which takes this away when it has them."""
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    EOFError,
    ParseError,
)
"""What the library raises at a file that is none, or half of one."""
_SEEN = 200
"""Rows from which a column's types are told."""
_WORDS = ((bool, "sí/no"), (int | float, "número"), (date | datetime, "fecha"))


@dataclass(frozen=True, slots=True)
class WorkbookSource:
    """Open `xlsx:///file.xlsx`."""

    register: str
    path: Path
    timeout: float

    @contextmanager
    def open(self) -> Iterator[Reader]:
        """Copy the file, then let go of it; raise SourceUnavailable, also for what is wrong with the copy."""
        raw = copy_at_rest(self.register, self.path, self.timeout)
        if raw.startswith(_ENCRYPTED):
            what = f"{self.path} tiene contraseña, o no es .xlsx"
            raise unavailable(self.register, what, "Quítele la contraseña, o guárdelo como .xlsx")
        with self.understanding():
            stale = _awaits_calculation(raw)
            book = load_workbook(BytesIO(raw), read_only=True, data_only=True)
        if not book.worksheets:
            what = f"en {self.path} no se ve ninguna hoja"
            raise unavailable(
                self.register, what, "Guárdelo como «Libro de Excel (.xlsx)», no como «estricto»"
            )
        yield WorkbookReader(self, book, stale)

    @contextmanager
    def understanding(self) -> Iterator[None]:
        """Raise SourceUnavailable for what the library cannot read; its warnings are of looks alone."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                yield
            except _DAMAGED as error:
                words = " ".join(str(error).split())[:200]
                what = f"{self.path} no es un libro .xlsx, o está dañado o a medio escribir ({words})"
                raise unavailable(self.register, what, "Ábralo en Excel y vuelva a guardarlo") from error


@dataclass(frozen=True, slots=True)
class WorkbookReader:
    """Read the sheets of a copied workbook."""

    source: WorkbookSource
    book: Any
    stale: bool
    """Nobody has calculated its formulas since a program wrote them."""

    @property
    def day_zero(self) -> date | None:
        """Tell the day from which the workbook's numbers count days: that of Windows, or of old Macs."""
        epoch: datetime = self.book.epoch
        return epoch.date()

    def tables(self) -> list[str]:
        """List the sheets that have cells, hidden ones too."""
        return [sheet.title for sheet in self.book.worksheets]

    def columns(self, table: str) -> list[str]:
        """List the names of the first row."""
        return self._table(table).columns()

    def types(self, table: str) -> list[str]:
        """Name what the first two hundred rows of each column hold."""
        heading = self._table(table).heading
        rows = list(islice((cells for _, cells in self._lines(table)), 1, _SEEN))
        held = [{_kind(cells[at]) for cells in rows if at < len(cells)} for at in range(len(heading))]
        told = [" o ".join(sorted(kinds - {""})) or "vacía" for kinds in held]
        return [kinds for name, kinds in zip(heading, told, strict=True) if name]

    def rows(
        self, table: str, columns: Sequence[str], _: Sequence[Bound] = ()
    ) -> Iterator[Sequence[Sequence[object]]]:
        """Yield all the rows in chunks."""
        headed, lines = self._table(table), self._lines(table)
        next(lines)
        yield from headed.rows(lines, columns, self._limit(table))

    def _table(self, table: str) -> HeadedTable:
        number, cells = next(self._lines(table), (0, ()))
        names = named_columns(cells)
        if number != 1 or not names:
            what = f"{self._place(table)} no tiene cabecera en su primera fila"
            raise unavailable(self.source.register, what, "Ponga los nombres de las columnas en la fila 1")
        return HeadedTable(self.source.register, self._place(table), names, len(cells), whole=False)

    def _lines(self, table: str) -> Iterator[NumberedRow]:
        """Yield the rows one by one, the library's warnings kept quiet only while it reads."""
        rows = numbered_rows(self.book[table], stale=self.stale)
        while (row := self._next(table, rows)) is not None:
            yield row

    def _next(self, table: str, rows: Iterator[NumberedRow]) -> NumberedRow | None:
        try:
            with self.source.understanding():
                return next(rows, None)
        except Unfit as unfit:
            where = f"{self.source.register}: en {self._place(table)}"
            raise SchemaDrift(f"{where} {unfit.what}. {unfit.advice}.") from unfit

    def _place(self, table: str) -> str:
        return f"la hoja {table} de {self.source.path}"

    def _limit(self, table: str) -> Patience:
        return patience(self.source.register, self._place(table), self.source.timeout)


def _awaits_calculation(raw: bytes) -> bool:
    with zipfile.ZipFile(BytesIO(raw)) as parts:
        books = filter(_WORKBOOK.fullmatch, parts.namelist())
        return any(_STALE.search(parts.read(name)) for name in books)


def _kind(cell: object) -> str:
    if cell is None:
        return ""
    return next((word for kind, word in _WORDS if isinstance(cell, kind)), "texto")
