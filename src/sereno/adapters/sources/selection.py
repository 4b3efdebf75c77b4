"""Build the one SELECT that a register gets, leaving out only what provably does not matter.

Registers hold dates as texts in several spellings, so no comparison in SQL can tell which rows matter. What a
column holds is asked for instead, each value once (by stepping through an index where there is one: as many
steps as values, not rows), and normalisation itself judges each value. The rows are then found by value, so
that their index is used.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import chain, count, product
from typing import cast

from sqlalchemy import (
    BIGINT,
    BOOLEAN,
    DATE,
    INTEGER,
    SMALLINT,
    TEXT,
    VARCHAR,
    ColumnElement,
    Connection,
    Inspector,
    Select,
    TableClause,
    and_,
    any_,
    column,
    literal,
    or_,
    select,
    table,
    text,
    types,
)
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.sql import quoted_name

from sereno.adapters.sources.ports import Bound, Narrowing

MOST_VALUES = 20_000
"""Values that a server is asked for by name; a column that holds more is fetched whole."""
_MARGIN = timedelta(days=2)
"""Between days as a server sees them and days in our time zone."""
_AFTER_ZERO_DATE = date(1900, 1, 3)
_NUMBERS = (INTEGER, BIGINT, SMALLINT)
_COMPARABLE = (*_NUMBERS, BOOLEAN, TEXT, VARCHAR)
"""Types of PostgreSQL whose values, sent back, equal themselves."""
_FIRST = "SELECT {c} FROM {t} WHERE {c} IS NOT NULL ORDER BY {c}{binary} LIMIT 1"
_STEPS = (
    "RECURSIVE v(x) AS (SELECT ({first}) UNION ALL "
    "SELECT (SELECT {c} FROM {t} WHERE {c}{binary} > x ORDER BY {c}{binary} LIMIT 1) "
    "FROM v WHERE x IS NOT NULL)"
)
# The limit, which is none, keeps SQLite from judging each row instead of each value.
_SCAN = "v(x) AS (SELECT DISTINCT {c}{binary} FROM {t} {apart})"
_LISTED = "WITH {values} SELECT x FROM v WHERE x IS NOT NULL LIMIT {most}"
# A text that is no UTF-8 would fail on its way to the function; its bytes do not.
_JUDGED = (
    "{c} IS NULL",
    (
        "{c}{binary} IN (WITH {values} SELECT x FROM v "
        "WHERE {judge}(CASE typeof(x) WHEN 'text' THEN CAST(x AS BLOB) ELSE x END))"
    ),
)
# What is no whole number matters too: texts, which sort after numbers, and fractions, which are looked for.
_AMONG = "{c} IN (SELECT value FROM json_each(:{listed}))"
_ODD = ("{c} IS NULL", "{c} >= ''", "{c} IN (SELECT {c} FROM {t} WHERE {c} <> CAST({c} AS INTEGER))")
_LOOKED_UP = "EXPLAIN QUERY PLAN SELECT 1 FROM {t} WHERE {c} = 1"
_serial = count()


def select_rows(
    inspector: Inspector, name: str, columns: Sequence[str], narrowings: Sequence[Bound]
) -> Select[tuple[object, ...]]:
    """Select the columns of the rows that matter; `inspector` looks at an open connection."""
    asked = dict.fromkeys((*columns, *(narrowing.column for narrowing in _each(narrowings))))
    # Every column is named with its table: SQLite takes a lone quoted name that it does not know for a text.
    source = table(quoted_name(name, quote=True), *(column(quoted_name(c, quote=True)) for c in asked))
    conditions = (_bound(inspector, source, narrowing) for narrowing in narrowings)
    return select(*(source.c[c] for c in columns)).where(*(c for c in conditions if c is not None))


def _each(bounds: Iterable[Bound]) -> Iterator[Narrowing]:
    for bound in bounds:
        yield from (bound,) if isinstance(bound, Narrowing) else chain.from_iterable(bound.alternatives)


def _bound(inspector: Inspector, source: TableClause, bound: Bound) -> ColumnElement[bool] | None:
    alternatives = ((bound,),) if isinstance(bound, Narrowing) else bound.alternatives
    clauses = [
        [here for each in alternative if (here := _condition(inspector, source, each))]
        for alternative in alternatives
    ]
    # Multiplied out: only where an alternative holds no OR itself does SQLite look it up in an index.
    flat = chain.from_iterable(product(*alternative) for alternative in clauses)
    return or_(*(and_(*each) for each in flat)) if all(clauses) else None


def _condition(inspector: Inspector, source: TableClause, narrowing: Narrowing) -> list[ColumnElement[bool]]:
    """Return the alternatives that a narrowing leaves; none where everything matters."""
    connection = cast("Connection", inspector.bind)
    described = inspector.get_columns(source.name)
    kind = next(found["type"] for found in described if found["name"] == narrowing.column)
    names = _quoted(connection, source.name, narrowing.column)
    if connection.dialect.name != "sqlite":
        clause = _on_server(connection, source.c[narrowing.column], names, narrowing, kind)
        return [] if clause is None else [clause]
    if narrowing.numbers is not None and isinstance(kind, types.Integer | types.Numeric):
        return _among_numbers(connection, names, narrowing.numbers)
    return _in_file(connection, names, narrowing)


def _quoted(connection: Connection, name: str, column_name: str) -> dict[str, str]:
    """Name table and column for SQL; a colon in a name must not be read as a parameter."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    source, place = (quote(each).replace(":", "\\:") for each in (name, column_name))
    binary = " COLLATE BINARY" if connection.dialect.name == "sqlite" else ""
    return {"t": source, "c": f"{source}.{place}", "binary": binary}


