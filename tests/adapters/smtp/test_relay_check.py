"""A relay is looked at step by step: the one that fails is named, and nothing is sent."""

import socket
from datetime import UTC, datetime

import pytest
from tests.adapters.smtp.building import ANA, account
from tests.smtp_server import PASSWORD, PIPELINING, USER, scripted_server, smtp_server

from sereno.adapters.mime import SenderPolicy
from sereno.adapters.relay_check import check_relay, compose_test, send_test
from sereno.domain.errors import RelayUnavailable

NOW = datetime.now(UTC)
LOGIN = {"user": USER, "password": PASSWORD}


def steps(port, *, now=NOW, **more):
    """Return each step's name, with whether it went well, and all that was said."""
    told = []
    good = check_relay(account(port, **more), now, told.append)
    assert good == all(step.good for step in told)
    assert PASSWORD not in repr(told)
    return {step.name: step for step in told}


def fared(found):
    return [(name, step.good) for name, step in found.items()]


def test_every_step_of_a_good_relay_is_told_in_order(ca_file):
    with smtp_server(security="starttls", login=True) as server:
        found = steps(server.port, security="starttls", ca_file=ca_file, **LOGIN)
    names = ["Nombre", "Puerto", "Saludo", "EHLO", "STARTTLS", "Sesión"]
    assert fared(found) == [(name, True) for name in names]
    assert "127.0.0.1" in found["Nombre"].words
    assert "8BITMIME" in found["EHLO"].words
    assert "TLSv1" in found["STARTTLS"].words
    assert "certificado de localhost" in found["STARTTLS"].words
    assert "trustme" in found["STARTTLS"].words
    assert f"entra como {USER}" in found["Sesión"].words
    assert server.received == []


def test_implicit_tls_is_told_with_the_certificate(ca_file):
    with smtp_server(security="tls") as server:
        found = steps(server.port, security="tls", ca_file=ca_file)
    assert fared(found) == [(name, True) for name in ("Nombre", "Puerto", "TLS", "EHLO")]
    assert "certificado de localhost" in found["TLS"].words


@pytest.mark.parametrize(("security", "failed"), [("starttls", "STARTTLS"), ("tls", "TLS")])
def test_a_certificate_of_another_name_fails_at_its_step(security, failed, ca_file):
    with smtp_server(security=security, name="otro.example.com") as server:
        found = steps(server.port, security=security, ca_file=ca_file)
    assert fared(found)[-1] == (failed, False)
    assert "es de otro nombre" in found[failed].words


def test_a_certificate_that_nobody_vouches_for_fails_at_its_step():
    with smtp_server(security="starttls") as server:
        found = steps(server.port, security="starttls")
    assert fared(found)[-1] == ("STARTTLS", False)
    assert "no es de confianza" in found["STARTTLS"].words


def test_a_certificate_that_ends_soon_is_told(ca_file):
    with smtp_server(security="tls") as server:
        far = steps(server.port, security="tls", ca_file=ca_file)["TLS"]
        end = datetime.strptime(far.words.split("hasta el ")[1][:10], "%d/%m/%Y").replace(tzinfo=UTC)
        near = steps(server.port, security="tls", ca_file=ca_file, now=end)["TLS"]
    assert (far.soon, near.soon) == (False, True)


def test_a_refused_login_fails_at_the_session_with_the_words_of_the_relay(ca_file):
    with smtp_server(security="starttls", login=True) as server:
        found = steps(server.port, security="starttls", ca_file=ca_file, user=USER, password="otra-cosa")
    assert fared(found)[-1] == ("Sesión", False)
    assert "535" in found["Sesión"].words
    assert "SMTP_PASSWORD" in found["Sesión"].words
    assert "otra-cosa" not in repr(found)


def test_a_closed_port_fails_at_the_port():
    with scripted_server() as server:
        pass
    found = steps(server.port)
    assert fared(found) == [("Nombre", True), ("Puerto", False)]
    assert "nadie atiende en ese puerto" in found["Puerto"].words


def test_a_name_that_leads_nowhere_fails_at_the_name():
    found = steps(25, host="correo.invalid")
    assert fared(found) == [("Nombre", False)]


def test_a_server_that_does_not_greet_fails_at_the_greeting():
    with socket.create_server(("localhost", 0)) as silent:
        found = steps(silent.getsockname()[1], timeout=0.2)
    assert fared(found)[-1] == ("Saludo", False)
    assert "no contestó" in found["Saludo"].words


def test_a_relay_without_starttls_is_asked_for_no_password():
    with scripted_server(EHLO=PIPELINING) as server:
        found = steps(server.port, security="starttls", **LOGIN)
    assert fared(found)[-1] == ("STARTTLS", False)
    assert not any(line.startswith("AUTH") for line in server.heard)


def test_the_size_that_a_relay_takes_is_told_in_megabytes():
    with scripted_server(EHLO="250-aqui\r\n250-SIZE 10485760\r\n250 AUTH PLAIN") as server:
        found = steps(server.port)
    assert "SIZE (10 MB por correo), AUTH (PLAIN)" in found["EHLO"].words


def test_a_test_mail_reaches_its_recipient_with_the_words_of_the_relay():
    message = compose_test(ANA, SenderPolicy("example.com"), "prueba-1", NOW)
    with smtp_server() as server:
        attempt = send_test(account(server.port), message)
    (received,) = server.received
    assert (received.recipients, received.data) == ((ANA,), message.data)
    assert (attempt.verdict, attempt.answer) == ("accepted", "250 2.0.0 Ok: queued as 1")


def test_a_refused_test_mail_is_told_in_the_words_of_the_relay():
    message = compose_test(ANA, SenderPolicy("example.com"), "prueba-1", NOW)
    with smtp_server() as server:
        server.refusals[ANA] = "550 5.1.1 No such user"
        attempt = send_test(account(server.port), message)
        server.refusals["MAIL"] = "550 5.7.1 Not for you"
        with pytest.raises(RelayUnavailable, match="no admite al remitente"):
            send_test(account(server.port), message)
    assert attempt.verdict == "dead"
    assert "550 5.1.1 No such user" in attempt.answer
