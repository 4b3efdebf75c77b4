"""Nothing that came from a job outlives it, however it has gone its own way."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from tests.adapters.processes.job_scripts import DEAF, Stop, make_jobs, run, runs, wait_for, zombies

from sereno.adapters.machine import is_running
from sereno.adapters.process_trees import SILENT, become_subreaper, end_tree, has_ended, start_tree
from sereno.adapters.sightings import MARK

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted, and seen in /proc")

DETACH = """
import os, sys, time
def detach(program, path):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            silent = os.open(os.devnull, os.O_RDWR)
            for each in range(3):
                os.dup2(silent, each)
            with open(path, "w") as file:
                file.write(f"{os.getpid()}\\n")
            os.execv(sys.executable, [sys.executable, "-c", program])
        os._exit(0)
    os.wait()
    while not (os.path.exists(path) and os.path.getsize(path)):
        time.sleep(0.01)
"""
SLEEP = "import time; time.sleep(60)"
OURS = f"la-marca-{os.getpid()}"
"""Not that of the same tests in another process, which would end what bears it."""
SPAWN = "import os, subprocess, sys, time\n"


def start(*command, mark=OURS):
    return start_tree([sys.executable, *command], {"PATH": os.defpath}, mark, SILENT)


@pytest.fixture
def written(tmp_path):
    return tmp_path / "child.pid"


@pytest.mark.parametrize("program", [SLEEP, DEAF + "time.sleep(60)"])
def test_a_timeout_ends_the_children_of_the_job(tmp_path, written, program):
    child = f"""{SPAWN}
child = subprocess.Popen([sys.executable, "-c", {program!r}])
open({str(written)!r}, "w").write(f"{{child.pid}}\\n")
time.sleep(60)
"""
    assert run(make_jobs(tmp_path, timeout=0.7, grace=0.5, job=child)).code == -2
    assert not runs(written)
    assert zombies() == []


@pytest.mark.parametrize("program", [SLEEP, DEAF + "time.sleep(60)"])
def test_a_timeout_ends_what_has_detached_itself(tmp_path, written, program):
    script = f"{DETACH}\ndetach({program!r}, {str(written)!r})\ntime.sleep(60)"
    assert run(make_jobs(tmp_path, timeout=0.7, grace=0.5, job=script)).code == -2
    assert not runs(written)
    assert zombies() == []


@pytest.mark.parametrize("code", [0, 37])
def test_what_has_detached_itself_does_not_outlive_a_normal_end_and_is_told(tmp_path, written, code):
    script = f"{DETACH}\ndetach({SLEEP!r}, {str(written)!r})\nprint('hecho')\nsys.exit({code})"
    result = run(make_jobs(tmp_path, job=script))
    pid = written.read_text().strip()
    assert result.code == code
    assert result.tail.splitlines() == ["hecho", f"Se ha terminado lo que dejó en marcha: proceso {pid}"]
    assert not runs(written)
    assert zombies() == []


def test_a_grandchild_outlives_neither_its_parent_nor_the_job(tmp_path, written):
    parent = f"""{SPAWN}
child = subprocess.Popen([sys.executable, "-c", {SLEEP!r}])
open({str(written)!r}, "w").write(f"{{child.pid}}\\n")
"""
    script = f"{SPAWN}subprocess.run([sys.executable, '-c', {parent!r}], check=True)\ntime.sleep(60)"
    assert run(make_jobs(tmp_path, timeout=1, job=script)).code == -2
    assert not runs(written)


def test_what_has_given_up_its_environment_is_found_in_its_session(tmp_path, written):
    script = f"""{SPAWN}
child = subprocess.Popen([sys.executable, "-c", {SLEEP!r}], env={{}}, stdout=subprocess.DEVNULL)
open({str(written)!r}, "w").write(f"{{child.pid}}\\n")
"""
    assert run(make_jobs(tmp_path, job=script)).code == 0
    assert not runs(written)


def test_a_job_that_has_closed_its_pipes_is_still_watched_and_ended(tmp_path):
    script = "import os, time\nprint('callo')\nos.close(1)\nos.close(2)\ntime.sleep(60)"
    started = time.monotonic()
    result = run(make_jobs(tmp_path, timeout=0.7, job=script))
    assert (result.code, result.tail.splitlines()[0]) == (-2, "callo")
    assert time.monotonic() - started < 5


def test_a_pipe_that_something_keeps_open_keeps_nobody_waiting(tmp_path, written):
    script = f"""{SPAWN}
child = subprocess.Popen(
    [sys.executable, "-c", {SLEEP!r}], start_new_session=True, env={{**os.environ, "{MARK}": "otra"}}
)
open({str(written)!r}, "w").write(f"{{child.pid}}\\n")
print("hecho", flush=True)
"""
    # The head has ended and the child bears another's mark: it is nobody's here.
    started = time.monotonic()
    files = len(list(Path("/proc/self/fd").iterdir()))
    result = run(make_jobs(tmp_path, job=script))
    child = wait_for(written)
    try:
        assert (result.code, result.tail) == (0, "hecho")
        assert time.monotonic() - started < 5
        assert len(list(Path("/proc/self/fd").iterdir())) == files
        assert is_running(child)
    finally:
        child.kill()
        child.wait(5)


def test_one_that_forks_on_and_on_is_ended(tmp_path):
    script = f"""
