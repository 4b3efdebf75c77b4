"""The demo estate after a real cycle, to be looked at and never written to."""

import pytest
from tests.acceptance.installation import Installation
from tests.web.readings import reading_on_disk


@pytest.fixture(scope="session")
def served(tmp_path_factory) -> Installation:
    installation = Installation(tmp_path_factory.mktemp("console"))
    installation.make_demo()
    done = installation.on_demo("run_master.py", "--single-cycle")
    assert done.code == 0, done.out + done.err
    return installation


@pytest.fixture(scope="session")
def reading(served):
    return reading_on_disk(served)


@pytest.fixture
def bare(tmp_path) -> Installation:
    return Installation(tmp_path)
