"""The outbox that every store keeps."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain

import pytest
from tests.contracts.building import (
    LEASE,
    MINUTE,
    NOW,
    a_failure,
    a_message,
    a_run,
    accepted,
    claim,
    counts,
    ids,
    queue,
)

from sereno.domain.outbox import Delivery
from sereno.engine.ports import Store


@pytest.mark.parametrize("trial", [False, True])
def test_everything_about_a_message_comes_back_byte_for_byte(place, trial):
    message = a_message("m1", trial=trial)
    place.open().record(a_run(), [message])
    assert place.die().pending() == [message]


def test_messages_are_claimed_oldest_first_and_no_more_than_asked_for(store):
    queue(store, a_message("b"), a_message("a"), a_message("old", queued_at=NOW - MINUTE))
    claimed = claim(store, 2)
    assert ids(claimed) == ["old", "a"]
    assert {message.state for message in claimed} == {"sending"}
    assert ids(store.pending()) == ["b"]
    assert counts(store) == {"sending": 2, "queued": 1}


def test_trial_mail_and_real_mail_are_claimed_apart(store):
    queue(store, a_message("t1", trial=True), a_message("m1"), a_message("t2", trial=True), a_message("m2"))
    assert ids(store.pending()) == ["m1", "m2", "t1", "t2"]
    assert ids(claim(store, 1, trial=True)) == ["t1"]
    assert ids(claim(store, 9)) == ["m1", "m2"]
    assert claim(store, 9) == []
    assert store.claim(9, NOW, LEASE, trial=True) == [a_message("t2", trial=True, state="sending")]


def test_what_was_tried_before_is_claimed_after_what_was_not(store):
    queue(store, a_message("failing"))
    claim(store, 1)
    store.settle([Delivery("failing", "deferred", "451 más tarde", {})], NOW)
    queue(store, a_message("newer", queued_at=NOW + MINUTE), a_message("newest", queued_at=NOW + 2 * MINUTE))
    assert ids(store.pending()) == ["failing", "newer", "newest"]
    assert ids(claim(store, 2)) == ["newer", "newest"]
    assert ids(claim(store, 2)) == ["failing"]


def test_untried_mail_keeps_its_turn(store):
    queue(store, a_message("a"), a_message("b"))
    store.release(ids(claim(store, 1)))
    assert ids(claim(store, 1)) == ["a"]


def test_the_summary_counts_what_was_accepted_since_an_instant(store):
    queue(store, a_message("m1"), a_message("m2"))
    for moment in (NOW, NOW + MINUTE):
        store.settle(list(map(accepted, claim(store, 1, moment))), moment)
    since = [NOW, NOW + MINUTE, NOW + 2 * MINUTE]
    assert [store.mail_summary(moment).accepted_since for moment in since] == [2, 1, 0]


def test_the_summary_tells_when_the_oldest_pending_message_was_queued(store):
    assert store.mail_summary(NOW).oldest is None
    queue(store, a_message("m1"), a_message("m2", queued_at=NOW + MINUTE))
    claim(store, 1)
    assert store.mail_summary(NOW).oldest.isoformat() == NOW.isoformat()
    store.settle([accepted(a_message("m1"))], NOW)
    assert store.mail_summary(NOW).oldest == NOW + MINUTE


def test_nothing_is_claimed_where_nothing_is_queued(store):
    assert claim(store, 10) == []


def test_no_message_is_claimed_twice_by_claimers_at_work_at_once(place):
    queue(place.open(), *(a_message(f"m{number:03}") for number in range(60)))

    def drain(store: Store) -> list[str]:
        return list(chain.from_iterable(map(ids, iter(partial(store.claim, 4, NOW, LEASE, trial=False), []))))

    with ThreadPoolExecutor(4) as threads:
        claimed = list(chain.from_iterable(threads.map(drain, [place.open() for _ in range(4)])))
    assert sorted(claimed) == [f"m{number:03}" for number in range(60)]


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        ("accepted", "accepted"),
        ("diverted", "diverted"),
        ("deferred", "queued"),
        ("dead", "dead"),
        ("unknown", "unknown"),
    ],
)
def test_a_verdict_settles_a_message_in_its_state(store, verdict, state):
    queue(store, a_message("m1"))
    claim(store, 1)
    store.settle([Delivery("m1", verdict, "respuesta", {"luis@example.com": "550 no existe"})], NOW)
    assert counts(store) == {state: 1}
    assert store.recover(NOW + LEASE) == 0


def test_deferred_mail_is_claimed_again_as_it_was(store):
    queue(store, a_message("m1"))
    first = claim(store, 1)
    store.settle([Delivery("m1", "deferred", "451 más tarde", {})], NOW)
    assert claim(store, 1, NOW + MINUTE) == first


@pytest.mark.parametrize("verdict", ["accepted", "deferred", "dead"])
def test_what_is_not_being_sent_cannot_be_settled(store, verdict):
    queue(store, a_message("claimed"), a_message("queued"))
    (message,) = claim(store, 1)
    store.settle([accepted(message)], NOW)
    late = [Delivery(name, verdict, "", {}) for name in ("claimed", "queued", "unheard-of")]
    store.settle(late, NOW)
    assert counts(store) == {"accepted": 1, "queued": 1}


def test_deliveries_may_come_from_a_relay_that_uses_the_store_meanwhile(store):
    queue(store, a_message("m1"), a_message("m2"))

    def deliver() -> Iterator[Delivery]:
        for message in claim(store, 2):
            store.record(a_failure(), [])
            yield accepted(message)

    store.settle(deliver(), NOW)
    assert counts(store) == {"accepted": 2}


def test_untried_mail_returns_to_the_queue(store):
    queue(store, a_message("m1"), a_message("m2"), a_message("m3"))
    tried, *untried = claim(store, 3)
    store.settle([accepted(tried)], NOW)
    store.release(iter(ids([tried, *untried])))
    assert ids(store.pending()) == ["m2", "m3"]
    assert counts(store) == {"accepted": 1, "queued": 2}


def test_nothing_settled_and_nothing_released_is_no_fault(store):
    store.settle([], NOW)
    store.release([])
    assert counts(store) == {}


def test_mail_of_a_process_that_died_while_sending_is_unknown_once_its_lease_is_over(place):
    queue(place.open(), a_message("m1"), a_message("m2"))
    claim(place.open(), 1)
    after = place.die()
    assert after.recover(NOW + LEASE - MINUTE) == 0
    assert after.recover(NOW + LEASE) == 1
    assert counts(after) == {"unknown": 1, "queued": 1}
    assert ids(claim(after, 9, NOW + LEASE)) == ["m2"]


def test_a_late_answer_does_not_bring_recovered_mail_back(store):
    queue(store, a_message("m1"))
    (message,) = claim(store, 1)
    store.recover(NOW + LEASE)
    store.settle([accepted(message)], NOW + LEASE)
    store.release(["m1"])
    assert counts(store) == {"unknown": 1}
