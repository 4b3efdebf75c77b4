"""Answer SELECTs over a copy of the declared tables, normalised, in an SQLite in memory."""

import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from functools import lru_cache
from typing import Self

from sereno.adapters.copying import Copier
from sereno.adapters.normalise import show
from sereno.adapters.sources.ports import Source
from sereno.domain.errors import RuleFailed, SerenoError
from sereno.domain.findings import Cell, Datum, Row
from sereno.domain.rules import Query, Setting, Table

PATIENCE = 60.0
"""Seconds that one query may take."""
MOST_ROWS = 1_000_000
"""Rows that one query may return."""

_READING = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)
_INSTRUCTIONS = 10_000
"""Steps of SQLite's machine between two looks at the time: a few hundred microseconds."""


@dataclass(frozen=True, slots=True)
class Lore:
    """Answer what SQL cannot know: the functions `dias_habiles` and `persona`."""

    working_days: Callable[[date, date], int]
    """Count the working days from one date to another; negative backwards."""
    person: Callable[[Cell], int | None]
    """Give the Id of the active person whom an Id, login or display name means; may raise what blinds."""


@dataclass(slots=True)
class SqliteSnapshot:
    """Answer queries over the copy; what could not be copied makes the queries that read it raise."""

    copy: sqlite3.Connection
    parameters: Mapping[str, Setting]
    blind: Mapping[str, SerenoError]
    """Why a table, by its case-folded name, cannot be believed."""
    data_errors: tuple[Datum, ...]
    """What could not be understood, a thousand at most."""
    data_errors_left_out: int = 0
    """How many more could not be understood."""
    unsound: RuleFailed | None = None
    """What is wrong with the views; no query is believed then."""
    patience: float = PATIENCE
    refused: list[str] = field(default_factory=list)
    raised: list[SerenoError] = field(default_factory=list)
    """What the functions that SQL calls could not see."""
    fetched: Mapping[str, float] = field(default_factory=dict)
    """Seconds that copying each register took."""
    took: dict[str, float] = field(default_factory=dict)
    """Seconds that each query took, by its id."""

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
        self.raised.clear()
        started = time.perf_counter()
        deadline = started + self.patience
        self.copy.set_progress_handler(lambda: time.perf_counter() > deadline, _INSTRUCTIONS)
        try:
            cursor = self.copy.execute(query.sql, self.parameters)
            rows = cursor.fetchmany(MOST_ROWS + 1)
        except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
            raise self._reason(query, error) from error
        finally:
            self.took[query.id] = time.perf_counter() - started
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
        if self.raised:
            return self.raised[0]
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
    lore: Lore,
) -> SqliteSnapshot:
    """Fetch the declared tables, each once, and all of one register in one consistent read.

    Never raises for what a register lacks: the queries that need it do. `views` are CREATE VIEW statements;
    `sources` gives None for a register that is not configured.
    """
    copy = sqlite3.connect(":memory:")
    copied = Copier(copy, today, tz, settings).copy_tables(tables, sources)
    raised: list[SerenoError] = []
    _teach(copy, today, lore, raised)
    snapshot = SqliteSnapshot(
        copy,
        {**settings, "hoy": today.isoformat()},
        copied.blind,
        tuple(copied.doubts),
        copied.doubtful - len(copied.doubts),
        _create_views(copy, views),
        raised=raised,
        fetched=copied.seconds,
    )
    copy.set_authorizer(snapshot.authorise)
    return snapshot


def _create_views(copy: sqlite3.Connection, views: Iterable[str]) -> RuleFailed | None:
    for view in views:
        try:
            copy.execute(view)
        except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
            return RuleFailed(f"La vista «{show(view)}» no es correcta: SQLite dice «{error}»")
    return None


def _teach(copy: sqlite3.Connection, today: date, lore: Lore, raised: list[SerenoError]) -> None:
    def dias(text: str | None) -> int | None:
        return None if text is None else (date.fromisoformat(text) - today).days

    def dias_habiles(text: str | None) -> int | None:
        return None if text is None else lore.working_days(today, date.fromisoformat(text))

    @lru_cache(maxsize=10_000, typed=True)  # rows name the same people over and over
    def persona(reference: Cell) -> int | None:
        try:
            return None if reference is None else lore.person(reference)
        except SerenoError as error:
            raised.append(error)  # SQLite would pass on no more than that a function failed
            raise

    for function in (dias, dias_habiles, persona):
        copy.create_function(function.__name__, 1, function, deterministic=True)


def _named(query: Query, cursor: sqlite3.Cursor, rows: list[tuple[Cell, ...]]) -> list[Row]:
    if cursor.description is None:
        raise _failed(query, "no es un SELECT")
    if len(rows) > MOST_ROWS:
        raise _failed(query, f"devuelve más de {MOST_ROWS} filas")
    names = [name for name, *_ in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in rows]


def _failed(query: Query, what: str) -> RuleFailed:
    return RuleFailed(f"La consulta {query.id} {what}. Corríjala en el queries.sql de su monitor.")
