"""What becomes of a delivery after an attempt, and how patiently it is tried again."""

from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.domain.outbox import (
    Attempt,
    Delivery,
    Envelope,
    Message,
    Sent,
    after_death,
    concerns,
    deliveries_of,
    ending_of,
    wait_after,
    waited,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
AGE = timedelta(hours=72)
MINUTE = timedelta(minutes=1)
WAITS = [1, 5, 15, 60, 180, *[360] * 20]
"""Minutes, as the specification has them."""
ANA, LUIS, EVA = "ana@example.com", "luis@example.com", "eva@example.com"
PEOPLE = st.lists(st.integers(0, 999).map("p{}@example.com".format), min_size=1, max_size=350, unique=True)


def a_message(recipients=(ANA, LUIS, EVA)):
    return Message("m", "brass/diario", "", Envelope("s@example.com", tuple(recipients)), b"", NOW)


def a_delivery(recipients=(ANA, LUIS, EVA), attempts=0):
    return Delivery("m", a_message(), tuple(recipients), "sending", attempts)


def end(verdict, attempts=0, refused=None, recipients=(ANA, LUIS, EVA)):
    attempt = Attempt("m", verdict, "palabras", refused or {})
    return ending_of(a_delivery(recipients, attempts), attempt, NOW, AGE)


@given(PEOPLE, st.integers(1, 120))
def test_everybody_is_dealt_out_once_and_no_delivery_has_too_many(recipients, at_most):
    dealt = deliveries_of(a_message(recipients), at_most)
    assert [each for delivery in dealt for each in delivery.recipients] == recipients
    assert all(1 <= len(delivery.recipients) <= at_most for delivery in dealt)
    assert [each.id for each in dealt] == ["m", *(f"m.{part}" for part in range(2, len(dealt) + 1))]


def test_waiting_grows_from_a_minute_to_six_hours():
    assert [wait_after(number) / MINUTE for number in range(1, 26)] == WAITS
    assert [waited(number) / MINUTE for number in range(26)] == [0, *accumulate(WAITS)]


@given(st.integers(0, 60))
def test_deferred_mail_waits_until_it_has_waited_long_enough_and_then_is_dead(attempts):
    ending = end("deferred", attempts)
    if waited(attempts) < AGE:
        assert (ending.state, ending.next_attempt_at) == ("deferred", NOW + wait_after(attempts + 1))
    else:
        assert (ending.state, ending.next_attempt_at) == ("dead", None)


@pytest.mark.parametrize("verdict", ["dead", "unknown", "diverted", "accepted"])
def test_nothing_but_deferred_mail_is_tried_again(verdict):
    ending = end(verdict)
    assert (ending.state, ending.next_attempt_at, ending.put_off) == (verdict, None, ())


@given(
    st.dictionaries(st.sampled_from([ANA, LUIS, EVA]), st.sampled_from(["450 luego", "550 no"]), max_size=2)
)
def test_each_recipient_of_accepted_mail_has_it_or_waits_or_was_refused_for_good(refused):
    ending = end("accepted", refused=refused)
    waits = {each for each, words in refused.items() if words.startswith("4")}
    assert set(ending.reached) == {ANA, LUIS, EVA} - refused.keys()
    assert set(ending.put_off) == waits
    assert ending.refused_for_good == refused.keys() - waits
    assert (ending.next_attempt_at == NOW + MINUTE) == bool(waits)


@pytest.mark.parametrize(
    ("verdict", "refused", "recipients", "unheard"),
    [
        ("accepted", {}, (ANA, LUIS), False),
        ("accepted", {ANA: "550 no"}, (ANA, LUIS), True),
        ("accepted", {ANA: "450 luego"}, (ANA, LUIS), None),
        ("accepted", {}, (LUIS, EVA), None),
        ("dead", {}, (ANA,), True),
        ("dead", {}, (LUIS,), None),
        ("diverted", {}, (ANA,), True),
        ("unknown", {}, (ANA,), None),
        ("deferred", {}, (ANA,), None),
    ],
)
def test_the_delivery_to_the_first_reader_decides_whether_a_message_told_somebody(
    verdict, refused, recipients, unheard
):
    assert end(verdict, refused=refused, recipients=recipients).unheard is unheard


def test_copies_alone_concern_nobody():
    assert concerns(a_delivery((ANA, LUIS)))
    assert not concerns(a_delivery((LUIS, EVA)))


def test_an_address_is_dead_only_where_the_delivery_has_ended():
    refused = {"Ana@example.com": "550 no"}
    assert end("dead", refused=refused).refused_for_good == {ANA}
    assert end("deferred", refused=refused).refused_for_good == frozenset()


ENDED = Attempt("m", "accepted", "250 Ok")


@pytest.mark.parametrize(
    ("told", "same_boot", "what"),
    [
        (None, True, "untried"),
        (Sent(begun=False), True, "untried"),
        (Sent(begun=True), True, None),
        (Sent(begun=True, ended=ENDED), True, ENDED),
        (Sent(begun=False, ended=ENDED), True, ENDED),
        (None, False, None),
        (Sent(begun=False), False, None),
        (Sent(begun=True), False, None),
        (Sent(begun=True, ended=ENDED), False, ENDED),
    ],
)
def test_after_a_death_only_what_a_journal_can_know_is_believed(told, same_boot, what):
    assert after_death(told, same_boot=same_boot) == what
