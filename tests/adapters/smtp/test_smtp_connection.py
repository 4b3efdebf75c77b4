"""The relay is reached as the settings say, or it is said why not; a password is never shown."""

import time

import pytest
from tests.adapters.smtp.building import NotedJournal, account, compose, dealt, deliver
from tests.smtp_server import PASSWORD, USER, scripted_server, smtp_server

from sereno.adapters.smtp import SmtpRelay
from sereno.adapters.smtp_connection import SmtpAccount
from sereno.domain.errors import RelayUnavailable


def test_nobody_at_the_port_is_said_so():
    with scripted_server() as server:
        pass
    with pytest.raises(RelayUnavailable, match="nadie atiende en ese puerto"):
        deliver(server.port, compose())


@pytest.mark.parametrize(("host", "said"), [("correo.invalid", "no se encuentra"), ("a..b", "SMTP_HOST")])
def test_a_name_that_leads_nowhere_is_said_so(host, said):
    relay = SmtpRelay(SmtpAccount(host, 25, "none", timeout=5.0, local_hostname="prueba"))
    with pytest.raises(RelayUnavailable, match=said):
        list(relay.deliver(dealt(compose()), NotedJournal()))


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(security):
    with (
        smtp_server(security=security) as server,
        pytest.raises(RelayUnavailable, match="no es de confianza"),
    ):
        deliver(server.port, compose(), security=security)
    assert server.received == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_another_name_is_refused(security, ca_file):
    with (
        smtp_server(security=security, name="otro.example.com") as server,
        pytest.raises(RelayUnavailable, match="es de otro nombre"),
    ):
        deliver(server.port, compose(), security=security, ca_file=ca_file)
    assert server.received == []


def test_a_relay_without_starttls_gets_nothing_in_the_clear(ca_file):
    with smtp_server() as server, pytest.raises(RelayUnavailable, match="STARTTLS: no lo ofrece"):
        deliver(server.port, compose(), security="starttls", ca_file=ca_file)
    assert server.received == []


def test_a_starttls_that_is_refused_gets_nothing_in_the_clear():
    replies = {"EHLO": "250-aqui\r\n250 STARTTLS", "STARTTLS": "454 no TLS now"}
    with scripted_server(**replies) as server, pytest.raises(RelayUnavailable, match="454 no TLS now"):
        deliver(server.port, compose(), security="starttls")
    assert server.bodies == []


def test_tls_with_a_relay_that_speaks_in_the_clear_points_to_the_setting():
    with scripted_server() as server, pytest.raises(RelayUnavailable, match="SMTP_SECURITY"):
        deliver(server.port, compose(), security="tls")


@pytest.mark.parametrize("content", [None, "not a certificate"])
def test_a_ca_file_that_cannot_be_read_is_named(content, tmp_path):
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    with scripted_server() as server, pytest.raises(RelayUnavailable, match=r"SMTP_CA_FILE") as raised:
        deliver(server.port, compose(), security="tls", ca_file=path)
    assert str(path) in str(raised.value)
    assert server.connections == 0


def test_a_refused_login_is_said_so_without_the_password(ca_file):
    with smtp_server(security="tls", login=True) as server, pytest.raises(RelayUnavailable) as raised:
        deliver(server.port, compose(), security="tls", ca_file=ca_file, user=USER, password="equivocada")
    assert "no acepta el usuario o la contraseña" in str(raised.value)
    assert "SMTP_PASSWORD" in str(raised.value)
    assert "equivocada" not in str(raised.value)
    assert server.received == []


def test_a_relay_without_login_is_not_sent_credentials():
    with scripted_server() as server, pytest.raises(RelayUnavailable, match="AUTH: no lo ofrece"):
        deliver(server.port, compose(), user=USER, password=PASSWORD)
    assert not any(line.startswith("AUTH") for line in server.heard)


@pytest.mark.parametrize("host", ["correo.invalid", "192.0.2.1"])
def test_credentials_never_travel_in_the_clear_beyond_this_machine(host):
    relay = SmtpRelay(SmtpAccount(host, 25, "none", user=USER, password=PASSWORD, timeout=60.0))
    began = time.monotonic()
    with pytest.raises(RelayUnavailable, match="no se envía la contraseña sin cifrar"):
        list(relay.deliver(dealt(compose()), NotedJournal()))
    assert time.monotonic() - began < 5  # it never dialled


def test_a_password_that_cannot_be_sent_is_not_shown():
    with scripted_server() as server, pytest.raises(RelayUnavailable, match="ASCII") as raised:
        deliver(server.port, compose(), user=USER, password="contraseña")
    assert "contraseña" not in str(raised.value).replace("la contraseña llevan", "")
    assert server.connections == 0


def test_an_account_does_not_show_its_password():
    assert PASSWORD not in repr(account(25, user=USER, password=PASSWORD))
