"""Hold the registers against what the monitors declare of them, table by table, reading only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from sereno.adapters.directory import directory_tables
from sereno.adapters.sources.fetch import fetch, find_table, open_register, require_rows
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
    """List the tables of the monitors and of the directory, each once."""
    tables = [*(table for monitor in monitors for table in monitor.tables), *directory_tables()]
    return list({(table.register, table.name.casefold()): table for table in tables}.values())


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
    try:
        if find_table(reader, table) is None:
            return Inspected(table, None)
        batches = [(len(batch.rows), len(batch.doubts)) for batch in fetch(reader, table, tz)]
    except SchemaDrift as error:
        return Inspected(table, None, fault=str(error))
    rows = sum(count for count, _ in batches)
    doubts = sum(doubtful for _, doubtful in batches)
    try:
        require_rows(table, rows)
    except RegisterEmpty as error:
        return Inspected(table, rows, doubts, str(error))
    return Inspected(table, rows, doubts)
