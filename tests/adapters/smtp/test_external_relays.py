"""Mail servers that people run take our mail, over several connections, and hand it on byte for byte."""

import re
from threading import Event

import pytest
from tests.adapters.smtp.building import ANA, LUIS, begin, gather, raw
from tests.adapters.smtp.relays import NADIE, exim, opensmtpd, postfix, program_of
from tests.smtp_server import smtp_server

RELAYS = {"postfix": postfix, "exim4": exim, "smtpd": opensmtpd}
LINES = (".", "..", ".a", "Año 2026: «¿qué?»", "", "x" * 900, "á" * 400, "From aquí", "..\t.")


def mail(number):
    """A mail of its own, some with several recipients, some with one that nobody knows."""
    lines = "\r\n".join(LINES[number % len(LINES) :] + LINES * (number % 7))
    to = (ANA, LUIS, NADIE)[: 1 + number % 3]
    head = (
        f"From: <rebotes@example.com>\r\nTo: {', '.join(to)}\r\nSubject: =?utf-8?q?A=C3=B1o?= {number}\r\n"
        f"Date: Thu, 12 Mar 2026 08:30:00 +0000\r\nMessage-ID: <m{number}@example.com>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
    )
    return raw(f"{head}\r\n{lines}\r\n.\r\n".encode(), f"m{number}", to)


def without_trace(data):
    """The bytes without the header that each relay puts in front."""
    return re.sub(rb"\A(?:Received:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*)+", b"", data)


def arrived(sink):
    found = {}
    for each in list(sink.received):
        name = re.search(rb"Message-ID: <(m\d+)@", each.data)[1].decode()
        data, recipients = found.setdefault(name, (without_trace(each.data), set()))
        assert without_trace(each.data) == data
        recipients |= set(each.recipients)
    return found


@pytest.mark.external
@pytest.mark.parametrize("name", RELAYS)
def test_a_relay_takes_fifty_messages_and_hands_them_on_as_they_were(name):
    program = program_of(name)
    if program is None:
        pytest.skip(f"external: {name}")
    messages = [mail(number) for number in range(50)]
    wanted = {each.id: (each.data, set(each.envelope.recipients) - {NADIE}) for each in messages}
    with smtp_server() as sink, RELAYS[name](program, sink.port) as port:
        attempts, error = gather(begin(port, *messages, connections=4, host="127.0.0.1"))
        for _ in range(600):
            if arrived(sink) == wanted:
                break
            Event().wait(0.1)
        assert arrived(sink) == wanted
    assert error is None
    assert {each.delivery_id: each.verdict for each in attempts} == dict.fromkeys(wanted, "accepted")
    refused = {each.delivery_id: each.refused for each in attempts if each.refused}
    assert refused.keys() == {each.id for each in messages if NADIE in each.envelope.recipients}
    assert all(each[NADIE].startswith("550") for each in refused.values())
