"""The finding ledger on disk: what it costs, and what nobody can take back."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import delete, event
from sqlalchemy.exc import IntegrityError
from tests.adapters.store.building import NOW, a_message, a_run, an_entry, told
from tests.mailing import claim, recover, release, settle

from sereno.adapters.memory import MemoryStore
from sereno.adapters.store import schema
from sereno.domain.ledger import Snooze
from sereno.domain.outbox import Attempt

TOMORROW = NOW + timedelta(days=1)


@contextmanager
def statements(store):
    said = []

    def listen(connection, cursor, statement, *_):
        if statement.partition(" ")[0] != "BEGIN":
            said.append(statement)

    event.listen(store.engine, "before_cursor_execute", listen)
    yield said
    event.remove(store.engine, "before_cursor_execute", listen)


def follow(store, count, message_id=None):
    tracks = [(number,) for number in range(count)]
    mail = [a_message(message_id)] if message_id else []
    tellings = [told(track, message_id) for track in tracks]
    name = f"{count}{message_id}"
    store.record(a_run(name, forced=True), mail, list(map(an_entry, tracks)), tellings)


def end(store, verdict):
    settle(store, [Attempt(each.id, verdict, "", {}) for each in claim(store, 9, NOW)], NOW)


def test_a_ledger_is_read_in_as_many_queries_however_long_it_is(store):
    follow(store, 1)
    with statements(store) as few:
        store.ledger("brass")
    follow(store, 500)
    with statements(store) as many:
        assert len(store.ledger("brass")) == 500
    assert len(few) == len(many) == 3


def test_a_run_is_written_in_as_many_statements_however_much_came_of_it(store):
    with statements(store) as few:
        follow(store, 1, "m1")
    with statements(store) as many:
        follow(store, 500, "m2")
    assert len(few) == len(many)


def test_what_is_asked_for_is_found_by_an_index(store):
    follow(store, 3, "m1")
    end(store, "accepted")
    with statements(store) as said:
        store.ledger("brass", NOW.date())
        store.notices(NOW, TOMORROW, None)
    with store.engine.connect() as connection:
        for statement in said:
            unknowns = ("?",) * statement.count("?")
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", unknowns)
            scans = [step for *_, step in plan if step.startswith("SCAN") and "COVERING" not in step]
            assert scans in ([], ["SCAN snoozes"])


def test_what_was_told_and_proved_is_never_written_over(store):
    with statements(store) as said:
        for name, verdict in [("m1", "accepted"), ("m2", "dead"), ("m3", "unknown"), ("m4", "diverted")]:
            follow(store, 2, name)
            end(store, verdict)
            end(store, "accepted")
        store.snooze("brass", "BR-1", (1,), Snooze(NOW.date(), "ana", "fuera", None))
        recover(store, TOMORROW)
        release(store, ["m1"])
    written = {statement.split("(")[0].strip() for statement in said if "SELECT" not in statement[:6]}
    proof = {each for each in written if "tellings" in each or "notices" in each}
    assert proof == {"INSERT INTO tellings", "INSERT INTO notices"}
    assert len(store.notices(NOW, TOMORROW, None)) == 2


@pytest.mark.parametrize("table", [schema.tellings, schema.messages], ids=str)
def test_what_a_notice_rests_on_cannot_be_taken_away(store, table):
    follow(store, 1, "m1")
    end(store, "accepted")
    with store.engine.begin() as connection, pytest.raises(IntegrityError, match="FOREIGN KEY"):
        connection.execute(delete(table))


@pytest.mark.parametrize("kind", ["sql", "memory"])
def test_dead_mail_that_somebody_sends_again_counts_as_told(request, kind):
    store = MemoryStore(NOW) if kind == "memory" else request.getfixturevalue("store")
    follow(store, 1, "m1")
    end(store, "dead")
    assert store.ledger("brass")["BR-1", (0,)].tellings == ()
    assert store.desk.retry("m1")
    assert len(store.ledger("brass")["BR-1", (0,)].tellings) == 1
    end(store, "accepted")
    assert len(store.ledger("brass")["BR-1", (0,)].tellings) == 1
    assert len(store.notices(NOW, TOMORROW, None)) == 1