def _among_numbers(
    connection: Connection, names: dict[str, str], numbers: Collection[int]
) -> list[ColumnElement[bool]]:
    listed = f"numbers_{next(_serial)}"
    among = text(_AMONG.format(listed=listed, **names)).bindparams(**{listed: json.dumps(sorted(numbers))})
    odd = () if _is_rowid(connection, names) else _ODD
    return [cast("ColumnElement[bool]", among), *(_clause(each, **names) for each in odd)]


def _in_file(
    connection: Connection, names: dict[str, str], narrowing: Narrowing
) -> list[ColumnElement[bool]]:
    if connection.exec_driver_sql("PRAGMA encoding").scalar() != "UTF-8":
        return []  # a text's bytes would be those of UTF-16
    judge = f"matters_{next(_serial)}"
    file = cast("sqlite3.Connection", connection.connection.driver_connection)
    file.create_function(judge, 1, narrowing.matters)
    values = _values(connection, names)
    return [_clause(each, values=values, judge=judge, **names) for each in _JUDGED]


def _clause(sql: str, **parts: str) -> ColumnElement[bool]:
    return cast("ColumnElement[bool]", text(sql.format(**parts)))


def _on_server(
    connection: Connection,
    here: ColumnElement[object],
    names: dict[str, str],
    narrowing: Narrowing,
    kind: types.TypeEngine[object],
) -> ColumnElement[bool] | None:
    if narrowing.days is not None and isinstance(kind, DATE | TIMESTAMP):
        return _within(here, narrowing.days)
    if narrowing.numbers is not None and isinstance(kind, _NUMBERS):
        return or_(here.is_(None), here == any_(literal(sorted(narrowing.numbers), ARRAY(BIGINT))))
    if type(kind) not in _COMPARABLE or getattr(kind, "collation", None):
        return None
    listed = _LISTED.format(values=_values(connection, names), most=MOST_VALUES + 1)
    values = connection.execute(text(listed)).scalars().all()
    if len(values) > MOST_VALUES:
        return None
    return or_(here.is_(None), here.in_([value for value in values if narrowing.matters(value)]))


def _within(here: ColumnElement[object], days: tuple[date, date]) -> ColumnElement[bool]:
    """Keep a window of days, and what is no day: the zero of Access, `infinity`, years beyond 9999."""
    early = max(days[0], _AFTER_ZERO_DATE) - _MARGIN
    late = min(days[1], date.max - _MARGIN) + _MARGIN
    return or_(
        here.is_(None),
        here.between(literal(early, DATE), literal(late, DATE)),
        here < literal(_AFTER_ZERO_DATE, DATE),
        here > literal(date.max - _MARGIN, DATE),
    )


def _values(connection: Connection, names: dict[str, str]) -> str:
    """Return a common table expression `v(x)` of what the column holds, each value once."""
    if _is_indexed(connection, _FIRST.format(**names)):
        return _STEPS.format(first=_FIRST.format(**names), **names)
    return _SCAN.format(apart="LIMIT -1" if names["binary"] else "", **names)


def _is_rowid(connection: Connection, names: dict[str, str]) -> bool:
    """Ask SQLite whether a column is the table's own number, which can hold nothing else."""
    plan = connection.execute(text(_LOOKED_UP.format(**names)))
    return str(plan.all()[-1][-1]).endswith("USING INTEGER PRIMARY KEY (rowid=?)")


def _is_indexed(connection: Connection, first: str) -> bool:
    """Ask the database whether it finds a column's first value without sorting."""
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    plan = " ".join(str(row[-1]) for row in connection.execute(text(f"{explain} {first}"))).casefold()
    return "index" in plan and "sort" not in plan and "b-tree" not in plan
