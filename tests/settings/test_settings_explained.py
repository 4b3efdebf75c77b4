"""Every setting in force is told with its source, and no secret with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.settings.building import MONITORS

from sereno.settings import explain_settings
from sereno.settings.kinds import mask_url

SECRET = "de-noche-y-con-llaves"


@pytest.fixture
def explained(tmp_path):
    def explained(env="", **environ):
        (tmp_path / ".env").write_text(env, encoding="utf-8")
        return explain_settings(MONITORS, {"SERENO_HOME": str(tmp_path), **environ})

    return explained


def told(explained):
    return {each.name: (each.value, each.source) for each in explained.settings}


def test_each_setting_names_its_line_the_environment_or_that_nobody_wrote_it(explained):
    settings = told(explained("# nota\nMAIL_DOMAIN=example.com\nSERENO_TZ=Europe/Lisbon", LOG_FORMAT="json"))
    assert settings["MAIL_DOMAIN"] == ("example.com", ".env, línea 2")
    assert settings["SERENO_TZ"] == ("Europe/Lisbon", ".env, línea 3")
    assert settings["LOG_FORMAT"] == ("json", "entorno")
    assert settings["DIGEST_ROWS"] == ("25", "por omisión")
    assert settings["BRASS_DIAS_AVISO"] == ("30", "por omisión")
    assert settings["SMTP_HOST"] == ("", "sin definir")


def test_a_secret_is_said_to_be_there_and_from_where_but_not_shown(explained, tmp_path):
    (tmp_path / "clave").write_text(SECRET, "utf-8")
    env = f"SMTP_USER=u\nSMTP_PASSWORD_FILE=clave\nBRASS_DB_PASSWORD={SECRET}"
    found = explained(env)
    settings = told(found)
    assert settings["SMTP_PASSWORD"] == ("(no se muestra)", "fichero de SMTP_PASSWORD_FILE")
    assert settings["SMTP_PASSWORD_FILE"] == ("clave", ".env, línea 2")
    assert settings["BRASS_DB_PASSWORD"] == ("(no se muestra)", ".env, línea 3")
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    "line",
    [
        f"SMTP_PASSWORD_FILE={SECRET}",
        f"CORREOS_DB_URL=postgresql+psycopg://ana:{SECRET}@servidor/base",
        f"CORREOS_DB_URL=postgres://ana:{SECRET}@servidor/base",
        f"TAREAS_DB_URL=mysql+pymysql://servidor:puerto/base?password={SECRET}",
        f"BRASS_DB_URL=access+pyodbc:///x.accdb?PWD={SECRET}",
        f"BRASS_DB_URL=mssql+pyodbc:///?odbc_connect=SERVER%3Ds%3BPWD%3D%7B{SECRET}%3B1%7D%3BX%3D1",
        f"STATE_DB_URL=postgresql+psycopg:/ana:{SECRET}@servidor",
        f'SMTP_PASSWORD="{SECRET}\notra"',
    ],
)
def test_a_secret_in_the_wrong_place_or_form_is_shown_neither_as_a_value_nor_as_a_fault(explained, line):
    found = explained(line)
    assert any(each.written for each in found.settings if each.name == line.partition("=")[0])
    assert SECRET not in repr(found)
    assert SECRET not in "\n".join(map(str, found.faults))


def test_what_is_wrong_is_told_with_everything_else(explained):
    found = explained("DIGEST_ROWS=muchas\nMAIL_DOMIAN=example.com\nSMTP_HOST=correo.example.com")
    assert told(found)["DIGEST_ROWS"] == ("muchas", ".env, línea 1")
    assert told(found)["SMTP_HOST"] == ("correo.example.com", ".env, línea 3")
    assert {fault.where for fault in found.faults} >= {"DIGEST_ROWS (.env, línea 1)", "MAIL_DOMAIN"}
    assert any("MAIL_DOMIAN" in warning for warning in found.warnings)


def test_a_value_cannot_speak_to_the_terminal(explained):
    (value,) = (v for name, (v, _) in told(explained(SMTP_USER="u\x1b[2J")).items() if name == "SMTP_USER")
    assert value == "u\N{REPLACEMENT CHARACTER}[2J"


PLAIN = st.text(st.characters(exclude_characters="&;{}%@", min_codepoint=33, max_codepoint=126), min_size=6)


@given(PLAIN, st.sampled_from(["&x=1", ";X=1", ""]))
def test_the_word_of_a_password_is_masked_up_to_the_next(secret, rest):
    assert mask_url(f"access+pyodbc:///x.accdb?PWD={secret}{rest}").endswith(f"PWD=***{rest}")


@given(PLAIN, st.sampled_from([";", "&", "=", ";;X="]), PLAIN)
def test_a_password_in_braces_is_masked_whole(first, between, last):
    url = f"access+pyodbc:///x?Pwd={{{first}{between}{last}}};X=1"
    assert mask_url(url) == "access+pyodbc:///x?Pwd=***;X=1"
