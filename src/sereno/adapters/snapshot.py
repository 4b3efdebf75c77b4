"""Copy declared tables, normalised, into an SQLite in memory, and answer SELECTs over the copy."""

import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import Self

from sereno.adapters.normalise import show, show_key
from sereno.adapters.sources.fetch import fetch, open_register, require_rows
from sereno.adapters.sources.ports import Reader, Source
from sereno.domain.errors import RegisterEmpty, RuleFailed, SchemaDrift, SerenoError, SourceUnavailable
from sereno.domain.findings import Cell, Datum, Row
from sereno.domain.rules import ColumnType, Query, Setting, Table

PATIENCE = 60.0
"""Seconds that one query may take."""
MOST_ROWS = 1_000_000
"""Rows that one query may return."""

_STORED: Mapping[ColumnType, str] = {
    "INTEGER": "INTEGER",
    "REAL": "REAL",
    "TEXT": "TEXT",
    "DATE": "TEXT",  # a type that SQLite does not know would turn "2026" into a number
    "FLAG": "INTEGER",
}
_READING = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)
_INSTRUCTIONS = 10_000
"""Steps of SQLite's machine between two looks at the time: a few hundred microseconds."""

WorkingDays = Callable[[date, date], int]
"""Count the working days from one date to another; negative backwards."""


@dataclass(slots=True)
class SqliteSnapshot:
    """Answer queries over the copy; what could not be copied makes the queries that read it raise."""

    copy: sqlite3.Connection
    parameters: Mapping[str, Setting]
    blind: Mapping[str, SerenoError]
    """Why a table, by its case-folded name, cannot be believed."""
    data_errors: tuple[Datum, ...]
    unsound: RuleFailed | None = None
    """What is wrong with the views; no query is believed then."""
    patience: float = PATIENCE
    refused: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.copy.close()

    def select(self, query: Query) -> list[Row]:
        """Return a query's rows; raise the error of a blind table that it reads, directly or through a view.

        Raises RuleFailed for what SQLite refuses, for anything but a SELECT, after a minute, and beyond a
        million rows.
        """
        if self.unsound:
            raise self.unsound
        self.refused.clear()
        deadline = time.monotonic() + self.patience
        self.copy.set_progress_handler(lambda: time.monotonic() > deadline, _INSTRUCTIONS)
        try:
            cursor = self.copy.execute(query.sql, self.parameters)
            rows = cursor.fetchmany(MOST_ROWS + 1)
        except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
            raise self._reason(query, error) from error
        return _named(query, cursor, rows)

    def authorise(self, action: int, name: str | None, *_: str | None) -> int:
        """Let SQLite read, and nothing else; a table that cannot be believed is not read either."""
        if action not in _READING:
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_READ and (table := (name or "").casefold()) in self.blind:
            self.refused.append(table)
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK

    def _reason(self, query: Query, error: Exception) -> SerenoError:
        if self.refused:
            return self.blind[self.refused[0]]
        code = getattr(error, "sqlite_errorcode", None)
        if code == sqlite3.SQLITE_INTERRUPT:
            return _failed(query, f"ha tardado más de {self.patience:g} s")
        if code == sqlite3.SQLITE_AUTH:
            return _failed(query, "intenta algo que no es leer las tablas declaradas")
        if "user-defined function" in str(error):
            return _failed(query, "pide dias() o dias_habiles() de algo que no es una fecha AAAA-MM-DD")
        return _failed(query, f"no es correcta: SQLite dice «{error}»")


def build_snapshot(
    tables: Sequence[Table],
    views: Sequence[str],
    sources: Mapping[str, Source | None],
    today: date,
    tz: tzinfo,
    settings: Mapping[str, Setting],
    working_days: WorkingDays,
) -> SqliteSnapshot:
    """Fetch the declared tables, each once, and all of one register in one consistent read.

    Never raises for what a register lacks: the queries that need it do. `views` are CREATE VIEW statements;
    `sources` gives None for a register that is not configured.
    """
    copy = sqlite3.connect(":memory:")
    blind: dict[str, SerenoError] = {}
    doubts: list[Datum] = []
    for table in tables:
        copy.execute(_creation(table))
    for register in dict.fromkeys(table.register for table in tables):
        theirs = [table for table in tables if table.register == register]
        lost, found = _load_register(copy, theirs, sources.get(register), tz)
        blind |= lost
        doubts += found
    copy.commit()
    _teach_dates(copy, today, working_days)
    parameters = {**settings, "hoy": today.isoformat()}
    snapshot = SqliteSnapshot(copy, parameters, blind, tuple(doubts), _create_views(copy, views))
    copy.set_authorizer(snapshot.authorise)
    return snapshot


def _load_register(
    copy: sqlite3.Connection, tables: Sequence[Table], source: Source | None, tz: tzinfo
) -> tuple[dict[str, SerenoError], list[Datum]]:
    """Return why tables cannot be believed, and the data to correct in the others."""
    blind: dict[str, SerenoError] = {}
    doubts: list[Datum] = []
    try:
        with open_register(tables[0].register, source) as reader:
            for table in tables:
                try:
                    doubts += _load(copy, reader, table, tz)
                except (SchemaDrift, RegisterEmpty) as error:
                    blind[table.name.casefold()] = error
    except SourceUnavailable as error:
        return dict.fromkeys((table.name.casefold() for table in tables), error), []
    return blind, doubts


def _load(copy: sqlite3.Connection, reader: Reader, table: Table, tz: tzinfo) -> list[Datum]:
    doubts: list[Datum] = []
    count = 0
    places = ", ".join("?" * len(table.columns))
    insertion = f"INSERT INTO {_quoted(table.name)} VALUES ({places})"  # noqa: S608  a quoted declared name
    for batch in fetch(reader, table, tz):
        copy.executemany(insertion, batch.rows)
        count += len(batch.rows)
        doubts += batch.doubts
    require_rows(table, count)
    return doubts + _repeated_keys(copy, table)


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


def _create_views(copy: sqlite3.Connection, views: Iterable[str]) -> RuleFailed | None:
    for view in views:
        try:
            copy.execute(view)
        except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
            return RuleFailed(f"La vista «{show(view)}» no es correcta: SQLite dice «{error}»")
    return None


def _teach_dates(copy: sqlite3.Connection, today: date, working_days: WorkingDays) -> None:
    def dias(text: str | None) -> int | None:
        return None if text is None else (date.fromisoformat(text) - today).days

    def dias_habiles(text: str | None) -> int | None:
        return None if text is None else working_days(today, date.fromisoformat(text))

    copy.create_function("dias", 1, dias, deterministic=True)
    copy.create_function("dias_habiles", 1, dias_habiles, deterministic=True)


def _named(query: Query, cursor: sqlite3.Cursor, rows: list[tuple[Cell, ...]]) -> list[Row]:
    if cursor.description is None:
        raise _failed(query, "no es un SELECT")
    if len(rows) > MOST_ROWS:
        raise _failed(query, f"devuelve más de {MOST_ROWS} filas")
    names = [name for name, *_ in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in rows]


def _failed(query: Query, what: str) -> RuleFailed:
    return RuleFailed(f"La consulta {query.id} {what}. Corríjala en el queries.sql de su monitor.")


def _creation(table: Table) -> str:
    columns = ", ".join(f"{_quoted(column.name)} {_STORED[column.type]}" for column in table.columns)
    return f"CREATE TABLE {_quoted(table.name)} ({columns})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
