"""What is handed to the relay arrives whole, in one connection."""

from dataclasses import replace
from email import message_from_bytes
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.adapters.smtp.building import (
    ANA,
    HTML,
    JEFA,
    LUIS,
    TEXT,
    NotedJournal,
    account,
    compose,
    deliver,
    raw,
    verdicts,
)
from tests.smtp_server import PASSWORD, USER, scripted_server, smtp_server

from sereno.adapters.smtp import SmtpRelay
from sereno.adapters.smtp_transaction import stuffed
from sereno.domain.outbox import deliveries_of


@pytest.mark.parametrize("login", [False, True], ids=["without login", "with login"])
@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_mail_arrives_whole_and_blind_copies_stay_unseen(security, login, ca_file):
    message = compose(cc=(LUIS,), bcc=(JEFA,))
    credentials = {"user": USER, "password": PASSWORD} if login else {}
    with smtp_server(security=security, login=login) as server:
        (delivery,) = deliver(server.port, message, security=security, ca_file=ca_file, **credentials)
    (received,) = server.received
    mail = message_from_bytes(received.data, policy=SMTP)
    assert delivery.verdict == "accepted"
    assert delivery.answer == "250 2.0.0 Ok: queued as 1"
    assert delivery.refused == {}
    assert (received.sender, received.recipients) == ("rebotes@example.com", (ANA, LUIS, JEFA))
    assert b"jefa" not in received.data
    assert b"bcc" not in received.data.lower()
    assert mail["To"] == ANA
    assert mail["Cc"] == LUIS
    assert mail["Subject"] == "Calibración de equipos"
    assert mail["From"] == "BRASS <brass@example.com>"
    assert mail["Message-ID"] == "<uno@example.com>"
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == TEXT
    assert mail.get_body(("html",)).get_content().replace("\r\n", "\n") == HTML
    assert bool(server.logins) == login


def test_the_bytes_arrive_as_they_were_composed():
    dots = b"Subject: puntos\r\n\r\n" + b".\r\n" * 70_000  # at line starts, over more than one slice
    message = replace(compose(), data=dots)
    with smtp_server() as server:
        deliver(server.port, message)
    assert server.received[0].data == message.data


def test_one_connection_carries_the_whole_batch():
    with smtp_server() as server:
        deliveries = deliver(server.port, *(compose(f"m{number}") for number in range(5)))
    assert verdicts(deliveries) == ["accepted"] * 5
    assert [each.delivery_id for each in deliveries] == ["m0", "m1", "m2", "m3", "m4"]
    assert server.connections == 1


def test_nothing_to_send_connects_to_nobody():
    with scripted_server() as server:
        assert deliver(server.port) == []
    assert server.connections == 0


def test_the_relay_is_left_with_a_word():
    with scripted_server() as server:
        deliver(server.port, compose())
    assert server.heard[-1] == "QUIT"


def test_an_address_beyond_ascii_goes_where_the_relay_takes_it():
    with smtp_server(utf8=True) as server:
        deliveries = deliver(server.port, compose(to=("begoña@example.com",)), compose("dos"))
    assert verdicts(deliveries) == ["accepted", "accepted"]
    assert server.received[0].recipients == ("begoña@example.com",)
    assert "SMTPUTF8" in server.received[0].options
    assert "SMTPUTF8" not in server.received[1].options


def test_an_address_beyond_ascii_is_dead_where_the_relay_does_not_take_it():
    with smtp_server() as server:
        deliveries = deliver(server.port, compose(bcc=("begoña@example.com",)), compose("dos"))
    assert verdicts(deliveries) == ["dead", "accepted"]
    assert "SMTPUTF8" in deliveries[0].answer


def test_a_blind_copy_beyond_ascii_asks_for_it_only_in_its_own_delivery():
    message = raw(b"Subject: a\r\n\r\nhola\r\n", to=(ANA, "begoña@example.com"))
    first, second = deliveries_of(message, 1)
    with smtp_server(utf8=True) as server:
        list(SmtpRelay(account(server.port), 1).deliver([first, second], NotedJournal()))
    assert ["SMTPUTF8" in each.options for each in server.received] == [False, True]


def test_a_body_beyond_ascii_is_announced_where_the_relay_takes_it():
    message = raw("Subject: a\r\n\r\naño\r\n".encode())
    with scripted_server(EHLO="250-aqui\r\n250 8BITMIME") as server:
        (attempt,) = deliver(server.port, message)
    assert attempt.verdict == "accepted"
    assert "MAIL FROM:<rebotes@example.com> BODY=8BITMIME" in server.heard
    assert server.bodies == [message.data]


def test_a_body_beyond_ascii_is_dead_where_the_relay_does_not_take_it():
    with scripted_server() as server:
        (attempt,) = deliver(server.port, raw("Subject: a\r\n\r\naño\r\n".encode()))
    assert attempt.verdict == "dead"
    assert "8BITMIME" in attempt.answer
    assert not any(line.startswith("MAIL") for line in server.heard)


def test_a_header_beyond_ascii_needs_more_than_8bitmime():
    with scripted_server(EHLO="250-aqui\r\n250 8BITMIME") as server:
        (attempt,) = deliver(server.port, raw("Subject: año\r\n\r\na\r\n".encode()))
    assert attempt.verdict == "dead"
    assert "SMTPUTF8" in attempt.answer


def test_a_server_that_knows_only_helo_gets_its_mail():
    with scripted_server(EHLO="502 no such thing") as server:
        (attempt,) = deliver(server.port, compose())
    assert attempt.verdict == "accepted"
    assert "MAIL FROM:<rebotes@example.com>" in server.heard  # nothing that it did not offer


def test_the_size_is_told_where_the_relay_asks_for_it():
    message = compose()
    with scripted_server(EHLO="250-aqui\r\n250 SIZE 0") as server:
        deliver(server.port, message)
    assert f"MAIL FROM:<rebotes@example.com> SIZE={len(message.data)}" in server.heard


def test_a_message_without_a_last_line_end_gets_one(greets):
    with scripted_server(EHLO=greets) as server:
        deliver(server.port, raw(b"Subject: a\r\n\r\nfin"))
    assert server.bodies == [b"Subject: a\r\n\r\nfin\r\n"]


def test_an_answer_of_several_lines_is_one_answer(greets):
    several = "250-2.0.0 ok\r\n250-2.0.0 and\r\n250 2.0.0 more"
    with scripted_server(EHLO=greets, MAIL=several, RCPT=several, dot=several) as server:
        first, second = deliver(server.port, compose(cc=(LUIS,)), compose("dos"))
    assert (first.verdict, second.verdict) == ("accepted", "accepted")
    assert first.answer.startswith("250 2.0.0 ok 2.0.0 and")


def test_an_address_with_a_line_break_is_sent_to_nobody():
    with scripted_server() as server:
        (attempt,) = deliver(server.port, raw(b"Subject: a\r\n\r\na\r\n", to=("a@b.c>\r\nRCPT TO:<x@y.z",)))
    assert attempt.verdict == "dead"
    assert not any(line.startswith(("MAIL", "RCPT")) for line in server.heard)


@given(st.lists(st.sampled_from([b".", b"..", b"a", b".a", b"", b"a.b", b".\r", b"x" * 70_000]), max_size=12))
def test_stuffed_bytes_are_what_a_server_undoes(lines):
    data = b"".join(line + b"\r\n" for line in lines)
    undone = [line[1:] if line.startswith(b".") else line for line in stuffed(data).split(b"\r\n")]
    assert b"\r\n".join(undone) == data
    assert b"\r\n.\r\n" not in b"\r\n" + stuffed(data)
