"""The main job runs end to end: the real scripts, as processes, on the demo estate."""

import pytest
from tests.acceptance.installation import Installation

OUT_OF_CALIBRATION = {1, 5, 6, 8, 10}
ABOUT_TO_EXPIRE = {2, 3, 11, 12}


def identifiers(mail):
    """Read the instruments of each section from the text part of a digest."""
    sections, current = {}, None
    for line in mail.get_body(("plain",)).get_content().splitlines():
        if line.startswith("Equipos") and line.endswith(")") and ":" not in line:
            current = sections.setdefault(line.rsplit(" (", 1)[0], set())
        elif current is not None and " ID " in line:
            current.add(int(line.rsplit(None, 1)[1]))
    return sections


def test_one_cycle_sends_the_digest_whose_rows_are_the_cases_of_the_rules(site):
    done = site.on_demo("run_master.py", "--single-cycle")
    assert done.code == 0, done.out + done.err
    (mail,) = site.mails
    assert identifiers(mail) == {
        "Equipos de medida fuera de calibración": OUT_OF_CALIBRATION,
        "Equipos próximos a caducar (30 días o menos)": ABOUT_TO_EXPIRE,
    }
    assert mail["Subject"] == "Informe Equipos de Medida fuera de calibración (BRASS)"
    assert mail["To"] == "u0001@example.com, u0002@example.com"
    for words in ("brass", "diario", "completa", "DEMOSTRACIÓN"):
        assert words in done.out


def test_a_second_cycle_the_same_day_produces_nothing(served):
    done = served.on_demo("run_master.py", "--single-cycle")
    assert done.code == 0
    assert len(served.mails) == 1
    assert len(served.runs()) == 1
    assert "ya hecho" in " ".join(done.out.split())


def test_a_register_taken_away_is_a_blind_run_exit_1_and_never_a_satisfied_period(site):
    (site.demo / "brass.sqlite").rename(site.demo / "elsewhere.sqlite")
    done = site.on_demo("run_master.py", "--single-cycle")
    assert done.code == 1
    assert site.mails == []
    assert [state for state, *_ in site.runs()] == ["blind"]
    assert "brass.sqlite" in done.out
    assert not site.status["daily_tasks_completed"]
    listed = site.on_demo("run_master.py", "--list-tasks")
    assert "a ciegas" in listed.out
    (site.demo / "elsewhere.sqlite").rename(site.demo / "brass.sqlite")
    assert site.on_demo("run_brass.py", "--force").code == 0


def test_the_safe_first_step_needs_one_register_only_and_leaves_no_trace(site):
    home = Installation(site.home / "real")
    home.home.mkdir()
    register = site.demo / "brass.sqlite"
    (home.home / ".env").write_text(f"BRASS_DB_URL=sqlite:///{register}\n", "utf-8")
    checked = home.script("development/validate_registers.py")
    assert checked.code == 0, checked.out + checked.err
    assert "TbEquiposMedida" in checked.out
    before = home.tree(), home.files()
    shown = home.script("run_brass.py", "--dry-run", "--force", "--preview", str(site.home / "preview"))
    assert shown.code == 0, shown.out + shown.err
    assert "hallazgos: 9" in shown.out
    assert "LANZADERA_DB_URL" in shown.out
    assert (home.tree(), home.files()) == before
    (page,) = (site.home / "preview").iterdir()
    assert "Analizador de espectros" in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("script", "options"),
    [
        ("run_master.py", ["--dry-run"]),
        ("run_master.py", ["--list-tasks"]),
        ("run_brass.py", ["--dry-run", "--force"]),
        ("run_email_services.py", ["--dry-run"]),
    ],
    ids=str,
)
@pytest.mark.parametrize("start", ["site", "served"], ids=["no store yet", "with a store"])
def test_a_dry_run_leaves_no_trace_but_the_preview(request, script, options, start):
    site = request.getfixturevalue(start)
    before = site.tree(), site.files()
    done = site.on_demo(script, *options)
    assert done.code == 0, done.out + done.err
    assert (site.tree(), site.files()) == before


def test_a_dry_run_says_what_would_be_sent_to_whom_and_shows_it(site, tmp_path):
    done = site.on_demo("run_master.py", "--dry-run", "--preview", str(tmp_path / "p"))
    assert "u0001@example.com" in done.out
    assert {file.suffix for file in (tmp_path / "p").iterdir()} == {".eml", ".html", ".txt"}
    assert (tmp_path / "p").stat().st_mode & 0o077 == 0


def test_a_dry_run_on_another_day_sees_that_day(site):
    done = site.on_demo("run_brass.py", "--dry-run", "--today", "2031-06-15")
    assert done.code == 0
    assert "domingo" in done.out


