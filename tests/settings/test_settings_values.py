"""Each value is typed, and every fault is told at once."""

from datetime import time, timedelta
from pathlib import PureWindowsPath

import pytest

from sereno.domain.cadence import Cadence
from sereno.domain.cycle import NightHours
from sereno.settings.loading import _absolute


def test_the_defaults_are_those_of_the_specification(load, tmp_path):
    settings = load()
    assert (settings.tz.key, settings.holidays_country, settings.holidays_subdiv) == (
        "Europe/Madrid",
        "ES",
        "MD",
    )
    assert settings.cycle_times.laborable_dia == timedelta(minutes=5)
    assert settings.cycle_times.laborable_noche == timedelta(hours=1)
    assert settings.cycle_times.no_laborable_dia == timedelta(hours=1)
    assert settings.cycle_times.no_laborable_noche == timedelta(hours=2)
    assert settings.night == NightHours(time(20), time(7))
    assert settings.script_timeout == timedelta(minutes=30)
    assert settings.blind_send_at == time(12)
    assert settings.status_file == tmp_path / "logs/run_master_status.json"
    assert settings.log_file == tmp_path / "logs/run_master.log"
    assert settings.festivos_file == tmp_path / "herramientas/Festivos.txt"
    assert settings.state_db_url == f"sqlite:///{tmp_path.as_posix()}/var/sereno.sqlite"
    assert settings.mail.folder == tmp_path / "var/mail"
    assert (settings.smtp, settings.operators, settings.demo_since) == (None, (), None)
    assert settings.thresholds == {"brass": {"dias_aviso": 30}}
    assert (settings.audiences, settings.cadences, settings.warnings) == ({}, {}, ())


def test_relative_sqlite_paths_start_at_the_home_and_absolute_ones_stay(load, tmp_path):
    env = "BRASS_DB_URL=sqlite:///data/brass.sqlite\nLANZADERA_DB_URL=sqlite:////srv/people.sqlite"
    registers = load(env).registers
    assert registers["brass"].url == f"sqlite:///{tmp_path.as_posix()}/data/brass.sqlite"
    assert registers["lanzadera"].url == "sqlite:////srv/people.sqlite"


@pytest.mark.parametrize("kind", ["accdb", "access+pyodbc", "csv", "xlsx"])
def test_every_kind_of_file_starts_at_the_home(load, tmp_path, kind):
    env = f"BRASS_DB_URL={kind}:///mis datos/a.b\nLANZADERA_DB_URL={kind}:////srv/a%.b"
    registers = load(env).registers
    assert registers["brass"].url == f"{kind}:///{tmp_path.as_posix()}/mis%20datos/a.b"
    assert registers["lanzadera"].url == f"{kind}:////srv/a%25.b"


def test_options_for_the_driver_of_access_are_handed_on(load):
    url = load("BRASS_DB_URL=access+pyodbc:////srv/mi base.accdb?driver=Otro+Driver").registers["brass"].url
    assert url == "access+pyodbc:////srv/mi%20base.accdb?driver=Otro+Driver"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("access+pyodbc:////servidor/recurso/x.accdb", "access+pyodbc://///servidor/recurso/x.accdb"),
        ("accdb://///servidor/recurso/x.accdb", "accdb://///servidor/recurso/x.accdb"),
        ("csv:///D:/datos", "csv:///D:/datos"),
        ("xlsx:///datos/x.xlsx", "xlsx:///C:/sereno/datos/x.xlsx"),
        ("sqlite:////srv/x.sqlite", "sqlite:///C:/srv/x.sqlite"),
    ],
)
def test_on_windows_a_share_is_a_share(written, meant):
    assert _absolute(written, PureWindowsPath("C:/sereno")) == meant


@pytest.mark.parametrize("url", ["csv:///x", "accdb:///x.accdb", "mysql+pymysql://u@h/b"])
def test_sereno_keeps_what_is_its_own_in_sqlite_and_postgresql_alone(faults, url):
    (fault,) = faults(f"STATE_DB_URL={url}")
    assert fault.where == "STATE_DB_URL (.env, línea 1)"
    assert "sqlite:///" in fault.expected
    assert "accdb" not in fault.expected


@pytest.mark.parametrize(
    "url",
    ["postgresql+psycopg://u:p%40@[::1]:5432/b?sslmode=require", "mssql+pyodbc://u:p@h:1433/b?Encrypt=no"],
)
def test_a_server_url_is_handed_on_as_it_is(load, url):
    assert load(f"BRASS_DB_URL={url}").registers["brass"].url == url


def test_a_register_without_a_url_is_not_configured(load):
    assert {name: access.url for name, access in load().registers.items()} == {
        "brass": None,
        "lanzadera": None,
    }


