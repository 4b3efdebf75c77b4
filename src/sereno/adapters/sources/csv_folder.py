"""Read a folder of CSV files, one a table: UTF-8 or cp1252, separated by `;` or `,`."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sereno.adapters.sources.encodings import NoText, Text, recognise_text
from sereno.adapters.sources.faults import explain_file, unavailable
from sereno.adapters.sources.headed import Cells, HeadedTable, named_columns
from sereno.adapters.sources.patience import Patience, Stamp, await_rest, copy_unchanged, patience
from sereno.adapters.sources.ports import Bound, Reader
from sereno.domain.errors import SchemaDrift

_TYPE = "texto"
_FIELD = 2**24
"""Characters of the longest cell: a long text of Access may have more than the library allows."""
_HINT = re.compile(r"sep=(.)[\r\n]+")
"""A first line that tells Excel the separator."""

csv.field_size_limit(max(_FIELD, csv.field_size_limit()))


@dataclass(frozen=True, slots=True)
class CsvFolderSource:
    """Open `csv:///folder`."""

    register: str
    path: Path
    timeout: float

    @contextmanager
    def open(self) -> Iterator[Reader]:
        """Look at the folder while nobody writes in it; each file is copied when it is asked for."""
        limit = patience(self.register, str(self.path), self.timeout)
        files = self._files()
        yield CsvFolderReader(self, files, await_rest(limit, files.values()))

    def _files(self) -> dict[str, Path]:
        try:
            found = sorted(file for file in self.path.iterdir() if _is_table(file))
        except (FileNotFoundError, NotADirectoryError) as error:
            is_there = isinstance(error, NotADirectoryError)
            what = f"{self.path} no es una carpeta" if is_there else f"no existe la carpeta {self.path}"
            raise unavailable(self.register, what, "Indique la carpeta que tiene un .csv por tabla") from None
        except OSError as error:
            raise explain_file(self.register, self.path, error) from error
        files = {file.stem: file for file in found}
        for file in found:
            if files[file.stem] != file:
                what = (
                    f"en {self.path} están {file.name} y {files[file.stem].name}, que serían la misma tabla"
                )
                raise unavailable(self.register, what, "Deje solo el que vale")
        return files


@dataclass(frozen=True, slots=True)
class CsvFolderReader:
    """Read the files of a folder as they were when it was opened."""

    source: CsvFolderSource
    files: Mapping[str, Path]
    stamps: Mapping[Path, Stamp]
    texts: dict[str, Text] = field(default_factory=dict, repr=False)
    day_zero: date | None = None

    def tables(self) -> list[str]:
        """List the files' names without `.csv`."""
        return list(self.files)

    def columns(self, table: str) -> list[str]:
        """List the names of the first line."""
        return self._table(table).columns()

    def types(self, table: str) -> list[str]:
        """Name the columns' types: all are texts."""
        return [_TYPE] * len(self.columns(table))

    def rows(
        self, table: str, columns: Sequence[str], _: Sequence[Bound] = ()
    ) -> Iterator[Sequence[Sequence[object]]]:
        """Yield all the rows in chunks."""
        headed, limit = self._table(table), self._limit(table)
        lines = self._lines(table)
        next(lines)
        yield from headed.rows(lines, columns, limit)

    def _table(self, table: str) -> HeadedTable:
        first = next(self._lines(table), None)
        if first is None:
            what = f"{self.files[table]} está vacío: no tiene ni cabecera"
            raise unavailable(self.source.register, what, "Averigüe qué lo ha vaciado")
        heading, place = named_columns(first[1]), str(self.files[table])
        return HeadedTable(self.source.register, place, heading, len(first[1]), whole=True)

    def _lines(self, table: str) -> Iterator[tuple[int, Cells]]:
        """Yield each record with the number of its last line."""
        text = self._text(table)
        separator, hinted = _separator(text.beginning)
        reader = csv.reader(text.lines(), delimiter=separator, strict=True)
        last, width = 0, 0
        try:
            for cells in reader:
                width = width or len(cells)
                if reader.line_num > last + 1 and _holds_records(cells, separator, width):
                    raise self._swallowed(table, last + 1, reader.line_num)
                last = reader.line_num
                if not (hinted and last == 1):
                    yield last, cells
        except csv.Error as error:
            what = f"{self.files[table]} no es CSV en la línea {reader.line_num} ({error})"
            advice = "Corrija las comillas de esa línea, o vuelva a exportar el fichero"
            raise unavailable(self.source.register, what, advice) from error

    def _swallowed(self, table: str, first: int, last: int) -> SchemaDrift:
        return SchemaDrift(
            f"{self.source.register}: en {self.files[table]} unas comillas unen las filas de la línea "
            f"{first} a la {last}. Escriba doble cada comilla que sea parte de un texto."
        )

    def _text(self, table: str) -> Text:
        if table not in self.texts:
            path, register = self.files[table], self.source.register
            copied = copy_unchanged(self._limit(table), path, self.stamps[path])
            if copied is None:
                what = f"{path} ha cambiado mientras se leía"
                raise unavailable(register, what, "Se volverá a leer en otra ronda")
            try:
                self.texts[table] = recognise_text(copied)
            except NoText as error:
                raise unavailable(register, f"{path} {error}", "Guárdelo como «CSV UTF-8»") from error
        return self.texts[table]

    def _limit(self, table: str) -> Patience:
        return patience(self.source.register, str(self.files[table]), self.source.timeout)


def _is_table(file: Path) -> bool:
    """Take what cannot be looked at for a table, too: reading it tells why."""
    return file.suffix.casefold() == ".csv" and not file.name.startswith(("~$", ".")) and not file.is_dir()


def _separator(beginning: str) -> tuple[str, bool]:
    """Return the separator that the first line tells of, else the one that makes more columns of it."""
    if hint := _HINT.match(beginning):
        return hint[1], True
    first = beginning.splitlines()[:1]
    counts = {each: len(next(csv.reader(first, delimiter=each), ())) for each in (";", ",")}
    return max(counts, key=counts.__getitem__), False


def _holds_records(cells: Sequence[str], separator: str, width: int) -> bool:
    """Tell a row of several lines of which each, as it stands, is a row: quotes that mean none join them.

    A text of several lines has a row's number of commas by chance, perhaps, but does not end with one too.
    """
    lines = [line for line in separator.join(cells).splitlines() if line]
    by_chance = separator == "," and not any("\n" in cell and cell.endswith(",") for cell in cells)
    return width > 2 and not by_chance and all(line.count(separator) == width - 1 for line in lines)
