"""A store in a file of its own."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.adapters.store.building import NOW

from sereno.adapters.store.opening import open_store
from sereno.adapters.store.sql import SqlStore


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "var" / "sereno.sqlite"


@pytest.fixture
def url(path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture
def store(url) -> Iterator[SqlStore]:
    with closing(open_store(url, NOW)) as opened:
        yield opened
