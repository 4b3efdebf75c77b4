"""Estates to try things on: made once, copied for each test."""

from pathlib import Path

import pytest
from tests.acceptance.installation import Done, Installation

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    """Leave what drives whole installations, as processes, to the whole gate: it takes ten minutes."""
    for each in items:
        if HERE in each.path.parents:
            each.add_marker(pytest.mark.long)


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Installation:
    """Make the demo estate of all registers; to be copied, never written to."""
    installation = Installation(tmp_path_factory.mktemp("made"))
    installation.make_demo()
    return installation


@pytest.fixture(scope="session")
def first_cycle(made, tmp_path_factory) -> tuple[Installation, Done]:
    """Turn one cycle on the whole estate; to be looked at, never written to."""
    installation = made.copy(tmp_path_factory.mktemp("served"))
    return installation, installation.on_demo("run_master.py", "--single-cycle")


@pytest.fixture
def site(made, tmp_path) -> Installation:
    """Make an installation that watches the measuring equipment alone: one digest, one mail."""
    installation = made.copy(tmp_path)
    installation.leave_only("brass", "lanzadera")
    return installation


@pytest.fixture(scope="session")
def served_once(made, tmp_path_factory) -> Installation:
    """Turn one cycle over the measuring equipment; to be looked at or copied, never written to."""
    installation = made.copy(tmp_path_factory.mktemp("equipment"))
    installation.leave_only("brass", "lanzadera")
    done = installation.on_demo("run_master.py", "--single-cycle")
    assert done.code == 0, done.out + done.err
    return installation


@pytest.fixture
def served(served_once, tmp_path) -> Installation:
    """Make an installation whose equipment has had its round today."""
    return served_once.copy(tmp_path)


@pytest.fixture
def bare(tmp_path) -> Installation:
    """An installation without any setting but those that a test writes."""
    return Installation(tmp_path)
