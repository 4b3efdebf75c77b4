"""Two thousand weeks of mail keep what docs/reference/mail.md promises: pytest -m soak."""

import pytest
from tests.simulation.test_mail_weeks import live_weeks

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]
BATCHES, WEEKS = 100, 20
FIRST = 1_000
"""The suite lives earlier seeds each time."""


@pytest.mark.parametrize("batch", range(BATCHES))
def test_weeks_of_mail_keep_every_promise(batch, tmp_path):
    first = FIRST + batch * WEEKS
    live_weeks(range(first, first + WEEKS), tmp_path)
