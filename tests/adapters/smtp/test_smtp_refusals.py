"""What the relay refuses is dead, deferred, or a matter of the relay itself."""

import pytest
from tests.adapters.smtp.building import (
    ANA,
    JEFA,
    LUIS,
    NotedJournal,
    as_sent,
    begin,
    compose,
    deliver,
    gather,
    raw,
    verdicts,
)
from tests.smtp_server import CLOSE, PIPELINING, scripted_server, smtp_server

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
def test_data_refused_before_the_body_is_judged_by_its_code(code, verdict, greets):
    with scripted_server(EHLO=greets, DATA=f"{code} no") as server:
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


@pytest.mark.parametrize("step", ["RCPT", "DATA", "dot"])
def test_a_refused_message_does_not_harm_the_next(step, greets):
    with scripted_server(EHLO=greets, **{step: ["550 nobody"]}) as server:
        attempts = deliver(server.port, compose("uno"), compose("dos"), compose("tres"))
    assert verdicts(attempts) == ["dead", "accepted", "accepted"]
    assert server.connections == 1
    assert [body for body in server.bodies if body][-2:] == [
        as_sent(compose(name)) for name in ("dos", "tres")
    ]


def test_a_transaction_that_failed_is_cleared_away_before_the_next(greets):
    with scripted_server(EHLO=greets, DATA=["451 not now"]) as server:
        deliver(server.port, compose("uno"), compose("dos"))
    second = [number for number, line in enumerate(server.heard) if line.startswith("MAIL")][1]
    assert server.heard[second - 1] == "RSET"


def test_a_relay_that_wants_content_for_nobody_is_given_none():
    with scripted_server(EHLO=PIPELINING, RCPT=["550 nobody"], dot=["554 no valid recipients"]) as server:
        attempts = deliver(server.port, compose("uno"), compose("dos"))
    assert verdicts(attempts) == ["dead", "accepted"]
    assert attempts[0].answer == f"RCPT: {ANA}: 550 nobody"
    assert server.bodies == [b"", as_sent(compose("dos"))]


def test_a_relay_that_leaves_after_refusing_everybody_has_refused_them():
    with scripted_server(EHLO=PIPELINING, RCPT=["550 nobody"], DATA=[CLOSE]) as server:
        attempts = deliver(server.port, compose("uno"), compose("dos"))
    assert verdicts(attempts) == ["dead", "accepted"]
    assert server.connections == 2


def test_a_message_that_the_relay_finds_too_big_is_dead(greets):
    with scripted_server(MAIL=["552 5.3.4 too big"], EHLO=greets) as server:
        attempts = deliver(server.port, compose("uno"), compose("dos"))
    assert verdicts(attempts) == ["dead", "accepted"]


def test_a_message_bigger_than_the_relay_says_it_takes_is_not_even_tried(greets):
    offered = f"{greets.replace('250 ', '250-')}\r\n250 SIZE 100"
    small = raw(b"Subject: a\r\n\r\na\r\n", "dos")
    journal = NotedJournal()
    with scripted_server(EHLO=offered) as server:
        attempts = deliver(server.port, compose("uno"), small, compose("tres"), journal=journal)
    assert {each.delivery_id: each.verdict for each in attempts} == {
        "uno": "dead",
        "dos": "accepted",
        "tres": "dead",
    }
    big = next(each for each in attempts if each.delivery_id == "uno")
    assert str(len(compose().data)) in big.answer
    assert "admite 100 (SIZE)" in big.answer
    assert sum(line.startswith("MAIL") for line in server.heard) == 1
    assert ("begun", "uno") not in journal.notes


@pytest.mark.parametrize("code", ["451", "550"])
@pytest.mark.parametrize("step", ["greeting", "EHLO"])
def test_a_refusal_before_there_is_any_talk_of_mail_is_the_relays(step, code):
    replies = {step: f"{code} not today"}
    if step == "EHLO":
        replies["HELO"] = f"{code} not today"
    with scripted_server(**replies) as server:
        known, error = gather(begin(server.port, compose("uno"), compose("dos"), connections=4))
    assert known == []
    assert isinstance(error, RelayUnavailable)
    assert f"localhost:{server.port}" in str(error)
    assert f"{code} not today" in str(error)
    assert server.bodies == []
    assert server.connections == 1  # not one for each message, nor for each connection allowed


@pytest.mark.parametrize("code", ["451", "550"])
def test_a_sender_that_is_refused_defers_one_message_and_is_the_relays(code, greets):
    with scripted_server(EHLO=greets, MAIL=f"{code} not you") as server:
        known, error = gather(begin(server.port, compose("uno"), compose("dos"), compose("tres")))
    assert [(each.delivery_id, each.verdict, each.answer) for each in known] == [
        ("uno", "deferred", f"MAIL: {code} not you")
    ]
    assert isinstance(error, RelayUnavailable)
    assert "no admite al remitente rebotes@example.com" in str(error)
    assert f"{code} not you" in str(error)
    assert server.bodies in ([], [b""])


def test_a_sender_refused_later_leaves_nothing_half_told():
    with scripted_server(EHLO=PIPELINING, MAIL=["250 ok", "451 no more"]) as server:
        known, error = gather(begin(server.port, *(compose(f"m{number}") for number in range(5))))
    assert verdicts(known) == ["accepted", "deferred"]
    assert isinstance(error, RelayUnavailable)
    assert [body for body in server.bodies if body] == [as_sent(compose("m0"))]
