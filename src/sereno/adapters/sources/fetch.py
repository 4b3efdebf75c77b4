"""Fetch declared tables, and only those, from whatever kind of register they live in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, tzinfo
from difflib import get_close_matches
from itertools import islice

from sereno.adapters.normalise import normalise_column, show_key
from sereno.adapters.sources.ports import Bound, Reader, Source
from sereno.domain.errors import NotConfigured, RegisterEmpty, SchemaDrift
from sereno.domain.findings import Cell, Datum
from sereno.domain.rules import Column, Table, url_variable

MOST_DOUBTS = 1000
"""Data to correct that are told of one look; one bad column can hold a hundred thousand."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Hold normalised rows, cells in the order of the table's columns, and what could not be understood."""

    rows: list[tuple[Cell, ...]]
    doubts: list[Datum]
    """The first of them, a thousand at most."""
    doubtful: int
    """How many values could not be understood."""


def open_register(register: str, source: Source | None) -> AbstractContextManager[Reader]:
    """Open a register's source; raise NotConfigured where it has none."""
    if source is None:
        raise NotConfigured(
            f"{register}: el registro no está configurado. Escriba su dirección en {url_variable(register)}."
        )
    return source.open()


def find_table(reader: Reader, table: Table) -> str | None:
    """Return the table's name as the register spells it, None where an optional one is missing.

    The first of its names that exists counts. Raises SchemaDrift where a table that is needed is missing,
    and where the name is that of two.
    """
    existing = reader.tables()
    found = _spelt((table.name, *table.also), existing)
    alike = [name for name in existing if found and name.casefold() == found.casefold()]
    if len(alike) > 1 and found not in (table.name, *table.also):
        raise SchemaDrift(
            f"{table.register}: la tabla {table.name} puede ser {' o '.join(alike)}. Deje solo la que vale, "
            "o diga cuál en monitors.local.toml."
        )
    if found is None and not table.optional:
        raise SchemaDrift(
            f"{table.register}: no existe la tabla {_names(table)}. {_advice(table.name, existing)}"
        )
    return found


def fetch(reader: Reader, table: Table, tz: tzinfo, narrowings: Sequence[Bound] = ()) -> Iterator[Batch]:
    """Fetch a table's declared columns; an optional table that is missing yields nothing.

    `narrowings` name declared columns, and the rows that they ask for come, perhaps with others. Raises
    SchemaDrift where the table, or a column that is needed, is missing, and RegisterEmpty where the register
    holds fewer rows than the canary asks for.
    """
    found = find_table(reader, table)
    if found is None:
        return
    spelt = _spelt_columns(reader, table, found)
    fetched = list(dict.fromkeys(name for name in spelt.values() if name is not None))
    position = [None if name is None else fetched.index(name) for name in spelt.values()]
    asked = [here for each in narrowings if (here := each.renamed(spelt.__getitem__)) is not None]
    start = 0
    for chunk in reader.rows(found, fetched, asked):
        rows, doubts, doubtful = normalise_rows(
            table,
            _in_order(chunk, position),
            tz,
            start=start,
            most=MOST_DOUBTS,
            day_zero=reader.day_zero,
        )
        start += len(rows)
        yield Batch(rows, doubts, doubtful)
    if start < table.at_least:
        count = _count(reader.rows(found, fetched[:1]), table.at_least) if asked else start
        _hear_canary(table, count)


def normalise_rows(
    table: Table,
    rows: Sequence[Sequence[object]],
    tz: tzinfo,
    *,
    start: int = 0,
    most: int | None = None,
    day_zero: date | None = None,
) -> tuple[list[tuple[Cell, ...]], list[Datum], int]:
    """Convert rows whose values stand in the order of the table's columns; `start` rows came before.

    `day_zero` is the day from which numbers count days, where they do.

    Returns the rows, a datum for each of the first `most` values that could not be understood (all of them
    without it), and how many there are: the cell of each is None.
    """
    if not rows:
        return [], [], 0
    read = [
        normalise_column(values, column.type, tz, day_zero)
        for column, values in zip(table.columns, zip(*rows, strict=True), strict=True)
    ]
    clean = list(zip(*(cells for cells, _ in read), strict=True))
    doubts = (
        Datum(table.register, table.name, _record(table, clean[at], start + at), column.name, shown)
        for column, (_, unreadable) in zip(table.columns, read, strict=True)
        for at, shown in unreadable.items()
    )
    return clean, list(islice(doubts, most)), sum(len(unreadable) for _, unreadable in read)


