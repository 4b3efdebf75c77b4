"""What a person sees of mail and decides about it, on every store."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests import mailing
from tests.contracts.building import (
    MINUTE,
    NOW,
    a_message,
    a_run,
    an_entry,
    at_once,
    claim,
    counts,
    queue,
    told,
)
from tests.mailing import settle

from sereno.domain.outbox import Attempt, Envelope
from sereno.engine.mail_records import Sieve

ANA, LUIS = "ana@example.com", "luis@example.com"


def end(store, verdict, now=NOW, **refused):
    words = {f"{name}@example.com": said for name, said in refused.items()}
    settle(store, [Attempt(each.id, verdict, "palabras", words) for each in claim(store, 99, now)], now)


def test_mail_is_listed_newest_first_by_state_and_origin(store):
    queue(store, a_message("m1"), a_message("m2", queued_at=NOW + MINUTE), a_message("x", origin="otro/uno"))
    lines = store.desk.lines({"queued"}, "brass/diario", 9)
    assert [line.id for line in lines] == ["m2", "m1"]
    assert [line.id for line in store.desk.lines({"queued"}, None, 1)] == ["m2"]
    assert store.desk.lines({"dead"}, None, 9) == []
    assert lines[1].recipients == (ANA, LUIS)


def test_a_sheet_tells_every_attempt_in_the_relay_s_words(store):
    queue(store, a_message("m1"))
    end(store, "deferred")
    end(store, "dead", NOW + MINUTE, ana="550 no")
    sheet = store.desk.sheet("m1")
    assert [(each.at, each.verdict) for each in sheet.past] == [(NOW, "deferred"), (NOW + MINUTE, "dead")]
    assert (sheet.line.state, sheet.line.attempts, sheet.refused) == ("dead", 2, {ANA: "550 no"})
    assert (sheet.data, sheet.sender) == (a_message("m1").data, "brass@example.com")
    assert store.desk.sheet("nada") is None


@pytest.mark.parametrize("verdict", ["dead", "unknown", "deferred"])
def test_what_does_not_leave_by_itself_can_be_sent_again(store, verdict):
    queue(store, a_message("m1"))
    end(store, verdict)
    assert store.desk.retry("m1")
    (delivery,) = claim(store, 9)
    assert delivery.attempts == 0


@pytest.mark.parametrize("verdict", ["accepted", "diverted"])
def test_what_has_left_is_neither_sent_again_nor_dropped(store, verdict):
    queue(store, a_message("m1"))
    end(store, verdict)
    assert not store.desk.retry("m1")
    assert not store.desk.drop("m1", "", NOW)
    assert counts(store) == {verdict: 1}


def test_what_is_being_sent_belongs_to_its_claimer(store):
    queue(store, a_message("m1"))
    claim(store, 1)
    assert not store.desk.retry("m1")
    assert not store.desk.drop("m1", "", NOW)
    assert not store.desk.retry("nada")


def test_held_mail_leaves_once_somebody_sends_it_again_and_no_sooner(store):
    queue(store, a_message("m1"), a_message("m2"))
    assert store.desk.hold("m1", "lleva un error", NOW)
    assert store.desk.sheet("m1").line.answer == "lleva un error"
    assert not store.desk.hold("m1", "otra vez", NOW)
    assert [each.id for each in claim(store, 9)] == ["m2"]
    assert not store.desk.hold("m2", "ya sale", NOW)
    assert not store.desk.hold("nada", "", NOW)
    assert counts(store) == {"held": 1, "sending": 1}
    assert store.desk.retry("m1")
    assert [each.id for each in claim(store, 9)] == ["m1"]


def test_mail_that_waits_to_be_tried_again_can_be_held(store):
    queue(store, a_message("m1"))
    end(store, "deferred")
    assert store.desk.hold("m1", "", NOW)
    assert claim(store, 9, NOW + timedelta(days=9)) == []


def test_dropped_mail_never_leaves(store):
    queue(store, a_message("m1"))
    assert store.desk.drop("m1", "no hace falta", NOW)
    assert claim(store, 9) == []
    assert not store.desk.retry("m1")
    assert store.desk.sheet("m1").line.answer == "no hace falta"


def test_a_message_can_be_sent_to_one_address_alone(store):
    queue(store, a_message("m1"))
    end(store, "accepted", ana="550 no")
    assert store.desk.send_to("m1", ("ana.nueva@example.com",)) == "m1.2"
    (delivery,) = claim(store, 9)
    assert (delivery.id, delivery.recipients) == ("m1.2", ("ana.nueva@example.com",))
    assert delivery.message.data == a_message("m1").data


def test_mail_is_found_by_the_beginning_of_its_name(store):
    queue(store, a_message("abc1"), a_message("abd1"), a_message("correos-0000000012-aa"))
    assert store.desk.named("abc") == ["abc1"]
    assert store.desk.named("ab") == ["abc1", "abd1"]
    assert store.desk.named("correos-12") == ["correos-0000000012-aa"]
    assert store.desk.named("%") == []


def test_a_name_that_begins_others_is_itself(store):
    everybody = tuple(f"p{number}@example.com" for number in range(101))
    queue(store, a_message("m1", envelope=Envelope("a@example.com", everybody)))
    assert store.desk.named("m1") == ["m1"]


def test_a_hold_tells_since_when_and_why_until_it_ends(place):
    place.open().desk.hold_mail("mudanza", NOW)
    store = place.die()
    assert (store.desk.held().since, store.desk.held().why) == (NOW, "mudanza")
    assert store.mail_summary(NOW).hold == store.desk.held()
    hold = store.desk.held()
    assert store.desk.let_mail_go(hold)
    assert store.desk.held() is None
    assert not store.desk.let_mail_go(hold)


def test_mail_that_is_held_stays_held_as_it_was(store):
    assert store.desk.hold_mail("mudanza", NOW)
    assert not store.desk.hold_mail("otra cosa", NOW + MINUTE)
    assert (store.desk.held().since, store.desk.held().why) == (NOW, "mudanza")


def test_of_many_who_hold_mail_or_let_it_go_at_once_exactly_one_does(place):
    place.open()
    held = at_once(place, [lambda store, n=n: store.desk.hold_mail(str(n), NOW) for n in range(6)])
    assert sorted(held) == [False] * 5 + [True]
    assert place.die().desk.held().why == str(held.index(True))
    hold = place.die().desk.held()
    assert sorted(at_once(place, [lambda store: store.desk.let_mail_go(hold)] * 6)) == [False] * 5 + [True]


def test_the_summary_tells_what_waits_for_a_person(store):
    queue(store, *(a_message(name) for name in ("a", "b", "c")))
    claimed = claim(store, 9)
    settle(store, [Attempt(claimed[0].id, "dead", "", {}), Attempt(claimed[1].id, "unknown", "", {})], NOW)
    store.outbox.hold({"c": "no"}, mailing.ME, NOW)
    summary = store.mail_summary(NOW)
    assert (summary.stuck, summary.pending, summary.of("dead", "held")) == (3, 0, 2)


def test_dropping_a_copy_that_nobody_needs_does_not_make_its_reader_unheard(place):
    store = place.open()
    store.record(a_run(), [a_message("m1")], [an_entry()], [told()])
    end(store, "unknown")
    store.desk.send_to("m1", ("ana@example.com",))
    end(store, "accepted")
    assert store.desk.drop("m1", "ya la tiene", NOW)
    (kept,) = store.ledger("brass").values()
    assert len(kept.tellings) == 1


EVERY = frozenset({"queued", "accepted", "dead", "held"})


def leaf(store, first=0, number=9, **asked):
    return [line.id for line in store.desk.leaf(Sieve(**{"states": EVERY, **asked}), first, number)]


def test_mail_is_leafed_through_by_state_origin_and_age_from_either_end(store):
    days = [replace(a_message(f"m{n}"), queued_at=NOW - n * 24 * 60 * MINUTE) for n in range(4)]
    queue(store, *days, a_message("x", origin="otro/uno", queued_at=NOW - 2 * 24 * 60 * MINUTE))
    assert leaf(store) == ["m0", "m1", "x", "m2", "m3"]
    assert leaf(store, oldest_first=True) == ["m3", "m2", "x", "m1", "m0"]
    assert leaf(store, 1, 2) == ["m1", "x"]
    assert leaf(store, 5) == []
    assert leaf(store, origin="otro/uno") == ["x"]
    assert leaf(store, queued_by=NOW - 2 * 24 * 60 * MINUTE) == ["x", "m2", "m3"]
    settle(store, [Attempt(each.id, "accepted", "250", {}) for each in claim(store, 2)], NOW)
    gone = leaf(store, states=frozenset({"accepted"}))
    assert len(gone) == 2
    assert sorted(gone + leaf(store, states=frozenset({"queued"}))) == ["m0", "m1", "m2", "m3", "x"]
    assert leaf(store, states=frozenset({"dead"})) == leaf(store, states=frozenset()) == []
    end(store, "dead")
    assert set(leaf(store, states=frozenset({"dead"}))) == set(leaf(store)) - set(gone)
    assert store.desk.origins() == ["brass/diario", "otro/uno"]
