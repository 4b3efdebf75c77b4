"""A job's process ends when it must, with all that came of it, and what it said is kept, whatever it does."""

import os
import sys
import threading
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from queue import SimpleQueue

import psutil
import pytest
from tests.engine.building import TUESDAY

from sereno.adapters import process_trees
from sereno.adapters.memory import MemoryClock
from sereno.adapters.output import HEAD_LINES, LINE_LIMIT, TAIL_LINES
from sereno.adapters.process_names import is_alive, named, this_process
from sereno.adapters.processes import ProcessJobs

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
linux = pytest.mark.skipif(sys.platform != "linux", reason="subreapers and /proc")

DEAF = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
SLEEP = "time.sleep(60)\n"
DETACHED = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open(sys.argv[0] + ".pid", "w").write(str(os.getpid()))
        for name in (0, 1, 2):
            os.close(name)
        time.sleep(60)
    os._exit(0)
os.wait()
while not os.path.exists(sys.argv[0] + ".pid"):
    time.sleep(0.01)
"""
"""Forks twice, leaves the session, closes its pipes: a daemon."""


@dataclass
class Stop:
    requested: bool = False
    reason: str = ""


@pytest.fixture(autouse=True)
def little_grace(monkeypatch):
    monkeypatch.setattr(process_trees, "GRACE", 1.0)


@pytest.fixture
def jobs(tmp_path):
    """Make jobs from the texts of their scripts."""

    def make(*scripts, timeout=30.0, stop=None, echo=None):
        paths = {}
        for number, script in enumerate(scripts):
            name = "job" if number == 0 else f"job{number}"
            paths[name] = tmp_path / f"run_{name}.py"
            if script is not None:
                paths[name].write_text(script, "utf-8")
        environment = {"PATH": "", "PYTHONUNBUFFERED": "1"}
        clock = MemoryClock(TUESDAY)
        return ProcessJobs(paths, environment, (), timedelta(seconds=timeout), clock, stop or Stop(), echo)

    return make


def run(jobs, name="job"):
    jobs.start(name)
    result = jobs.next_end(60)
    assert result is not None
    return result


def is_gone(pid):
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def wait_for(path):
    deadline = time.monotonic() + 20
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return int(path.read_text())


@pytest.mark.parametrize("code", [0, 1, 2, 37])
def test_the_code_of_the_script_is_the_code_of_the_job(jobs, code):
    result = run(jobs(f"print('hola')\nraise SystemExit({code})"))
    assert (result.code, result.tail) == (code, "hola")


def test_a_missing_script_and_an_unknown_job_are_minus_1_and_named(jobs):
    assert run(jobs(None)).code == -1
    unknown = run(jobs(""), "otra")
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
        None,
        frozenset({"garantias"}),
    )
    assert run(own, "garantias").tail == "job garantias --verbose"
    assert run(own, "correo").code == -1


def test_a_script_that_cannot_be_started_is_minus_3(jobs, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-such-python"))
    result = run(jobs(""))
    assert result.code == -3
    assert "no-such-python" in result.tail


@posix
def test_death_by_a_signal_is_128_and_its_number(jobs):
    result = run(jobs("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"))
    assert result.code == 128 + 9


def test_a_job_that_takes_too_long_is_ended_and_what_it_printed_is_kept(jobs):
    started = time.monotonic()
    result = run(jobs("import time\nprint('empiezo')\ntime.sleep(60)", timeout=1.0))
    assert result.code == -2
    assert result.tail.startswith("empiezo")
    assert "agotado" in result.tail
    assert time.monotonic() - started < 30


@posix
def test_a_job_that_ignores_the_polite_signal_is_killed(jobs):
    assert run(jobs(DEAF + SLEEP, timeout=0.7)).code == -2


@posix
def test_a_timeout_ends_the_children_of_the_job_too_even_deaf_ones(jobs, tmp_path):
    child = tmp_path / "child.pid"
    script = f"""
