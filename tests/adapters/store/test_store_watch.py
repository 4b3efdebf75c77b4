"""The master's own records in a store that is upgraded, copied, restored, and asked by many at once."""

from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import bindparam, create_engine, text
from tests.adapters.store.building import (
    DAY,
    NOW,
    OPEN,
    a_message,
    child,
    column,
    fresh_schema,
    make_version,
)
from tests.mailing import claim

from sereno.adapters.memory import MemoryStore
from sereno.adapters.store.backup import back_up, restore
from sereno.adapters.store.columns import Instant
from sereno.adapters.store.copy import copy_to_memory
from sereno.adapters.store.opening import open_store
from sereno.domain.alarms import Alarm
from sereno.domain.errors import StoreUnavailable
from sereno.domain.outbox import Envelope
from sereno.engine.logbook import Lease, Process, Running
from sereno.engine.records import JobResult

MINUTE = timedelta(minutes=1)
ME = Process(4_001, 1_794_000_000.123456, "arranque-1", "torre")
LEASE = Lease(ME, NOW, NOW + 10 * MINUTE)
AT = bindparam("at", type_=Instant())
RUN = text(
    "INSERT INTO runs (id, monitor, digest, period, state, started_at, finished_at, findings, messages, why,"
    " sent, forced, trial, data_errors, counts) VALUES (:id, :monitor, :digest, '2026-11-23', :state, :at,"
    " :at, 0, 0, '', false, false, false, '[]', '{}')"
).bindparams(AT)
LAST, LONG_PAST = NOW - timedelta(minutes=7, microseconds=1), NOW - timedelta(days=4)
RUNS = (
    ("r1", "brass", "diario", "complete", LAST),
    ("r2", "brass", "diario", "blind", NOW - timedelta(days=1)),
    ("r3", "riesgos", "calidad", "blind", LONG_PAST),
)


def is_accounted_for_after_its_upgrade(url):
    engine = create_engine(url)
    with engine.begin() as connection:
        make_version(connection, "0003")
        made = text("INSERT INTO store_info (id, made_at, cycles) VALUES (1, :at, 7)").bindparams(AT)
        connection.execute(made, {"at": NOW - timedelta(days=300)})
        names = ("id", "monitor", "digest", "state", "at")
        connection.execute(RUN, [dict(zip(names, run, strict=True)) for run in RUNS])
    engine.dispose()
    with closing(open_store(url, NOW)) as store:
        assert store.logbook.accounts() == {
            ("brass", "diario"): LAST,
            ("riesgos", "calidad"): LONG_PAST,
        }
        assert store.logbook.missed(NOW - timedelta(days=999)) == []
        assert (store.logbook.lease(), store.logbook.running(), store.logbook.alarms()) == (None, [], {})
        assert store.logbook.made_at() == NOW - timedelta(days=300)


def test_a_store_that_knew_nothing_of_the_watch_has_missed_nothing_before_its_last_runs(path, url):
    path.parent.mkdir()
    is_accounted_for_after_its_upgrade(url)


@pytest.mark.external
def test_a_store_on_a_server_that_knew_nothing_of_the_watch_has_missed_nothing_either(postgres_url):
    with fresh_schema(postgres_url) as url:
        is_accounted_for_after_its_upgrade(url)


@pytest.mark.long
def test_of_eight_processes_that_take_the_lead_at_once_one_has_it(store, path, url):
    take = (
        "from sereno.engine.logbook import Lease, Process\n"
        "now, pid = datetime.fromisoformat(sys.argv[2]), int(sys.argv[3])\n"
        "lease = Lease(Process(pid, 1.5, '', 'torre'), now, now + timedelta(minutes=10))\n"
        "seen = store.logbook.lease()\n"
        "print('ready', flush=True)\n"
        "sys.stdin.read()\n"
        "print(store.logbook.take(lease, seen))\n"
        "store.close()"
    )
    for before in (None, LEASE):  # to one who starts first, and to one who takes over from the dead
        if before is not None:
            assert store.logbook.take(before, store.logbook.lease())
        taking = [child(OPEN + take, url, str(NOW), str(pid)) for pid in range(8)]
        assert [process.stdout.readline() for process in taking] == ["ready\n"] * 8
        for process in taking:
            process.stdin.close()
        said = [process.stdout.read().strip() for process in taking]
        errors = [process.stderr.read() for process in taking]
        for process in taking:
            process.wait()
            process.stdout.close()
            process.stderr.close()
        assert errors == [""] * 8
        assert sorted(said) == ["False"] * 7 + ["True"]
        assert column(path, "SELECT pid FROM lease") == [said.index("True")]


def watched(store):
    """Let a master have led, with a job at work, a missed period, and operators who know of something."""
    book = store.logbook
    book.take(LEASE, None)
    book.job_started(Running("brass", ME, NOW))
    book.account("brass", "diario", NOW, (DAY,), NOW)
    book.tell([Alarm("job/brass", 1, "falla", NOW, NOW)], (), a_message("aviso"))
    return book


def test_a_dry_run_knows_what_is_accounted_for_and_takes_nothing_from_the_real_master(store, url):
    book = watched(store)
    copy = copy_to_memory(url, NOW + MINUTE).logbook
    assert copy.accounts() == book.accounts() != {}
    assert copy.missed(NOW) == book.missed(NOW) != []
    assert copy.made_at() == book.made_at() == NOW
    assert (copy.lease(), copy.running(), copy.alarms()) == (None, [], {})


def test_in_a_restored_store_nobody_leads_and_nothing_runs(store, url, tmp_path):
    known = watched(store).alarms()
    missed = store.logbook.missed(NOW)
    back_up(url, tmp_path / "copia.sqlite")
    store.close()
    restore(url, tmp_path / "copia.sqlite", NOW)
    with closing(open_store(url, NOW)) as restored:
        book = restored.logbook
        assert (book.lease(), book.running()) == (None, [])
        assert (book.missed(NOW), book.alarms()) == (missed, known)
        assert book.take(LEASE, None)


def test_a_result_and_the_end_of_its_job_are_written_both_or_not_at_all(store):
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE running"))
    with pytest.raises(StoreUnavailable):
        store.record_job(JobResult("brass", NOW, NOW, 0, ""))
    assert store.job_results("brass", 9) == []


@pytest.mark.parametrize("make", [lambda _: MemoryStore(NOW, 2), lambda url: open_store(url, NOW, 2)])
def test_the_mail_that_tells_operators_goes_to_as_many_at_once_as_the_relay_takes(url, make):
    everybody = tuple(f"operador{n}@example.com" for n in range(3))
    store = make(url)
    store.logbook.tell([], (), a_message("aviso", envelope=Envelope("sereno@example.com", everybody)))
    assert [each.recipients for each in claim(store, 9, NOW)] == [everybody[:2], everybody[2:]]
    if not isinstance(store, MemoryStore):
        store.close()