def test_by_force_a_round_is_made_again_and_recorded_as_forced(served):
    done = served.on_demo("run_brass.py", "--force")
    assert done.code == 0
    assert [forced for *_, forced in served.runs()] == [0, 1]
    sent = served.on_demo("run_email_services.py")
    assert "aceptados: 1" in sent.out
    assert len(served.mails) == 2


def test_a_trial_leaves_the_mail_in_the_folder_and_the_period_owed(site):
    env = (site.demo / "demo.env").read_text("utf-8")
    (site.demo / "demo.env").write_text(f"{env}MAIL_TRIAL=1\n", "utf-8")
    assert site.on_demo("run_master.py", "--single-cycle").code == 0
    assert len(site.mails) == 1
    (site.demo / "demo.env").write_text(env, "utf-8")
    assert site.on_demo("run_master.py", "--single-cycle").code == 0
    assert len(site.mails) == 2


def test_settings_at_fault_end_with_2_and_all_faults_at_once(site):
    env = (site.demo / "demo.env").read_text("utf-8")
    (site.demo / "demo.env").write_text(f"{env}MASTER_SCRIPT_TIMEOUT=mucho\nBRASS_DIAS_AVISO=-1\n", "utf-8")
    done = site.on_demo("run_master.py", "--single-cycle")
    assert done.code == 2
    for name in ("MASTER_SCRIPT_TIMEOUT", "BRASS_DIAS_AVISO"):
        assert name in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("script", "options", "told"),
    [
        ("run_brass.py", ["--today", "2026-11-24"], "--dry-run"),
        ("run_brass.py", ["--dry-run", "--today", "mañana"], "AAAA-MM-DD"),
        ("run_brass.py", ["--preview", "p"], "--dry-run"),
        ("run_brass.py", ["--digest", "semanal"], "diario"),
        ("run_master.py", ["--no-such-option"], "--no-such-option"),
    ],
    ids=["today for real", "no date", "preview for real", "no such digest", "no such option"],
)
def test_wrong_usage_ends_with_2_and_says_what_is_expected(site, script, options, told):
    done = site.on_demo(script, *options)
    assert done.code == 2
    assert told in done.err
    assert "Traceback" not in done.err


def test_the_same_seed_and_day_make_the_same_registers(made, tmp_path):
    other = Installation(tmp_path / "other")
    other.home.mkdir()
    other.make_demo()
    names = sorted(path.name for path in made.demo.glob("*.sqlite"))
    assert len(names) == 7
    for register in names:
        assert (made.demo / register).read_bytes() == (other.demo / register).read_bytes()


def test_the_demo_heeds_no_real_relay_or_register_of_the_machine(tmp_path):
    installation = Installation(tmp_path)
    done = installation.sereno(
        "demo",
        "run",
        "--single-cycle",
        SMTP_HOST="127.0.0.1",
        SMTP_PORT="1",
        BRASS_DB_URL="sqlite:///real.sqlite",
    )
    assert done.code == 0, done.out + done.err
    assert len(installation.mails) > 1
    assert {mail["From"].addresses[0].domain for mail in installation.mails} == {"example.com"}


@pytest.mark.parametrize("name", ["con espacios", "con #almohadilla", "con 'comillas'", "100%20", "¿qué?"])
def test_the_home_may_be_called_anything(tmp_path, name):
    installation = Installation(tmp_path / name)
    installation.home.mkdir()
    installation.make_demo()
    installation.leave_only("brass", "lanzadera")
    done = installation.on_demo("run_master.py", "--single-cycle")
    assert done.code == 0, done.out + done.err
    assert len(installation.mails) == 1
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_mail_queued_for_real_waits_while_on_trial_and_trial_mail_never_leaves(site):
    site.on_demo("run_brass.py", "--force")
    env = (site.demo / "demo.env").read_text("utf-8")
    (site.demo / "demo.env").write_text(f"{env}MAIL_TRIAL=1\n", "utf-8")
    site.on_demo("run_brass.py", "--force")
    tried = site.on_demo("run_email_services.py")
    assert "apartados: 1" in tried.out
    assert "Prueba" in tried.out
    (site.demo / "demo.env").write_text(env, "utf-8")
    assert "aceptados: 1" in site.on_demo("run_email_services.py").out


def test_start_watches_the_demo_where_nothing_is_configured_and_what_is_where_something_is(site):
    (site.home / ".env").write_text("MASTER_SCRIPT_TIMEOUT=mucho\n", "utf-8")
    done = site.sereno("start")
    assert done.code == 2
    assert "MASTER_SCRIPT_TIMEOUT" in done.err


@pytest.mark.parametrize("encoding", ["ascii", "iso8859-15"])
def test_an_old_code_page_costs_no_round(site, encoding):
    done = site.script(
        "run_master.py",
        "--single-cycle",
        SERENO_ENV_FILE=str(site.demo / "demo.env"),
        PYTHONIOENCODING=encoding,
    )
    assert done.code == 0, done.out + done.err
    assert len(site.mails) == 1
