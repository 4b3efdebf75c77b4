"""A hundred weeks of mail in which everything goes wrong keep what docs/reference/mail.md promises.

A week that fails names its seed; to live that week alone, put the seed into `AGAIN`, and run
`pytest tests/simulation -k again -n 0`.
"""

import traceback

import pytest
from tests.simulation.mail_life import lives

from sereno.adapters.memory import MemoryStore
from sereno.adapters.store.opening import open_store

pytestmark = pytest.mark.long
BATCHES, WEEKS = 10, 10
AGAIN: tuple[int, ...] = (0,)
ON_DISK = (0, 1)
"""Seeds lived on a real database, for some days each."""


def live_weeks(seeds, folder, store=MemoryStore, days=7):
    for seed in seeds:
        files = folder / str(seed)
        files.mkdir()
        try:
            lives(seed, store, files, days)
        except Exception as error:
            where = "".join(traceback.format_tb(error.__traceback__)[-3:])
            raise AssertionError(f"Seed {seed}: {type(error).__name__}: {error}\n{where}") from error


@pytest.mark.parametrize("batch", range(BATCHES))
def test_weeks_of_mail_keep_every_promise(batch, tmp_path):
    live_weeks(range(batch * WEEKS, (batch + 1) * WEEKS), tmp_path)


def test_a_week_lived_again_from_its_seed_is_the_same_week(tmp_path):
    taken = []
    for name in ("first", "again"):
        for seed in AGAIN:
            files = tmp_path / name / str(seed)
            files.mkdir(parents=True)
            taken.append((name, sorted(lives(seed, MemoryStore, files).truth.taken.values())))
    half = len(taken) // 2
    assert [each for _, each in taken[:half]] == [each for _, each in taken[half:]]


@pytest.mark.parametrize("seed", ON_DISK)
def test_days_of_mail_on_a_database_keep_every_promise(seed, tmp_path):
    opened = []

    def store(now):
        opened.append(open_store(f"sqlite:///{tmp_path}/sereno.sqlite", now))
        return opened[0]

    try:
        live_weeks([seed], tmp_path, store, days=2)
    finally:
        opened[0].close()
