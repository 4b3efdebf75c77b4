"""Every check as an operator types it: what it says and its code; it writes nothing and tells no secret."""

import re
import sqlite3
from contextlib import closing

import pytest
from tests.acceptance.checking import check, configure
from tests.acceptance.installation import Installation
from tests.smtp_server import PASSWORD, smtp_server

CHECKS = (
    "validate_config.py",
    "validate_registers.py",
    "validate_queues.py",
    "validate_calendar.py",
    "validate_directory.py",
    "validate_monitors.py",
    "test_connection.py",
    "test_rules.py",
    "test_digest.py",
)
ANSWERED = re.compile(r"registro (\w+)|^(cola \w+|almacén|correo)", re.MULTILINE)


@pytest.fixture
def whole(made, tmp_path) -> Installation:
    return made.copy(tmp_path)


def change(site, database, statement):
    with closing(sqlite3.connect(site.demo / f"{database}.sqlite")) as connection, connection:
        connection.execute(statement)


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_writes_nothing_and_fits_eighty_columns(made, name):
    extra = ("--no-open",) if name == "test_digest.py" else ()
    before = made.files()
    done = check(made, name, *extra)
    assert done.code == (1 if name == "validate_directory.py" else 0), done.out + done.err
    assert done.err == ""
    assert made.files() == before
    long = [line for line in done.out.splitlines() if len(line) > 80 and "/" not in line]
    assert long == []


# --- settings


def test_every_setting_is_shown_with_its_line_and_no_secret(bare):
    (bare.home / "clave").write_text(PASSWORD, "utf-8")
    configure(
        bare,
        "SMTP_HOST=correo.example.com",
        "SMTP_USER=sereno",
        "SMTP_PASSWORD_FILE=clave",
        "MAIL_DOMAIN=example.com",
        f"BRASS_DB_URL=postgresql+psycopg://ana:{PASSWORD}@servidor/base",
    )
    done = check(bare, "validate_config.py", LOG_FORMAT="json")
    assert done.code == 0, done.err
    assert re.search(r"^  SMTP_HOST=correo\.example\.com +\.env, línea 1$", done.out, re.MULTILINE)
    assert "fichero de SMTP_PASSWORD_FILE" in done.out
    assert "LOG_FORMAT=json" in done.out
    assert "BRASS_DB_URL=postgresql+psycopg://***@servidor/base" in done.out
    assert "Los ajustes son correctos." in done.out
    assert "OPERATORS" in done.out.split("Los ajustes son correctos.")[1]
    assert PASSWORD not in done.out + done.err


def test_written_settings_alone_are_shown_where_asked(bare):
    configure(bare, "MAIL_TRIAL=1", "MAIL_DOMAIN=example.com", "BRASS_DB_URL=sqlite:///brass.sqlite")
    done = check(bare, "validate_config.py", "--written")
    assert done.code == 0, done.err
    assert "MAIL_TRIAL=1" in done.out
    assert "SMTP_PORT" not in done.out


def test_faulty_settings_are_all_told_after_what_is_in_force(bare):
    configure(bare, "SMTP_PORT=muchos", f"CORREOS_DB_URL=mysql://u:{PASSWORD}@servidor/b", "SMTP_HSOT=x")
    done = check(bare, "validate_config.py")
    assert done.code == 2
    assert "SMTP_PORT (.env, línea 1): «muchos»" in done.err
    assert "CORREOS_DB_URL (.env, línea 2)" in done.err
    assert "MAIL_DOMAIN" in check(bare, "validate_config.py", SMTP_HOST="x").err
    assert "SMTP_PORT=muchos" in done.out
    assert "¿Quería decir SMTP_HOST?" in done.out
    assert PASSWORD not in done.out + done.err


# --- connections and queues


def test_whatever_does_not_answer_is_told_beside_what_does(whole):
    (whole.demo / "riesgos.sqlite").unlink()
    (whole.demo / "correos.sqlite").write_text("no soy una base de datos" * 99)
    with smtp_server() as server:
        pass
    relay = {"SMTP_HOST": "localhost", "SMTP_PORT": str(server.port), "SMTP_SECURITY": "none"}
    done = check(whole, "test_connection.py", **relay, COLUMNS="200")
    assert done.code == 1
    rows = {line.split("  ")[0]: line for line in done.out.splitlines() if ANSWERED.match(line)}
    assert len(rows) == 9
    assert {name for name, row in rows.items() if "MAL" in row} == {
        "registro riesgos",
        "cola correos",
        "correo",
    }
    assert "nadie atiende en ese puerto" in done.out
    assert "riesgos.sqlite" in done.out


def test_a_queue_that_is_gone_or_without_a_column_fails_and_the_other_is_counted(whole):
    (whole.demo / "correos.sqlite").unlink()
    done = check(whole, "validate_queues.py", COLUMNS="200")
    assert done.code == 1
    assert "no existe el fichero" in done.out
    assert re.search(r"^tareas +8 +5 +3 +0 +bien", done.out, re.MULTILINE)


def test_without_queues_there_is_nothing_to_check(bare):
    done = check(bare, "validate_queues.py")
    assert done.code == 1
    assert "CORREOS_DB_URL" in done.err


# --- directory, monitors, rules


def test_people_whom_rows_name_in_vain_are_told(whole):
    done = check(whole, "validate_directory.py")
    assert done.code == 1
    for why in ("nadie se llama así en el directorio", "dos personas se llaman así", "está de baja"):
        assert why in done.out
    assert "no tiene dirección válida" in done.out


def test_the_directory_of_a_monitor_whose_people_are_all_there_is_well(whole):
    done = check(whole, "validate_directory.py", "--monitor", "brass")
    assert done.code == 0, done.out
    assert "A todos los que hacen falta les llega el correo." in done.out


