"""A throw-away PostgreSQL on loopback, from the system's own binaries."""

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

import psycopg
import pytest

USER, PASSWORD = "sereno", "clave-de-prueba"


def _binaries() -> Path | None:
    on_path = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name))
    found = [folder for folder in folders if (folder / "initdb").exists()]
    return Path(on_path).parent if on_path else (found[-1] if found else None)


def _account() -> dict[str, object]:
    """Name whom to run as: PostgreSQL refuses to run as root."""
    return {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def _initialise(binaries: Path, home: Path, account: dict[str, object]) -> None:
    secret = home / "password"
    secret.write_text(PASSWORD)
    if account:
        for path in (home, secret):
            shutil.chown(path, account["user"])
    options = ["--auth=scram-sha-256", f"--username={USER}", f"--pwfile={secret}", "--no-sync"]
    command = [binaries / "initdb", f"--pgdata={home / 'data'}", "--locale=C", "--encoding=UTF8", *options]
    subprocess.run(command, check=True, cwd=home, stdout=subprocess.DEVNULL, **account)


def _wait_until_ready(server: subprocess.Popen, url: str, log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL does not start: {log.read_text()}")


@contextmanager
def _server(binaries: Path) -> Iterator[str]:
    account = _account()
    # Not under pytest's own folder: what runs as another account could not enter it.
    with tempfile.TemporaryDirectory(prefix="sereno-pg-", ignore_cleanup_errors=True) as folder:
        home, port = Path(folder), _free_port()
        _initialise(binaries, home, account)
        where = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={home}", "-p", str(port)]
        command = [binaries / "postgres", "-D", home / "data", "-c", "fsync=off", *where]
        with (home / "log").open("wb") as log:
            server = subprocess.Popen(command, cwd=home, stdout=log, stderr=subprocess.STDOUT, **account)
        try:
            address = f"{USER}:{PASSWORD}@127.0.0.1:{port}/postgres"
            _wait_until_ready(server, f"postgresql://{address}", home / "log")
            yield f"postgresql+psycopg://{address}"
        finally:
            server.send_signal(signal.SIGINT)  # fast shutdown: open sessions are ended
            server.wait(timeout=30)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give the address, with user and password, of an empty server that lives as long as the tests."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("external: PostgreSQL is not installed (initdb was not found)")
    with _server(binaries) as url:
        yield url
