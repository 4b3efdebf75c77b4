import sqlite3
from contextlib import closing

import pytest

from sereno.adapters.sources.database import open_source


@pytest.fixture
def register(tmp_path):
    """Make a register out of an SQL script."""

    def make(script, name="brass"):
        path = tmp_path / f"{name}.sqlite"
        with closing(sqlite3.connect(path)) as database:
            database.executescript(script)
        return open_source(name, f"sqlite:///{path}", None, 0.1)

    return make
