"""Queues in databases of every kind, and in memory."""

from collections.abc import Iterator

import pytest
from tests.adapters.queues.building import MADRID, Place, place_of
from tests.adapters.queues.in_memory import MemoryPlace

SERVED = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.external),
    pytest.param("mysql", marks=pytest.mark.external),
    pytest.param("odbc", marks=pytest.mark.external),
]


@pytest.fixture(params=SERVED)
def bare(request, tmp_path) -> Iterator[Place]:
    """A database without a table."""
    with place_of(request.param, tmp_path, request.getfixturevalue) as place:
        yield place


@pytest.fixture(params=["memory", *SERVED])
def place(request, tmp_path) -> Iterator[Place | MemoryPlace]:
    """A queue of which each row may share its number with others."""
    if request.param == "memory":
        yield MemoryPlace(MADRID)
        return
    with place_of(request.param, tmp_path, request.getfixturevalue) as place:
        place.create()
        yield place


@pytest.fixture
def file(tmp_path) -> Iterator[Place]:
    """A queue in an SQLite file."""
    with place_of("sqlite", tmp_path, lambda name: name) as place:
        place.create()
        yield place
