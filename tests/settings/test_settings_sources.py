"""Settings come from the environment, the file and secret files, and no secret shows."""

from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.settings.building import MONITORS

from sereno.domain.cycle import NightHours
from sereno.settings import load_settings
from sereno.settings.kinds import mask_url

ROOT = Path(__file__).parents[2]


def test_the_environment_beats_the_file(load):
    settings = load("SERENO_TZ=Europe/Lisbon\nMAIL_DOMAIN=file.example", SERENO_TZ="Atlantic/Canary")
    assert settings.tz.key == "Atlantic/Canary"
    assert settings.mail.domain == "file.example"


def test_the_process_environment_is_read_when_none_is_given(tmp_path, monkeypatch):
    monkeypatch.setenv("SERENO_HOME", str(tmp_path))
    monkeypatch.setenv("SERENO_TZ", "Atlantic/Canary")
    assert load_settings(MONITORS, purpose="check").tz.key == "Atlantic/Canary"


def test_another_file_can_be_named(load, tmp_path):
    (tmp_path / "office.env").write_text("LOG_FORMAT=json", encoding="utf-8")
    settings = load("LOG_FORMAT=text", SERENO_ENV_FILE="office.env")
    assert settings.log_format == "json"
    assert settings.env_file == tmp_path / "office.env"


def test_a_named_file_that_is_missing_is_a_fault(faults):
    (fault,) = faults(SERENO_ENV_FILE="office.env")
    assert fault.where == "office.env"


def test_a_home_that_is_missing_is_a_fault(faults, tmp_path):
    found = faults(SERENO_HOME=str(tmp_path / "nowhere"))
    assert [fault.where for fault in found] == ["SERENO_HOME (entorno)"]


def test_the_home_defaults_to_the_checkout_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = load_settings((), purpose="check", environ={"SERENO_ENV_FILE": ".env.example"})
    assert settings.home == ROOT


def test_an_empty_value_counts_as_not_set(load):
    assert load("MASTER_NOCHE_DESDE=\nSMTP_HOST=  ").night == NightHours(time(20), time(7))


def test_nothing_is_expanded_inside_a_password(load):
    env = "SMTP_HOST=mail.example.com\nSMTP_USER=u\nSMTP_PASSWORD='a${HOME}#b $c'"
    assert load(env).smtp.password == "a${HOME}#b $c"


def test_a_byte_order_mark_hides_no_name(load):
    assert load("\ufeffLOG_FORMAT=json").log_format == "json"


def test_a_file_in_another_encoding_is_a_fault(faults, tmp_path):
    (tmp_path / "old.env").write_bytes("MAIL_DIR=buzón".encode("cp1252"))
    (fault,) = faults(SERENO_ENV_FILE="old.env")
    assert "UTF-8" in fault.expected


def test_a_line_that_cannot_be_understood_is_a_fault_that_does_not_repeat_it(faults):
    (fault,) = faults("\n# comment\n\nSMTP_PASSWORD hunter2\nLOG_FORMAT=json")
    assert fault.where == ".env, línea 4"
    assert "hunter2" not in str(fault)


def test_a_quote_left_open_over_several_lines_is_a_fault(faults):
    (fault,) = faults('MAIL_DIR="a\nLOG_FORMAT=json\nMAIL_FROM="')
    assert fault.where.startswith("MAIL_DIR")
    assert "comillas" in fault.expected


def test_a_name_given_twice_is_a_warning_and_the_last_one_counts(load):
    settings = load("LOG_FORMAT=text\n\nLOG_FORMAT=json")
    assert settings.log_format == "json"
    assert settings.warnings == (".env: LOG_FORMAT está en las líneas 1 y 3; vale la última.",)


def test_a_misspelt_name_in_the_file_is_a_warning_that_offers_the_nearest(load):
    (warning,) = load("SMTP_HOTS=mail.example.com\nPATH=/bin").warnings
    assert "SMTP_HOTS (.env, línea 1)" in warning
    assert "SMTP_HOST" in warning


def test_unknown_names_in_the_environment_are_ignored(load):
    assert load(SMTP_HOTS="x", LOCAL_SMTP_PORT="25").warnings == ()


def test_a_name_that_only_the_environment_can_hold_is_a_warning_in_the_file(load, tmp_path):
    settings = load("SERENO_HOME=/elsewhere")
    assert settings.home == tmp_path
    assert "entorno" in settings.warnings[0]


def test_a_secret_can_be_kept_in_a_file(load, tmp_path):
    (tmp_path / "secret").write_text("pa ss\n", encoding="utf-8")
    settings = load(
        "SMTP_HOST=localhost\nSMTP_USER=u\nSMTP_PASSWORD_FILE=secret\nBRASS_DB_PASSWORD_FILE=secret"
    )
    assert settings.smtp.password == "pa ss"
    assert settings.registers["brass"].password == "pa ss"


def test_a_secret_given_twice_is_a_fault(faults, tmp_path):
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    (fault,) = faults("BRASS_DB_PASSWORD=y\nBRASS_DB_PASSWORD_FILE=secret")
    assert fault.where == "BRASS_DB_PASSWORD_FILE (.env, línea 2)"


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe\xfd"])
def test_a_secret_file_that_holds_none_is_a_fault_that_does_not_repeat_its_path(faults, tmp_path, content):
    if content is not None:
        (tmp_path / "hunter2").write_bytes(content)
    (fault,) = faults("BRASS_DB_PASSWORD_FILE=hunter2")
    assert "hunter2" not in str(fault)


def test_no_secret_shows_in_the_settings_representation(load):
    env = (
        "SMTP_HOST=localhost\nSMTP_USER=u\nSMTP_PASSWORD=hunter2\nBRASS_DB_PASSWORD=hunter2\n"
        "BRASS_DB_URL=postgresql+psycopg://u:hunter2@h/b\nSTATE_DB_URL=postgresql+psycopg://u:hunter2@h/b"
    )
    assert "hunter2" not in repr(load(env))


@pytest.mark.parametrize(
    "url",
    [
        "postgres://u:hunter2@h/b",
        "postgresql+psycopg://u:hunter2@h:port/b",
        "postgresql+psycopg:/u:hunter2@h/b",
        "u:hunter2@h/b",
        "mysql://h/b?user=u&password=hunter2",
        "postgres://u:a@hunter2@h/b",
    ],
)
def test_a_faulty_url_is_told_without_its_password(faults, url):
    (fault,) = faults(f"BRASS_DB_URL={url}")
    assert "hunter2" not in str(fault)
    assert "sqlite:///" in fault.expected
    assert "postgresql+psycopg://" in fault.expected


@given(st.text(st.characters(blacklist_categories=["Cs"])))
def test_a_masked_url_holds_nothing_of_what_stands_before_the_server(password):
    assert mask_url(f"postgres://u:{password}@h/b") == "postgres://***@h/b"
