"""Mail survives what happens to disks, stores and other people's databases while it is being delivered."""

import shutil
import sqlite3
import threading
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from tests.acceptance.mail_estate import (
    CONNECTIONS,
    MADRID,
    ROW,
    SENDER,
    an_estate,
    ended,
    in_doubt,
    opened,
    run_on,
    stamped_rows,
    tally,
)
from tests.acceptance.mail_lives import TROUBLED, WELL, a_nursery
from tests.acceptance.mail_server import mail_server
from tests.acceptance.mail_trouble import DIGESTS, ROWS, at, check_once, deliver_once, filled
from tests.adapters.store.building import as_nobody, without_permission

from sereno.adapters.attachments import AttachmentPolicy
from sereno.adapters.memory import MemoryClock
from sereno.adapters.queue_letters import compose_row
from sereno.domain.errors import StoreUnavailable
from sereno.engine.deliver import deliver
from sereno.engine.sending import CLAIMED_A_LINE


@pytest.fixture
def server():
    with mail_server() as running:
        yield running


@pytest.fixture
def estate(server, tmp_path):
    return filled(an_estate(tmp_path, server.port, queue_timeout=0.2))


@pytest.fixture(scope="module")
def nursery():
    with a_nursery() as born:
        yield born


def test_all_is_well_where_nothing_happens(estate, server):
    report = deliver_once(estate)
    assert not report.troubles
    check_once(estate, server)


def test_what_a_power_cut_leaves_claimed_is_unknown_but_no_more_than_the_connections_may_claim(
    nursery, estate, server
):
    reached = threading.Event()
    server.on_accepted = lambda total: reached.set() if total == 60 else None
    pid = nursery.start(estate)
    assert reached.wait(30)
    assert nursery.kill(pid)
    claimed = tally(estate)["sending"]
    answered = sum(map(len, ended(estate).values()))
    deliver_once(replace(estate, boot="otro arranque"))
    check_once(estate, server, unknown=CONNECTIONS * CLAIMED_A_LINE)
    assert tally(estate)["unknown"] == claimed - answered


@pytest.mark.parametrize("room", [0, 4_096, 20_000, 60_000])  # the log grows further than any of it
def test_a_disk_that_is_full_stops_the_mail_and_repeats_none_when_there_is_room_again(
    nursery, estate, server, room
):
    largest = Path(estate.store_url.removeprefix("sqlite:///")).stat().st_size + room
    assert nursery.live(estate, largest=largest) == TROUBLED
    doubts = sum(map(len, in_doubt(estate).values()))
    assert doubts <= CONNECTIONS
    assert not deliver_once(estate).troubles
    check_once(estate, server, unknown=doubts)


def test_a_store_that_may_only_be_read_sends_nothing(server):
    with as_nobody() as folder:
        estate = filled(an_estate(folder, server.port))
        try:
            with opened(estate) as (office, store):
                queued = tally(estate)
                for each in folder.glob("sereno*"):
                    each.chmod(0o444)
                with without_permission(folder, 0o555), pytest.raises(StoreUnavailable):
                    deliver(office, store)
            assert server.accepted.total() == 0
            assert tally(estate) == queued
            for each in folder.glob("sereno*"):
                each.chmod(0o644)
            deliver_once(estate)
            check_once(estate, server)
        finally:
            shutil.rmtree(estate.journals, ignore_errors=True)


