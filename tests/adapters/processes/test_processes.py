"""A job's process ends when it must, and how it ended is told, whatever it does."""

import os
import platform
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from tests.adapters.processes.job_scripts import DEAF, Stop, make_jobs, run, wait_for, zombies

from sereno.adapters.machine import born_at, is_alive, this_start

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
linux = pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted, and seen in /proc")
SLEEPER = "import time\nprint('empiezo')\ntime.sleep(60)"


@pytest.mark.parametrize("code", [0, 1, 2, 37])
def test_the_code_of_the_script_is_the_code_of_the_job(tmp_path, code):
    result = run(make_jobs(tmp_path, job=f"print('hola')\nraise SystemExit({code})"))
    assert (result.job, result.code, result.tail) == ("job", code, "hola")


def test_a_missing_script_and_an_unknown_job_are_minus_1_and_named(tmp_path):
    jobs = make_jobs(tmp_path)
    assert jobs.start("job") is None
    assert jobs.next_end(0).code == -1
    unknown = run(jobs, "otra")
    assert unknown.code == -1
    assert "otra" in unknown.tail


def test_a_monitor_without_a_script_is_started_by_its_name(tmp_path):
    package = tmp_path / "sereno"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text("import sys\nprint(*sys.argv[1:])", "utf-8")
    own = replace(
        make_jobs(tmp_path),
        scripts={"garantias": tmp_path / "run_garantias.py", "correo": tmp_path / "run_correo.py"},
        environment={"PATH": "", "PYTHONPATH": str(tmp_path)},
        arguments=("--verbose",),
        rounds=frozenset({"garantias"}),
    )
    assert run(own, "garantias").tail == "job garantias --verbose"
    assert run(own, "correo").code == -1