import os, time
for _ in range(3):
    os.fork()
{DEAF}
while True:
    if os.fork():
        os._exit(0)
    time.sleep(0.02)
"""
    before = set(psutil.Process().children(recursive=True))  # a server of other tests
    result = run(make_jobs(tmp_path, timeout=5, grace=0.3, job=script))
    assert "No se ha podido" not in result.tail
    after = set(psutil.Process().children(recursive=True)) - before
    assert not any(map(is_running, after))


def test_what_appears_while_the_tree_is_ended_is_ended_too(tmp_path, written):
    heir = f"lambda *_: detach({SLEEP!r}, {str(written)!r})"
    script = f"{DETACH}\nimport signal\nsignal.signal(signal.SIGTERM, {heir})\ntime.sleep(60)\ntime.sleep(60)"
    assert run(make_jobs(tmp_path, timeout=0.7, grace=1.5, job=script)).code == -2
    assert not runs(written)
    assert zombies() == []


def test_the_stop_ends_what_has_detached_itself(tmp_path, written):
    stop = Stop()
    jobs = make_jobs(
        tmp_path, stop=stop, job=f"{DETACH}\ndetach({SLEEP!r}, {str(written)!r})\ntime.sleep(60)"
    )
    jobs.start("job")
    wait_for(written)
    stop.requested = True
    assert jobs.next_end(10).code == 128 + 15
    assert not runs(written)


def test_one_job_s_end_leaves_the_other_jobs_alone(tmp_path, written):
    script = f"{DETACH}\ndetach({SLEEP!r}, {str(written)!r})\ntime.sleep(60)"
    stop = Stop()
    jobs = make_jobs(tmp_path, stop=stop, largo=script, corto="print('ya')")
    jobs.start("largo")
    other = wait_for(written)
    assert run(jobs, "corto").job == "corto"
    assert is_running(other)
    stop.requested = True
    assert jobs.next_end(10).job == "largo"
    assert not is_running(other)


def test_exits_are_not_taken_from_whoever_waits_for_them(tmp_path):
    ended = [subprocess.Popen([sys.executable, "-c", "raise SystemExit(7)"]) for _ in range(3)]
    supervised = start("-c", "raise SystemExit(9)")
    while not all(map(has_ended, [*ended, supervised])):
        time.sleep(0.01)
    assert run(make_jobs(tmp_path, job="")).code == 0
    assert [each.wait(5) for each in ended] == [7] * 3
    assert end_tree(supervised, OURS).told == ()
    assert supervised.returncode == 9


def test_one_long_living_child_is_ended_with_its_tree_by_its_popen(written):
    process = start("-c", f"{DETACH}\ndetach({SLEEP!r}, {str(written)!r})\ntime.sleep(60)")
    become_subreaper()
    child = wait_for(written)
    assert not has_ended(process)
    assert set(end_tree(process, OURS).told) == {process.pid, child.pid}
    assert process.returncode == -15
    assert not is_running(child)


def test_what_a_tree_within_a_tree_leaves_belongs_to_the_outer_one_too(written):
    become_subreaper()
    inner = f"""
import os, sys
from sereno.adapters.process_trees import SILENT, start_tree
process = start_tree([sys.executable, "-c", {SLEEP!r}], dict(os.environ), "dentro", SILENT)
open({str(written)!r}, "w").write(f"{{process.pid}}\\n")
os._exit(3)
"""
    process = start_tree(
        [sys.executable, "-c", inner], {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)}, "fuera"
    )
    child = wait_for(written)
    assert is_running(child)
    assert end_tree(process, "fuera").told == (child.pid,)
    assert process.returncode == 3
    assert process.communicate() == (b"", None)


def test_who_merely_shares_the_session_of_a_tree_that_began_none_is_left_alone(written):
    parent = f"""{SPAWN}
children = [subprocess.Popen([sys.executable, "-c", {SLEEP!r}]) for _ in range(2)]
open({str(written)!r}, "w").write(f"{{children[0].pid}}\\n")
children[0].wait()
children[1].wait()
"""
    process = start("-c", parent)
    try:
        one = wait_for(written)
        assert end_tree(one, "", grace=2).told == (one.pid,)
        assert not has_ended(process)
        assert len([each for each in psutil.Process(process.pid).children() if is_running(each)]) == 1
    finally:
        end_tree(process, OURS)


def test_of_a_process_whose_exit_is_taken_the_number_tells_nothing():
    process = start("-c", SLEEP)
    heir = psutil.Process(process.pid)
    process.returncode = 0  # as if it had ended, and the system had given its number to another
    try:
        assert end_tree(process, "otra-marca").told == ()
        assert is_running(heir)
    finally:
        process.returncode = None
        end_tree(process, OURS)


def test_without_a_mark_nothing_is_taken_for_marked():
    process = start("-c", SLEEP, mark="")
    try:
        assert end_tree(None, "").told == ()
        assert not has_ended(process)
    finally:
        end_tree(process, "")
    assert process.returncode == -15
