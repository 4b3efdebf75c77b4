"""The store's versions: which one it has, and the way to ours.

Alembic is slow to import: only a store that changes pays for it.
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, inspect, text

from sereno.adapters.store import schema
from sereno.adapters.store.engine import reading, store_name, writing
from sereno.domain.errors import StoreUnavailable

HEAD = "0001"
"""Ours; revisions are four digits, so that the newer of two is the greater."""

_LOCK = 7_303_014_601
"""Any number, the same for every process that migrates on one PostgreSQL server."""


def bring_up_to_date(engine: Engine, now: datetime) -> None:
    """Make the store's tables, or bring them to our version; processes that start at once wait for the first.

    Raises StoreUnavailable for a newer store, for a database of something else, for a database's fault.
    """
    with reading(engine) as connection:
        if version_of(connection) == HEAD:
            return
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = version_of(connection)
        if found != HEAD:
            _upgrade(connection)
        if found is None:
            connection.execute(insert(schema.store_info), {"id": 1, "made_at": now})


def version_of(connection: Connection) -> str | None:
    """Return the version of the store behind a connection, None where the database is empty.

    Raises StoreUnavailable for a newer version, and for a database that holds something else.
    """
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    name = store_name(connection.engine.url)
    if "store_info" not in tables:
        raise StoreUnavailable(
            f"{name}: contiene tablas que no son de Sereno. Dele una base de datos (o un esquema) propia"
        )
    found = str(connection.scalar(text("SELECT version_num FROM alembic_version")))
    if found > HEAD:
        raise StoreUnavailable(
            f"{name}: es de una versión más nueva ({found}; esta llega a {HEAD}). Actualice Sereno"
        )
    return found


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    command.upgrade(config, "head")
