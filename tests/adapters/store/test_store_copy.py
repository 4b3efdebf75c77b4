"""A dry run's copy of the store."""

import os
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import make_url, text
from tests.adapters.store.building import (
    DAY,
    LEASE,
    NOW,
    a_message,
    a_run,
    an_entry,
    as_nobody,
    fresh_schema,
    told,
    without_permission,
)
from tests.contracts.test_store_traces import TRACE
from tests.mailing import claim, recover, settle

from sereno.adapters.store.copy import copy_to_memory
from sereno.adapters.store.engine import looking
from sereno.adapters.store.opening import open_store
from sereno.domain.errors import StoreUnavailable
from sereno.domain.ledger import Snooze
from sereno.domain.outbox import Attempt


def test_an_absent_store_is_an_empty_copy_and_is_not_made(url, path):
    copy = copy_to_memory(url, NOW)
    assert (copy.runs_since(NOW), copy.pending()) == ([], [])
    assert not path.parent.exists()


def test_a_copy_knows_what_the_store_knows(store, url):
    store.open_period("brass", "diario", DAY)
    store.record(a_run("r0", state="blind"), [a_message("m0", trial=True)])
    store.record(a_run("r1"), [a_message("m1"), a_message("m2", queued_at=NOW - LEASE), a_message("m3")])
    store.record(a_run("r2", forced=True), [a_message("m4", queued_at=NOW + LEASE)])
    settle(store, [Attempt(claim(store, 1, NOW, LEASE)[0].id, "dead", "550 no", {})], NOW)
    claim(store, 1, NOW, LEASE, trial=False)
    copy = copy_to_memory(url, NOW + LEASE)
    for ask in (
        lambda each: each.opened_periods("brass", "diario", NOW),
        lambda each: each.runs("brass", "diario", DAY.id),
        lambda each: each.last_run("brass", "diario"),
        lambda each: each.completed_periods("brass", "diario", 9),
        lambda each: each.mail_summary(NOW),
        lambda each: recover(each, NOW + LEASE),
        lambda each: each.pending(),
    ):
        assert ask(copy) == ask(store)


def test_a_copy_follows_what_the_store_follows(store, url):
    lost = a_run("r1", monitor="otro")
    store.record(lost, [a_message("m1")], [an_entry((1,))], [told((1,), "m1")])
    settle(store, [Attempt(claim(store, 1, NOW, LEASE)[0].id, "dead", "550 no", {})], NOW)
    entries = [an_entry(("año", 2.5), owner="Ana"), an_entry((3,), ended="resolved", ended_on=NOW.date())]
    tellings = [told(("año", 2.5)), told(("año", 2.5), "m2"), told((3,), "m2", "BR-2")]
    store.record(a_run("r2"), [a_message("m2")], entries, tellings)
    store.snooze("brass", "BR-1", (3,), Snooze(NOW.date(), "ana", "en el laboratorio", None))
    copy = copy_to_memory(url, NOW)
    assert store.ledger("otro")["BR-1", (1,)].tellings == ()
    assert [copy.ledger(monitor) for monitor in ("brass", "otro", "nada")] == [
        store.ledger(monitor) for monitor in ("brass", "otro", "nada")
    ]
    for each in (copy, store):
        settle(each, [Attempt(claim(each, 1, NOW, LEASE, trial=False)[0].id, "dead", "550 no", {})], NOW)
    assert copy.ledger("brass") == store.ledger("brass")


def test_a_copy_knows_what_runs_left_behind(store, url):
    store.record(a_run("r1"), [], trace=TRACE)
    store.record(a_run("r2", state="blind", sent=False), [])
    store.record(a_run("r3", period="otro"), [], trace=TRACE)
    copy = copy_to_memory(url, NOW)
    assert [copy.traces.of(name) for name in ("r1", "r2", "r3")] == [TRACE, None, TRACE]
    (last,) = store.runs("brass", "diario", "otro")
    assert copy.traces.complete_before(last) == store.traces.complete_before(last)
    assert copy.traces.moves(last, None) == store.traces.moves(last, None)


def test_what_was_told_of_findings_that_ended_before_today_stays_behind(store, url):
    yesterday = NOW.date() - timedelta(days=1)
    gone = an_entry((1,), ended="resolved", ended_on=yesterday)
    store.record(a_run(), [], [gone, an_entry((2,))], [told((1,)), told((2,))])
    ledger, whole = copy_to_memory(url, NOW).ledger("brass"), store.ledger("brass")
    assert ledger["BR-1", (1,)] == replace(whole["BR-1", (1,)], tellings=())
    assert ledger["BR-1", (2,)] == whole["BR-1", (2,)]


