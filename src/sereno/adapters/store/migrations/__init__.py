"""The store's versions: which one it has, and the way to ours.

Alembic is slow to import: only a store that changes pays for it.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, inspect, text

from sereno.adapters.store import schema
from sereno.adapters.store.engine import reading, writing
from sereno.adapters.store.faults import empty_store, store_name
from sereno.domain.errors import StoreUnavailable

HEAD = "0010"
"""Ours; revisions are four digits, so that the newer of two is the greater."""

_TABLES = text("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'")
_VERSION = text("SELECT version_num FROM alembic_version")
_LOCK = 7_303_014_601
"""Any number, the same for every process that migrates on one PostgreSQL server."""


def bring_up_to_date(engine: Engine, now: datetime, keep_copy: Callable[[], object]) -> None:
    """Bring the store to our version, making it on an empty server; processes wait for the first to start.

    `keep_copy` is called before anything of a store changes, while nobody else can write. Raises
    StoreUnavailable for a newer store, for a database of something else, for a database's fault.
    """
    with reading(engine) as connection:
        if version_of(connection) == HEAD:
            return
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = version_of(connection)
        if found is None:
            make_store(connection, now)
        elif found != HEAD:
            keep_copy()
            upgrade_store(connection)


def make_store(connection: Connection, now: datetime) -> None:
    """Make the tables in an empty database."""
    upgrade_store(connection)
    connection.execute(insert(schema.store_info), {"id": 1, "made_at": now})


def is_of_our_version(connection: Connection) -> bool:
    """Tell whether there is a store; raise StoreUnavailable for one of another version."""
    found = version_of(connection)
    if found not in {None, HEAD}:
        raise StoreUnavailable(
            f"El almacén es de una versión anterior ({found}; se espera {HEAD}). "
            "Arranque antes el programa una vez: lo pondrá al día"
        )
    return found is not None


def version_of(connection: Connection) -> str | None:
    """Return the version of the store behind a connection, None on an empty server.

    Raises StoreUnavailable for a newer version, a damaged store, an empty file, and for a database that holds
    something else.
    """
    url = connection.engine.url
    tables = _table_names(connection)
    if not tables and url.drivername == "sqlite":
        raise empty_store(url)
    if not tables:
        return None
    if "store_info" not in tables:
        raise StoreUnavailable(
            f"{store_name(url)}: contiene tablas que no son de Sereno. "
            "Dele una base de datos (o un esquema) propia"
        )
    return _checked(_noted_version(connection) if "alembic_version" in tables else None, store_name(url))


def _table_names(connection: Connection) -> Collection[str]:
    if connection.dialect.name == "sqlite":  # at every look: to inspect it takes six times as long
        return list(connection.scalars(_TABLES))
    return inspect(connection).get_table_names()


def _noted_version(connection: Connection) -> str | None:
    noted: str | None = connection.scalar(_VERSION)
    return noted


def _checked(found: str | None, name: str) -> str:
    if found is None:
        raise StoreUnavailable(
            f"{name}: está dañado: no dice de qué versión es (su tabla alembic_version falta o está vacía). "
            "Apártelo y recupere la última copia"
        )
    if found > HEAD:
        raise StoreUnavailable(
            f"{name}: es de una versión más nueva ({found}; esta llega a {HEAD}). Actualice Sereno"
        )
    return found


def upgrade_store(connection: Connection) -> None:
    """Bring the tables to our version, step by step."""
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    command.upgrade(config, "head")
