"""Read Access files (.accdb, .mdb) without a driver, from a copy of their bytes as they were at rest."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sereno.adapters.sources.access_layout import Definition, Field, Pages, Unreadable, find_pages
from sereno.adapters.sources.access_rows import TYPES, UNREAD, RowReader
from sereno.adapters.sources.faults import unavailable
from sereno.adapters.sources.patience import copy_at_rest, patience
from sereno.adapters.sources.ports import Bound, Reader
from sereno.domain.errors import SchemaDrift

_CATALOG = 2
"""The page of the table of tables."""
_TABLE, _LINKS = 1, frozenset({4, 6})
_SYSTEM = 0x8000_0002
_PAGE = 0x00FF_FFFF


@dataclass(frozen=True, slots=True)
class AccessFileSource:
    """Open `accdb:///path`."""

    register: str
    path: Path
    timeout: float

    @contextmanager
    def open(self) -> Iterator[Reader]:
        """Copy the file, then let go of it; raise SourceUnavailable, also for what is wrong with the copy."""
        copied = copy_at_rest(self.register, self.path, self.timeout)
        with self.understanding():
            pages = find_pages(copied)
            catalog = dict(_catalog(pages))
        yield AccessFileReader(self, pages, catalog)

    @contextmanager
    def understanding(self) -> Iterator[None]:
        """Raise SourceUnavailable for what is wrong with the copy: one table, perhaps, and not the next."""
        try:
            yield
        except Unreadable as error:
            raise unavailable(self.register, f"{self.path} {error}", error.advice) from error


@dataclass(frozen=True, slots=True)
class AccessFileReader:
    """Read the tables of a copied file."""

    source: AccessFileSource
    pages: Pages
    catalog: Mapping[str, int | str] = field(repr=False)
    """The page on which each table describes itself, or where a linked one really is."""
    day_zero: date | None = None

    def tables(self) -> list[str]:
        """List tables, linked ones too; queries are run by Access alone, and are not listed."""
        return list(self.catalog)

    def columns(self, table: str) -> list[str]:
        """List a table's columns, as spelt there; raise SchemaDrift for a linked table."""
        return [each.name for each in self._definition(table).fields]

    def types(self, table: str) -> list[str]:
        """Name the columns' types as Access does, in the order of `columns`."""
        return [TYPES.get(each.kind, str(each.kind)) for each in self._definition(table).fields]

    def rows(
        self, table: str, columns: Sequence[str], _: Sequence[Bound] = ()
    ) -> Iterator[Sequence[Sequence[object]]]:
        """Yield all the rows, a page at a time; where they are not as many as is told, none are believed."""
        definition = self._definition(table)
        limit = patience(self.source.register, f"{table} de {self.source.path}", self.source.timeout)
        fields = [self._field(table, name) for name in columns]
        with self.source.understanding():
            for chunk in _whole(self.pages, table, definition, fields):
                limit.check()
                yield chunk

    def _field(self, table: str, name: str) -> Field:
        """Find a column; raise SchemaDrift for one whose values mean nothing as they stand in the row."""
        field = _field(self._definition(table), name)
        if field.kind in UNREAD:
            raise SchemaDrift(
                f"{self.source.register}: en {self.source.path}, la columna {name} de {table} es de un tipo "
                f"que solo lee Access ({TYPES[field.kind]}). Lea ese registro con access+pyodbc."
            )
        return field

    def _definition(self, table: str) -> Definition:
        place = self.catalog[table]
        if isinstance(place, str):
            raise SchemaDrift(
                f"{self.source.register}: en {self.source.path}, {table} es un vínculo a {place}. "
                "Escriba en su variable la dirección de esa base de datos."
            )
        with self.source.understanding():
            return self.pages.definition(place)


def _catalog(pages: Pages) -> Iterator[tuple[str, int | str]]:
    definition = pages.definition(_CATALOG)
    columns = ("Name", "Type", "Id", "Flags", "Database", "ForeignName")
    for chunk in _whole(pages, "MSysObjects", definition, [_field(definition, name) for name in columns]):
        for name, kind, number, flags, database, foreign in chunk:
            if not isinstance(kind, int) or not isinstance(number, int):
                raise Unreadable("está dañado: no se sabe qué tablas tiene")
            if kind == _TABLE and not (isinstance(flags, int) and flags & _SYSTEM):
                yield str(name), number & _PAGE
            elif kind in _LINKS:
                yield str(name), f"{foreign} de {database or 'otra base de datos'}"


def _whole(
    pages: Pages, table: str, definition: Definition, fields: Sequence[Field]
) -> Iterator[list[tuple[object, ...]]]:
    """Yield a table's rows, a page at a time; raise Unreadable where they are not as many as it says."""
    reader = RowReader(pages, definition.variable, tuple(fields))
    count = 0
    for page in pages.owned(definition):
        chunk = [reader.values(record) for record in pages.records(page)]
        count += len(chunk)
        yield chunk
    if count != definition.rows:
        raise Unreadable(
            f"no está entero: la tabla {table} dice tener {definition.rows} filas y se hallan {count}"
        )


def _field(definition: Definition, name: str) -> Field:
    found = next((each for each in definition.fields if each.name == name), None)
    if found is None:
        raise Unreadable(f"está dañado: una tabla no tiene la columna {name}")
    return found
