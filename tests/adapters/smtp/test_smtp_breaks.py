"""A connection that breaks leaves no message sent twice, and none lost unsaid."""

import pytest
from tests.adapters.smtp.building import (
    NotedJournal,
    as_sent,
    begin,
    compose,
    deliver,
    gather,
    raw,
    verdicts,
)
from tests.smtp_server import CLOSE, HANG, PIPELINING, scripted_server

from sereno.domain.errors import RelayUnavailable

LOSSES = [CLOSE, HANG, "421 closing", "what?", "99", "199 hm", "600 hm"]


@pytest.mark.parametrize("ending", ["421 you have sent enough", CLOSE, HANG, "what?"])
def test_a_connection_that_ends_between_two_messages_is_opened_again_and_nothing_is_lost(ending, greets):
    with scripted_server(EHLO=greets, MAIL=["250 ok", ending, "250 ok", CLOSE]) as server:
        attempts = deliver(server.port, compose("uno"), compose("dos"), compose("tres"), timeout=0.5)
    assert verdicts(attempts) == ["accepted", "accepted", "accepted"]
    assert server.connections == 3
    assert server.bodies == [as_sent(compose(name)) for name in ("uno", "dos", "tres")]


@pytest.mark.parametrize("ending", [*LOSSES, "354 hm"])
def test_a_fresh_connection_that_breaks_at_mail_is_the_relays(ending, greets):
    with scripted_server(EHLO=greets, MAIL=ending) as server:
        known, error = gather(begin(server.port, compose("uno"), compose("dos"), timeout=0.5))
    assert known == []
    assert isinstance(error, RelayUnavailable)
    assert "MAIL" in str(error)
    assert server.connections == 1


@pytest.mark.parametrize(
    ("step", "ending"),
    [(step, ending) for step in ("RCPT", "DATA") for ending in LOSSES]
    + [("RCPT", "354 hm"), ("DATA", "250 hm"), ("DATA", "334 hm")],
)
def test_what_breaks_before_its_content_was_not_sent_and_the_next_is_tried(step, ending, greets):
    journal = NotedJournal()
    with scripted_server(EHLO=greets, **{step: [ending]}) as server:
        attempts = deliver(server.port, compose("uno"), compose("dos"), journal=journal, timeout=0.5)
    assert verdicts(attempts) == ["deferred", "accepted"]
    assert server.connections == 2
    assert journal.notes == [("deferred", "uno"), ("begun", "dos"), ("accepted", "dos")]


def test_an_answer_of_code_251_names_a_recipient_as_well_as_250(greets):
    with scripted_server(EHLO=greets, RCPT="251 will forward") as server:
        (attempt,) = deliver(server.port, compose())
    assert (attempt.verdict, attempt.refused) == ("accepted", {})


@pytest.mark.parametrize("endless", ["250-" * 2, "2" * 10_000])
def test_an_answer_without_an_end_is_none(endless):
    def reply():
        return "\r\n".join([endless] * 300)

    with scripted_server(RCPT=[reply]) as server:
        attempts = deliver(server.port, compose("uno"), compose("dos"))
    assert verdicts(attempts) == ["deferred", "accepted"]


def test_a_body_broken_off_was_not_sent(greets):
    journal = NotedJournal()
    with scripted_server(EHLO=greets, body=CLOSE) as server:
        (attempt,) = deliver(server.port, raw(b"linea larga\r\n" * 1_000_000), journal=journal)
    assert attempt.verdict == "deferred"
    assert "cortó la conexión" in attempt.answer
    assert server.bodies == []
    assert journal.notes == [("begun", "uno"), ("deferred", "uno")]


def test_two_losses_in_a_row_are_the_relays_and_count_one_attempt(greets):
    with scripted_server(EHLO=greets, RCPT=[CLOSE, CLOSE]) as server:
        known, error = gather(begin(server.port, compose("uno"), compose("dos"), compose("tres")))
    assert verdicts(known) == ["deferred"]
    assert isinstance(error, RelayUnavailable)
    assert "cortó la conexión" in str(error)
    assert server.bodies == []


def test_losses_that_are_not_in_a_row_stop_nothing(greets):
    with scripted_server(EHLO=greets, RCPT=[CLOSE, "250 ok", CLOSE]) as server:
        attempts = deliver(server.port, *(compose(f"m{number}") for number in range(4)))
    assert verdicts(attempts) == ["deferred", "accepted", "deferred", "accepted"]


@pytest.mark.parametrize("ending", [CLOSE, HANG, "what?", "354 go on", "199 hm"])
def test_without_an_answer_to_the_final_dot_nobody_knows(ending, greets):
    journal = NotedJournal()
    with scripted_server(EHLO=greets, dot=[ending]) as server:
        attempts = deliver(
            server.port, compose("uno"), compose("dos"), journal=journal, data_timeout=0.5, timeout=0.5
        )
    assert verdicts(attempts) == ["unknown", "accepted"]
    assert "No se sabe si salió" in attempts[0].answer
    assert server.bodies == [as_sent(compose("uno")), as_sent(compose("dos"))]
    assert server.connections == 2
    assert journal.notes == [("begun", "uno"), ("unknown", "uno"), ("begun", "dos"), ("accepted", "dos")]


def test_a_relay_that_never_answers_the_final_dot_leaves_no_more_than_two_in_doubt(greets):
    with scripted_server(EHLO=greets, dot=CLOSE) as server:
        known, error = gather(begin(server.port, *(compose(f"m{number}") for number in range(9))))
    assert verdicts(known) == ["unknown", "unknown"]
    assert isinstance(error, RelayUnavailable)


def test_a_relay_that_leaves_at_the_final_dot_but_says_so_has_not_taken_it(greets):
    with scripted_server(EHLO=greets, dot=["421 closing"]) as server:
        first, second = deliver(server.port, compose(), compose("dos"))
    assert (first.verdict, first.answer) == ("deferred", "421 closing")
    assert second.verdict == "accepted"
    assert server.connections == 2


def test_the_answer_to_the_final_dot_is_awaited_longer_than_the_rest(greets):
    with scripted_server(
        EHLO=greets, dot=[lambda: None if server.over.wait(0.6) else "250 at last"]
    ) as server:
        (attempt,) = deliver(server.port, compose(), timeout=0.2, data_timeout=5.0)
    assert attempt.answer == "250 at last"


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


@pytest.mark.parametrize("ending", [CLOSE, "421 bye", "what?"])
def test_what_was_opened_behind_a_content_whose_fate_is_unknown_is_sent_over_a_new_connection(ending):
    with scripted_server(EHLO=PIPELINING, dot=[ending]) as server:
        attempts = deliver(server.port, *(compose(f"m{number}") for number in range(4)))
    assert sorted(each.delivery_id for each in attempts) == ["m0", "m1", "m2", "m3"]
    assert verdicts(attempts[1:]) == ["accepted"] * 3
    assert server.bodies == [as_sent(compose(f"m{number}")) for number in range(4)]
