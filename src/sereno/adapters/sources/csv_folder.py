"""Read a folder of CSV files, one a table: UTF-8 or cp1252, separated by `;` or `,`."""

import codecs
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from io import StringIO
from pathlib import Path

from sereno.adapters.sources.faults import explain_file, unavailable
from sereno.adapters.sources.headed import Cells, HeadedTable, named_columns
from sereno.adapters.sources.patience import Patience, Stamp, await_rest, copy_unchanged, patience
from sereno.adapters.sources.ports import Bound, Reader

_UTF8_ACCENT = re.compile(rb"[\xc2\xc3][\x80-\xbf]")
"""An accented letter of Spanish in UTF-8; in cp1252 nobody writes those two characters."""
_ENCODING = "Guárdelo como «CSV UTF-8»"
_TYPE = "texto"


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
            found = sorted(self.path.iterdir())
        except NotADirectoryError:
            what = f"{self.path} no es una carpeta"
            raise unavailable(self.register, what, "Indique la carpeta que tiene un .csv por tabla") from None
        except OSError as error:
            raise explain_file(self.register, self.path, error) from error
        return {file.stem: file for file in found if _is_table(file)}


@dataclass(frozen=True, slots=True)
class CsvFolderReader:
    """Read the files of a folder as they were when it was opened."""

    source: CsvFolderSource
    files: Mapping[str, Path]
    stamps: Mapping[Path, Stamp]
    texts: dict[str, str] = field(default_factory=dict, repr=False)
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
        return HeadedTable(self.source.register, str(self.files[table]), named_columns(first[1]), whole=True)

    def _lines(self, table: str) -> Iterator[tuple[int, Cells]]:
        """Yield each record with the number of its last line."""
        text = self._text(table)
        reader = csv.reader(StringIO(text, newline=""), delimiter=_separator(text), strict=True)
        try:
            for cells in reader:
                yield reader.line_num, cells
        except csv.Error as error:
            what = f"{self.files[table]} no es CSV en la línea {reader.line_num} ({error})"
            advice = "Corrija las comillas de esa línea, o vuelva a exportar el fichero"
            raise unavailable(self.source.register, what, advice) from error

    def _text(self, table: str) -> str:
        if table not in self.texts:
            path = self.files[table]
            copied = copy_unchanged(self._limit(table), path, self.stamps[path])
            if copied is None:
                what = f"{path} ha cambiado mientras se leía"
                raise unavailable(self.source.register, what, "Se volverá a leer en otra ronda")
            self.texts[table] = self._decoded(path, copied)
        return self.texts[table]

    def _decoded(self, path: Path, raw: bytes) -> str:
        """Decode the file as a whole: half of one encoding and half of another is neither."""
        raw = raw.removeprefix(codecs.BOM_UTF8)
        if b"\0" in raw or raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise unavailable(self.source.register, f"{path} no es texto, o está en UTF-16", _ENCODING)
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
        if _UTF8_ACCENT.search(raw):
            what = f"{path} está en UTF-8, pero no todo: deja de estarlo en la línea {line}"
            raise unavailable(self.source.register, what, _ENCODING)
        try:
            return raw.decode("cp1252")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            what = f"{path} no está ni en UTF-8 ni en cp1252 (línea {line})"
            raise unavailable(self.source.register, what, _ENCODING) from None

    def _limit(self, table: str) -> Patience:
        return patience(self.source.register, str(self.files[table]), self.source.timeout)


def _is_table(file: Path) -> bool:
    return file.suffix.casefold() == ".csv" and not file.name.startswith(("~$", ".")) and file.is_file()


def _separator(text: str) -> str:
    """Return the separator that makes more columns of the first line."""
    first = text[: 2**16].splitlines()[:1]
    counts = {each: len(next(csv.reader(first, delimiter=each), ())) for each in (";", ",")}
    return max(counts, key=counts.__getitem__)
