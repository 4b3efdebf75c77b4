"""What a dead master left running is ended, and nothing else is."""

import os
import signal
import sys
import uuid
from dataclasses import replace

import pytest
from tests.adapters.processes.job_scripts import wait_for

from sereno.adapters.left_behind import end_left
from sereno.adapters.machine import is_alive, is_running, name_process
from sereno.adapters.process_trees import SILENT, end_tree, start_tree

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sessions, and marks seen in /proc")

SLEEP = "import time; time.sleep(60)"
JOB = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {SLEEP!r}])
apart = subprocess.Popen([sys.executable, "-c", {SLEEP!r}], start_new_session=True)
open(sys.argv[1], "w").write(f"{{child.pid}}\\n")
open(sys.argv[2], "w").write(f"{{apart.pid}}\\n")
time.sleep(60)
"""


@pytest.fixture
def left(tmp_path):
    """Leave a job running as a killed master does, with one child in its session and one in another."""
    paths = [tmp_path / "child.pid", tmp_path / "apart.pid"]
    command = [sys.executable, "-c", JOB, *map(str, paths)]
    mark = f"de-otro-{uuid.uuid4()}"  # this test's alone: others run at once
    job = start_tree(command, {"PATH": os.defpath}, mark, SILENT)
    try:
        yield job, [wait_for(each) for each in paths]
    finally:
        end_tree(job, mark, grace=0)


def named(job):
    return name_process(job.pid)


def test_what_is_left_is_ended_with_its_whole_tree(left):
    job, others = left
    worker = named(job)
    assert end_left(worker, grace=2) is True
    assert job.wait(5) == -signal.SIGTERM
    assert not any(map(is_running, others))
    assert is_alive(worker) is False
    assert end_left(worker, grace=2) is False


@pytest.mark.parametrize("reaped", [False, True])
def test_of_a_job_that_has_ended_what_is_left_is_found_by_session_and_mark(left, reaped):
    job, others = left
    worker = named(job)
    job.kill()
    os.waitid(os.P_PID, job.pid, os.WEXITED | os.WNOWAIT)
    if reaped:
        job.wait()
    assert end_left(worker, grace=2) is True
    assert not any(map(is_running, others))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"born": 1.0}, id="the number is another's now"),
        pytest.param({"boot": "otro arranque"}, id="the machine has started again"),
        pytest.param({"host": "otra", "boot": "el suyo"}, id="it is another machine's"),
    ],
)
def test_what_only_has_the_number_is_left_alone(left, other):
    job, others = left
    assert end_left(replace(named(job), **other), grace=2) is False
    assert job.poll() is None
    assert all(map(is_running, others))


def test_a_session_without_a_mark_is_left_alone_once_its_head_is_gone(tmp_path):
    path = tmp_path / "child.pid"
    script = JOB.split("apart", maxsplit=1)[0] + "open(sys.argv[1], 'w').write(f'{child.pid}\\n')"
    job = start_tree([sys.executable, "-c", script, str(path)], {"PATH": os.defpath}, "", SILENT)
    worker = named(job)
    child = wait_for(path)
    job.wait(5)
    try:
        assert end_left(worker, grace=2) is False
        assert is_running(child)
    finally:
        end_tree(child, "", grace=0)
