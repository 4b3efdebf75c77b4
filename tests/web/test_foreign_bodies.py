"""What other applications wrote is shown to the operating role alone, and each view is recorded first."""

from datetime import timedelta

import pytest
from tests.web.readings import NOW, broken_store, reading_in_memory
from tests.web.visiting import Door, department_with, entered

from sereno.domain.foreign import QueueRow, message_id
from sereno.domain.outbox import Envelope, Message
from sereno.engine.mail_ports import TakenIn

USERS = (("ana", "operate"), ("luis", "read"))
DATA = (
    b"Subject: Carta\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    b"<p>Secreto</p><script>alert(1)</script><img src=https://evil.example/x>"
)


@pytest.fixture
def department():
    return department_with(*USERS)


@pytest.fixture
def letter(department):
    """Take in a mail of another application, and name its delivery."""
    row = QueueRow(
        7,
        "app",
        "ana@example.com",
        "",
        "",
        "Carta",
        "<p>x</p>",
        html=True,
        attachments="",
        recorded_at=NOW,
        recorded_as="x",
    )
    name = message_id("correos", row)
    envelope = Envelope("app@example.com", ("ana@example.com",))
    message = Message(name, "correos", "Carta", envelope, DATA, NOW, kind="queue")
    department.store.intake.take_in("correos", [TakenIn(name, row, "queued", message)], NOW)
    (line,) = department.store.desk.lines(["queued"], None, 9)
    return line.id


def seen(department):
    return [each.detail for each in department.store.audit.deeds(NOW - timedelta(1), 9, action="body_seen")]


def test_who_reads_is_told_that_it_is_not_shown_and_gets_it_from_no_address(department, letter):
    luis = entered(reading_in_memory(department), "luis")
    page = luis.ask(f"/correo/{letter}").text
    assert "Secreto" not in page
    assert "/contenido" not in page
    for address in (f"/correo/{letter}/contenido", f"/correo/{letter}/contenido/html"):
        assert luis.ask(address).status == 403
    assert luis.ask(f"/correo/{letter}/html").status == 404
    assert seen(department) == []


def test_who_operates_sees_it_in_a_frame_that_runs_nothing_and_that_is_recorded(department, letter):
    ana = entered(reading_in_memory(department), "ana")
    assert f"/correo/{letter}/contenido" in ana.ask(f"/correo/{letter}").text
    page = ana.ask(f"/correo/{letter}/contenido")
    assert page.status == 200
    assert "<script>" not in page.text
    framed = ana.ask(f"/correo/{letter}/contenido/html")
    assert framed.headers["content-security-policy"].startswith("sandbox;")
    assert seen(department) == ["html", ""]


def test_what_cannot_be_recorded_is_not_shown(department, letter):
    inside = entered(reading_in_memory(department), "ana")
    door = Door(reading_in_memory(department, change=broken_store), inside.token)
    for address in (f"/correo/{letter}/contenido", f"/correo/{letter}/contenido/html"):
        answer = door.ask(address)
        assert answer.status == 503
        assert "Secreto" not in answer.text


def test_our_own_mail_is_not_looked_at_there(department):
    department.round()
    (line,) = department.store.desk.lines(["queued"], None, 9)
    ana = entered(reading_in_memory(department), "ana")
    assert ana.ask(f"/correo/{line.id}/contenido").status == 404
    assert seen(department) == []
