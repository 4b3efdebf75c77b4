"""The proof of notice, as every store keeps it."""

from datetime import timedelta

import pytest
from tests.contracts.building import (
    LEASE,
    MINUTE,
    NOW,
    TODAY,
    a_message,
    a_run,
    an_entry,
    claim,
    counts,
    deliver,
    queue,
    tell,
    told,
)
from tests.mailing import recover, release, settle

from sereno.domain.outbox import Attempt, Envelope
from sereno.engine.records import Notice

ANA, LUIS = "ana@example.com", "luis@example.com"
TOMORROW = NOW + timedelta(days=1)


def notices(store, address=None):
    return store.notices(NOW, TOMORROW, address)


def told_whom(store):
    return [(notice.address, notice.key) for notice in notices(store)]


def test_everything_about_a_notice_comes_back(place):
    tell(place.open(), told((7, "año"), due=None))
    deliver(place.open(), "accepted")
    notice = Notice(NOW, ANA, "brass", "BR-1", "BR-1", (7, "año"), None, "m1", "B-7 | Multímetro")
    (proof, _) = notices(place.die())
    assert proof == notice
    assert proof.accepted_at.utcoffset() == timedelta(hours=1)


def test_everybody_in_the_envelope_was_told_of_everything_in_the_message(store):
    tell(store, told((7,)), told((8,)), told((9,), "m2"), told((10,), None))
    deliver(store, "accepted")
    assert told_whom(store) == [
        (ANA, (7,)),
        (ANA, (8,)),
        (LUIS, (7,)),
        (LUIS, (8,)),
        (ANA, (9,)),
        (LUIS, (9,)),
    ]


def test_nobody_was_told_before_a_relay_accepts(store):
    tell(store, told())
    assert notices(store) == []
    deliver(store, "deferred")
    assert notices(store) == []
    deliver(store, "accepted", NOW + MINUTE)
    assert {notice.accepted_at for notice in notices(store)} == {NOW + MINUTE}


@pytest.mark.parametrize("verdict", ["diverted", "deferred", "dead", "unknown"])
def test_only_what_was_really_delivered_counts(store, verdict):
    tell(store, told())
    deliver(store, verdict)
    assert notices(store) == []


def test_whom_the_relay_refused_was_not_told(store):
    tell(store, told())
    deliver(store, "accepted", luis="550 no existe")
    assert told_whom(store) == [(ANA, (7,))]


def test_an_answer_that_settles_nothing_proves_nothing(store):
    tell(store, told())
    settle(store, [Attempt("m1", "accepted", "", {}), Attempt("unheard-of", "accepted", "", {})], NOW)
    claim(store, 1)
    recover(store, NOW + LEASE)
    store.desk.retry("m1")
    settle(store, [Attempt("m1", "accepted", "", {})], NOW)
    assert notices(store) == []


def test_other_mail_that_is_accepted_at_once_proves_nothing(store):
    tell(store, told())
    queue(store, a_message("m2"), a_message("m3"))
    settle(store, [Attempt(each.id, "accepted", "250", {}) for each in claim(store, 9)], NOW)
    assert counts(store) == {"accepted": 3}
    assert {notice.message_id for notice in notices(store)} == {"m1"}


@pytest.mark.parametrize(("first", "told_to"), [("accepted", 1), ("dead", 0), ("deferred", 0)])
def test_of_two_answers_to_one_message_the_first_counts(store, first, told_to):
    tell(store, told())
    claim(store, 1)
    answers = [Attempt("m1", first, "", {LUIS: "550"}), Attempt("m1", "accepted", "", {})]
    settle(store, answers, NOW)
    assert len(notices(store)) == told_to


def test_a_notice_tells_what_was_known_when_it_was_told(store):
    tell(store, told())
    deliver(store, "accepted")
    before = notices(store)
    store.record(a_run(), [], [an_entry(key=(99,), due=TODAY + timedelta(days=9), ended="resolved")])
    assert notices(store) == before


def test_nothing_that_happens_later_takes_a_notice_back_or_changes_it(store):
    tell(store, told())
    deliver(store, "accepted")
    proof = notices(store)
    for verdict in ("accepted", "dead", "unknown", "deferred"):
        settle(store, [Attempt("m1", verdict, "tarde", {ANA: "550"})], NOW + MINUTE)
    release(store, ["m1"])
    recover(store, TOMORROW)
    tell(store, told(message="m2"))
    deliver(store, "dead", NOW + MINUTE)
    tell(store, told(message="m3"))
    deliver(store, "accepted", NOW + 2 * MINUTE)
    assert notices(store)[: len(proof)] == proof
    assert {notice.message_id for notice in notices(store)} == {"m1", "m3"}


def test_notices_are_asked_for_from_an_instant_to_before_another_oldest_first(store):
    for name, moment in [("m2", NOW + MINUTE), ("m1", NOW), ("m3", NOW + 2 * MINUTE)]:
        tell(store, told(message=name))
        deliver(store, "accepted", moment)
    found = store.notices(NOW, NOW + 2 * MINUTE, ANA)
    assert [notice.message_id for notice in found] == ["m1", "m2"]


def test_notices_of_one_address_are_found_however_it_is_written(store):
    envelope = Envelope("brass@example.com", ("Ana@Example.com", LUIS, "ana@example.com.org"))
    store.record(a_run(), [a_message("m1", envelope=envelope)], [an_entry()], [told()])
    deliver(store, "accepted")
    assert [notice.address for notice in notices(store, "ANA@example.com")] == ["Ana@Example.com"]
    assert notices(store, "nadie@example.com") == []