def _hear_canary(table: Table, count: int) -> None:
    if count < table.at_least:
        raise RegisterEmpty(
            f"{table.register}: la tabla {table.name} tiene {count} filas y se esperan {table.at_least} como "
            "mínimo. Averigüe qué ha sido de ellas antes de dar nada por bueno."
        )


def _count(chunks: Iterable[Sequence[object]], enough: int) -> int:
    count = 0
    for chunk in chunks:
        count += len(chunk)
        if count >= enough:
            break
    return count


def _record(table: Table, row: tuple[Cell, ...], at: int) -> str:
    names = [column.name for column in table.columns]
    key = [row[names.index(name)] for name in table.key]
    return f"fila {at + 1}" if all(cell is None for cell in key) else show_key(key)


def _spelt_columns(reader: Reader, table: Table, found: str) -> dict[str, str | None]:
    """Spell each declared column as the register does; an optional one that is missing has no spelling."""
    existing = reader.columns(found)
    spelt = _spellings(table, existing)
    for column in _lacking(table, spelt):
        raise SchemaDrift(_lost(table, found, column, existing))
    return spelt


def find_drifts(reader: Reader, table: Table) -> list[str]:
    """Say everything that a register lacks of a table that is needed, in words."""
    try:
        found = find_table(reader, table)
        existing = [] if found is None else reader.columns(found)
    except SchemaDrift as error:
        return [str(error)]
    if found is None:
        return []
    return [_lost(table, found, each, existing) for each in _lacking(table, _spellings(table, existing))]


def _spellings(table: Table, existing: Sequence[str]) -> dict[str, str | None]:
    return {column.name: _spelt((column.name, *column.also), existing) for column in table.columns}


def _lacking(table: Table, spelt: Mapping[str, str | None]) -> list[Column]:
    """List the columns that are needed and missing; of a table with none of its columns, all are needed."""
    some = any(spelt.values())
    return [each for each in table.columns if spelt[each.name] is None and not (each.optional and some)]


def _lost(table: Table, found: str, column: Column, existing: Sequence[str]) -> str:
    return (
        f"{table.register}: en la tabla {found} no existe la columna {_names(column)}. "
        f"{_advice(column.name, existing)}"
    )


def _in_order(
    chunk: Sequence[Sequence[object]], position: Sequence[int | None]
) -> Sequence[Sequence[object]]:
    """Put NULL where an optional column is missing."""
    if position == list(range(len(position))):
        return chunk
    return [tuple(None if at is None else row[at] for at in position) for row in chunk]


def _spelt(names: Sequence[str], existing: Sequence[str]) -> str | None:
    """Match the first name that exists: as it stands, else without regard to case."""
    folded = _by_folded(existing)
    found = (name if name in existing else folded.get(name.casefold()) for name in names)
    return next((name for name in found if name is not None), None)


def _names(declared: Table | Column) -> str:
    others = f" (ni {', '.join(declared.also)})" if declared.also else ""
    return f"{declared.name}{others}"


def _advice(name: str, existing: Sequence[str]) -> str:
    spelling = _by_folded(existing)
    near = get_close_matches(name.casefold(), spelling, n=1)
    if not near:
        return "Ninguna se le parece: compruebe que es la base de datos correcta."
    return (
        f"La más parecida es {spelling[near[0]]}: corrija el nombre allí, o dígalo en monitors.local.toml "
        "si aquí se llama así."
    )


def _by_folded(names: Sequence[str]) -> Mapping[str, str]:
    return {name.casefold(): name for name in reversed(names)}
