"""The outbox that every store keeps."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import chain

import pytest
from tests import mailing
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
from tests.mailing import recover, release, settle

from sereno.domain.outbox import Attempt, Envelope
from sereno.engine.mail_ports import Claimer
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
    assert {delivery.state for delivery in claimed} == {"sending"}
    assert ids(store.pending()) == ["b"]
    assert counts(store) == {"sending": 2, "queued": 1}


def test_trial_mail_and_real_mail_are_claimed_apart(store):
    queue(store, a_message("t1", trial=True), a_message("m1"), a_message("t2", trial=True), a_message("m2"))
    assert ids(store.pending()) == ["m1", "m2", "t1", "t2"]
    assert ids(claim(store, 1, trial=True)) == ["t1"]
    assert ids(claim(store, 9)) == ["m1", "m2"]
    assert claim(store, 9) == []
    (last,) = claim(store, 9, trial=True)
    assert last.message == a_message("t2", trial=True)


def test_what_was_tried_before_is_claimed_after_what_was_not(store):
    queue(store, a_message("failing"))
    claim(store, 1)
    settle(store, [Attempt("failing", "deferred", "451 más tarde", {})], NOW)
    queue(store, a_message("newer", queued_at=NOW + MINUTE), a_message("newest", queued_at=NOW + 2 * MINUTE))
    assert ids(store.pending()) == ["failing", "newer", "newest"]
    assert ids(claim(store, 2, NOW + MINUTE)) == ["newer", "newest"]
    assert ids(claim(store, 2, NOW + MINUTE)) == ["failing"]


def test_untried_mail_keeps_its_turn(store):
    queue(store, a_message("a"), a_message("b"))
    release(store, ids(claim(store, 1)))
    assert ids(claim(store, 1)) == ["a"]


def test_the_summary_counts_what_was_accepted_since_an_instant(store):
    queue(store, a_message("m1"), a_message("m2"))
    for moment in (NOW, NOW + MINUTE):
        settle(store, list(map(accepted, claim(store, 1, moment))), moment)
    since = [NOW, NOW + MINUTE, NOW + 2 * MINUTE]
    assert [store.mail_summary(moment).accepted_since for moment in since] == [2, 1, 0]


def test_the_summary_tells_when_the_oldest_pending_message_was_queued(store):
    assert store.mail_summary(NOW).oldest is None
    queue(store, a_message("m1"), a_message("m2", queued_at=NOW + MINUTE))
    claim(store, 1)
    assert store.mail_summary(NOW).oldest.isoformat() == NOW.isoformat()
    settle(store, [accepted(a_message("m1"))], NOW)
    assert store.mail_summary(NOW).oldest == NOW + MINUTE


def test_nothing_is_claimed_where_nothing_is_queued(store):
    assert claim(store, 10) == []


def test_no_message_is_claimed_twice_by_claimers_at_work_at_once(place):
    queue(place.open(), *(a_message(f"m{number:03}") for number in range(60)))

    def drain(store: Store) -> list[str]:
        return list(chain.from_iterable(map(ids, iter(partial(claim, store, 4), []))))

    with ThreadPoolExecutor(4) as threads:
        claimed = list(chain.from_iterable(threads.map(drain, [place.open() for _ in range(4)])))
    assert sorted(claimed) == [f"m{number:03}" for number in range(60)]


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        ("accepted", "accepted"),
        ("diverted", "diverted"),
        ("deferred", "deferred"),
        ("dead", "dead"),
        ("unknown", "unknown"),
    ],
)
def test_a_verdict_settles_a_message_in_its_state(store, verdict, state):
    queue(store, a_message("m1"))
    claim(store, 1)
    settle(store, [Attempt("m1", verdict, "respuesta", {"luis@example.com": "550 no existe"})], NOW)
    assert counts(store) == {state: 1}
    assert recover(store, NOW + LEASE) == 0


def test_deferred_mail_is_claimed_again_as_it_was(store):
    queue(store, a_message("m1"))
    first = claim(store, 1)
    settle(store, [Attempt("m1", "deferred", "451 más tarde", {})], NOW)
    assert claim(store, 1, NOW + MINUTE / 2) == []
    assert claim(store, 1, NOW + MINUTE) == [replace(each, attempts=1) for each in first]


@pytest.mark.parametrize("verdict", ["accepted", "deferred", "dead"])
def test_what_is_not_being_sent_cannot_be_settled(store, verdict):
    queue(store, a_message("claimed"), a_message("queued"))
    (message,) = claim(store, 1)
    settle(store, [accepted(message)], NOW)
    late = [Attempt(name, verdict, "", {}) for name in ("claimed", "queued", "unheard-of")]
    settle(store, late, NOW)
    assert counts(store) == {"accepted": 1, "queued": 1}


def test_deliveries_may_come_from_a_relay_that_uses_the_store_meanwhile(store):
    queue(store, a_message("m1"), a_message("m2"))

    def deliver() -> Iterator[Attempt]:
        for message in claim(store, 2):
            store.record(a_failure(), [])
            yield accepted(message)

    settle(store, deliver(), NOW)
    assert counts(store) == {"accepted": 2}


def test_untried_mail_returns_to_the_queue(store):
    queue(store, a_message("m1"), a_message("m2"), a_message("m3"))
    tried, *untried = claim(store, 3)
    settle(store, [accepted(tried)], NOW)
    release(store, iter(ids([tried, *untried])))
    assert ids(store.pending()) == ["m2", "m3"]
    assert counts(store) == {"accepted": 1, "queued": 2}


def test_nothing_settled_and_nothing_released_is_no_fault(store):
    settle(store, [], NOW)
    release(store, [])
    assert counts(store) == {}


def test_mail_of_a_process_that_died_while_sending_is_unknown_once_its_lease_is_over(place):
    queue(place.open(), a_message("m1"), a_message("m2"))
    claim(place.open(), 1)
    after = place.die()
    assert recover(after, NOW + LEASE - MINUTE) == 0
    assert recover(after, NOW + LEASE) == 1
    assert counts(after) == {"unknown": 1, "queued": 1}
    assert ids(claim(after, 9, NOW + LEASE)) == ["m2"]


def test_who_was_taken_for_dead_may_still_say_that_it_was_accepted(store):
    queue(store, a_message("m1"))
    (delivery,) = claim(store, 1)
    recover(store, NOW + LEASE)
    assert counts(store) == {"unknown": 1}
    settle(store, [accepted(delivery)], NOW + LEASE)
    assert counts(store) == {"accepted": 1}


def test_a_late_answer_changes_nothing_once_somebody_has_decided(store):
    queue(store, a_message("m1"))
    (delivery,) = claim(store, 1)
    recover(store, NOW + LEASE)
    assert store.desk.retry("m1")
    settle(store, [accepted(delivery)], NOW + LEASE)
    assert counts(store) == {"queued": 1}


def test_what_was_taken_for_abandoned_is_still_the_claimer_s_to_tell(store):
    queue(store, a_message("m1"), a_message("m2"))
    claim(store, 2)
    recover(store, NOW + LEASE)
    assert ids(store.outbox.claims("yo")) == ["m1", "m2"]
    release(store, ["m1"])
    assert counts(store) == {"queued": 1, "unknown": 1}
    assert store.desk.retry("m2")
    assert store.outbox.claims("yo") == []


def test_only_its_claimer_settles_or_releases_a_delivery(store):
    queue(store, a_message("m1"))
    (delivery,) = claim(store, 1)
    settle(store, [accepted(delivery)], NOW, by="otro")
    release(store, ["m1"], by="otro")
    assert counts(store) == {"sending": 1}
    assert ids(store.outbox.claims("yo")) == ["m1"]
    assert store.outbox.claims("otro") == []


def test_a_renewed_claim_outlives_its_lease(store):
    queue(store, a_message("m1"))
    claim(store, 1)
    store.outbox.renew(Claimer("yo", NOW + 2 * LEASE))
    assert recover(store, NOW + LEASE) == 0
    assert recover(store, NOW + 2 * LEASE) == 1


def test_more_recipients_than_fit_make_deliveries_with_a_life_of_their_own(store):
    everybody = tuple(f"p{number:03}@example.com" for number in range(250))
    queue(store, a_message("m1", envelope=Envelope("brass@example.com", everybody)))
    deliveries = claim(store, 9)
    assert [(each.id, len(each.recipients)) for each in deliveries] == [
        ("m1", 100),
        ("m1.2", 100),
        ("m1.3", 50),
    ]
    assert sum((each.recipients for each in deliveries), ()) == everybody
    settle(store, [accepted(deliveries[0]), Attempt("m1.2", "dead", "550", {})], NOW)
    assert counts(store) == {"accepted": 1, "dead": 1, "sending": 1}


def test_who_is_refused_for_now_while_others_receive_gets_a_delivery_of_its_own(store):
    queue(store, a_message("m1"))
    claim(store, 1)
    settle(store, [Attempt("m1", "accepted", "250", {"luis@example.com": "450 later"})], NOW)
    assert counts(store) == {"accepted": 1, "deferred": 1}
    assert claim(store, 9) == []
    (later,) = claim(store, 9, NOW + MINUTE)
    assert (later.id, later.recipients, later.attempts) == ("m1.2", ("luis@example.com",), 1)
    assert later.message.data == a_message("m1").data


def test_what_is_postponed_waits_behind_all_others_and_no_attempt_counts(store):
    queue(store, a_message("a"), a_message("b", queued_at=NOW + MINUTE))
    claim(store, 1)
    store.outbox.postpone("a", "yo", NOW + MINUTE)
    assert ids(claim(store, 9)) == ["b"]
    release(store, ["b"])
    claimed = claim(store, 9, NOW + MINUTE)
    assert [(each.id, each.attempts) for each in claimed] == [("b", 0), ("a", 0)]
    release(store, ["a"])
    assert counts(store) == {"sending": 1, "deferred": 1}


def test_quiet_hours_hold_digests_back_and_nothing_else(store):
    queue(store, a_message("m1"), a_message("n1", kind="notice"))
    assert ids(mailing.claim(store, 9, NOW, digests=False)) == ["n1"]


def test_mail_is_held_and_withdrawn_with_its_reason(store):
    queue(store, a_message("m1"), a_message("m2"))
    claim(store, 2)
    store.outbox.hold({"m1": "fuera de la lista"}, "yo", NOW)
    store.outbox.withdraw({"m2": "ya sellado"}, "yo", NOW)
    assert counts(store) == {"held": 1, "dropped": 1}
    assert store.desk.sheet("m1").line.answer == "fuera de la lista"
    assert claim(store, 9) == []


def test_what_is_lost_is_unknown_and_comes_back_by_itself_only_where_that_is_asked_for(store):
    queue(store, a_message("m1"))
    claim(store, 1)
    store.outbox.lose(["m1"], "yo", "murió", NOW)
    assert claim(store, 9, NOW + LEASE) == []
    assert store.outbox.try_unknown_again(NOW - MINUTE) == 0
    assert store.outbox.try_unknown_again(NOW) == 1
    assert ids(claim(store, 9)) == ["m1"]
