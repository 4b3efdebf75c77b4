"""A throw-away MariaDB on loopback, from the system's own server."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pymysql
import pytest

USER, PASSWORD = "sereno", "clave-de-prueba"
TABLES = Path("/usr/share/mysql")
NEEDED = ("mysql_system_tables.sql", "mysql_performance_tables.sql", "mysql_system_tables_data.sql")


def _binary() -> Path | None:
    found = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    return Path(found) if found and all((TABLES / name).exists() for name in NEEDED) else None


def _account() -> dict[str, object]:
    """Name whom to run as: MariaDB refuses to run as root."""
    return {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class MariaServer:
    """A server that can be stopped and started; its data lives in a folder of its own."""

    def __init__(self, binary: Path, home: Path) -> None:
        self._home, self._account, self._port = home, _account(), _free_port()
        self._command = [
            *(binary, "--no-defaults", f"--datadir={home / 'data'}", f"--tmpdir={home}", "--skip-log-bin"),
            *("--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M", "--lc-messages=en_US"),
        ]
        self._initialise()
        self.start()
        with closing(self._administrator()) as admin, admin.cursor() as cursor:
            cursor.execute(f"CREATE USER '{USER}'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'")
            cursor.execute(f"GRANT ALL ON *.* TO '{USER}'@'127.0.0.1' WITH GRANT OPTION")

    @property
    def url(self) -> str:
        return f"mysql+pymysql://{USER}:{PASSWORD}@127.0.0.1:{self._port}"

    def start(self) -> None:
        where = ["--bind-address=127.0.0.1", f"--port={self._port}", f"--socket={self._home / 'socket'}"]
        with (self._home / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [*self._command, *where], cwd=self._home, stdout=log, stderr=log, **self._account
            )
        self._wait_until_ready()

    def stop(self) -> None:
        self._server.send_signal(signal.SIGTERM)
        self._server.wait(timeout=30)

    def _initialise(self) -> None:
        (self._home / "data").mkdir()
        if self._account:
            for path in (self._home, self._home / "data"):
                shutil.chown(path, self._account["user"])
        tables = "\n".join((TABLES / name).read_text() for name in NEEDED)
        # Of each line the server reads one statement.
        first = "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL, @current_hostname = NULL;"
        with (self._home / "log").open("ab") as log:
            subprocess.run(
                [*self._command, "--bootstrap", "--skip-grant-tables"],
                check=True,
                cwd=self._home,
                input=f"{first}\n{tables}".encode(),
                stdout=log,
                stderr=log,
                **self._account,
            )

    def _administrator(self) -> pymysql.Connection:
        return pymysql.connect(unix_socket=str(self._home / "socket"), user="root", connect_timeout=2)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._server.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=2).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"MariaDB does not start: {(self._home / 'log').read_text()}")


@contextmanager
def _server() -> Iterator[MariaServer]:
    binary = _binary()
    if binary is None:
        pytest.skip("external: MariaDB is not installed (mariadbd was not found)")
    # Not under pytest's own folder: what runs as another account could not enter it.
    with tempfile.TemporaryDirectory(prefix="sereno-maria-", ignore_cleanup_errors=True) as folder:
        server = MariaServer(binary, Path(folder))
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[MariaServer]:
    """Give an empty server that lives as long as the tests, and that a test may stop and start."""
    with _server() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_url(mariadb_server) -> str:
    """Give the address, with user and password, of a server without databases of its own."""
    return mariadb_server.url
