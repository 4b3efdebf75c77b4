"""Look at everything that a register holds, and at what the monitors miss there, reading only."""

from collections.abc import Sequence
from dataclasses import dataclass

from sereno.adapters.local_names import LocalNames, reading_declared_names
from sereno.adapters.sources.fetch import find_drifts, find_table, open_register
from sereno.adapters.sources.ports import Reader, Source
from sereno.domain.errors import SchemaDrift, SerenoError, SourceUnavailable
from sereno.domain.rules import Table


@dataclass(frozen=True, slots=True)
class SeenTable:
    """Tell what a table of a register is like."""

    table: str
    rows: int | None
    """None where it cannot be read."""
    told: str
    """Its columns with their types, or why it cannot be read."""


@dataclass(frozen=True, slots=True)
class RegisterView:
    """Tell what a register is like, under its own names."""

    seen: tuple[SeenTable, ...]
    missing: tuple[str, ...]
    """What is declared and needed, and is not there or cannot be read."""
    optional: tuple[str, ...]
    """What is declared and may be missing, and is."""


def view_register(
    register: str, source: Source | None, names: LocalNames | None, declared: Sequence[Table]
) -> RegisterView:
    """Look at every table; raise NotConfigured or SourceUnavailable where there is nothing to look at."""
    with open_register(register, source) as reader:
        seen = tuple(_look(reader, table) for table in reader.tables())
        theirs = reading_declared_names(reader, names)
        told = [_differences(theirs, table) for table in declared]
        unread = [each for table in declared if (each := _unread(seen, theirs, table, names))]
    missing = dict.fromkeys([*(fault for drifts, _ in told for fault in drifts), *unread])
    return RegisterView(seen, tuple(missing), tuple(each for _, optional in told for each in optional))


def _look(reader: Reader, table: str) -> SeenTable:
    try:
        columns, types = reader.columns(table), reader.types(table)
        rows = sum(len(chunk) for chunk in reader.rows(table, columns[:1])) if columns else 0
    except (SchemaDrift, SourceUnavailable) as error:
        return SeenTable(table, None, str(error))
    told = (f"{name} ({kind})" for name, kind in zip(columns, types, strict=True))
    return SeenTable(table, rows, ", ".join(told))


def _unread(seen: Sequence[SeenTable], reader: Reader, table: Table, names: LocalNames | None) -> str | None:
    """Say why a declared table that is there cannot be read."""
    try:
        found = (find_table(reader, table) or "").casefold()
    except SchemaDrift:
        return None  # told as missing
    own = names.tables.get(found, found).casefold() if names else found
    return next((each.told for each in seen if each.rows is None and each.table.casefold() == own), None)


def _differences(reader: Reader, table: Table) -> tuple[list[str], list[str]]:
    """Say what is missing of a table that is needed, and what may be."""
    try:
        return find_drifts(reader, table), _optional(reader, table)
    except SerenoError as error:
        return [str(error)], []


def _optional(reader: Reader, table: Table) -> list[str]:
    try:
        found = find_table(reader, table)
    except SchemaDrift:
        return []  # told as missing
    if found is None:
        return [f"{table.register}: no está la tabla opcional {table.name}"]
    existing = {name.casefold() for name in reader.columns(found)}
    return [
        f"{table.register}: en {found} no está la columna opcional {column.name}"
        for column in table.columns
        if column.optional and existing.isdisjoint(n.casefold() for n in (column.name, *column.also))
    ]
