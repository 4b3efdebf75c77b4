"""Variables must agree with one another, and older names are recognised."""

from datetime import UTC, datetime

import pytest
from tests.settings.building import BRASS, ENOUGH

from sereno.settings import variables


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
        (
            "OFFICE_DB_LANZADERA=\\\\nas\\Lanzadera.accdb",
            "LANZADERA_DB_URL=access+pyodbc:////nas/Lanzadera.accdb",
        ),
        ("OFFICE_DB_BRASS=C:\\dbs\\B.mdb", "BRASS_DB_URL=access+pyodbc:///C:/dbs/B.mdb"),
    ],
)
def test_an_older_name_without_its_successor_shows_the_line_to_write(faults, line, new_line):
    (fault,) = faults(line)
    assert fault.where == f"{line.split('=')[0]} (.env, línea 1)"
    assert f"la línea {new_line}" in fault.expected


@pytest.mark.parametrize(
    "url", ["access+pyodbc:////nas/b.accdb", "mysql+pymysql://u@h/b", "mssql+pyodbc://u@h/b"]
)
def test_an_older_password_is_missed_by_every_kind_that_asks_for_one(faults, url):
    (fault,) = faults(f"DB_PASSWORD=hunter2\nBRASS_DB_URL={url}")
    assert "BRASS_DB_PASSWORD" in fault.expected


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