def test_a_role_without_anybody_and_a_login_of_two_people_are_told(whole):
    change(whole, "lanzadera", "UPDATE TbUsuariosAplicacionesPermisos SET EsUsuarioCalidad = NULL")
    change(
        whole,
        "lanzadera",
        "UPDATE TbUsuariosAplicaciones SET UsuarioRed = 'u0001' WHERE UsuarioRed = 'u0002'",
    )
    done = check(whole, "validate_directory.py", COLUMNS="200")
    assert done.code == 1
    assert "riesgos: el rol calidad no tiene a nadie a quien llegue correo." in done.out
    assert "el usuario u0001 es de 2 personas de alta" in done.out


def test_a_directory_that_is_gone_is_told(whole):
    (whole.demo / "lanzadera.sqlite").unlink()
    done = check(whole, "validate_directory.py")
    assert (done.code, "lanzadera" in done.err) == (1, True)


def test_a_bad_monitor_of_ones_own_is_told_and_the_others_are_examined(bare):
    own = bare.home / "monitores"
    bare.sereno("rule", "new", "garantias", MONITORS_DIR="monitores")
    text = (own / "garantias/queries.sql").read_text("utf-8")
    (own / "garantias/queries.sql").write_text(text.replace("SELECT", "SELEC"), "utf-8")
    done = check(bare, "validate_monitors.py", MONITORS_DIR="monitores")
    assert done.code == 1
    assert re.search(r"^garantias +suyo .*MAL", done.out, re.MULTILINE)
    assert re.search(r"^riesgos +de Sereno .*bien", done.out, re.MULTILINE)
    assert "garantias: " in done.out
    assert check(bare, "validate_monitors.py", "--monitor", "brass").code == 0
    assert check(bare, "validate_monitors.py", "--monitor", "nada").code == 2


def counts(done):
    return {
        section: int(number) for section, number in re.findall(r"^\S+ +(\S+) +(\d+) ", done.out, re.MULTILINE)
    }


def test_rules_are_counted_by_section_as_of_a_day(whole):
    now = counts(check(whole, "test_rules.py", "--monitor", "brass"))
    assert now["BR-1"] > 0
    then = check(whole, "test_rules.py", "--monitor", "brass", "--today", "2020-01-07")
    assert "brass, a 07/01/2020" in then.out
    assert counts(then)["BR-1"] < now["BR-1"]
    assert check(whole, "test_rules.py", "--today", "ayer").code == 2


def test_a_rule_or_a_section_is_counted_alone(whole):
    rule = counts(check(whole, "test_rules.py", "--rule", "nc-t"))
    assert {"NC-T1", "NC-T2", "NC-T3"} <= rule.keys()
    assert counts(check(whole, "test_rules.py", "--rule", "NC-T3")) == {"NC-T3": rule["NC-T3"]}
    assert check(whole, "test_rules.py", "--rule", "nada").code == 2


def test_a_blind_rule_says_why_and_is_no_all_clear(whole):
    change(whole, "no_conformidades", "ALTER TABLE TbNoConformidades RENAME TO Otra")
    done = check(whole, "test_rules.py", COLUMNS="200")
    assert done.code == 1
    assert re.search(r"^NC-Q1 .*a ciegas", done.out, re.MULTILINE)
    assert "no existe la tabla TbNoConformidades" in done.out
    assert counts(done)["BR-1"] > 0


def test_without_registers_no_rule_can_be_counted(bare):
    done = check(bare, "test_rules.py")
    assert done.code == 1
    assert "sin configurar" in done.out


# --- a digest


def test_a_digest_is_rendered_to_a_file_and_opened(whole):
    opened = whole.home / "abierto"
    done = check(whole, "test_digest.py", "--preview", "vista", BROWSER=f"sh -c 'echo \"$0\" > {opened}' %s")
    assert done.code == 0, done.out + done.err
    page = whole.home / "vista/001-brass-diario.html"
    assert opened.read_text("utf-8").strip() == page.as_uri()
    assert "Equipos" in page.read_text("utf-8")


def test_where_there_is_no_browser_the_file_is_named(whole):
    done = check(whole, "test_digest.py", "--monitor", "riesgos", "--digest", "calidad")
    assert done.code == 0, done.out + done.err
    assert "No hay navegador" in done.out
    assert "001-riesgos-calidad.html" in done.out


def test_what_was_told_already_is_shown_again_where_asked(first_cycle):
    site, _ = first_cycle
    asked = ("--monitor", "no_conformidades", "--digest", "tecnico", "--no-open")
    known = check(site, "test_digest.py", *asked)
    assert known.code == 0, known.out + known.err
    again = check(site, "test_digest.py", *asked, "--fresh")
    assert again.out.count("Vista previa") > known.out.count("Vista previa")


def test_an_incomplete_digest_is_shown_with_what_is_missing_and_ends_with_one(whole):
    change(whole, "no_conformidades", "ALTER TABLE TbNCAccionCorrectivas RENAME TO Otra")
    asked = ("--monitor", "no_conformidades", "--digest", "calidad", "--preview", "vista", "--no-open")
    done = check(whole, "test_digest.py", *asked)
    assert done.code == 1
    (page,) = (whole.home / "vista").glob("*.html")
    assert "no existe la tabla" in page.read_text("utf-8")


def test_an_unknown_digest_and_a_monitor_without_its_register_are_refused(whole):
    unknown = check(whole, "test_digest.py", "--digest", "semanal")
    assert (unknown.code, "diario" in unknown.err) == (2, True)
    whole.leave_only("lanzadera")
    assert check(whole, "test_digest.py", "--monitor", "brass").code == 1
