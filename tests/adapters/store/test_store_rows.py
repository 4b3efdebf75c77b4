"""What the store's tables hold."""

from datetime import datetime

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from tests.adapters.store.building import LEASE, NOW, a_message, a_run, column
from tests.mailing import claim, settle

from sereno.adapters.store import schema
from sereno.domain.outbox import Attempt


def test_how_a_message_ended_is_kept_for_those_who_ask(store, path):
    store.record(a_run(), [a_message("m1")])
    claim(store, 1, NOW, LEASE, trial=False)
    settle(store, [Attempt("m1", "deferred", "451 más tarde", {})], NOW)
    assert column(path, "SELECT settled_at FROM deliveries") == [None]
    claim(store, 1, NOW + LEASE, LEASE, trial=False)
    settle(store, [Attempt("m1", "accepted", "250 Ok", {"b@example.com": "550 no"})], NOW)
    assert column(path, "SELECT answer || attempts || refused FROM deliveries") == [
        '250 Ok2{"b@example.com": "550 no"}'
    ]
    assert column(path, "SELECT settled_at FROM deliveries") == ["2026-11-24 09:00:00.000000"]


def test_times_are_kept_in_utc(store, path):
    summer = datetime.fromisoformat("2026-07-01T09:00:00+02:00")
    store.record(a_run(finished_at=summer), [])
    assert column(path, "SELECT finished_at FROM runs") == ["2026-07-01 07:00:00.000000"]


def test_a_digest_belongs_to_a_run(store):
    orphan = {
        "id": "m",
        "run_id": "nobody",
        "kind": "digest",
        "origin": "",
        "subject": "",
        "sender": "",
        "recipients": [],
        "trial": False,
        "unheard": False,
    }
    with store.engine.connect() as connection, pytest.raises(IntegrityError, match="FOREIGN KEY"):
        connection.execute(insert(schema.messages), [orphan | {"queued_at": NOW}])
