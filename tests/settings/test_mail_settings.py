"""The settings of mail: defaults, limits, and what goes together."""

from datetime import time, timedelta

import pytest

from sereno.domain.errors import SettingsError
from sereno.domain.mail_policy import MailHours, MailPolicy

REAL = "SMTP_HOST=correo.example.com\nMAIL_DOMAIN=example.com\nBRASS_DB_URL=sqlite:///b.sqlite\n"
QUEUE = "CORREOS_DB_URL=sqlite:///correos.sqlite\n"


def test_the_defaults_are_those_of_the_specification(load):
    mail = load(REAL).mail
    assert mail.policy == MailPolicy(hours=MailHours(time(7), time(20)))
    assert (mail.policy.max_age, mail.policy.oldest) == (timedelta(hours=72), timedelta(days=3))
    assert (mail.policy.attachment_wait, mail.policy.unknown) == (timedelta(hours=24), "hold")
    assert (mail.recipients_at_once, mail.attachment_bytes) == (100, 20 * 1024 * 1024)
    assert (mail.attachment_roots, mail.redirect_to) == ((), None)
    smtp = load(REAL).smtp
    assert (smtp.timeout, smtp.data_timeout) == (30, 600)
    assert (smtp.connections, smtp.messages_per_connection) == (4, 100)


def test_digests_may_leave_at_any_hour(load):
    assert load("MAIL_DIGEST_HOURS=siempre").mail.policy.hours is None


@pytest.mark.parametrize("hours", ["20:00-07:00", "7", "07:00-07:00", "07:00-24:30", "nunca"])
def test_hours_that_are_none_are_refused(load, hours):
    with pytest.raises(SettingsError, match=r"MAIL_DIGEST_HOURS.*07:00-20:00, o «siempre»"):
        load(f"MAIL_DIGEST_HOURS={hours}")


def test_no_answer_is_waited_for_longer_than_a_claim_lasts(load):
    assert load(REAL + "SMTP_DATA_TIMEOUT=45m").smtp.data_timeout == 2700
    with pytest.raises(SettingsError, match="hasta 45 minutos"):
        load("SMTP_DATA_TIMEOUT=46m")


def test_on_trial_nothing_holds_mail_back_and_nobody_is_left_out(load):
    for trial in ("MAIL_TRIAL=1", "MAIL_REDIRECT_TO=yo@example.com"):
        policy = load(f"{trial}\nMAIL_ALLOW_DOMAINS=example.com").mail.policy
        assert (policy.trial, policy.hours, policy.allowed) == (True, None, ())


def test_a_trial_goes_to_a_folder_or_to_an_address_and_not_to_both(load):
    with pytest.raises(SettingsError, match=r"MAIL_REDIRECT_TO.*no las dos"):
        load(REAL + "MAIL_TRIAL=1\nMAIL_REDIRECT_TO=yo@example.com", purpose="run")


def test_a_redirection_needs_a_relay(load):
    with pytest.raises(SettingsError, match="SMTP_HOST"):
        load("BRASS_DB_URL=sqlite:///b.sqlite\nMAIL_REDIRECT_TO=yo@example.com", purpose="run")


def test_a_queue_alone_is_something_to_watch_and_needs_a_way_out(load, tmp_path):
    settings = load(f"SMTP_HOST=correo.example.com\nMAIL_DOMAIN=example.com\n{QUEUE}", purpose="run")
    assert settings.queues["correos"].url == f"sqlite:///{tmp_path.as_posix()}/correos.sqlite"
    assert "tareas" not in settings.queues
    with pytest.raises(SettingsError, match="SMTP_HOST"):
        load(QUEUE, purpose="run")


@pytest.mark.parametrize(
    "url", ["accdb:///x.accdb", "csv:///carpeta", "xlsx:///x.xlsx", "sqlite:///:memory:"]
)
def test_what_cannot_be_stamped_is_no_queue(load, url):
    with pytest.raises(SettingsError, match=r"TAREAS_DB_URL.*en la que se pueda escribir"):
        load(f"TAREAS_DB_URL={url}")


@pytest.mark.parametrize(
    "url", ["mysql+pymysql://u@h/b", "mssql+pyodbc://u@h/b?driver=x", "access+pyodbc:///C:/correo/x.accdb"]
)
def test_databases_that_can_be_written_to_are_queues(load, url):
    assert load(f"CORREOS_DB_URL={url}").queues["correos"].url


def test_lists_are_read_as_people_write_them(load, tmp_path):
    env = "MAIL_ALLOW_DOMAINS=Example.com; filial.example.com\nATTACHMENT_ROOTS=/datos/adjuntos; informes"
    mail = load(env).mail
    assert mail.policy.allowed == ("example.com", "filial.example.com")
    assert [root.as_posix() for root in mail.attachment_roots] == ["/datos/adjuntos", f"{tmp_path}/informes"]