def test_a_script_that_cannot_be_started_is_minus_3(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-such-python"))
    result = run(make_jobs(tmp_path, job=""))
    assert result.code == -3
    assert "no-such-python" in result.tail


@linux
def test_where_no_thread_is_to_be_had_the_job_is_minus_3_and_its_process_is_ended(tmp_path):
    jobs, before = make_jobs(tmp_path, job=SLEEPER), set(psutil.Process().children())
    files = len(list(Path("/proc/self/fd").iterdir()))
    threading.stack_size(1 << 46)  # more than there is
    try:
        assert jobs.start("job") is None
    finally:
        threading.stack_size(0)
    result = jobs.next_end(0)
    assert (result.code, "thread" in result.tail) == (-3, True)
    assert set(psutil.Process().children()) <= before
    assert len(list(Path("/proc/self/fd").iterdir())) == files


@posix
def test_death_by_a_signal_is_128_and_its_number(tmp_path):
    assert run(make_jobs(tmp_path, job="import os\nos.kill(os.getpid(), 9)")).code == 128 + 9


def test_a_job_that_takes_too_long_is_ended_and_what_it_printed_is_kept(tmp_path):
    started = time.monotonic()
    result = run(make_jobs(tmp_path, timeout=0.5, job=SLEEPER))
    assert result.code == -2
    assert result.tail.splitlines() == ["empiezo", "Se ha agotado su tiempo (0.5 s)"]
    assert time.monotonic() - started < 4


@posix
def test_a_job_that_ignores_the_polite_signal_is_killed_after_its_grace(tmp_path):
    deaf = f"{DEAF}\nprint('sordo')\ntime.sleep(60)"
    started = time.monotonic()
    result = run(make_jobs(tmp_path, timeout=0.5, grace=0.5, job=deaf))
    assert (result.code, result.tail.splitlines()[0]) == (-2, "sordo")
    assert 1.0 < time.monotonic() - started < 5


@posix
def test_a_job_that_heeds_the_polite_signal_has_its_last_words(tmp_path):
    heed = "import signal, sys, time\nsignal.signal(15, lambda *_: sys.exit('me voy'))\n"
    result = run(make_jobs(tmp_path, timeout=1, job=heed + SLEEPER))
    assert result.code == -2
    assert result.tail.splitlines()[:2] == ["empiezo", "me voy"]


def test_jobs_run_at_once_each_under_its_own_timeout_and_the_first_to_end_is_told_first(tmp_path):
    jobs = make_jobs(tmp_path, timeout=1.5, largo=SLEEPER, lento=SLEEPER, corto="print('ya')")
    started = time.monotonic()
    for job in ("largo", "lento", "corto"):
        jobs.start(job)
    first, *others = (jobs.next_end(30) for _ in range(3))
    assert (first.job, first.code, first.tail) == ("corto", 0, "ya")
    assert {(each.job, each.code) for each in others} == {("largo", -2), ("lento", -2)}
    assert time.monotonic() - started < 6


def test_while_no_job_ends_nothing_is_told(tmp_path):
    stop = Stop()
    jobs = make_jobs(tmp_path, stop=stop, job=SLEEPER)
    jobs.start("job")
    assert jobs.next_end(0.1) is None
    assert jobs.next_end(-1) is None
    stop.requested = True
    assert jobs.next_end(10).job == "job"


def test_a_stop_ends_every_job_and_each_end_is_told(tmp_path):
    stop = Stop()
    jobs = make_jobs(tmp_path, stop=stop, uno=SLEEPER, dos=SLEEPER)
    workers = [jobs.start("uno"), jobs.start("dos")]
    stop.requested = True
    results = [jobs.next_end(10) for _ in workers]
    assert {each.job for each in results} == {"uno", "dos"}
    assert all(each.code == 128 + 15 and "se detiene" in each.tail for each in results)
    assert [is_alive(each) for each in workers] == [False, False]


def test_a_started_job_is_named_for_good(tmp_path):
    written = tmp_path / "job.pid"
    jobs = make_jobs(
        tmp_path,
        job=f"import os, time\nopen({str(written)!r}, 'w').write(f'{{os.getpid()}}\\n')\ntime.sleep(60)",
    )
    worker = jobs.start("job")
    process = wait_for(written)
    assert (worker.pid, worker.born) == (process.pid, born_at(process.pid))
    assert (worker.boot, worker.host) == (this_start(), platform.node())
    assert is_alive(worker) is True
    assert jobs.end_left(worker) is True
    assert jobs.next_end(10).code == 128 + 15


@posix
def test_a_job_whose_code_somebody_else_has_taken_is_never_taken_for_done(tmp_path):
    jobs = make_jobs(tmp_path, job="import time\ntime.sleep(0.5)")
    os.waitpid(jobs.start("job").pid, 0)
    result = jobs.next_end(10)
    assert result.code == 1
    assert "No se sabe cómo ha terminado" in result.tail


def test_a_terminal_that_is_gone_does_not_keep_a_job_from_ending_well(tmp_path):
    def gone(_job, _line):
        raise BrokenPipeError

    result = run(make_jobs(tmp_path, echo=gone, job="for n in range(30_000): print(n)"))
    assert (result.code, result.tail.splitlines()[-1]) == (0, "29999")


@linux
def test_fifty_jobs_leave_no_descriptor_no_thread_and_no_zombie(tmp_path):
    detach = "import os\nif not os.fork():\n    os.setsid()\n    os._exit(0)\n"
    jobs = make_jobs(tmp_path, job=detach)
    run(jobs)
    files, threads = len(list(Path("/proc/self/fd").iterdir())), _threads()
    for _ in range(10):
        for _ in range(5):
            jobs.start("job")
        assert [jobs.next_end(20).code for _ in range(5)] == [0] * 5
    assert len(list(Path("/proc/self/fd").iterdir())) == files
    assert _threads() == threads
    assert zombies() == []


def _threads():
    """Return how many threads there are, once those that have told their job's end are gone."""
    for each in threading.enumerate():
        if each.name.startswith("tarea "):
            each.join(5)
    return threading.active_count()