@pytest.mark.parametrize("lock", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_queue_that_is_locked_stops_nothing_else_and_is_stamped_when_it_is_free(estate, server, lock):
    with holding(estate, lock):
        report = deliver_once(estate)
        assert any("bloquea" in each for each in report.troubles)
        assert server.accepted.total() >= DIGESTS
    assert not deliver_once(estate).troubles
    check_once(estate, server)


@pytest.mark.parametrize("moment", [1, 90, 130, 199])
@pytest.mark.parametrize("lock", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_queue_that_is_locked_in_the_middle_repeats_nothing(estate, server, lock, moment):
    other = sqlite3.connect(queue_path(estate), isolation_level=None, check_same_thread=False)
    server.on_accepted = at(moment, lambda: other.execute(f"BEGIN {lock}"))
    with closing(other):
        assert deliver_once(estate).troubles
        assert not stamped_rows(estate) if lock == "IMMEDIATE" else True
        other.execute("ROLLBACK")
        assert not deliver_once(estate).troubles
    check_once(estate, server)


@pytest.mark.parametrize("moment", [1, 90, 130, 199])
def test_a_queue_that_goes_in_the_middle_repeats_nothing_when_it_is_back(estate, server, tmp_path, moment):
    away = tmp_path / "away"
    server.on_accepted = at(moment, lambda: queue_path(estate).rename(away))
    assert any("no existe el fichero" in each for each in deliver_once(estate).troubles)
    away.rename(queue_path(estate))
    assert not deliver_once(estate).troubles
    check_once(estate, server)


def test_a_stamp_that_others_set_in_the_middle_withdraws_what_has_not_left(estate, server):
    stamp = "UPDATE TbCorreosEnviados SET FechaEnvio = '2026-01-01 10:00:00'"
    server.on_accepted = at(1, lambda: run_on(estate.queue_url, stamp))
    report = deliver_once(estate)
    assert not report.troubles
    assert tally(estate)["accepted"] == server.accepted.total()
    assert tally(estate)["dropped"] == DIGESTS + ROWS - server.accepted.total()
    assert server.accepted.most_common(1)[0][1] == 1


def queue_path(estate):
    return Path(estate.queue_url.removeprefix("sqlite:///"))


@contextmanager
def holding(estate, lock):
    with closing(sqlite3.connect(queue_path(estate), isolation_level=None)) as other:
        other.execute(f"BEGIN {lock}")
        yield


@pytest.mark.parametrize("changed", [timedelta(hours=-1), timedelta(hours=1), timedelta(days=-400)])
@pytest.mark.parametrize("moment", [1, 60, 199])
def test_a_clock_that_is_set_in_the_middle_loses_and_repeats_nothing(estate, server, changed, moment):
    clock = MemoryClock(estate.clock().now(), MADRID)
    server.on_accepted = at(moment, lambda: clock.rest(changed.total_seconds()))
    deliver_once(estate, clock=clock)
    deliver_once(estate, clock=clock)
    check_once(estate, server)


def test_a_process_that_starts_an_hour_earlier_recovers_what_a_dead_one_left(nursery, estate, server):
    reached = threading.Event()
    server.on_accepted = lambda total: reached.set() if total == 60 else None
    pid = nursery.start(estate)
    assert reached.wait(30)
    assert nursery.kill(pid)
    assert nursery.live(estate.later(-3600), 2) == WELL
    check_once(estate, server, unknown=CONNECTIONS)


def test_two_deliverers_at_once_share_the_mail(nursery, estate, server):
    pids = [nursery.start(estate, 3) for _ in range(2)]
    assert [nursery.reap(pid) for pid in pids] == [WELL, WELL]
    assert nursery.live(estate) == WELL
    check_once(estate, server)


def test_a_journal_that_cannot_be_written_sends_nothing(estate, server):
    estate.journals.write_text("ninguna carpeta")
    with pytest.raises(StoreUnavailable, match="diario de envíos"):
        deliver_once(estate)
    assert server.accepted.total() == 0
    estate.journals.unlink()
    deliver_once(estate)
    check_once(estate, server)


def test_a_draft_that_two_processes_finish_is_sent_once(tmp_path, server):
    estate = an_estate(tmp_path, server.port)
    pdf = tmp_path / "pedido.pdf"
    run_on(estate.queue_url, 'ALTER TABLE "TbCorreosEnviados" ADD COLUMN "URLAdjunto" TEXT')
    with opened(estate, compose=compose_from(tmp_path)) as (office, store):
        run_on(estate.queue_url, ROW.replace(":at, NULL", ":at, NULL, :file"), [a_row(estate, pdf)])
        deliver(office, store)
        ((_since, draft),) = office.intake.drafts("correos")  # the other process reads it, and is slow
        pdf.write_bytes(b"%PDF-1.4")
        deliver(office, store)
        message = office.compose("correos", draft.message_id, draft.row, office.clock.now()).message
        office.intake.finish("correos", replace(draft, state="queued", message=message), office.clock.now())
        deliver(office, store)
    assert server.accepted == {draft.message_id: 1}


def compose_from(folder):
    return partial(compose_row, sender=SENDER, files=AttachmentPolicy((folder,), 1_000_000))


def a_row(estate, file):
    at = estate.clock().now().strftime("%Y-%m-%d %H:%M:%S")
    return {"n": 1, "to": "ana@example.com", "at": at, "what": "El pedido", "file": str(file)}
