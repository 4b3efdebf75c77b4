"""A throw-away MariaDB on loopback, from the system's own binaries."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql
import pytest

USER, PASSWORD = "sereno", "clave-de-prueba"
PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"


def _account() -> dict[str, object]:
    """Name whom to run as: MariaDB refuses to run as root."""
    return {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def _initialise(installer: str, home: Path, account: dict[str, object]) -> None:
    if account:
        shutil.chown(home, account["user"])
    options = ["--no-defaults", f"--datadir={home / 'data'}", "--auth-root-authentication-method=normal"]
    command = [installer, *options, "--skip-test-db", "--skip-name-resolve"]
    subprocess.run(command, check=True, cwd=home, stdout=subprocess.DEVNULL, **account)


def _wait_until_ready(server: subprocess.Popen, port: int, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            root = pymysql.connect(host="127.0.0.1", port=port, user="root", connect_timeout=2)
        except pymysql.OperationalError:
            time.sleep(0.1)
        else:
            with root, root.cursor() as cursor:
                cursor.execute(f"CREATE USER {USER}@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'")
                cursor.execute(f"GRANT ALL ON *.* TO {USER}@'127.0.0.1' WITH GRANT OPTION")
            return
    raise RuntimeError(f"MariaDB does not start: {log.read_text()}")


@contextmanager
def _server(installer: str, binary: str) -> Iterator[str]:
    account = _account()
    # Not under pytest's own folder: what runs as another account could not enter it.
    with tempfile.TemporaryDirectory(prefix="sereno-my-", ignore_cleanup_errors=True) as folder:
        home, port = Path(folder), _free_port()
        _initialise(installer, home, account)
        files = [f"--datadir={home / 'data'}", f"--socket={home / 'socket'}", f"--pid-file={home / 'pid'}"]
        where = ["--bind-address=127.0.0.1", f"--port={port}", "--skip-name-resolve", "--skip-log-bin"]
        quick = ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M"]
        with (home / "log").open("wb") as log:
            command = [binary, "--no-defaults", *files, *where, *quick]
            server = subprocess.Popen(command, cwd=home, stdout=log, stderr=subprocess.STDOUT, **account)
        try:
            _wait_until_ready(server, port, home / "log")
            yield f"mysql+pymysql://{USER}:{PASSWORD}@127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)


@pytest.fixture(scope="session")
def mariadb_url() -> Iterator[str]:
    """Give the address, with user and password, of a server without databases of its own."""
    installer = shutil.which("mariadb-install-db", path=PLACES)
    binary = shutil.which("mariadbd", path=PLACES)
    if installer is None or binary is None:
        pytest.skip("external: MariaDB is not installed (mariadbd was not found)")
    with _server(installer, binary) as url:
        yield url
