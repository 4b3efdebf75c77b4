"""The relay is checked and tried as an operator types it, with its real faults; no password is told."""

import re

import pytest
from tests.acceptance.checking import check, configure
from tests.smtp_server import PASSWORD, USER, authority, smtp_server


@pytest.fixture
def relay(bare):
    """A relay that asks for a login over STARTTLS, and an installation that is set to use it."""
    certificate = bare.home / "ca.pem"
    authority().cert_pem.write_to_path(str(certificate))
    with smtp_server(security="starttls", login=True) as server:
        configure(
            bare,
            f"SMTP_HOST=localhost\nSMTP_PORT={server.port}\nSMTP_CA_FILE=ca.pem\nMAIL_DOMAIN=example.com",
            f"SMTP_USER={USER}\nSMTP_PASSWORD={PASSWORD}",
        )
        yield server


def ticks(done):
    return re.findall(r"^([✔✘]) (\w+)", done.out, re.MULTILINE)


def test_the_relay_is_gone_through_step_by_step_and_gets_no_mail(bare, relay):
    done = check(bare, "validate_mail.py", PYTHONIOENCODING="utf-8")
    assert done.code == 0, done.out + done.err
    assert [mark for mark, _ in ticks(done)] == ["✔"] * 6
    assert all(len(line) <= 80 for line in done.out.splitlines())
    assert relay.received == []
    assert PASSWORD not in done.out + done.err


def test_ticks_are_words_where_the_terminal_has_none(bare, relay):
    done = check(bare, "validate_mail.py", PYTHONIOENCODING="ascii")
    assert done.code == 0
    assert "bien Puerto" in done.out


def test_a_refused_login_is_crossed_at_its_step(bare, relay):
    done = check(bare, "validate_mail.py", SMTP_PASSWORD="otra-cosa", PYTHONIOENCODING="utf-8")
    assert done.code == 1
    assert ticks(done)[-1] == ("✘", "Sesión")
    assert "SMTP_PASSWORD" in done.out
    assert "otra-cosa" not in done.out + done.err


def test_a_certificate_of_another_name_is_crossed_at_its_step_and_gets_no_test_mail(bare, relay):
    with smtp_server(security="starttls", name="otro.example.com") as other:
        to = ("--to", "ana@example.com")
        done = check(bare, "test_mail.py", *to, SMTP_PORT=str(other.port), PYTHONIOENCODING="utf-8")
    assert done.code == 1
    assert ticks(done)[-1] == ("✘", "STARTTLS")
    assert "es de otro nombre" in " ".join(done.out.split())
    assert other.received == []


def test_a_test_mail_goes_straight_to_the_relay_and_leaves_no_trace(bare, relay):
    before = bare.files()
    done = check(bare, "test_mail.py", "--to", "ana@example.com")
    assert done.code == 0, done.out + done.err
    assert "El servidor dice: 250 2.0.0 Ok: queued as 1" in done.out
    (mail,) = relay.received
    assert mail.recipients == ("ana@example.com",)
    assert bare.files() == before


def test_a_test_mail_that_is_refused_ends_with_one_and_the_words_of_the_relay(bare, relay):
    relay.refusals["ana@example.com"] = "550 5.1.1 No such user"
    done = check(bare, "test_mail.py", "--to", "ana@example.com")
    assert done.code == 1
    assert "550 5.1.1 No such user" in done.out


def test_on_trial_a_test_mail_needs_force_but_for_the_one_address_that_gets_all(bare, relay):
    with (bare.home / ".env").open("a", encoding="utf-8") as file:
        file.write("\nMAIL_REDIRECT_TO=jefa@example.com\n")
    refused = check(bare, "test_mail.py", "--to", "ana@example.com")
    assert refused.code == 2
    assert "--force" in refused.err
    assert check(bare, "validate_mail.py").code == 0  # looking sends nothing
    assert relay.received == []
    assert check(bare, "test_mail.py", "--to", "jefa@example.com").code == 0
    assert check(bare, "test_mail.py", "--to", "ana@example.com", "--force").code == 0
    assert [mail.recipients[0] for mail in relay.received] == ["jefa@example.com", "ana@example.com"]


def test_a_domain_that_may_not_be_written_to_and_what_is_no_address_are_refused(bare, relay):
    done = check(bare, "test_mail.py", "--to", "ana@example.com", MAIL_ALLOW_DOMAINS="example.org")
    assert (done.code, "MAIL_ALLOW_DOMAINS" in done.err) == (2, True)
    assert check(bare, "test_mail.py", "--to", "ana").code == 2
    assert check(bare, "test_mail.py").code == 2
    assert relay.received == []


def test_without_a_relay_there_is_nothing_to_check(bare):
    done = check(bare, "validate_mail.py")
    assert (done.code, "SMTP_HOST" in done.err) == (1, True)
