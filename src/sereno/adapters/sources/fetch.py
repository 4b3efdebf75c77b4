"""Fetch declared tables, and only those, from whatever kind of register they live in."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import tzinfo
from difflib import get_close_matches

from sereno.adapters.normalise import normalise_rows
from sereno.adapters.sources.ports import Reader, Source
from sereno.domain.errors import NotConfigured, RegisterEmpty, SchemaDrift
from sereno.domain.findings import Cell, Datum
from sereno.domain.rules import Table, url_variable


@dataclass(frozen=True, slots=True)
class Batch:
    """Hold normalised rows, cells in the order of the table's columns, and what could not be understood."""

    rows: list[tuple[Cell, ...]]
    doubts: list[Datum]


def open_register(register: str, source: Source | None) -> AbstractContextManager[Reader]:
    """Open a register's source; raise NotConfigured where it has none."""
    if source is None:
        raise NotConfigured(
            f"{register}: el registro no está configurado. Escriba su dirección en {url_variable(register)}."
        )
    return source.open()


def find_table(reader: Reader, table: Table) -> str | None:
    """Return the table's name as the register spells it, None where an optional one is missing.

    Raises SchemaDrift where one that is needed is missing.
    """
    existing = reader.tables()
    found = _spelt(table.name, existing)
    if found is None and not table.optional:
        raise SchemaDrift(
            f"{table.register}: no existe la tabla {table.name}. {_advice(table.name, existing)}"
        )
    return found


def fetch(reader: Reader, table: Table, tz: tzinfo) -> Iterator[Batch]:
    """Fetch a table's declared columns; an optional table that is missing yields nothing.

    Raises SchemaDrift where the table, or a column that is needed, is missing.
    """
    found = find_table(reader, table)
    if found is None:
        return
    spelt = _spelt_columns(reader, table, found)
    fetched = [column for column in spelt if column is not None]
    position = [None if column is None else fetched.index(column) for column in spelt]
    start = 0
    for chunk in reader.rows(found, fetched):
        rows, doubts = normalise_rows(table, _in_order(chunk, position), tz, start=start)
        start += len(rows)
        yield Batch(rows, doubts)


def require_rows(table: Table, count: int) -> None:
    """Raise RegisterEmpty where a table holds fewer rows than its canary asks."""
    if count < table.at_least:
        raise RegisterEmpty(
            f"{table.register}: la tabla {table.name} tiene {count} filas y se esperan {table.at_least} como "
            "mínimo. Averigüe qué ha sido de ellas antes de dar nada por bueno."
        )


def _spelt_columns(reader: Reader, table: Table, found: str) -> list[str | None]:
    existing = reader.columns(found)
    spelt = [_spelt(column.name, existing) for column in table.columns]
    for column, name in zip(table.columns, spelt, strict=True):
        if name is None and not (column.optional and any(spelt)):
            raise SchemaDrift(
                f"{table.register}: en la tabla {found} no existe la columna {column.name}. "
                f"{_advice(column.name, existing)}"
            )
    return spelt


def _in_order(
    chunk: Sequence[Sequence[object]], position: Sequence[int | None]
) -> Sequence[Sequence[object]]:
    """Put NULL where an optional column is missing."""
    if None not in position:
        return chunk
    return [tuple(None if at is None else row[at] for at in position) for row in chunk]


def _spelt(name: str, existing: Sequence[str]) -> str | None:
    """Match a name as it stands, else without regard to case."""
    return name if name in existing else _by_folded(existing).get(name.casefold())


def _advice(name: str, existing: Sequence[str]) -> str:
    spelling = _by_folded(existing)
    near = get_close_matches(name.casefold(), spelling, n=1)
    if not near:
        return "Ninguna se le parece: compruebe que es la base de datos correcta."
    return f"La más parecida es {spelling[near[0]]}: corrija el nombre allí o en el schema.sql del monitor."


def _by_folded(names: Sequence[str]) -> Mapping[str, str]:
    return {name.casefold(): name for name in reversed(names)}