import subprocess, sys, time
process = subprocess.Popen([sys.executable, "-c", {DEAF + SLEEP!r}])
open({str(child)!r}, "w").write(str(process.pid))
time.sleep(60)
"""
    assert run(jobs(script, timeout=1.5)).code == -2
    assert is_gone(int(child.read_text()))


@linux
def test_what_cut_itself_loose_is_ended_with_the_job_that_takes_too_long(jobs, tmp_path):
    assert run(jobs(DETACHED + SLEEP, timeout=1.5)).code == -2
    assert is_gone(wait_for(tmp_path / "run_job.py.pid"))


@linux
def test_what_cut_itself_loose_does_not_outlive_a_job_that_ended_well(jobs, tmp_path):
    assert run(jobs(DETACHED)).code == 0
    assert is_gone(wait_for(tmp_path / "run_job.py.pid"))


@linux
def test_a_descendant_that_holds_the_pipe_does_not_keep_the_result_waiting(jobs):
    script = DETACHED.replace("os.close(name)", "pass") + "print('listo')"
    started = time.monotonic()
    result = run(jobs(script))
    assert (result.code, result.tail) == (0, "listo")
    assert time.monotonic() - started < 20


def test_the_daemon_s_stop_ends_every_job_and_each_end_is_told(jobs):
    stop = Stop()
    sleeping = "import time\ntime.sleep(60)"
    both = jobs(sleeping, sleeping, stop=stop)
    both.start("job")
    both.start("job1")
    stop.requested = True
    ends = [both.next_end(60), both.next_end(60)]
    assert {end.job for end in ends} == {"job", "job1"}
    assert all(end.code != 0 and "se detiene" in end.tail for end in ends)


def test_several_jobs_run_at_once_and_nothing_ends_before_its_time(jobs):
    several = jobs(*["import time\ntime.sleep(0.5)"] * 3)
    started = time.monotonic()
    for name in ("job", "job1", "job2"):
        several.start(name)
    assert several.next_end(0.01) is None
    assert [several.next_end(60).code for _ in range(3)] == [0, 0, 0]
    assert time.monotonic() - started < 20


def test_the_first_and_the_last_lines_are_kept_and_how_many_are_left_out(jobs):
    heard = []
    more = HEAD_LINES + TAIL_LINES + 50
    script = f"for number in range({more}): print('línea', number)"
    result = run(jobs(script, echo=lambda job, line: heard.append((job, line))))
    kept = result.tail.splitlines()
    assert kept[:2] == ["línea 0", "línea 1"]
    assert kept[HEAD_LINES] == "(… 50 líneas omitidas …)"
    assert kept[-1] == f"línea {more - 1}"
    assert len(kept) == HEAD_LINES + 1 + TAIL_LINES
    assert len(heard) == more
    assert heard[0] == ("job", "línea 0")


def test_an_endless_line_and_bytes_that_are_no_text_do_not_break_the_reader(jobs):
    endless = "import sys\nsys.stdout.write('x' * 1_000_000)\nsys.stdout.flush()\n"
    result = run(jobs(endless + "sys.stdout.buffer.write(b'\\xff\\n')"))
    assert result.code == 0
    assert max(map(len, result.tail.splitlines())) <= LINE_LIMIT


def test_a_job_that_prints_a_gigabyte_costs_little_memory_and_keeps_its_ends(jobs):
    script = (
        "import sys\nblock = ''.join(f'{n:099}\\n' for n in range(10_000))\nprint('principio')\n"
        "for _ in range(1_000): sys.stdout.write(block)\nprint('final')"
    )
    before = psutil.Process().memory_info().rss
    result = run(jobs(script))
    assert result.code == 0
    assert result.tail.startswith("principio\n")
    assert result.tail.endswith("\nfinal")
    assert "(… 9999752 líneas omitidas …)" in result.tail
    assert psutil.Process().memory_info().rss - before < 50 * 2**20


def test_many_jobs_leave_no_descriptor_and_no_thread_behind(jobs):
    many = jobs("")
    run(many)
    files, threads = psutil.Process().num_fds(), threading.active_count()
    for _ in range(30):
        run(many)
    time.sleep(0.1)
    assert psutil.Process().num_fds() <= files
    assert threading.active_count() <= threads


@linux
def test_what_a_dead_master_left_running_is_ended_by_the_next(jobs, tmp_path):
    first = jobs(DETACHED + SLEEP)
    second = replace(first, ended=SimpleQueue())
    worker = first.start("job")
    detached = wait_for(tmp_path / "run_job.py.pid")
    assert second.end_left(worker)
    assert is_gone(worker.pid)
    assert is_gone(detached)
    assert not second.end_left(worker)


def test_a_number_that_is_used_again_is_another_process_and_is_left_alone(jobs):
    me = this_process()
    assert is_alive(me)
    older = replace(me, born=me.born - 1)
    assert is_alive(older) is False
    assert not jobs("").end_left(older)
    assert is_alive(replace(me, boot="otro arranque")) is False
    assert is_alive(replace(me, host="otra máquina")) is None
    assert named(os.getpid()) == me
