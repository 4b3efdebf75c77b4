"""The names by which an installation calls tables and columns: `monitors.local.toml` in SERENO_HOME.

    [brass.tables]
    TbEquiposMedida = "Equipos"

    [brass.columns.TbEquiposMedida]
    IDEquipoMedida = "Id"

The first word is a register. Whoever reads it, monitors and directory alike, sees the declared names.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sereno.adapters.sources.ports import Bound, Reader, Source
from sereno.domain.errors import Fault, MonitorError, SchemaDrift
from sereno.domain.rules import Table

FILE = "monitors.local.toml"
_KINDS = ("tables", "columns")


@dataclass(frozen=True, slots=True)
class LocalNames:
    """Hold a register's own names; declared names are case-folded."""

    register: str
    tables: dict[str, str] = field(default_factory=dict)
    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    """Declared table → declared column → own name."""
    declared: dict[str, str] = field(default_factory=dict)
    """Case-folded → as declared."""


def read_local_names(path: Path, tables: Sequence[Table]) -> dict[str, LocalNames]:
    """Read the names by register; without the file there are none.

    `tables` are all that anybody declares. Raises MonitorError with every fault.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        fault = Fault(path.name, f"no se puede leer ({error})", "un fichero de texto UTF-8")
        raise MonitorError((fault,)) from error
    except tomllib.TOMLDecodeError as error:
        raise MonitorError((Fault(path.name, f"no es TOML: {error}", "TOML válido"),)) from error
    faults = tuple(_faults(document, tables, path.name))
    if faults:
        raise MonitorError(faults)
    return {register: _names(register, given) for register, given in document.items()}


def under_declared_names(source: Source, names: LocalNames | None) -> Source:
    """Show a register under the names that are declared."""
    return source if names is None else _RenamedSource(source, names)


def _names(register: str, given: Mapping[str, Mapping[str, Any]]) -> LocalNames:
    names = LocalNames(register)
    for declared, own in given.get("tables", {}).items():
        names.tables[declared.casefold()] = own
        names.declared[declared.casefold()] = declared
    for table, columns in given.get("columns", {}).items():
        names.columns[table.casefold()] = {column.casefold(): own for column, own in columns.items()}
        names.declared.update((column.casefold(), column) for column in columns)
    return names


def _faults(document: Mapping[str, Any], tables: Sequence[Table], where: str) -> Iterator[Fault]:
    registers = {table.register for table in tables}
    for register, given in document.items():
        place = f"{where}, {register}"
        if register not in registers:
            yield _unknown(where, register, registers, "un registro")
        elif not isinstance(given, dict) or not given.keys() <= set(_KINDS):
            yield Fault(place, "hay otra cosa", f"[{register}.tables] o [{register}.columns.<tabla>]")
        else:
            theirs = {table.name: table for table in tables if table.register == register}
            yield from _table_faults(given, theirs, place)


def _table_faults(given: Mapping[str, Any], tables: Mapping[str, Table], place: str) -> Iterator[Fault]:
    yield from _name_faults(given.get("tables", {}), tables, f"{place}.tables", "una tabla declarada")
    columns = given.get("columns", {})
    if not isinstance(columns, dict):
        yield Fault(f"{place}.columns", repr(columns), "una sección por tabla")
        return
    known = {name.casefold(): table for name, table in tables.items()}
    for name, renamed in columns.items():
        if name.casefold() not in known:
            yield _unknown(f"{place}.columns", name, tables, "una tabla declarada")
            continue
        declared = {column.name: column for column in known[name.casefold()].columns}
        yield from _name_faults(renamed, declared, f"{place}.columns.{name}", "una columna declarada")


def _name_faults(given: object, known: Mapping[str, object], place: str, what: str) -> Iterator[Fault]:
    if not isinstance(given, dict):
        yield Fault(place, repr(given), 'líneas «nombre declarado = "nombre de aquí"»')
        return
    folded = {name.casefold() for name in known}
    for name, own in given.items():
        if name.casefold() not in folded:
            yield _unknown(place, name, known, what)
        if not isinstance(own, str) or not own.strip():
            yield Fault(f"{place}.{name}", repr(own), "el nombre que tiene aquí, entre comillas")


def _unknown(place: str, name: str, known: Mapping[str, object] | set[str], what: str) -> Fault:
    near = get_close_matches(name, sorted(known), n=1) or sorted(known)
    return Fault(place, f"«{name}» no se conoce", f"{what}, p. ej. {near[0]}" if near else what)


def reading_declared_names(reader: Reader, names: LocalNames | None) -> Reader:
    """Show an open register under the names that are declared."""
    return reader if names is None else _RenamedReader(reader, names)


@dataclass(frozen=True, slots=True)
class _RenamedSource:
    source: Source
    names: LocalNames

    @contextmanager
    def open(self) -> Iterator[Reader]:
        with self.source.open() as reader:
            yield _RenamedReader(reader, self.names)


@dataclass(frozen=True, slots=True)
class _RenamedReader:
    """Translate declared names on the way in; a table under its declared name is hidden by a renamed one."""

    reader: Reader
    names: LocalNames

    @property
    def day_zero(self) -> date | None:
        return self.reader.day_zero

    def tables(self) -> list[str]:
        renamed = [self.names.declared[name] for name in self.names.tables]
        return [
            *renamed,
            *(name for name in self.reader.tables() if name.casefold() not in self.names.tables),
        ]

    def columns(self, table: str) -> list[str]:
        own = self._own_table(table)
        existing = self.reader.columns(own)
        renamed = self._renamed_columns(table)
        for declared, name in renamed.items():
            if _spelt(name, existing) is None:
                raise self._drift(
                    f"en la tabla {own} no existe la columna {name}", self.names.declared[declared]
                )
        here = [self.names.declared[declared] for declared in renamed]
        return [*here, *(name for name in existing if name.casefold() not in renamed)]

    def types(self, table: str) -> list[str]:
        own = self._own_table(table)
        existing, types = self.reader.columns(own), self.reader.types(own)
        here = {name.casefold(): kind for name, kind in zip(existing, types, strict=True)}
        renamed = self._renamed_columns(table)
        return [here[renamed.get(name.casefold(), name).casefold()] for name in self.columns(table)]

    def rows(
        self, table: str, columns: Sequence[str], narrowings: Sequence[Bound] = ()
    ) -> Iterator[Sequence[Sequence[object]]]:
        own = self._own_table(table)
        existing, renamed = self.reader.columns(own), self._renamed_columns(table)

        def here(column: str) -> str:
            return _spelt(renamed.get(column.casefold(), column), existing) or column

        asked = [found for each in narrowings if (found := each.renamed(here)) is not None]
        return self.reader.rows(own, [here(column) for column in columns], asked)

    def _own_table(self, table: str) -> str:
        name = self.names.tables.get(table.casefold())
        if name is None:
            return table
        found = _spelt(name, self.reader.tables())
        if found is None:
            raise self._drift(f"no existe la tabla {name}", table)
        return found

    def _renamed_columns(self, table: str) -> Mapping[str, str]:
        return self.names.columns.get(table.casefold(), {})

    def _drift(self, what: str, declared: str) -> SchemaDrift:
        return SchemaDrift(
            f"{self.names.register}: {what}, que es como {FILE} llama a {declared}. "
            f"Corrija {FILE} o el registro."
        )


def _spelt(name: str, existing: Sequence[str]) -> str | None:
    """Match a name as it stands, else without regard to case."""
    folded = {each.casefold(): each for each in reversed(existing)}
    return name if name in existing else folded.get(name.casefold())
