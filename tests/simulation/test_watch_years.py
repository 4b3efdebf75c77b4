"""Fifty years of the watch in which everything goes wrong keep what docs/reference/daemon.md promises.

A year that fails names its seed; to live that year alone, put the seed into `AGAIN`, and run
`pytest tests/simulation -k that_year -n 0`.
"""

import traceback

import pytest
from tests.simulation.years_world import HOUR, SPANS, lives

from sereno.adapters.memory import MemoryStore
from sereno.adapters.store.opening import open_store

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
BATCHES, YEARS = 25, 2
AGAIN: tuple[int, ...] = (0,)
ON_DISK = (0, 1)
"""Seeds lived on a real database, for a year each."""


def live_years(seeds, store=MemoryStore, days=365, spans=SPANS):
    for seed in seeds:
        try:
            lives(seed, store, days, spans)
        except Exception as error:
            where = "".join(traceback.format_tb(error.__traceback__)[-4:])
            raise AssertionError(f"Seed {seed}: {type(error).__name__}: {error}\n{where}") from error


@pytest.mark.parametrize("batch", range(BATCHES))
def test_years_of_the_watch_keep_every_promise(batch):
    live_years(range(batch * YEARS, (batch + 1) * YEARS))


def test_that_year_lived_again_from_its_seed_is_the_same_year():
    for seed in AGAIN:
        first, again = (lives(seed, MemoryStore, 60).jobs.started for _ in range(2))
        assert first == again


@pytest.mark.parametrize("seed", ON_DISK)
def test_a_year_of_the_watch_on_a_database_keeps_every_promise(seed, tmp_path):
    live_on_disk(seed, tmp_path)


def live_on_disk(seed, folder):
    opened = []

    def store(now):
        opened.append(open_store(f"sqlite:///{folder}/sereno.sqlite", now))
        return opened[0]

    try:
        live_years([seed], store, spans=[HOUR])
    finally:
        opened[0].close()
