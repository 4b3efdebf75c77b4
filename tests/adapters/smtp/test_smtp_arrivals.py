"""What is handed to the relay arrives whole, in one connection."""

from email import message_from_bytes
from email.policy import SMTP

import pytest
from tests.adapters.smtp.building import ANA, HTML, JEFA, LUIS, TEXT, account, compose, deliver, verdicts
from tests.smtp_server import PASSWORD, USER, scripted_server, smtp_server

from sereno.adapters.smtp import SmtpRelay


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
    message = compose(text=".\n" * 70_000)  # dots at line starts, over more than one slice
    assert b"\r\n." in message.data
    with smtp_server() as server:
        deliver(server.port, message)
    assert server.received[0].data == message.data


def test_one_connection_carries_the_whole_batch():
    with smtp_server() as server:
        deliveries = deliver(server.port, *(compose(f"m{number}") for number in range(5)))
    assert verdicts(deliveries) == ["accepted"] * 5
    assert [each.message_id for each in deliveries] == ["m0", "m1", "m2", "m3", "m4"]
    assert server.connections == 1


def test_nothing_to_send_connects_to_nobody():
    with scripted_server() as server:
        assert deliver(server.port) == []
    assert server.connections == 0


def test_each_end_is_told_before_the_next_message_is_tried():
    with smtp_server() as server:
        ends = SmtpRelay(account(server.port)).deliver([compose("uno"), compose("dos")])
        next(ends)
        assert len(server.received) == 1
        ends.close()
    assert len(server.received) == 1


def test_the_relay_is_left_with_a_word():
    with scripted_server() as server:
        deliver(server.port, compose())
    assert server.heard[-1] == "quit"


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
