"""The same deaths as in tests/acceptance, ten times as many, on both kinds of store: pytest -m soak."""

import uuid

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool
from tests.acceptance.mail_deaths import die_and_recover, die_and_send_again
from tests.acceptance.mail_estate import an_estate
from tests.acceptance.mail_lives import a_nursery
from tests.acceptance.mail_server import mail_server

pytestmark = [pytest.mark.soak, pytest.mark.timeout(7200)]
KILLS, DIGESTS, ROWS = 2_000, 12_500, 12_500
SLOWEST = 0.003
STORES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.external)]


@pytest.fixture(scope="module")
def nursery():
    with a_nursery() as born:
        yield born


@pytest.fixture(params=STORES)
def store(request):
    """What says where the store is, where that is not a file."""
    if request.param == "sqlite":
        yield {}
        return
    server, name = make_url(request.getfixturevalue("postgres_url")), f"mail_{uuid.uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield {"store_url": server.set(database=name).render_as_string(hide_password=False)}
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.mark.parametrize("seed", [1])
@pytest.mark.parametrize("at_once", [1, 2])
def test_two_thousand_deaths_lose_none_and_repeat_none(nursery, tmp_path, store, seed, at_once):
    with mail_server(seed, SLOWEST) as server:
        estate = an_estate(tmp_path, server.port, **store)
        how = {"digests": DIGESTS, "rows": ROWS, "seed": seed, "kills": KILLS, "at_once": at_once}
        die_and_recover(nursery, server, estate, **how)


@pytest.mark.parametrize("seed", [2])
def test_two_thousand_deaths_leave_nothing_unsent_where_the_unknown_is_sent_again(
    nursery, tmp_path, store, seed
):
    with mail_server(seed, SLOWEST) as server:
        estate = an_estate(tmp_path, server.port, unknown="retry", **store)
        how = {"digests": DIGESTS, "rows": ROWS, "seed": seed, "kills": KILLS, "later": 20}
        die_and_send_again(nursery, server, estate, **how)
