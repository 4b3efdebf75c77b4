"""`make run`: the watch with its console beside it, which comes and goes with it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest
from tests.acceptance.installation import Installation

PORT = 8765
HERE = f"http://127.0.0.1:{PORT}/"

pytestmark = [pytest.mark.long, pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG")]


@contextmanager
def start(installation):
    """Start the watch; whatever happens, it is gone at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sereno", "start"],
        env=installation.environ(),
        cwd=installation.home,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def answers():
    try:
        with urllib.request.urlopen(HERE, timeout=5) as page:
            return "Sereno" in page.read().decode()
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def wait_until(holds, seconds=90):
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.2)


def read_until(process, words):
    for line in process.stdout:
        if words in line:
            return line
    raise AssertionError(words)


def test_the_console_is_there_while_the_watch_lasts_however_that_ends_and_the_watch_does_without_it(tmp_path):
    installation = Installation(tmp_path)
    with start(installation) as process:
        read_until(process, f"Consola en {HERE}")
        wait_until(answers)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert not answers()
    with start(installation) as process:
        read_until(process, f"Consola en {HERE}")
        os.kill(process.pid, signal.SIGKILL)
        wait_until(lambda: not answers())
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", PORT))
        taken.listen()
        with start(installation) as process:
            read_until(process, f"127.0.0.1:{PORT}: no se puede escuchar ahí")
            wait_until(lambda: installation.status["pid"] == process.pid)
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
