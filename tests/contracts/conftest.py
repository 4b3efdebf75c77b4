"""Every store, one after the other: the contract's tests run on each."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, RowMapping, Table, create_engine, make_url, text
from tests.contracts.building import NOW, Place

from sereno.adapters.memory import MemoryStore
from sereno.adapters.store.columns import metadata
from sereno.adapters.store.opening import open_store
from sereno.engine.ports import Store

_END_OTHERS = text(
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_COUNT_ANEW = text(
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences"
)


@dataclass(frozen=True)
class ServerStore:
    """A store on a server, and what is in it when it is fresh."""

    url: str
    engine: Engine
    rows: Mapping[Table, Sequence[RowMapping]]

    def make_fresh(self) -> None:
        with self.engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '10s'"))  # of a session that does not end
            connection.execute(_END_OTHERS)
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
            connection.execute(_COUNT_ANEW)
            for table, rows in self.rows.items():
                if rows:
                    connection.execute(table.insert(), [dict(row) for row in rows])


@pytest.fixture(scope="session")
def fresh_file(tmp_path_factory) -> Path:
    """Name a file with a fresh store, to be copied: that is quicker too."""
    path = tmp_path_factory.mktemp("fresh") / "sereno.sqlite"
    open_store(f"sqlite:///{path}", NOW).close()
    return path


@pytest.fixture(scope="session")
def server_store(postgres_url) -> Iterator[ServerStore]:
    """Make a store on a server, once: making one takes as long as ten tests."""
    address = make_url(postgres_url)
    admin = create_engine(address, isolation_level="AUTOCOMMIT")
    with closing(admin.connect()) as connection:
        connection.execute(text("CREATE DATABASE stores"))
    admin.dispose()
    url = address.set(database="stores").render_as_string(hide_password=False)
    open_store(url, NOW).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = {
            table: connection.execute(table.select()).mappings().all() for table in metadata.sorted_tables
        }
    yield ServerStore(url, engine, rows)
    engine.dispose()


@pytest.fixture
def database_url(server_store) -> str:
    server_store.make_fresh()
    return server_store.url


@pytest.fixture(
    params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.external)],
)
def place(request, tmp_path) -> Iterator[Place]:
    if request.param == "memory":
        kept = MemoryStore(NOW)
        yield Place(lambda: kept)
        return
    if request.param == "postgresql":
        url = request.getfixturevalue("database_url")
    else:
        url = f"sqlite:///{shutil.copy2(request.getfixturevalue('fresh_file'), tmp_path)}"
    opened = []

    def reopen() -> Store:
        opened.append(open_store(url, NOW))
        return opened[-1]

    yield Place(reopen)
    for each in opened:
        each.close()


@pytest.fixture
def store(place) -> Store:
    return place.open()