def test_what_is_done_to_a_copy_leaves_the_store_byte_for_byte(store, url, path):
    store.record(a_run(), [a_message("m1")])
    store.close()
    before = path.read_bytes()
    copy = copy_to_memory(url, NOW)
    claim(copy, 1, NOW, LEASE, trial=False)
    copy.record(a_run("r2", state="blind"), [])
    assert path.read_bytes() == before
    assert {each.name for each in path.parent.iterdir()} <= {
        path.name,
        f"{path.name}-shm",
        f"{path.name}-wal",
    }


def test_a_copy_is_made_while_somebody_writes_and_sees_no_half_of_it(store, url):
    store.record(a_run("r1"), [])
    with store.engine.connect() as connection, connection.execution_options(writes=True).begin():
        connection.execute(text("DELETE FROM runs"))
        assert [run.id for run in copy_to_memory(url, NOW).runs_since(NOW)] == ["r1"]


def test_a_store_that_cannot_be_read_is_not_an_empty_copy(path, url):
    path.parent.mkdir()
    path.write_text("Esto es una carta, no una base de datos. " * 99)
    with pytest.raises(StoreUnavailable, match="no es una base de datos"):
        copy_to_memory(url, NOW)


def test_a_link_that_leads_nowhere_is_not_an_absent_store(path, url):
    path.parent.mkdir()
    path.symlink_to(path.with_name("disco-sin-montar.sqlite"))
    for look in (copy_to_memory, open_store):
        with pytest.raises(StoreUnavailable, match="no se puede abrir"):
            look(url, NOW)


def test_a_store_in_a_folder_that_may_not_be_entered_is_not_an_absent_store():
    with as_nobody() as folder:
        url = f"sqlite:///{folder}/sereno.sqlite"
        open_store(url, NOW).close()
        with without_permission(folder, 0o000), pytest.raises(StoreUnavailable, match="no se puede mirar"):
            copy_to_memory(url, NOW)


def test_a_store_at_rest_in_a_read_only_folder_is_copied_and_nothing_is_made_beside_it():
    with as_nobody() as folder:
        url = f"sqlite:///{folder}/sereno.sqlite"
        with closing(open_store(url, NOW)) as store:
            store.record(a_run("r1"), [a_message("m1")])
        (folder / "sereno.sqlite").chmod(0o444)
        with without_permission(folder, 0o555):
            copy = copy_to_memory(url, NOW)
        assert (copy.last_run("brass", "diario").id, copy.pending()) == ("r1", [a_message("m1")])
        assert [each.name for each in folder.iterdir()] == ["sereno.sqlite"]


def test_a_store_that_changes_while_it_is_copied_without_locks_is_not_believed():
    with as_nobody() as folder:
        url = f"sqlite:///{folder}/sereno.sqlite"
        open_store(url, NOW).close()
        (folder / "sereno.sqlite").chmod(0o444)
        refused = pytest.raises(StoreUnavailable, match="ha cambiado mientras se leía")
        with refused, without_permission(folder, 0o555), looking(make_url(url)):
            os.seteuid(os.getuid())
            os.utime(folder / "sereno.sqlite", (0, 0))


def test_a_server_that_does_not_answer_is_not_an_empty_copy():
    with pytest.raises(StoreUnavailable, match="PostgreSQL"):
        copy_to_memory("postgresql+psycopg://x@127.0.0.1:1/sereno", NOW)


def test_who_only_looks_cannot_write(store, url):
    store.record(a_run(), [])
    with pytest.raises(StoreUnavailable, match="solo lectura"), looking(make_url(url)) as connection:
        connection.execute(text("DELETE FROM runs"))
    assert len(store.runs_since(NOW)) == 1


@pytest.mark.external
def test_a_server_is_copied_without_writing(postgres_url):
    with fresh_schema(postgres_url) as url:
        assert copy_to_memory(url, NOW).runs_since(NOW) == []
        with closing(open_store(url, NOW)) as store:
            store.record(a_run(), [a_message("m1")])
            assert copy_to_memory(url, NOW + LEASE).pending() == store.pending()
        refused = pytest.raises(StoreUnavailable, match="solo permite leer")
        with refused, looking(make_url(url)) as connection:
            connection.execute(text("DELETE FROM runs"))
