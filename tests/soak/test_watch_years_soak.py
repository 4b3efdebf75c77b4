"""Two thousand years of the watch, and fifty on a database, keep what is promised: pytest -m soak."""

import pytest
from tests.simulation.test_watch_years import live_on_disk, live_years

pytestmark = [pytest.mark.soak, pytest.mark.timeout(7200)]
BATCHES, YEARS = 200, 10
ON_DISK = 50
FIRST = 1_000
"""The suite lives earlier seeds each time."""


@pytest.mark.parametrize("batch", range(BATCHES))
def test_years_of_the_watch_keep_every_promise(batch):
    first = FIRST + batch * YEARS
    live_years(range(first, first + YEARS))


@pytest.mark.parametrize("seed", range(FIRST, FIRST + ON_DISK))
def test_a_year_of_the_watch_on_a_database_keeps_every_promise(seed, tmp_path):
    live_on_disk(seed, tmp_path)
