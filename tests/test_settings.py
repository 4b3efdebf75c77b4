from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.domain.cadence import Cadence
from sereno.domain.cycle import NightHours
from sereno.domain.errors import SettingsError
from sereno.domain.rules import Column, DigestPlan, Monitor, Table
from sereno.settings import load_settings, variables
from sereno.settings.kinds import mask_url

ROOT = Path(__file__).parents[1]

DIARIO = DigestPlan(
    name="diario",
    title="Equipos de medida",
    subject="Informe",
    cadence=Cadence("daily"),
    to="admin",
    to_variable="BRASS_TO",
    sections=("BR",),
    why="",
)
BRASS = Monitor(
    name="brass",
    title="Equipos de medida (BRASS)",
    application="BRASS",
    application_id=6,
    register="brass",
    prefix="BRASS",
    tables=(Table("TbEquiposMedida", "brass", (Column("IDEquipoMedida", "INTEGER"),)),),
    views=(),
    rules=(),
    queries={},
    digests=(DIARIO,),
    settings={"dias_aviso": 30},
)
MONITORS = (BRASS,)
ENOUGH = {
    "BRASS_DB_URL": "sqlite:///brass.sqlite",
    "SMTP_HOST": "mail.example.com",
    "MAIL_DOMAIN": "example.com",
}


@pytest.fixture
def load(tmp_path):
    def load(env="", purpose="check", **environ):
        (tmp_path / ".env").write_text(env, encoding="utf-8")
        return load_settings(MONITORS, purpose=purpose, environ={"SERENO_HOME": str(tmp_path), **environ})

    return load


@pytest.fixture
def faults(load):
    def faults(env="", purpose="check", **environ):
        with pytest.raises(SettingsError) as caught:
            load(env, purpose, **environ)
        return caught.value.faults

    return faults


# Where the texts come from


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


# Secrets


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


# Values


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


def test_a_server_url_is_handed_on_as_it_is(load):
    url = "postgresql+psycopg://u:p%40@[::1]:5432/b?sslmode=require"
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


# Across variables


def test_a_run_needs_a_register_and_says_what_to_write(faults, tmp_path):
    (fault,) = faults("SMTP_HOST=h\nMAIL_DOMAIN=example.com\nLANZADERA_DB_URL=sqlite:///people.sqlite", "run")
    assert fault.where == "BRASS_DB_URL"
    assert "BRASS_DB_URL=sqlite:///" in fault.expected
    assert str(tmp_path / ".env") in fault.expected


def test_a_run_needs_a_relay_or_a_trial(faults, load):
    (fault,) = faults(BRASS_DB_URL="sqlite:///b", purpose="run")
    assert fault.where == "SMTP_HOST"
    assert load("MAIL_TRIAL=1", "run", BRASS_DB_URL="sqlite:///b").mail.trial
    assert load(purpose="run", **ENOUGH).smtp.host == "mail.example.com"


def test_a_relay_needs_a_domain_to_send_from(faults):
    (fault,) = faults(BRASS_DB_URL="sqlite:///b", SMTP_HOST="h", purpose="run")
    assert fault.where == "MAIL_DOMAIN"


@pytest.mark.parametrize("purpose", ["dry_run", "check"])
def test_a_dry_run_and_a_check_need_no_relay(load, purpose):
    assert load("BRASS_DB_URL=sqlite:///b", purpose).smtp is None


def test_the_demo_s_mail_folder_is_its_relay(load):
    env = "SERENO_DEMO_SINCE=2026-11-24T09:00:00+01:00\nMAIL_DOMAIN=example.com\nBRASS_DB_URL=sqlite:///b"
    assert load(env, "run").demo_since == datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "missing"), [("SMTP_USER", "SMTP_PASSWORD"), ("SMTP_PASSWORD", "SMTP_USER")]
)
def test_half_a_login_is_a_fault(faults, given, missing):
    (fault,) = faults(f"SMTP_HOST=h\n{given}=hunter2")
    assert fault.where == missing
    assert "hunter2" not in str(fault)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_a_login_in_the_clear_is_allowed_on_this_machine(load, host):
    env = f"SMTP_HOST={host}\nSMTP_USER=u\nSMTP_PASSWORD=p\nSMTP_SECURITY=none"
    assert load(env).smtp.security == "none"


@pytest.mark.parametrize("host", ["mail.example.com", "localhost.example.com", "10.0.0.1"])
def test_a_login_in_the_clear_is_refused_elsewhere(faults, host):
    (fault,) = faults(f"SMTP_HOST={host}\nSMTP_USER=u\nSMTP_PASSWORD=p\nSMTP_SECURITY=none")
    assert fault.where == "SMTP_SECURITY (.env, línea 4)"


