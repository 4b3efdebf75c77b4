"""The demo estate after a real cycle: made once for each process of the tests, as it takes its time."""

import pytest
from tests.acceptance.installation import Installation


@pytest.fixture(scope="session")
def served(tmp_path_factory) -> Installation:
    """Turn one cycle on the whole estate; to be looked at or copied, never written to."""
    installation = Installation(tmp_path_factory.mktemp("console"))
    installation.make_demo()
    done = installation.on_demo("run_master.py", "--single-cycle")
    assert done.code == 0, done.out + done.err
    return installation
