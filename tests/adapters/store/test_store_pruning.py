"""Housekeeping on the store: what counts stays as it was, whatever came before, and disks get room back."""

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from tests.adapters.store.building import NOW, a_message, a_run, an_entry, child, column, told
from tests.adapters.store.test_store_model import STEPS, take
from tests.mailing import claim, settle

from sereno.adapters.memory import MemoryClock, MemoryLog, MemoryStore
from sereno.adapters.store.opening import open_store
from sereno.domain.outbox import Attempt
from sereno.engine.housekeeping import Retention, tidy
from sereno.engine.keeper import WASTES, Gone, Space

LATER = NOW + timedelta(days=1)
PRUNES = st.tuples(st.sampled_from(WASTES), st.integers(-1, 2).map(lambda days: NOW + timedelta(days=days)))


def open_entries(store):
    return {key: entry for key, entry in store.ledger("brass").items() if entry.ended is None}


@pytest.mark.long
@settings(deadline=None, max_examples=40)
@given(steps=st.lists(st.tuples(STEPS, PRUNES), max_size=10))
def test_whatever_goes_what_was_told_of_open_findings_stays_and_both_stores_agree(steps):
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_store(f"sqlite:///{folder}/s", NOW)) as on_disk,
    ):
        in_memory = MemoryStore(NOW)
        for step, (what, before) in steps:
            assert take(in_memory, step) == take(on_disk, step)
            told_before = open_entries(on_disk)
            gone = [sum(store.keeper.prune(what, before, 2), Gone()) for store in (in_memory, on_disk)]
            assert gone[0] == gone[1]
            assert open_entries(on_disk) == told_before
            assert in_memory.ledger("brass") == on_disk.ledger("brass")
            assert in_memory.mail_summary(NOW) == on_disk.mail_summary(NOW)
            assert in_memory.pending() == on_disk.pending()
            assert in_memory.runs_since(NOW) == on_disk.runs_since(NOW)
            assert in_memory.notices(NOW, LATER, None) == on_disk.notices(NOW, LATER, None)


def fill(store, mails=300, size=20_000):
    """Let a year and more of mail have been sent."""
    old = NOW - timedelta(days=999)
    mail = [a_message(f"m{n}", data=bytes(size), queued_at=old) for n in range(mails)]
    store.record(a_run(finished_at=old), mail)
    settle(store, [Attempt(each.id, "accepted", "", {}) for each in claim(store, mails, old)], old)


def test_a_file_gives_room_back_bit_by_bit_once_a_quarter_is_idle(store, path):
    fill(store)
    before = path.stat().st_size
    done = tidy(store.keeper, Retention(), MemoryClock(NOW), MemoryLog())
    assert done.gone["own_bytes"] == Gone(300, 300 * 20_000)
    assert done.gone["mail"] == Gone(300)
    assert done.before.used > 6_000_000
    assert done.after.used < 1_000_000
    assert done.after.disk_free
    store.close()
    assert path.stat().st_size < before / 4
    assert column(path, "PRAGMA integrity_check") == ["ok"]


def test_room_is_given_back_as_many_pages_at_a_time_as_were_asked_for(store):
    fill(store)
    for what in WASTES:
        list(store.keeper.prune(what, NOW, 500))
    before = store.keeper.space()
    steps = list(store.keeper.shrink(500))
    assert steps[0] == 500 * 4096
    assert sum(steps) == before.used - store.keeper.space().used
    assert len(steps) <= before.idle / (500 * 4096) + 1


def test_a_file_that_others_write_to_gives_room_back_another_day(store, path):
    fill(store)
    for what in WASTES:
        list(store.keeper.prune(what, NOW, 500))
    store.engine.dispose()
    event.listen(
        store.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 20")
    )
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        used = store.keeper.space().used
        assert sum(store.keeper.shrink(500)) == 0
        other.execute("ROLLBACK")
    assert sum(store.keeper.shrink(500)) > used / 2


