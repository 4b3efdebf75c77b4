"""The status file as others read it: absent, broken, of a dead process, of another machine."""

import json
import os
import platform
import subprocess
import sys
from datetime import timedelta

import pytest

from sereno.adapters.status import read_status


@pytest.fixture
def path(tmp_path):
    return tmp_path / "estado.json"


def written(path, **changes):
    path.write_text(json.dumps({"pid": os.getpid(), "host": platform.node(), **changes}), "utf-8")
    return read_status(path)


def test_a_process_of_this_machine_that_is_there_is_alive(path):
    read = written(path)
    assert (read.here, read.alive) == (True, True)


def test_a_process_that_has_ended_is_not_alive(path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert not written(path, pid=ended.pid).alive


def test_a_process_that_is_younger_than_the_file_is_another_one(path):
    written(path)
    old = path.stat().st_mtime - timedelta(days=30).total_seconds()
    os.utime(path, (old, old))
    assert not read_status(path).alive


@pytest.mark.parametrize("pid", [None, "7", 2**70, -1])
def test_a_number_that_is_none_is_of_nobody(path, pid):
    assert not written(path, pid=pid).alive


def test_of_a_process_on_another_machine_nothing_is_known(path):
    read = written(path, host="otra", pid=1)
    assert (read.here, read.alive) == (False, True)


def test_a_file_that_is_not_there_says_so(path):
    assert "no hay fichero de estado" in read_status(path).trouble


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"modulos": 3}'])
def test_a_file_of_something_else_is_not_understood(path, content):
    path.write_bytes(content)
    assert "no se entiende" in read_status(path).trouble


def test_a_file_that_cannot_be_read_says_why(path):
    path.mkdir()
    assert "no se puede leer" in read_status(path).trouble
    path.rmdir()
    path.write_bytes(b"\xff\xfe")
    assert "no se puede leer" in read_status(path).trouble
