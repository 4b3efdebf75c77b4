"""A cheap look finds everything that the mail job would see to, and says what it could not look at."""

import json
import sqlite3
import time
from contextlib import closing, nullcontext
from dataclasses import asdict
from datetime import timedelta

import pytest
from sqlalchemy import text
from tests import mailing
from tests.adapters import hanging_driver
from tests.adapters.store.building import fresh_schema
from tests.contracts.building import LEASE, MINUTE, NOW, a_message, claim, queue

from sereno.adapters import lookout
from sereno.adapters.lookout import Look, Lookout
from sereno.adapters.store.looking import look_at_store
from sereno.adapters.store.opening import open_store
from sereno.domain.mail_policy import MailPolicy
from sereno.domain.outbox import Attempt
from sereno.engine.logbook import Lease, Process

ME = Process(4_001, 123_456.0, "arranque", "torre")
POLICY = MailPolicy(trial=False)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.external)])
def store(request, tmp_path):
    place = nullcontext(f"sqlite:///{tmp_path}/sereno.sqlite")
    if request.param == "postgresql":
        place = fresh_schema(request.getfixturevalue("postgres_url"))
    with place as url, closing(open_store(url, NOW)) as opened:
        yield opened


@pytest.fixture
def look(store):
    def ask(now=NOW, **policy):
        seen = look_at_store(store.engine, MailPolicy(**{"trial": False, **policy}), ME)
        return Look(**json.loads(json.dumps(asdict(seen)))).ask(now)  # as it is handed on

    return ask


def test_an_empty_outbox_asks_for_nothing(look):
    assert not look()


def test_mail_that_is_to_leave_is_found_when_its_hour_has_come(store, look):
    queue(store, a_message("m1"))
    assert look()
    assert not look(trial=True)
    (claimed,) = claim(store, 9)
    assert look(), "being sent: its deliverer may have died"
    mailing.settle(store, [Attempt(claimed.id, "deferred", "450 luego")], NOW)
    assert not look(NOW)
    assert look(NOW + timedelta(hours=6))


def test_mail_that_is_held_back_altogether_asks_for_nothing(store, look):
    queue(store, a_message("m1"))
    store.desk.hold_mail("parada", NOW)
    assert not look()
    mailing.let_mail_go(store)
    assert look()


def test_what_is_unknown_is_tried_again_only_where_it_may_be(store, look):
    queue(store, a_message("m1"))
    claim(store, 9)
    store.outbox.lose_abandoned("nadie contesta", NOW + 2 * LEASE)
    assert not look()
    assert look(unknown="retry")


def test_what_waits_for_its_files_and_what_is_to_be_stamped_are_found(store, look):
    with store.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO messages (id, kind, origin, subject, sender, recipients, queued_at, trial,"
                " unheard) VALUES ('q1', 'queue', 'correos', 'x', '', '[]', '2026-11-24 08:00:00', false,"
                " false)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO taken_in (origin, number, fingerprint, message_id, accepted)"
                " VALUES ('correos', 1, 'f', 'q1', true)"
            )
        )
    assert look()
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE taken_in SET stamped_at = '2026-11-24 08:00:00'"))
    assert not look()
    with store.engine.begin() as connection:
        connection.execute(text("INSERT INTO bodies (message_id, data) VALUES ('q1', NULL)"))
        connection.execute(
            text(
                "INSERT INTO deliveries (id, message_id, part, recipients, kind, origin, queued_at, trial,"
                " state, attempts, due_at, answer, refused) VALUES ('q1', 'q1', 1, '[]', 'queue', 'correos',"
                " '2026-11-24 08:00:00', false, 'held', 0, '1970-01-01 00:00:00', '', '{}')"
            )
        )
    assert look()


def test_a_cycle_that_passes_is_counted_and_renews_the_lead_of_its_master_alone(store):
    look, until = look_at_store(store.engine, POLICY, ME), NOW + 20 * MINUTE
    assert not look.write(look.passing, NOW, until)
    assert store.cycles() == 0
    store.logbook.take(Lease(ME, NOW, NOW + MINUTE), None)
    assert look.write(look.passing, NOW, until)
    assert store.cycles() == 1
    assert store.logbook.lease() == Lease(ME, NOW, until)
    assert look.write(look.leaving, NOW, NOW)
    assert store.logbook.lease() is None


def test_what_cannot_be_looked_at_is_said_and_never_taken_for_nothing(tmp_path):
    missing = Look("cola", "sqlite3", (f"file:{tmp_path}/nada.sqlite?mode=ro",), {"uri": True}, "SELECT 1")
    said = Lookout().around([missing], NOW)
    assert said.startswith("no se ha podido mirar cola")
    assert "no se ha podido" in Lookout().around([Look("otra", "sin_tal_modulo", (), {}, "SELECT 1")], NOW)


def test_a_look_that_hangs_is_waited_for_once_and_not_piled_up(monkeypatch, tmp_path):
    monkeypatch.setattr(lookout, "PATIENCE", 0.2)
    database = tmp_path / "cola.sqlite"
    sqlite3.connect(database).close()
    empty = Look("cola", "sqlite3", (str(database),), {}, "SELECT 1 WHERE 0")
    hung = Look("compartida", "tests.adapters.hanging_driver", (), {}, "SELECT 1")
    watch = Lookout()
    try:
        assert watch.around([empty, hung], NOW) == "compartida no contesta"
        began, first = time.monotonic(), watch.watcher
        assert "aún no contesta" in watch.around([empty], NOW)
        assert time.monotonic() - began < 0.2
        assert watch.watcher is first
    finally:
        hanging_driver.AWAKE.set()
    first.join(10)
    assert watch.around([empty], NOW) == ""
