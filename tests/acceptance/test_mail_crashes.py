"""No instant at which a delivering process may die loses a message, or sends one twice."""

import signal

import pytest
from tests.acceptance.mail_deaths import Deaths, die_and_recover, die_and_send_again, recover_and_check
from tests.acceptance.mail_estate import an_estate, put_rows, record_digests
from tests.acceptance.mail_lives import WELL, a_nursery
from tests.acceptance.mail_server import mail_server

pytestmark = [pytest.mark.timeout(300), pytest.mark.long]
SLOWEST = 0.003
"""Seconds that the server takes at most for a step, so that deaths come at all of them."""


@pytest.fixture(scope="module")
def nursery():
    with a_nursery() as born:
        yield born


@pytest.mark.parametrize("seed", [20_261_124])
def test_two_hundred_deaths_over_five_thousand_messages_lose_none_and_repeat_none(nursery, tmp_path, seed):
    with mail_server(seed, SLOWEST) as server:
        estate = an_estate(tmp_path, server.port)
        die_and_recover(nursery, server, estate, digests=2_500, rows=2_500, seed=seed, kills=200)


@pytest.mark.parametrize("seed", [7])
def test_deaths_lose_none_where_the_unknown_is_sent_again(nursery, tmp_path, seed):
    with mail_server(seed, SLOWEST) as server:
        estate = an_estate(tmp_path, server.port, unknown="retry")
        how = {"digests": 300, "rows": 300, "seed": seed, "kills": 40, "later": 100}
        die_and_send_again(nursery, server, estate, **how)


@pytest.mark.parametrize("seed", [9])
def test_deaths_of_two_deliverers_at_once_lose_none_and_repeat_none(nursery, tmp_path, seed):
    with mail_server(seed, SLOWEST) as server:
        estate = an_estate(tmp_path, server.port)
        how = {"digests": 300, "rows": 300, "seed": seed, "kills": 40, "at_once": 2}
        die_and_recover(nursery, server, estate, **how)


def test_a_death_before_or_after_any_step_loses_none_and_repeats_none(nursery, tmp_path):
    with mail_server() as server:
        estate, deaths, digests = an_estate(tmp_path, server.port), Deaths(seed=0), 40
        record_digests(estate, digests)
        code, rows = -signal.SIGKILL, 0
        while code == -signal.SIGKILL:  # each life gets a step further than the one before
            rows += 1
            put_rows(estate, [rows])
            code = nursery.live(estate, dies_at=deaths.kills + 1)
            deaths.kills += code == -signal.SIGKILL
            deaths.note(estate)
        assert code == WELL
        recover_and_check(nursery, server, estate, deaths, digests=digests, rows=rows)
