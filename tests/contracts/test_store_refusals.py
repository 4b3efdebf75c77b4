"""The addresses that a relay refuses for good, as every store keeps them."""

from datetime import timedelta

import pytest
from tests.contracts.building import LEASE, MINUTE, NOW, a_message, claim, deliver, queue
from tests.mailing import recover, settle

from sereno.domain.outbox import Attempt, Envelope

ANA, LUIS = "ana@example.com", "luis@example.com"


def refused(store, since=NOW):
    return store.refused_addresses(since)


def send(store, name, verdict, now=NOW, **refusals):
    queue(store, a_message(name))
    deliver(store, verdict, now, **refusals)


def test_nobody_is_refused_before_a_relay_says_so(store):
    queue(store, a_message("m1"))
    assert refused(store) == frozenset()


@pytest.mark.parametrize("verdict", ["accepted", "dead"])
def test_an_address_refused_for_good_is_known_whether_or_not_others_were_reached(place, verdict):
    send(place.open(), "m1", verdict, luis="550 5.1.1 no existe")
    assert refused(place.die()) == {LUIS}


@pytest.mark.parametrize(
    ("verdict", "answer"),
    [("accepted", "450 4.2.1 más tarde"), ("deferred", "550 no existe"), ("unknown", "550 no existe")],
)
def test_what_may_pass_or_is_tried_again_refuses_nobody(store, verdict, answer):
    send(store, "m1", verdict, luis=answer)
    assert refused(store) == frozenset()


def test_a_message_refused_for_its_content_says_nothing_about_its_readers(store):
    send(store, "m1", "dead", luis="550")
    send(store, "m2", "dead")
    assert refused(store) == {LUIS}


def test_an_address_that_is_accepted_again_is_refused_no_more(store):
    send(store, "m1", "dead", luis="550", ana="550")
    send(store, "m2", "accepted", luis="550")
    assert refused(store) == {LUIS}
    send(store, "m3", "accepted")
    assert refused(store) == frozenset()


def test_only_refusals_since_then_count_and_the_last_one_does(store):
    send(store, "m1", "dead", luis="550", ana="550")
    send(store, "m2", "dead", NOW + MINUTE, ana="550")
    assert refused(store) == {ANA, LUIS}
    assert refused(store, NOW + timedelta(seconds=1)) == {ANA}
    assert refused(store, NOW + MINUTE) == {ANA}
    assert refused(store, NOW + 2 * MINUTE) == frozenset()


def test_addresses_are_known_whatever_their_case(store):
    queue(store, a_message("m1", envelope=Envelope("brass@example.com", ("Ana@Example.com",))))
    claim(store, 1)
    settle(store, [Attempt("m1", "dead", "", {"Ana@Example.com": "550"})], NOW)
    assert refused(store) == {ANA}
    send(store, "m2", "accepted")
    assert refused(store) == frozenset()


def test_an_answer_that_settles_nothing_refuses_nobody(store):
    queue(store, a_message("m1"))
    settle(
        store, [Attempt("m1", "dead", "", {ANA: "550"}), Attempt("nothing", "dead", "", {ANA: "550"})], NOW
    )
    claim(store, 1)
    recover(store, NOW + LEASE)
    store.desk.retry("m1")
    settle(store, [Attempt("m1", "dead", "", {ANA: "550"})], NOW)
    assert refused(store) == frozenset()


def test_of_two_answers_at_once_to_two_messages_the_later_counts(store):
    queue(store, a_message("m1"), a_message("m2"))
    claim(store, 2)
    settle(store, [Attempt("m1", "dead", "", {ANA: "550"}), Attempt("m2", "accepted", "", {})], NOW)
    assert refused(store) == frozenset()


def test_of_two_answers_at_once_the_later_counts_also_where_it_refuses(store):
    queue(store, a_message("m1"), a_message("m2"))
    claim(store, 2)
    settle(store, [Attempt("m1", "accepted", "", {}), Attempt("m2", "dead", "", {ANA: "550"})], NOW)
    assert refused(store) == {ANA}


def test_one_answer_of_many_is_enough_to_hear_of_an_address_again(store):
    send(store, "m0", "dead", ana="550")
    assert refused(store) == {ANA}
    others = Envelope("brass@example.com", (LUIS,))
    queue(store, a_message("m1", envelope=others), a_message("m2"), a_message("m3", envelope=others))
    answers = [Attempt(each.id, "accepted", "", {}) for each in claim(store, 3)]
    settle(store, answers, NOW)
    assert refused(store) == frozenset()
