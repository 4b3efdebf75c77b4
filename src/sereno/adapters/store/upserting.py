"""Write rows over those that are there, on each of the store's databases."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert


def upsert(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, object]], *, only_changed: bool = False
) -> None:
    """Write rows, in the caller's transaction, over those with their primary key (that differ)."""
    fresh = _insertion(connection, table)
    key = list(table.primary_key.columns)
    change = {column.name: fresh.excluded[column.name] for column in table.columns if column not in set(key)}
    differs = or_(*(table.c[name].is_distinct_from(value) for name, value in change.items()))
    if rows:
        where = differs if only_changed else None
        connection.execute(fresh.on_conflict_do_update(index_elements=key, set_=change, where=where), rows)


def insert_absent(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> int:
    """Write those rows, in the caller's transaction, whose primary key is not there yet; return how many."""
    if not rows:
        return 0
    key = list(table.primary_key.columns)
    fresh = _insertion(connection, table).on_conflict_do_nothing(index_elements=key)
    return connection.execute(fresh, rows, execution_options={"preserve_rowcount": True}).rowcount


def _insertion(connection: Connection, table: Table) -> PostgresqlInsert | SqliteInsert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
