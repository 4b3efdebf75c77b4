import time
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP

import pytest
from tests.smtp_server import CLOSE, HANG, PASSWORD, USER, authority, scripted_server, smtp_server

from sereno.adapters.mime import SenderPolicy, compose_mail
from sereno.adapters.smtp import SmtpRelay
from sereno.adapters.smtp_connection import SmtpAccount
from sereno.domain.errors import RelayUnavailable
from sereno.engine.ports import Letter

ANA, LUIS, JEFA = "ana@example.com", "luis@example.com", "jefa@example.com"
TEXT = "Equipos sin calibrar: año 2026.\n.\n..dos puntos\nFin.\n"
HTML = "<p>Equipos sin calibrar: <b>año 2026</b></p>\n"


def compose(name="uno", to=(ANA,), cc=(), bcc=(), text=TEXT):
    day = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)
    letter = Letter(name, to, cc, bcc, "Calibración de equipos", "BRASS", "brass/equipos", day)
    return compose_mail(HTML, text, letter, SenderPolicy("example.com", return_path="rebotes@example.com"))


def account(port, security="none", **more):
    return SmtpAccount("localhost", port, security, **{"timeout": 5.0, "local_hostname": "prueba", **more})


def deliver(port, *messages, security="none", **more):
    return list(SmtpRelay(account(port, security, **more)).deliver(messages))


def verdicts(deliveries):
    return [each.verdict for each in deliveries]


@pytest.fixture(scope="module")
def ca_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority().cert_pem.write_to_path(str(path))
    return path


# What arrives


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


# What the relay refuses


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


# Connections that break


def test_an_idle_connection_that_was_closed_is_opened_again_and_nothing_is_lost():
    with scripted_server(MAIL=["250 ok", "421 you have sent enough", "250 ok", CLOSE]) as server:
        deliveries = deliver(server.port, compose("uno"), compose("dos"), compose("tres"))
    assert verdicts(deliveries) == ["accepted", "accepted", "accepted"]
    assert server.connections == 3
    assert len(server.bodies) == 3


@pytest.mark.parametrize("ending", [CLOSE, HANG, "421 closing", "what?"])
@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_what_breaks_before_the_final_dot_was_not_sent_and_the_next_is_tried(step, ending):
    with scripted_server(**{step: [ending]}) as server:
        deliveries = deliver(server.port, compose("uno"), compose("dos"), timeout=0.5)
    assert verdicts(deliveries) == ["deferred", "accepted"]
    assert server.connections == 2


def test_a_body_broken_off_was_not_sent():
    with scripted_server(body=CLOSE) as server:
        relay = SmtpRelay(account(server.port))
        (delivery,) = relay.deliver([compose(text="línea larga\n" * 300_000)])
    assert delivery.verdict == "deferred"
    assert "cortó la conexión" in delivery.answer
    assert server.bodies == []


def test_two_losses_in_a_row_are_the_relays():
    with scripted_server(RCPT=[CLOSE, CLOSE]) as server:
        ends = SmtpRelay(account(server.port)).deliver([compose("uno"), compose("dos"), compose("tres")])
        assert next(ends).verdict == "deferred"
        with pytest.raises(RelayUnavailable, match="cortó la conexión"):
            next(ends)
    assert server.bodies == []


@pytest.mark.parametrize("ending", [CLOSE, HANG, "what?", "354 go on"])
def test_without_an_answer_to_the_final_dot_nobody_knows(ending):
    with scripted_server(dot=[ending]) as server:
        deliveries = deliver(server.port, compose("uno"), compose("dos"), data_timeout=0.5)
    assert verdicts(deliveries) == ["unknown", "accepted"]
    assert "No se sabe si salió" in deliveries[0].answer
    assert len(server.bodies) == 2
    assert server.connections == 2


def test_a_relay_that_leaves_at_the_final_dot_but_says_so_has_not_taken_it():
    with scripted_server(dot=["421 closing"]) as server:
        (delivery,) = deliver(server.port, compose())
    assert (delivery.verdict, delivery.answer) == ("deferred", "421 closing")


def test_the_answer_to_the_final_dot_is_awaited_longer_than_the_rest():
    with scripted_server(dot=[HANG]) as server:
        began = time.monotonic()
        deliver(server.port, compose(), timeout=0.2, data_timeout=1.0)
    assert time.monotonic() - began >= 1.0


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


# Reaching the relay


def test_nobody_at_the_port_is_said_so():
    with scripted_server() as server:
        pass
    with pytest.raises(RelayUnavailable, match="nadie atiende en ese puerto"):
        deliver(server.port, compose())


@pytest.mark.parametrize(("host", "said"), [("correo.invalid", "no se encuentra"), ("a..b", "SMTP_HOST")])
def test_a_name_that_leads_nowhere_is_said_so(host, said):
    relay = SmtpRelay(SmtpAccount(host, 25, "none", timeout=5.0, local_hostname="prueba"))
    with pytest.raises(RelayUnavailable, match=said):
        list(relay.deliver([compose()]))


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
        list(relay.deliver([compose()]))
    assert time.monotonic() - began < 5  # it never dialled


def test_a_password_that_cannot_be_sent_is_not_shown():
    with scripted_server() as server, pytest.raises(RelayUnavailable, match="ASCII") as raised:
        deliver(server.port, compose(), user=USER, password="contraseña")
    assert "contraseña" not in str(raised.value).replace("la contraseña llevan", "")
    assert server.connections == 0


def test_an_account_does_not_show_its_password():
    assert PASSWORD not in repr(account(25, user=USER, password=PASSWORD))
