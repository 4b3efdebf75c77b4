"""Every store, one after the other: the contract's tests run on each."""

import uuid
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import create_engine, make_url, text
from tests.contracts.building import NOW, Place

from sereno.adapters.memory import MemoryStore
from sereno.adapters.store.opening import open_store
from sereno.engine.ports import Store


@pytest.fixture(scope="session")
def fresh_database(postgres_url) -> str:
    """Name a database with a fresh store: to copy it is four times as quick as to make another."""
    server, name = make_url(postgres_url), "fresh_store"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with closing(admin.connect()) as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    open_store(server.set(database=name).render_as_string(hide_password=False), NOW).close()
    return name


@pytest.fixture
def database_url(postgres_url, fresh_database) -> Iterator[str]:
    server, name = make_url(postgres_url), f"store_{uuid.uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with closing(admin.connect()) as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {fresh_database}"))
        yield admin.url.set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(
    params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.external)],
)
def place(request, tmp_path) -> Iterator[Place]:
    if request.param == "memory":
        kept = MemoryStore(NOW)
        yield Place(lambda: kept)
        return
    url = f"sqlite:///{tmp_path}/var/sereno.sqlite"
    if request.param == "postgresql":
        url = request.getfixturevalue("database_url")
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