def test_certificates_are_found_from_the_home(load, tmp_path):
    (tmp_path / "ca.pem").touch()
    assert load("SMTP_HOST=h\nSMTP_CA_FILE=ca.pem").smtp.ca_file == tmp_path / "ca.pem"


def test_a_night_as_long_as_nothing_is_a_fault(faults):
    (fault,) = faults("MASTER_NOCHE_DESDE=07:00")
    assert fault.where == "MASTER_NOCHE_HASTA"


# Older names


@pytest.mark.parametrize(
    ("line", "new_line"),
    [
        ("OFFICE_SMTP_SERVER=10.0.0.9", "SMTP_HOST=10.0.0.9"),
        ("LOCAL_SMTP_PORT=1025", "SMTP_PORT=1025"),
        ("SMTP_OVERRIDE_USER=u", "SMTP_USER=u"),
        ("OFFICE_SMTP_TLS=false", "SMTP_SECURITY=none"),
        ("OFFICE_SMTP_TLS=true", "SMTP_SECURITY=starttls"),
        ("LOCAL_DB_BRASS=dbs/brass.sqlite", "BRASS_DB_URL=sqlite:///dbs/brass.sqlite"),
        ("OFFICE_DB_BRASS=C:\\dbs\\brass.db", "BRASS_DB_URL=sqlite:///C:/dbs/brass.db"),
        ("OFFICE_DB_LANZADERA=\\\\nas\\Lanzadera.accdb", "LANZADERA_DB_URL=sqlite:///"),
    ],
)
def test_an_older_name_without_its_successor_shows_the_line_to_write(faults, line, new_line):
    (fault,) = faults(line)
    assert fault.where == f"{line.split('=')[0]} (.env, línea 1)"
    assert f"la línea {new_line}" in fault.expected


def test_an_older_name_beside_its_successor_is_a_warning(load):
    (warning,) = load("OFFICE_SMTP_SERVER=old\nSMTP_HOST=new").warnings
    assert "OFFICE_SMTP_SERVER" in warning
    assert "SMTP_HOST" in warning


def test_an_older_password_is_named_and_never_shown(faults):
    env = "OFFICE_SMTP_PASSWORD=hunter2\nDB_PASSWORD=hunter2\nBRASS_DB_URL=postgresql+psycopg://u@h/b"
    found = faults(env)
    assert [fault.where.split(" ")[0] for fault in found] == ["OFFICE_SMTP_PASSWORD", "DB_PASSWORD"]
    assert "BRASS_DB_PASSWORD" in found[1].expected
    assert "hunter2" not in str(found)


@pytest.mark.parametrize("url", ["sqlite:///b", "postgresql+psycopg://u:p@h/b"])
def test_an_older_password_that_nothing_needs_is_a_warning(load, url):
    (warning,) = load(f"DB_PASSWORD=hunter2\nBRASS_DB_URL={url}").warnings
    assert warning.startswith("DB_PASSWORD (.env, línea 1)")
    assert "hunter2" not in warning


@pytest.mark.parametrize(("environment", "host"), [("local", "here"), ("oficina", "office"), ("", "office")])
def test_the_line_to_write_comes_from_the_side_that_was_in_force(faults, environment, host):
    env = f"ENVIRONMENT={environment}\nLOCAL_SMTP_SERVER=here\nOFFICE_SMTP_SERVER=office"
    (fault,) = faults(env)
    assert f"SMTP_HOST={host}" in fault.expected


def test_an_older_name_without_any_successor_is_a_warning(load):
    warnings = load("ENVIRONMENT=local\nLOCAL_DB_TAREAS=t.accdb\nLOCAL_SMTP_COLOUR=red").warnings
    assert [warning.split(" ")[0] for warning in warnings] == [
        "ENVIRONMENT",
        "LOCAL_DB_TAREAS",
        "LOCAL_SMTP_COLOUR",
    ]


def test_registers_shared_by_monitors_are_listed_once():
    names = [variable.name for variable in variables((BRASS, BRASS))]
    assert names.count("BRASS_DB_URL") == names.count("LANZADERA_DB_URL") == 1


def test_the_file_of_substitutes_starts_at_home_and_need_not_be_there(load, tmp_path):
    assert load(**ENOUGH).substitutes_file is None
    assert load(SUSTITUTOS_FILE="datos/s.csv", **ENOUGH).substitutes_file == tmp_path / "datos/s.csv"


def test_addresses_are_taken_in_the_form_that_relays_take(load):
    assert load(OPERATORS="luis@peñíscola.es", **ENOUGH).operators == ("luis@xn--pescola-8ya9a.es",)
