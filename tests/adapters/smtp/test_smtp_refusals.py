"""What the relay refuses is dead, deferred, or a matter of the relay itself."""

import pytest
from tests.adapters.smtp.building import ANA, JEFA, LUIS, compose, deliver, verdicts
from tests.smtp_server import scripted_server, smtp_server

from sereno.domain.errors import RelayUnavailable


def test_refused_recipients_are_noted_while_the_others_receive():
    with smtp_server() as server:
        server.refusals[LUIS] = "550 5.1.1 nobody here"
        server.refusals[JEFA] = "450 4.2.1 later"
        (delivery,) = deliver(server.port, compose(cc=(LUIS,), bcc=(JEFA,)))
    assert delivery.verdict == "accepted"
    assert delivery.refused == {LUIS: "550 5.1.1 nobody here", JEFA: "450 4.2.1 later"}
    assert server.received[0].recipients == (ANA,)


@pytest.mark.parametrize(("code", "verdict"), [("550", "dead"), ("450", "deferred")])
@pytest.mark.parametrize("step", [ANA, "DATA"])
def test_a_message_refused_for_good_is_dead_and_one_refused_for_now_is_deferred(step, code, verdict):
    with smtp_server() as server:
        server.refusals[step] = f"{code} because"
        (delivery,) = deliver(server.port, compose())
    assert delivery.verdict == verdict
    assert f"{code} because" in delivery.answer


@pytest.mark.parametrize(("code", "verdict"), [("554", "dead"), ("451", "deferred")])
def test_data_refused_before_the_body_is_judged_by_its_code(code, verdict):
    with scripted_server(DATA=f"{code} no") as server:
        (delivery,) = deliver(server.port, compose())
    assert (delivery.verdict, delivery.answer) == (verdict, f"DATA: {code} no")
    assert server.bodies == []


def test_one_recipient_that_may_be_taken_later_keeps_the_message_alive():
    with smtp_server() as server:
        server.refusals |= {ANA: "550 nobody", LUIS: "450 later"}
        (delivery,) = deliver(server.port, compose(cc=(LUIS,)))
    assert delivery.verdict == "deferred"
    assert ANA in delivery.answer
    assert LUIS in delivery.answer


def test_a_refused_message_does_not_harm_the_next():
    with scripted_server(RCPT=["550 nobody"]) as server:
        deliveries = deliver(server.port, compose("uno"), compose("dos"))
    assert verdicts(deliveries) == ["dead", "accepted"]
    assert "rset" in server.heard
    assert server.connections == 1


def test_a_message_too_big_for_the_relay_is_dead():
    with scripted_server(MAIL=["552 5.3.4 too big"], EHLO="250-aqui\r\n250 SIZE 1000") as server:
        deliveries = deliver(server.port, compose("uno"), compose("dos"))
    assert verdicts(deliveries) == ["dead", "accepted"]
    assert any("SIZE=" in line for line in server.heard)


@pytest.mark.parametrize("code", ["451", "550"])
@pytest.mark.parametrize("step", ["greeting", "EHLO", "MAIL"])
def test_a_refusal_before_the_first_recipient_is_the_relays_and_stops_the_batch(step, code):
    replies = {step: f"{code} not today"}
    if step == "EHLO":
        replies["HELO"] = f"{code} not today"
    with scripted_server(**replies) as server, pytest.raises(RelayUnavailable) as raised:
        deliver(server.port, compose("uno"), compose("dos"))
    assert f"localhost:{server.port}" in str(raised.value)
    assert f"{code} not today" in str(raised.value)
    assert server.bodies == []