def test_a_file_that_is_mostly_full_is_left_as_it_is(store):
    fill(store, 20)
    used = store.keeper.space().used
    assert list(store.keeper.shrink(100)) == []
    assert store.keeper.space().used == used


def test_a_file_that_cannot_give_room_back_bit_by_bit_is_written_anew_while_nothing_is_sent(store, path, url):
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA auto_vacuum = NONE")
        connection.execute("VACUUM")
    with closing(open_store(url, NOW)) as older:
        fill(older)
        older.record(a_run("r2", period="2026-11-25"), [a_message("later")])
        claim(older, 1, NOW)
        for what in WASTES:
            list(older.keeper.prune(what, NOW, 500))
        assert list(older.keeper.shrink(100)) == []  # a mail is being sent
        older.outbox.release(["later"], "yo")
        assert sum(older.keeper.shrink(100)) > 5_000_000
        assert [message.id for message in older.pending()] == ["later"]
    assert column(path, "PRAGMA auto_vacuum") == [2]


def test_housekeeping_takes_turns_with_others_that_write(store, path, url):
    """Another process writes all the while, and waits for none of its turns for long."""
    fill(store, 1500, 2_000)
    write = (
        "store = open_store(sys.argv[1], datetime.fromisoformat(sys.argv[2]))\n"
        "print('ready', flush=True)\nn = 0\n"
        "import select\n"
        "while not select.select([sys.stdin], [], [], 0)[0]:\n"
        "    store.count_cycle(); n += 1\n"
        "print(n); store.close()"
    )
    writing = child(write, url, str(NOW))
    assert writing.stdout.readline() == "ready\n"
    done = tidy(store.keeper, Retention(), MemoryClock(NOW), MemoryLog())
    said, errors = writing.communicate("\n")
    assert (done.gone["own_bytes"].rows, errors) == (1500, "")
    assert column(path, "SELECT cycles FROM store_info") == [int(said)]


def test_a_stop_ends_housekeeping_and_the_rest_goes_the_next_time(store):
    fill(store, 1200, 10)

    class Stopped(MemoryClock):
        def rest(self, seconds):
            super().rest(seconds)
            return True

    done = tidy(store.keeper, Retention(), Stopped(NOW), MemoryLog())
    assert done.interrupted
    assert done.total.rows == 500
    again = tidy(store.keeper, Retention(), MemoryClock(NOW), MemoryLog())
    assert not again.interrupted
    assert again.gone["own_bytes"].rows == 700
    assert again.gone["mail"].rows == 1200


def test_housekeeping_twice_is_housekeeping_once(store):
    fill(store, 5)
    store.record(a_run("r2", forced=True), [], [an_entry((1,))], [told((1,))])
    log = MemoryLog()
    tidy(store.keeper, Retention(), MemoryClock(NOW), log)
    entries = store.ledger("brass")
    again = tidy(store.keeper, Retention(), MemoryClock(NOW), log)
    assert again.gone == {}
    assert again.total == Gone()
    assert store.ledger("brass") == entries
    assert [event.name for event in log.events] == ["store.tidied"] * 2


def test_bytes_are_kept_for_as_long_as_was_asked_for(store):
    at = NOW - timedelta(days=29)
    mine = a_message("own", queued_at=at)
    store.record(a_run(finished_at=at), [mine, replace(mine, id="theirs", kind="queue", origin="correos")])
    settle(store, [Attempt(each.id, "accepted", "", {}) for each in claim(store, 9, at)], at)

    def kept(**days):
        tidy(store.keeper, Retention(**days), MemoryClock(NOW), MemoryLog())
        return {name for name in ("own", "theirs") if store.desk.sheet(name).data is not None}

    assert kept() == {"own", "theirs"}
    assert kept(foreign=timedelta(days=28)) == {"own"}
    assert kept(own=timedelta(days=28)) == set()


def test_a_store_in_memory_takes_no_room():
    done = tidy(MemoryStore(NOW).keeper, Retention(), MemoryClock(NOW), MemoryLog())
    assert (done.before, done.gone) == (Space(), {})
