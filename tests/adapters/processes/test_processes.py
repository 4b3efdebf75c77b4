"""A job's process ends when it must, and what it said is kept, whatever it does."""

import sys
import time
from dataclasses import dataclass
from datetime import timedelta

import psutil
import pytest
from tests.engine.building import TUESDAY

from sereno.adapters.memory import MemoryClock
from sereno.adapters.processes import LINE_LIMIT, TAIL_LINES, ProcessJobs

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@dataclass
class Stop:
    requested: bool = False
    reason: str = ""


@pytest.fixture
def jobs(tmp_path):
    """Make jobs from the texts of their scripts."""

    def make(script=None, *, timeout=30.0, stop=None, echo=lambda _job, _line: None):
        path = tmp_path / "run_job.py"
        if script is not None:
            path.write_text(script, "utf-8")
        environment = {"PATH": "", "PYTHONUNBUFFERED": "1"}
        clock = MemoryClock(TUESDAY)
        return ProcessJobs(
            {"job": path}, environment, (), timedelta(seconds=timeout), clock, stop or Stop(), echo
        )

    return make


@pytest.mark.parametrize("code", [0, 1, 2, 37])
def test_the_code_of_the_script_is_the_code_of_the_job(jobs, code):
    result = jobs(f"print('hola')\nraise SystemExit({code})").run("job")
    assert (result.code, result.tail) == (code, "hola")


def test_a_missing_script_and_an_unknown_job_are_minus_1_and_named(jobs):
    assert jobs().run("job").code == -1
    unknown = jobs("").run("otra")
    assert unknown.code == -1
    assert "otra" in unknown.tail


def test_a_monitor_without_a_script_is_started_by_its_name(tmp_path):
    package = tmp_path / "sereno"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text("import sys\nprint(*sys.argv[1:])", "utf-8")
    scripts = {"garantias": tmp_path / "run_garantias.py", "correo": tmp_path / "run_correo.py"}
    own = ProcessJobs(
        scripts,
        {"PATH": "", "PYTHONPATH": str(tmp_path)},
        ("--verbose",),
        timedelta(seconds=30),
        MemoryClock(TUESDAY),
        Stop(),
        lambda _job, _line: None,
        frozenset({"garantias"}),
    )
    assert own.run("garantias").tail == "job garantias --verbose"
    assert own.run("correo").code == -1


def test_a_script_that_cannot_be_started_is_minus_3(jobs, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-such-python"))
    result = jobs("").run("job")
    assert result.code == -3
    assert "no-such-python" in result.tail


@posix
def test_death_by_a_signal_is_128_and_its_number(jobs):
    result = jobs("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)").run("job")
    assert result.code == 128 + 9


def test_a_job_that_takes_too_long_is_ended_and_what_it_printed_is_kept(jobs):
    started = time.monotonic()
    result = jobs("import time\nprint('empiezo')\ntime.sleep(60)", timeout=1.0).run("job")
    assert result.code == -2
    assert result.tail.startswith("empiezo")
    assert "agotado" in result.tail
    assert time.monotonic() - started < 30


@posix
def test_a_timeout_ends_the_children_of_the_job_too(jobs, tmp_path):
    child = tmp_path / "child.pid"
    script = f"""
import subprocess, sys, time
process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({str(child)!r}, "w").write(str(process.pid))
time.sleep(60)
"""
    assert jobs(script, timeout=1.5).run("job").code == -2
    pid = int(child.read_text())
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_the_daemon_s_stop_ends_the_job(jobs):
    result = jobs("import time\ntime.sleep(60)", stop=Stop(requested=True)).run("job")
    assert result.code != 0
    assert "se detiene" in result.tail


def test_only_the_last_lines_are_kept_and_every_line_is_echoed_as_it_comes(jobs):
    heard = []
    script = f"for number in range({TAIL_LINES + 50}): print('línea', number)"
    result = jobs(script, echo=lambda job, line: heard.append((job, line))).run("job")
    kept = result.tail.splitlines()
    assert len(kept) == TAIL_LINES
    assert kept[-1] == f"línea {TAIL_LINES + 49}"
    assert len(heard) == TAIL_LINES + 50
    assert heard[0] == ("job", "línea 0")


def test_an_endless_line_and_bytes_that_are_no_text_do_not_break_the_reader(jobs):
    endless = "import sys\nsys.stdout.write('x' * 1_000_000)\nsys.stdout.flush()\n"
    script = endless + "sys.stdout.buffer.write(b'\\xff\\n')"
    result = jobs(script).run("job")
    assert result.code == 0
    assert max(map(len, result.tail.splitlines())) <= LINE_LIMIT
