"""Hold the registers against what the monitors declare of them, table by table, reading only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from sereno.adapters.directory import directory_tables
from sereno.adapters.sources.fetch import fetch, find_table, open_register
from sereno.adapters.sources.ports import Reader, Source
from sereno.domain.errors import RegisterEmpty, SchemaDrift, SourceUnavailable
from sereno.domain.rules import Monitor, Table


@dataclass(frozen=True, slots=True)
class Inspected:
    """Tell what a declared table looks like in its register."""

    table: Table
    rows: int | None
    """`None` where it could not be read, or is optional and absent."""
    doubts: int = 0
    """Values that cannot be understood."""
    fault: str = ""


def declared_tables(monitors: Sequence[Monitor]) -> list[Table]:
    """List the tables of the monitors and of the directory, each once, with all that anybody reads of it."""
    tables: dict[tuple[str, str], Table] = {}
    for table in (*(table for monitor in monitors for table in monitor.tables), *directory_tables()):
        name = (table.register, table.name.casefold())
        tables[name] = _joined(tables[name], table) if name in tables else table
    return list(tables.values())


def _joined(first: Table, second: Table) -> Table:
    """Ask of a table what either declaration asks; only what both may do without is optional."""
    columns = {column.name.casefold(): column for column in first.columns}
    for column in second.columns:
        known = columns.setdefault(column.name.casefold(), column)
        also = tuple(dict.fromkeys((*known.also, *column.also)))
        columns[column.name.casefold()] = replace(
            known, optional=known.optional and column.optional, also=also
        )
    return replace(
        first,
        columns=tuple(columns.values()),
        key=first.key or second.key,
        optional=first.optional and second.optional,
        at_least=max(first.at_least, second.at_least),
        also=tuple(dict.fromkeys((*first.also, *second.also))),
    )


def inspect_registers(
    tables: Sequence[Table], sources: Mapping[str, Source], tz: tzinfo
) -> Iterator[Inspected]:
    """Read every declared table of every configured register."""
    for register in sources:
        theirs = [table for table in tables if table.register == register]
        try:
            with open_register(register, sources[register]) as reader:
                yield from (_inspect(reader, table, tz) for table in theirs)
        except SourceUnavailable as error:
            yield from (Inspected(table, None, fault=str(error)) for table in theirs)


def _inspect(reader: Reader, table: Table, tz: tzinfo) -> Inspected:
    rows = doubtful = 0
    try:
        if find_table(reader, table) is None:
            return Inspected(table, None)
        for batch in fetch(reader, table, tz):
            rows += len(batch.rows)
            doubtful += batch.doubtful
    except SchemaDrift as error:
        return Inspected(table, None, fault=str(error))
    except RegisterEmpty as error:
        return Inspected(table, rows, doubtful, str(error))
    return Inspected(table, rows, doubtful)