def test_bare_numbers_are_minutes_for_a_cycle_and_seconds_for_a_timeout(load):
    env = "MASTER_CYCLE_LABORABLE_DIA=2\nMASTER_SCRIPT_TIMEOUT=90\nSMTP_HOST=h\nSMTP_TIMEOUT=2m"
    settings = load(env)
    assert settings.cycle_times.laborable_dia == timedelta(minutes=2)
    assert settings.script_timeout == timedelta(seconds=90)
    assert settings.smtp.timeout == 120.0


@pytest.mark.parametrize(("security", "port"), [("none", 25), ("starttls", 587), ("tls", 465)])
def test_the_port_follows_the_security(load, security, port):
    assert load(f"SMTP_HOST=h\nSMTP_SECURITY={security}").smtp.port == port


def test_a_port_that_is_given_counts(load):
    assert load("SMTP_HOST=h\nSMTP_PORT=2525").smtp.port == 2525


def test_another_country_has_no_region_of_spain(load):
    assert load("HOLIDAYS_COUNTRY=PT").holidays_subdiv is None
    assert load("HOLIDAYS_COUNTRY=PT\nHOLIDAYS_SUBDIV=11").holidays_subdiv == "11"
    assert load("HOLIDAYS_SUBDIV=ninguna").holidays_subdiv is None


def test_a_monitor_s_own_variables_replace_what_it_declares(load):
    to = "ana@example.com; luis@example.com"
    settings = load(f"BRASS_DIAS_AVISO=45\nBRASS_TO={to}\nBRASS_DIARIO_CADENCE=weekly:tue@08:30")
    assert settings.thresholds["brass"]["dias_aviso"] == 45
    assert settings.audiences == {"brass/diario": "ana@example.com, luis@example.com"}
    assert settings.cadences == {"brass/diario": Cadence("weekly", 1, time(8, 30))}


def test_a_role_is_an_audience(load):
    assert load("BRASS_TO=calidad").audiences == {"brass/diario": "calidad"}


def test_log_levels_are_read_in_any_case(load):
    assert load("MASTER_LOG_LEVEL=debug").log_level == "DEBUG"


@pytest.mark.parametrize(
    "line",
    [
        "SERENO_TZ=Europe/Madriz",
        "SERENO_TZ=Europe",
        "SERENO_TZ=../etc/passwd",
        "OPERATORS=ana@example.com, luis",
        "OPERATORS=;",
        "MASTER_CYCLE_LABORABLE_DIA=0",
        "MASTER_CYCLE_LABORABLE_DIA=5x",
        "MASTER_NOCHE_DESDE=20",
        "MASTER_NOCHE_DESDE=24:00",
        "MASTER_SCRIPT_TIMEOUT=0",
        "MASTER_SCRIPT_TIMEOUT=99999999999999999999",
        "MASTER_LOG_LEVEL=LOUD",
        "LOG_FORMAT=xml",
        "HOLIDAYS_COUNTRY=Spain",
        "HOLIDAYS_SUBDIV=Madrid",
        "BLIND_SEND_AT=noon",
        "BRASS_DIAS_AVISO=-1",
        "BRASS_DIAS_AVISO=30.5",
        "BRASS_TO=jefes",
        "BRASS_DIARIO_CADENCE=yearly",
        "SMTP_HOST=mail.example.com:25",
        "SMTP_HOST=smtp://mail.example.com",
        "SMTP_PORT=0",
        "SMTP_PORT=70000",
        "SMTP_SECURITY=ssl",
        "SMTP_CA_FILE=missing.pem",
        "MAIL_DOMAIN=ana@example.com",
        "MAIL_FROM=sereno",
        "MAIL_RETURN_PATH=a b@example.com",
        "MAIL_TRIAL=maybe",
        "SERENO_DEMO_SINCE=2026-11-24T09:00:00",
        "STATE_DB_URL=sqlite://",
        "STATE_DB_URL=sqlite:///",
        "STATE_DB_URL=sqlite:///:memory:",
        "STATE_DB_URL=mysql+pymysql://h/b",
        "BRASS_DB_URL=postgresql://h/b",
        "BRASS_DB_URL=C:/share/brass.accdb",
    ],
)
def test_a_value_that_does_not_fit_is_a_fault_that_shows_it(faults, line):
    name, value = line.split("=", 1)
    (fault,) = faults(line)
    assert fault.where == f"{name} (.env, línea 1)"
    assert fault.found == f"«{value}»"
    assert fault.expected


def test_all_faults_are_told_at_once(faults):
    found = faults("SMTP_PORT=x\nfoo bar\nLOCAL_SMTP_USER=u", "run", SERENO_TZ="x", SMTP_PASSWORD_FILE="none")
    assert [fault.where.split(" (")[0] for fault in found] == [
        ".env, línea 2",
        "SMTP_PASSWORD_FILE",
        "SERENO_TZ",
        "SMTP_PORT",
        "LOCAL_SMTP_USER",
        "BRASS_DB_URL",
        "SMTP_HOST",
        "SMTP_USER",
    ]
