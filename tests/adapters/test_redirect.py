"""Redirected mail reaches one address alone, says whom it was for, and counts as told to nobody."""

from email import message_from_bytes
from email.policy import SMTP

from tests.adapters.smtp.building import ANA, JEFA, LUIS, NotedJournal, account, compose, dealt
from tests.smtp_server import smtp_server

from sereno.adapters.redirect import RedirectedRelay
from sereno.adapters.smtp import SmtpRelay

TESTER = "pruebas@example.com"


def redirect(server, *messages, journal=None):
    relay = RedirectedRelay(SmtpRelay(account(server.port), 1), TESTER)
    return list(relay.deliver(dealt(*messages), journal or NotedJournal()))


def test_mail_goes_to_that_address_alone_and_names_whom_it_was_for():
    message = compose(cc=(LUIS,), bcc=(JEFA,))
    with smtp_server() as server:
        (attempt,) = redirect(server, message)
    (received,) = server.received
    assert (attempt.delivery_id, attempt.verdict, attempt.refused) == ("uno", "diverted", {})
    assert received.recipients == (TESTER,)
    assert received.sender == message.envelope.sender
    assert received.data.endswith(message.data)
    mail = message_from_bytes(received.data, policy=SMTP)
    assert mail["X-Original-To"] == f"{ANA}, {LUIS}, {JEFA}"
    assert mail["Subject"] == "Calibración de equipos"


def test_many_recipients_are_folded_into_lines_that_any_relay_takes():
    many = tuple(f"persona{number}@example.com" for number in range(99))
    with smtp_server() as server:
        redirect(server, compose(to=(ANA,), bcc=many))
    (received,) = server.received
    assert max(map(len, received.data.split(b"\r\n"))) < 200
    assert message_from_bytes(received.data, policy=SMTP)["X-Original-To"].count("@") == 100


def test_an_address_beyond_ascii_asks_nothing_of_the_relay():
    with smtp_server() as server:
        (attempt,) = redirect(server, compose(bcc=("begoña@example.com",)))
    assert attempt.verdict == "diverted"
    shown = message_from_bytes(server.received[0].data, policy=SMTP)["X-Original-To"]
    assert "begoña@example.com" in shown


def test_a_refusal_of_that_address_is_held_against_nobody_else():
    with smtp_server() as server:
        server.refusals[TESTER] = "550 nobody here"
        (attempt,) = redirect(server, compose())
    assert (attempt.verdict, attempt.refused) == ("dead", {})
    assert attempt.answer == f"RCPT: {TESTER}: 550 nobody here"


def test_the_journal_says_the_same_as_is_told():
    journal = NotedJournal()
    with smtp_server() as server:
        redirect(server, compose(), journal=journal)
    assert journal.notes == [("begun", "uno"), ("diverted", "uno")]
