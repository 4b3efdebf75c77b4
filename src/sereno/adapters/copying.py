"""Copy declared tables, normalised, from their registers into the snapshot's SQLite."""

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, tzinfo

from sereno.adapters.families import Families, find_families
from sereno.adapters.normalise import show_key
from sereno.adapters.sources.fetch import MOST_DOUBTS, fetch, find_table, open_register
from sereno.adapters.sources.narrowing import column_named, narrow_follows, narrow_where
from sereno.adapters.sources.ports import Bound, Reader, Source
from sereno.domain.errors import RegisterEmpty, SchemaDrift, SerenoError, SourceUnavailable
from sereno.domain.findings import Cell, Datum
from sereno.domain.rules import ColumnType, Setting, Table

_STORED: Mapping[ColumnType, str] = {
    "INTEGER": "INTEGER",
    "REAL": "REAL",
    "TEXT": "TEXT",
    "DATE": "TEXT",  # a type that SQLite does not know would turn "2026" into a number
    "FLAG": "INTEGER",
}


@dataclass(slots=True)
class Copied:
    """Tell how the copy came out."""

    blind: dict[str, SerenoError] = field(default_factory=dict)
    """Why a table, by its case-folded name, cannot be believed."""
    narrowed: set[str] = field(default_factory=set)
    """Tables, case-folded, of which only what matters was asked for."""
    doubts: list[Datum] = field(default_factory=list)
    """Data to correct, a thousand at most."""
    doubtful: int = 0
    """How many data to correct there are."""
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each register took."""

    def doubt(self, doubts: Sequence[Datum], doubtful: int) -> None:
        """Keep data to correct while there is room for them, and count them all."""
        self.doubts += doubts[: max(0, MOST_DOUBTS - len(self.doubts))]
        self.doubtful += doubtful


@dataclass(frozen=True, slots=True)
class Copier:
    """Copy as of one day, with the thresholds in force."""

    copy: sqlite3.Connection
    today: date
    tz: tzinfo
    settings: Mapping[str, Setting]

    def copy_tables(self, tables: Sequence[Table], sources: Mapping[str, Source | None]) -> Copied:
        """Copy each table once, and all of one register in one consistent read; parents before children.

        Never raises for what a register lacks: the tables are told as blind.
        """
        self.copy.execute("PRAGMA journal_mode = OFF")  # nothing is ever rolled back
        for table in tables:
            self.copy.execute(_creation(table))
        copied = Copied()
        ordered = _parents_first(tables)
        for register in _registers(ordered):
            theirs = [table for table in ordered if table.register == register]
            started = time.perf_counter()
            self._copy_register(theirs, tables, sources.get(register), copied)
            copied.seconds[register] = time.perf_counter() - started
        self.copy.commit()
        return copied

    def _copy_register(
        self, theirs: Sequence[Table], tables: Sequence[Table], source: Source | None, copied: Copied
    ) -> None:
        before = (copied.doubts.copy(), copied.doubtful)
        try:
            with open_register(theirs[0].register, source) as reader:
                families = find_families(reader, theirs, self._where, self.tz)
                for table in theirs:
                    with _told(table, copied):
                        self._copy(
                            reader, table, list(self._narrowings(table, tables, families, copied)), copied
                        )
        except SourceUnavailable as error:
            lost = {table.name.casefold() for table in theirs}
            copied.blind |= dict.fromkeys(lost, error)
            copied.narrowed -= lost
            copied.doubts[:], copied.doubtful = before

    def _copy(self, reader: Reader, table: Table, narrowings: Sequence[Bound], copied: Copied) -> None:
        places = ", ".join("?" * len(table.columns))
        insertion = f"INSERT INTO {_quoted(table.name)} VALUES ({places})"  # noqa: S608  a quoted declared name
        found = Copied()
        for batch in fetch(reader, table, self.tz, narrowings):
            self.copy.executemany(insertion, batch.rows)
            found.doubt(batch.doubts, batch.doubtful)
        repeated = _repeated_keys(self.copy, table)
        copied.doubt([*found.doubts, *repeated], found.doubtful + len(repeated))
        if narrowings and find_table(reader, table) is not None:
            copied.narrowed.add(table.name.casefold())

    def _where(self, table: Table) -> Bound | None:
        return narrow_where(table, self.today, self.settings, self.tz)

    def _narrowings(
        self, table: Table, tables: Sequence[Table], families: Families, copied: Copied
    ) -> Iterator[Bound]:
        where, kept = self._where(table), self._kept(table, tables, copied)
        if families.include(table):
            if (bound := families.bound(table, where, kept, self.tz)) is not None:
                yield bound
            return
        if where is not None:
            yield where
        if table.follows and kept is not None:
            yield narrow_follows(table, table.follows.column, kept, self.tz)

    def _kept(self, table: Table, tables: Sequence[Table], copied: Copied) -> frozenset[Cell] | None:
        """Return the keys of the parents that were fetched; None where that says nothing of the children."""
        follows = table.follows
        # A parent that was fetched whole says of its children only that their parent exists.
        if follows is None or follows.parent.casefold() not in copied.narrowed:
            return None
        parent = next(each for each in tables if each.name.casefold() == follows.parent.casefold())
        key = column_named(parent, follows.parent_column)
        if key.type != column_named(table, follows.column).type:
            return None
        kept = self.copy.execute(
            f"SELECT DISTINCT {_quoted(key.name)} FROM {_quoted(parent.name)}"  # noqa: S608  quoted declared names
        )
        return frozenset(cell for (cell,) in kept)


@contextmanager
def _told(table: Table, copied: Copied) -> Iterator[None]:
    try:
        yield
    except (SchemaDrift, RegisterEmpty) as error:
        copied.blind[table.name.casefold()] = error


def _parents_first(tables: Sequence[Table]) -> list[Table]:
    """Sort the tables so that parents come before the children that follow them, where that can be."""
    by_name = {table.name.casefold(): table for table in tables}

    def depth(table: Table, seen: frozenset[str] = frozenset()) -> int:
        parent = by_name.get(table.follows.parent.casefold()) if table.follows else None
        if parent is None or table.name in seen:
            return 0
        return 1 + depth(parent, seen | {table.name})

    return sorted(tables, key=depth)


def _registers(tables: Sequence[Table]) -> list[str]:
    """List the registers, those first whose tables follow none of another register's."""
    homes = {table.name.casefold(): table.register for table in tables}
    waiting = {
        table.register
        for table in tables
        if table.follows and homes.get(table.follows.parent.casefold(), table.register) != table.register
    }
    return sorted(dict.fromkeys(table.register for table in tables), key=lambda name: name in waiting)


def _repeated_keys(copy: sqlite3.Connection, table: Table) -> list[Datum]:
    if not table.key:
        return []
    key, column = ", ".join(map(_quoted, table.key)), ", ".join(table.key)
    repeated = copy.execute(
        f"SELECT count(*), {key} FROM {_quoted(table.name)} "  # noqa: S608  quoted declared names
        f"WHERE coalesce({key}, NULL) IS NOT NULL GROUP BY {key} HAVING count(*) > 1"
    )
    return [
        Datum(table.register, table.name, show_key(cells), column, f"clave repetida en {times} filas")
        for times, *cells in repeated
    ]


def _creation(table: Table) -> str:
    columns = ", ".join(f"{_quoted(column.name)} {_STORED[column.type]}" for column in table.columns)
    return f"CREATE TABLE {_quoted(table.name)} ({columns})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
