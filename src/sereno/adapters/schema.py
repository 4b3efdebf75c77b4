"""Read `schema.sql`: which tables and columns of which register we rely on."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import TypeGuard, get_args

from sereno.domain.errors import Fault, MonitorError
from sereno.domain.rules import Column, ColumnType, Table

_HEADING = re.compile(r"^--[ \t]*register:[ \t]*(\w+)[ \t]*(?:--)?[ \t]*$", re.MULTILINE | re.IGNORECASE)
_TYPES: tuple[ColumnType, ...] = get_args(ColumnType)
_OPTIONAL = "OPTIONAL"
_COLUMN_EXPECTED = f"un tipo de {', '.join(_TYPES)}, seguido de {_OPTIONAL} si la columna puede faltar"
_HEADING_EXPECTED = "una cabecera «-- register: nombre --» por encima de sus tablas"
_STATEMENT_EXPECTED = "sentencias CREATE TABLE con columnas y, si la hay, su PRIMARY KEY"


def parse_schema(sql: str, where: str) -> tuple[Table, ...]:
    """Read the tables declared under `-- register: name --` headings, in order of declaration.

    SQLite itself parses the statements. `where` names the text in faults. Raises MonitorError with every
    fault found.
    """
    tables: list[Table] = []
    faults: list[Fault] = []
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as scratch:
        for register, statements in _sections(sql):
            faults += _declare(scratch, statements, f"{where}, registro {register or 'sin nombre'}")
            for name in _names(scratch)[len(tables) :]:
                columns = _described_columns(scratch, name)
                faults += _table_faults(register, columns, f"{where}, tabla {name}")
                tables.append(_table(name, register, columns))
    if faults:
        raise MonitorError(tuple(faults))
    return tuple(tables)


def _sections(sql: str) -> Iterator[tuple[str, str]]:
    before, *parts = _HEADING.split(sql)
    yield "", before
    yield from zip(map(str.lower, parts[::2]), parts[1::2], strict=True)


def _declare(scratch: sqlite3.Connection, statements: str, where: str) -> list[Fault]:
    scratch.set_authorizer(_only_create_table)
    try:
        scratch.executescript(statements)
    except (sqlite3.Error, ValueError) as error:
        refused = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_AUTH
        found = "hay una sentencia que no es CREATE TABLE" if refused else f"SQLite dice «{error}»"
        return [Fault(where, found, _STATEMENT_EXPECTED)]
    finally:
        scratch.set_authorizer(None)
    return []


def _only_create_table(action: int, name: str | None, *_: str | None) -> int:
    """Let pass what SQLite itself does for a CREATE TABLE; deny every other statement."""
    name = name or ""
    allowed = (
        action in (sqlite3.SQLITE_CREATE_TABLE, sqlite3.SQLITE_READ)
        or (action in (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE) and name == "sqlite_master")
        or (action == sqlite3.SQLITE_CREATE_INDEX and name.startswith("sqlite_autoindex_"))
    )
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _names(scratch: sqlite3.Connection) -> list[str]:
    found = scratch.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")
    return [name for (name,) in found]


def _described_columns(scratch: sqlite3.Connection, table: str) -> list[tuple[str, str, int]]:
    """Return each column's name, type words in capitals, and position in the key (0 = outside it)."""
    described = scratch.execute("SELECT name, upper(type), pk FROM pragma_table_xinfo(?)", (table,))
    return described.fetchall()


def _table(name: str, register: str, columns: list[tuple[str, str, int]]) -> Table:
    return Table(
        name=name,
        register=register,
        columns=tuple(_column(column, words.split()) for column, words, _ in columns),
        key=tuple(column for column, _, place in sorted(columns, key=lambda c: c[2]) if place),
    )


def _column(name: str, words: list[str]) -> Column:
    kind = words[0] if words else ""
    return Column(name, kind if _is_type(kind) else "TEXT", optional=words[1:] == [_OPTIONAL])


def _table_faults(register: str, columns: list[tuple[str, str, int]], where: str) -> list[Fault]:
    faults = [
        Fault(f"{where}, columna {name}", f"tipo «{words}»", _COLUMN_EXPECTED)
        for name, words, _ in columns
        if not _is_well_typed(words.split())
    ]
    if not register:
        faults.append(Fault(where, "no se sabe de qué registro es", _HEADING_EXPECTED))
    return faults


def _is_well_typed(words: list[str]) -> bool:
    return bool(words) and _is_type(words[0]) and words[1:] in ([], [_OPTIONAL])


def _is_type(word: str) -> TypeGuard[ColumnType]:
    return word in _TYPES
