"""What the console's tests look at."""

import pytest
from tests.acceptance.installation import Installation
from tests.web.readings import reading_on_disk


@pytest.fixture(scope="session")
def reading(served):
    return reading_on_disk(served)


@pytest.fixture
def bare(tmp_path) -> Installation:
    return Installation(tmp_path)
