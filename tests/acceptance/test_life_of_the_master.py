"""The real daemon, as a process: it rests, shows its state, and stops when it is told."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.acceptance.installation import SCRIPTS

KEYS = {
    *("timestamp", "running", "cycle_count", "fecha_actual", "es_laborable", "es_noche"),
    *(
        "last_daily_tasks_date",
        "daily_tasks_completed",
        "scripts_disponibles",
        "proximo_tiempo_espera_minutos",
    ),
    *("estadisticas", "configuracion", "version", "schema_version", "pid", "host", "started_at"),
    *("next_cycle_at", "valid_until", "stop_reason", "last_error", "cycle", "modulos", "correo"),
}


@contextmanager
def master(site, *options):
    """Start the daemon on the demo estate; end it, by its own id, whatever happens."""
    process = subprocess.Popen(
        [sys.executable, str(SCRIPTS / "run_master.py"), *options],
        env=site.environ(SERENO_ENV_FILE=str(site.demo / "demo.env")),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    try:
        yield process
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def wait_for(condition, seconds=60.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to pass")


def resting(site):
    path = site.home / "logs/run_master_status.json"
    return path.exists() and json.loads(path.read_text("utf-8"))["next_cycle_at"] is not None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_a_rest_at_once_and_the_last_status_says_why(site, number):
    with master(site) as process:
        wait_for(lambda: resting(site))
        status = site.status
        assert status["running"]
        assert status["proximo_tiempo_espera_minutos"] == 5
        process.send_signal(number)
        process.communicate(timeout=10)
        assert process.returncode == 0
    assert not site.status["running"]
    assert site.status["stop_reason"] == f"señal {number.name}"


def test_the_status_has_every_key_that_other_programs_read(served_once):
    status = served_once.status
    assert status.keys() == KEYS
    assert status["es_laborable"]
    assert status["daily_tasks_completed"]
    assert status["last_daily_tasks_date"] == status["fecha_actual"]
    assert status["estadisticas"]["success_rate"] == 100
    assert status["modulos"]["brass"]["last_result"] == "correcto"
    assert status["correo"]["sent_today"] == 2  # the digest, and the week's overview
    assert status["configuracion"]["cycle_times"]["laborable_dia"] == 5
    assert status["configuracion"]["daily_scripts"] == ["brass", "expedientes", "no_conformidades", "riesgos"]
    assert [name for name, each in status["modulos"].items() if each["state"] == "sin configurar"] == [
        "expedientes",
        "no_conformidades",
        "riesgos",
    ]


def test_statistics_survive_a_restart(served):
    served.on_demo("run_master.py", "--single-cycle")
    assert served.status["estadisticas"]["total_scripts_executed"] == 3  # brass once, mail twice
    assert served.status["estadisticas"]["cycles_total"] == 2
    assert served.status["cycle_count"] == 1


def test_the_status_is_valid_json_at_every_instant(site):
    path = site.home / "logs/run_master_status.json"
    with master(site, "--single-cycle") as process:
        read = 0
        while process.poll() is None:
            if path.exists():
                json.loads(path.read_text("utf-8"))
                read += 1
    assert read > 10


def test_verbose_shows_why_and_the_words_of_the_jobs(site):
    done = site.on_demo("run_master.py", "--single-cycle", "--verbose")
    assert done.code == 0
    assert "job.started" in done.err
    assert "brass │" in done.out
    assert "rule.seen" in done.out


def test_what_is_logged_holds_no_address_and_no_body(served_once):
    logs = "".join(path.read_text("utf-8") for path in (served_once.home / "logs").glob("*.log"))
    assert "run.complete" in logs
    assert "mail.tried" in logs
    for secret in ("@example.com", "Analizador", "Informe Equipos"):
        assert secret not in logs


def test_the_scripts_work_from_any_directory_and_through_a_link(site, tmp_path):
    link = tmp_path / "una carpeta"
    link.mkdir()
    (link / "vigila").symlink_to(SCRIPTS / "run_master.py")
    done = subprocess.run(
        [sys.executable, "vigila", "--list-tasks"],
        check=False,
        env=site.environ(SERENO_ENV_FILE=str(site.demo / "demo.env")),
        cwd=link,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "brass" in done.stdout


def test_without_the_package_a_script_says_in_one_line_how_to_install_it(tmp_path):
    done = subprocess.run(
        [sys.executable, "-S", str(SCRIPTS / "run_brass.py")],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode != 0
    assert done.stderr.count("\n") == 1
    assert "make install" in done.stderr


def test_nothing_is_written_outside_the_home(site):
    root = Path(__file__).resolve().parents[2]
    before = sorted(str(path) for path in root.iterdir())
    site.on_demo("run_master.py", "--single-cycle")
    assert sorted(str(path) for path in root.iterdir()) == before


def test_a_terminal_that_goes_away_does_not_end_the_daemon(site):
    with master(site, "--single-cycle") as process:
        process.stdout.close()
        assert process.wait(timeout=60) == 0
    assert len(site.digests) == 1
    assert site.status["stop_reason"] == "ciclo único terminado"


def test_a_stop_during_a_job_ends_it_and_is_no_success(site):
    database = sqlite3.connect(site.demo / "brass.sqlite", isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    try:
        with master(site) as process:
            wait_for(lambda: running_job(site) == "brass")
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
            assert process.returncode == 0
    finally:
        database.close()
    brass = site.status["modulos"]["brass"]
    assert brass["last_result"] == "fallo"
    assert brass["return_code"] != 0
    assert brass["last_success"] is None
    assert site.mails == []


def running_job(site):
    path = site.home / "logs/run_master_status.json"
    modules = json.loads(path.read_text("utf-8"))["modulos"] if path.exists() else {}
    return next((name for name, module in modules.items() if module["state"] == "en marcha"), None)
