"""A connection that breaks leaves no message sent twice, and none lost unsaid."""

import time

import pytest
from tests.adapters.smtp.building import account, compose, deliver, verdicts
from tests.smtp_server import CLOSE, HANG, scripted_server

from sereno.adapters.smtp import SmtpRelay
from sereno.domain.errors import RelayUnavailable


def test_an_idle_connection_that_was_closed_is_opened_again_and_nothing_is_lost():
    with scripted_server(MAIL=["250 ok", "421 you have sent enough", "250 ok", CLOSE]) as server:
        deliveries = deliver(server.port, compose("uno"), compose("dos"), compose("tres"))
    assert verdicts(deliveries) == ["accepted", "accepted", "accepted"]
    assert server.connections == 3
    assert len(server.bodies) == 3


@pytest.mark.parametrize("ending", [CLOSE, HANG, "421 closing", "what?"])
@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_what_breaks_before_the_final_dot_was_not_sent_and_the_next_is_tried(step, ending):
    with scripted_server(**{step: [ending]}) as server:
        deliveries = deliver(server.port, compose("uno"), compose("dos"), timeout=0.5)
    assert verdicts(deliveries) == ["deferred", "accepted"]
    assert server.connections == 2


def test_a_body_broken_off_was_not_sent():
    with scripted_server(body=CLOSE) as server:
        relay = SmtpRelay(account(server.port))
        (delivery,) = relay.deliver([compose(text="línea larga\n" * 300_000)])
    assert delivery.verdict == "deferred"
    assert "cortó la conexión" in delivery.answer
    assert server.bodies == []


def test_two_losses_in_a_row_are_the_relays():
    with scripted_server(RCPT=[CLOSE, CLOSE]) as server:
        ends = SmtpRelay(account(server.port)).deliver([compose("uno"), compose("dos"), compose("tres")])
        assert next(ends).verdict == "deferred"
        with pytest.raises(RelayUnavailable, match="cortó la conexión"):
            next(ends)
    assert server.bodies == []


@pytest.mark.parametrize("ending", [CLOSE, HANG, "what?", "354 go on"])
def test_without_an_answer_to_the_final_dot_nobody_knows(ending):
    with scripted_server(dot=[ending]) as server:
        deliveries = deliver(server.port, compose("uno"), compose("dos"), data_timeout=0.5)
    assert verdicts(deliveries) == ["unknown", "accepted"]
    assert "No se sabe si salió" in deliveries[0].answer
    assert len(server.bodies) == 2
    assert server.connections == 2


def test_a_relay_that_leaves_at_the_final_dot_but_says_so_has_not_taken_it():
    with scripted_server(dot=["421 closing"]) as server:
        (delivery,) = deliver(server.port, compose())
    assert (delivery.verdict, delivery.answer) == ("deferred", "421 closing")


def test_the_answer_to_the_final_dot_is_awaited_longer_than_the_rest():
    with scripted_server(dot=[HANG]) as server:
        began = time.monotonic()
        deliver(server.port, compose(), timeout=0.2, data_timeout=1.0)
    assert time.monotonic() - began >= 1.0


@pytest.mark.parametrize("step", ["greeting", "EHLO", "MAIL"])
def test_a_relay_that_hangs_is_unavailable_after_the_timeout(step):
    with (
        scripted_server(**{step: HANG}) as server,
        pytest.raises(RelayUnavailable, match=r"no contestó en 0.5 s"),
    ):
        deliver(server.port, compose(), timeout=0.5)


@pytest.mark.parametrize("step", ["greeting", "EHLO", "MAIL"])
def test_a_relay_that_hangs_up_is_unavailable(step):
    with (
        scripted_server(**{step: CLOSE}) as server,
        pytest.raises(RelayUnavailable, match="cortó la conexión"),
    ):
        deliver(server.port, compose())
