"""Mail survives servers that restart and file systems that fill up while it is being delivered."""

import os
import shutil
import subprocess
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool
from tests.acceptance.mail_estate import CONNECTIONS, an_estate, check, in_doubt, opened, run_on, states
from tests.acceptance.mail_lives import TROUBLED, a_nursery
from tests.acceptance.mail_server import mail_server
from tests.acceptance.mail_trouble import DIGESTS, at, check_once, deliver_once, filled

from sereno.domain.errors import StoreUnavailable
from sereno.domain.foreign import message_id
from sereno.engine.deliver import deliver
from sereno.engine.taking_in import composed_as

pytestmark = pytest.mark.external


@pytest.fixture
def server():
    with mail_server() as running:
        yield running


@pytest.fixture(scope="module")
def nursery():
    with a_nursery() as born:
        yield born


def cut_sessions(url):
    """End every session of a database, as a restart of its server does."""
    here = make_url(url)
    admin = create_engine(here.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
    with admin.connect() as connection:
        connection.execute(text(others), {"name": here.database})


@pytest.fixture
def database_url(postgres_url):
    server, name = make_url(postgres_url), f"mail_{uuid.uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def small_file_system(folder, size):
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("external: no small file system can be mounted (not root)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def fill(path):
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


@pytest.mark.parametrize("room", [4_096, 40_960, 102_400, 204_800])
def test_a_file_system_that_fills_up_repeats_nothing(tmp_path, server, room):
    with small_file_system(tmp_path / "small", "8m") as folder:
        estate = filled(an_estate(folder, server.port))
        filling = folder / "relleno"
        filling.write_bytes(bytes(shutil.disk_usage(folder).free - room))
        with suppress(StoreUnavailable):
            deliver_once(estate)
        filling.unlink()
        doubts = sum(map(len, in_doubt(estate).values()))
        assert doubts <= CONNECTIONS
        assert not deliver_once(estate).troubles
        check_once(estate, server, unknown=doubts)


@pytest.mark.parametrize("moment", [1, 60, 130, 199])
def test_a_file_system_that_fills_up_in_the_middle_repeats_nothing(tmp_path, server, moment):
    with small_file_system(tmp_path / "small", "8m") as folder:
        estate = filled(an_estate(folder, server.port))
        server.on_accepted = at(moment, lambda: fill(folder / "relleno"))
        with pytest.raises(StoreUnavailable):
            deliver_once(estate)
        (folder / "relleno").unlink()
        doubts = sum(map(len, in_doubt(estate).values()))
        assert doubts <= CONNECTIONS
        assert not deliver_once(estate).troubles
        check_once(estate, server, unknown=doubts)


@pytest.mark.parametrize("largest", [60, 150, 1_000, 5_000])
def test_a_journal_that_cannot_grow_stops_the_mail_and_repeats_nothing(
    nursery, tmp_path, server, database_url, largest
):
    estate = filled(an_estate(tmp_path, server.port, store_url=database_url))
    run_on(estate.queue_url, 'DELETE FROM "TbCorreosEnviados"')  # its file could not grow either
    assert nursery.live(estate, largest=largest) == TROUBLED
    doubts = frozenset().union(*in_doubt(estate).values())
    assert len(doubts) <= CONNECTIONS
    # An end that the journal had no room for may be in the store already.
    lost = {name for name, state in states(estate).items() if state == "sending" and name in doubts}
    deliver_once(estate)
    check(estate, server.accepted, DIGESTS, 0, "")
    assert {name for name, state in states(estate).items() if state == "unknown"} == lost
    assert server.accepted.most_common(1)[0][1] == 1


@pytest.mark.parametrize("moment", [1, 60, 130, 199])
def test_a_store_whose_server_restarts_in_the_middle_repeats_nothing(tmp_path, server, database_url, moment):
    estate = filled(an_estate(tmp_path, server.port, store_url=database_url))
    server.on_accepted = at(moment, lambda: cut_sessions(database_url))
    doubts = 0
    try:
        deliver_once(estate)
    except StoreUnavailable:
        doubts = sum(map(len, in_doubt(estate).values()))
    assert doubts <= CONNECTIONS
    deliver_once(estate)
    check_once(estate, server, unknown=doubts)


@pytest.mark.parametrize("moment", [1, 90, 130, 199])
def test_a_queue_whose_server_restarts_in_the_middle_repeats_nothing(tmp_path, server, database_url, moment):
    estate = filled(an_estate(tmp_path, server.port, queue_url=database_url))
    server.on_accepted = at(moment, lambda: cut_sessions(database_url))
    deliver_once(estate)
    deliver_once(estate)
    check_once(estate, server)


def test_rows_that_many_take_in_at_once_are_there_once(tmp_path, server, database_url):
    estate = filled(an_estate(tmp_path, server.port, store_url=database_url))
    with opened(estate) as (office, store):
        rows = [row for page in office.queues[0].pending() for row in page]
        now = office.clock.now()
        taken = [composed_as("correos", message_id("correos", row), row, now, office) for row in rows]
        with ThreadPoolExecutor(8) as threads:
            for each in [threads.submit(office.intake.take_in, "correos", taken, now) for _ in range(8)]:
                each.result()
        deliver(office, store)
    check_once(estate, server)
