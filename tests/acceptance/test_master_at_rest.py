"""The real daemon between its cycles: small, watchful, and not to be got rid of by what happens to them."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psutil
import pytest
from sqlalchemy import create_engine, text
from tests.acceptance.test_life_of_the_master import master, running_job, wait_for
from tests.adapters.store.building import fresh_schema

from sereno.adapters.machine import is_running

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.name != "posix", reason="cycles have a process of their own on POSIX"),
]


def set_up(site, **settings):
    """Add lines to the settings file."""
    file = site.demo / "demo.env"
    lines = "".join(f"{name}={value}\n" for name, value in settings.items())
    file.write_text(file.read_text("utf-8") + lines, "utf-8")


def often(site, **settings):
    names = ("LABORABLE_DIA", "LABORABLE_NOCHE", "NO_LABORABLE_DIA", "NO_LABORABLE_NOCHE")
    set_up(site, **{f"MASTER_CYCLE_{name}": "1s" for name in names}, **settings)


def status(site):
    path = site.home / "logs/run_master_status.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def cycle_of(site):
    return status(site).get("cycle_count", 0)


def rests(site):
    return status(site).get("next_cycle_at") is not None


def children(process):
    return psutil.Process(process.pid).children(recursive=True)


def ask(site, query):
    database = sqlite3.connect(f"file:{site.demo / 'sereno.sqlite'}?mode=ro", uri=True, timeout=10)
    with closing(database):
        return database.execute(query).fetchall()


def words_to_operators(site):
    return [subject for (subject,) in ask(site, "SELECT subject FROM messages WHERE kind = 'notice'")]


@contextmanager
def locked(site, register="brass"):
    """Hold a register, so that its job hangs."""
    database = sqlite3.connect(site.demo / f"{register}.sqlite", isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        database.close()


def test_while_it_rests_no_process_of_it_is_there_and_cycles_with_nothing_to_do_start_none(served):
    often(served)
    with master(served) as process:
        wait_for(lambda: cycle_of(served) >= 2 and rests(served))
        seen, spent = cycle_of(served), psutil.Process(process.pid).cpu_times()
        counted = ask(served, "SELECT cycles FROM store_info")[0][0]
        wait_for(lambda: cycle_of(served) >= seen + 3)
        later = psutil.Process(process.pid).cpu_times()
        assert children(process) == []
        assert later.children_user + later.children_system == spent.children_user + spent.children_system
        assert ask(served, "SELECT cycles FROM store_info")[0][0] >= counted + 3
        (until,) = ask(served, "SELECT until FROM lease")[0]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert until
    assert ask(served, "SELECT * FROM lease") == []
    assert status(served)["cycle_count"] >= seen + 3
    assert status(served)["estadisticas"]["cycles_total"] >= counted + 3


@pytest.mark.external
def test_on_a_server_too_it_rests_without_a_process_and_lets_the_lead_go(site, postgres_url):
    with fresh_schema(postgres_url) as url:
        often(site, STATE_DB_URL=f"'{url}'")
        with master(site) as process:
            wait_for(lambda: cycle_of(site) >= 2 and rests(site), 60)
            seen = cycle_of(site)
            wait_for(lambda: cycle_of(site) >= seen + 3)
            assert children(process) == []
            assert status(site)["estadisticas"]["cycles_total"] >= seen + 3
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)
        engine = create_engine(url)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT * FROM lease")).all() == []
            assert connection.scalar(text("SELECT cycles FROM store_info")) >= seen + 3
        engine.dispose()


def test_a_verbose_master_tells_of_every_cycle_that_it_passes_by(served):
    often(served)
    with master(served, "--verbose") as process:
        wait_for(lambda: cycle_of(served) >= 4)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=20)
    assert "nada que hacer. Descansa hasta las" in said
    assert "job.idle job=brass" in said


def test_a_store_that_cannot_be_written_while_it_rests_is_said_and_looked_at_again(served):
    often(served)
    with master(served) as process:
        wait_for(lambda: cycle_of(served) >= 2 and rests(served))
        store = sqlite3.connect(served.demo / "sereno.sqlite", isolation_level=None)
        with closing(store):
            store.execute("DROP TABLE lease")
            wait_for(lambda: status(served).get("last_error"))
            assert process.poll() is None


def test_mail_that_comes_while_it_rests_is_delivered_in_the_next_cycle(served):
    often(served)
    with master(served) as process:
        wait_for(lambda: cycle_of(served) >= 2 and rests(served))
        before = len(served.mails)
        assert served.on_demo("run_brass.py", "--force").code == 0
        wait_for(lambda: len(served.mails) > before)
        assert process.poll() is None


def test_a_second_master_and_a_single_cycle_say_who_leads_and_end_with_3(served):
    with master(served) as process:
        wait_for(lambda: rests(served))
        for options in ((), ("--single-cycle",)):
            other = served.on_demo("run_master.py", *options)
            assert other.code == 3
            assert f"el proceso {process.pid}" in other.err
            assert other.err.count("\n") <= 2
        assert process.poll() is None
    assert status(served)["pid"] == process.pid


def test_a_new_master_takes_over_at_once_from_one_that_was_killed(served):
    with master(served) as process:
        wait_for(lambda: rests(served))
        process.kill()
        process.wait()
        assert ask(served, "SELECT pid FROM lease") == [(process.pid,)]
    with master(served) as heir:
        wait_for(lambda: status(served)["pid"] == heir.pid and rests(served))


def test_a_master_that_is_killed_takes_its_jobs_with_it_and_the_next_tells_of_them(site):
    often(site)
    with locked(site), master(site) as process:
        wait_for(lambda: running_job(site) == "brass")
        family = children(process)
        assert len(family) >= 2  # the cycle and the job
        process.kill()
        process.wait()
        wait_for(lambda: not any(map(is_running, family)))
    with master(site) as heir:
        wait_for(lambda: status(site)["pid"] == heir.pid and rests(site))
    assert len(site.digests) == 1
    assert ask(site, "SELECT * FROM running") == []


def test_a_cycle_that_is_killed_leaves_nothing_behind_and_the_next_goes_on_and_tells(served):
    often(served)
    with master(served) as process:
        wait_for(lambda: cycle_of(served) >= 2 and rests(served))
        with locked(served):
            set_up(served, BRASS_DIARIO_CADENCE="weekly:mon@07:00")  # which nobody has served
            process.send_signal(signal.SIGHUP)
            wait_for(lambda: running_job(served) == "brass")
            (cycle,) = psutil.Process(process.pid).children()
            family = cycle.children(recursive=True)
            cycle.kill()
            wait_for(lambda: "no llegó a su fin" in (status(served).get("last_error") or ""))
            assert not any(map(is_running, family))
        wait_for(lambda: any("ciclo" in subject for subject in words_to_operators(served)))
        wait_for(lambda: len(served.runs()) == 2)
        assert process.poll() is None
    codes = [
        code for (code,) in ask(served, "SELECT code FROM job_results WHERE job = 'brass' ORDER BY number")
    ]
    assert codes == [0, 137, 0]


def test_what_a_later_cycle_left_when_it_was_killed_is_ended_too(served):
    often(served)
    with master(served) as process:
        wait_for(lambda: cycle_of(served) >= 2 and rests(served))
        with locked(served, "correos"):
            served.on_demo("run_brass.py", "--force")
            wait_for(lambda: running_job(served) == "email_services")
            (cycle,) = psutil.Process(process.pid).children()
            jobs = cycle.children(recursive=True)
            assert jobs
            marks = {job.environ()["SERENO_JOB"].split("/")[0] for job in jobs}
            assert marks == {cycle.environ()["SERENO_JOB"]}
            cycle.kill()
            wait_for(lambda: not any(map(is_running, jobs)))


def test_a_monitor_that_breaks_is_told_by_name_and_the_watch_goes_on(served, tmp_path):
    own = served.home / "propios"
    own.mkdir()
    often(served, MONITORS_DIR=own)
    with master(served) as process:
        wait_for(lambda: cycle_of(served) >= 2 and rests(served))
        (own / "roto").mkdir()
        (own / "roto" / "monitor.toml").write_text("nombre = ", "utf-8")
        wait_for(lambda: "monitor.toml" in (status(served).get("last_error") or ""))
        (own / "roto" / "monitor.toml").unlink()
        (own / "roto").rmdir()
        wait_for(lambda: status(served).get("last_error") is None)
        assert process.poll() is None


def test_a_stop_in_the_first_moment_is_no_failure(served):
    for _ in range(3):
        with master(served) as process:
            wait_for(lambda process=process: children(process))
            process.send_signal(signal.SIGTERM)
            said, _ = process.communicate(timeout=30)
            assert process.returncode == 0, said


def test_one_that_lost_the_lead_leaves_the_status_to_who_leads_now(served):
    often(served)
    with master(served) as process:
        wait_for(lambda: cycle_of(served) >= 2 and rests(served))
        file = served.home / "logs/run_master_status.json"
        with closing(sqlite3.connect(served.demo / "sereno.sqlite", timeout=30)) as store:
            store.execute("UPDATE lease SET pid = 1, until = '2099-01-01 00:00:00'")
            store.commit()
        file.write_text(json.dumps({**status(served), "pid": 1, "running": True}), "utf-8")
        assert process.wait(30) == 3
    assert (status(served)["pid"], status(served)["running"]) == (1, True)


def test_where_no_cycle_can_have_a_process_of_its_own_the_master_turns_them_itself(served):
    often(served)
    program = (
        "import sys, sereno.bootstrap.resting as resting; resting.CAN_REST_APART = False;"
        "from sereno.cli import main; sys.exit(main(('master',)))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        env=served.environ(SERENO_ENV_FILE=str(served.demo / "demo.env")),
        stdout=subprocess.PIPE,
    )
    try:
        wait_for(lambda: cycle_of(served) >= 4)
        assert status(served)["pid"] == process.pid
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=20)
        assert process.returncode == 0
        assert "Sereno se detiene" in said.decode()
    finally:
        process.kill()
        process.wait()
    assert not status(served)["running"]
    assert ask(served, "SELECT * FROM lease") == []


def test_a_first_cycle_that_is_killed_does_not_end_the_watch(site):
    with locked(site), master(site) as process:
        wait_for(lambda: running_job(site) == "brass")
        psutil.Process(process.pid).children()[0].kill()
        wait_for(lambda: "no llegó a su fin" in (status(site).get("last_error") or ""))
        assert status(site)["running"]
        assert status(site)["next_cycle_at"] is not None
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        assert process.returncode == 0


def test_settings_stay_in_force_until_a_signal_asks_for_them_anew(served):
    often(served)
    with master(served) as process:
        wait_for(lambda: cycle_of(served) >= 2)
        set_up(served, MASTER_SCRIPT_TIMEOUT="77")
        seen = cycle_of(served)
        wait_for(lambda: cycle_of(served) >= seen + 2)
        assert status(served)["configuracion"]["script_timeout"] == 1800
        process.send_signal(signal.SIGHUP)
        wait_for(lambda: status(served)["configuracion"]["script_timeout"] == 77)
        assert process.poll() is None


def test_a_changed_file_is_read_by_itself_where_that_is_wanted(served):
    often(served, RELOAD="auto")
    with master(served):
        wait_for(lambda: cycle_of(served) >= 2)
        set_up(served, MASTER_SCRIPT_TIMEOUT="78")
        wait_for(lambda: status(served)["configuracion"]["script_timeout"] == 78)


def test_a_faulty_file_leaves_the_old_settings_in_force_and_says_so_until_it_is_right(served):
    often(served, RELOAD="auto")
    file = served.demo / "demo.env"
    good = file.read_text("utf-8")
    with master(served) as process:
        wait_for(lambda: cycle_of(served) >= 2)
        file.write_text(good + "MASTER_SCRIPT_TIMEOUT=mucho\n", "utf-8")
        wait_for(lambda: "MASTER_SCRIPT_TIMEOUT" in (status(served)["last_error"] or ""))
        seen = cycle_of(served)
        wait_for(lambda: cycle_of(served) >= seen + 2)
        assert "siguen los de antes" in status(served)["last_error"]
        assert status(served)["configuracion"]["script_timeout"] == 1800
        wait_for(lambda: sum("ajustes" in subject for subject in words_to_operators(served)) == 1)
        file.write_text(good, "utf-8")
        wait_for(lambda: status(served)["last_error"] is None)
        assert process.poll() is None


def test_faulty_settings_at_the_start_are_told_and_end_it_with_2(site):
    set_up(site, MASTER_SCRIPT_TIMEOUT="mucho")
    done = site.on_demo("run_master.py")
    assert done.code == 2
    assert "MASTER_SCRIPT_TIMEOUT" in done.err
    assert "Traceback" not in done.err


def test_systemd_hears_that_it_is_ready_alive_and_stopping(served, tmp_path, monkeypatch):
    place = tmp_path / "notify"
    heard = []
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as listener:
        listener.bind(str(place))
        listener.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(place))
        with master(served) as process:
            heard += [listener.recv(100).split(b"\n")[0], listener.recv(100).split(b"\n")[0]]
            process.send_signal(signal.SIGTERM)
            heard.append(listener.recv(100).split(b"\n")[0])
    assert heard == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_the_heart_beats_after_good_cycles_and_fails_after_bad_ones(site):
    asked = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        often(site, HEARTBEAT_URL=f"http://127.0.0.1:{server.server_address[1]}/clave?a=1")
        (site.demo / "brass.sqlite").rename(site.demo / "perdido.sqlite")
        with master(site):
            wait_for(lambda: "/clave/fail?a=1" in asked)
            (site.demo / "perdido.sqlite").rename(site.demo / "brass.sqlite")
            assert site.on_demo("run_brass.py", "--force").code == 0
            wait_for(lambda: "/clave?a=1" in asked)
        server.shutdown()
