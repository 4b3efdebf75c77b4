"""What mail is measured with: a sink, a slow relay, a PostgreSQL server, and the peers' own environment."""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEERS = HERE / "peers.txt"
OURS, THEIRS = 0, 1
"""The core of what is measured, and that of whom it talks to."""
USER, PASSWORD = "sereno", "clave-de-prueba"
_SBIN = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"

Command = Sequence[str | Path]


def tool(name: str) -> str | None:
    """Find a program, also among those meant for administrators."""
    return shutil.which(name, path=_SBIN)


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Have what is started here stay on one core (the last, where there are fewer)."""
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(every)[min(core, len(every) - 1)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, every)


def run(command: Command, core: int | None = OURS, cwd: Path | None = None) -> str:
    """Run to its end, and return what it printed."""
    if core is None:
        done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)
    else:
        with on_core(core):
            done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def timed(command: Command) -> float:
    """Run to its end on the core of what is measured, and return the seconds that it took."""
    start = time.perf_counter()
    run(command)
    return time.perf_counter() - start


@contextmanager
def sink() -> Iterator[int | None]:
    """Run Postfix's smtp-sink, which takes all mail; give its port, None where it is not installed."""
    program = tool("smtp-sink")
    if program is None:
        yield None
        return
    port = free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with _served([program, *user, f"127.0.0.1:{port}", "1000"], port):
        yield port


@contextmanager
def slow_relay() -> Iterator[int]:
    """Run a relay that takes 20 ms for a message and 2 ms for a round trip; give its port."""
    port = free_port()
    with _served([sys.executable, HERE / "slow_relay.py", str(port)], port):
        yield port


@contextmanager
def postgresql() -> Iterator[str | None]:
    """Run a throw-away server that waits for the disk; give its address, None where it is not installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    binaries = next((each for each in reversed(folders) if (each / "initdb").exists()), None)
    if binaries is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="sereno-pg-", ignore_cleanup_errors=True) as folder:
        home, port = Path(folder), free_port()
        secret = home / "password"
        secret.write_text(PASSWORD)
        as_user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        account: list[str | Path] = [*as_user] if os.geteuid() == 0 else []  # it refuses to run as root
        for path in (home, secret) if account else ():
            shutil.chown(path, "nobody")
        login = ["--auth=scram-sha-256", f"--username={USER}", f"--pwfile={secret}"]
        data = f"--pgdata={home / 'data'}"
        run([*account, binaries / "initdb", data, "--locale=C", "--encoding=UTF8", *login], None, home)
        where = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={home}"]
        command: Command = [*account, binaries / "postgres", "-D", home / "data", *where, "-p", str(port)]
        ready: Command = [binaries / "pg_isready", "--quiet", "--host=127.0.0.1", f"--port={port}"]
        with _served(command, port, signal.SIGINT):  # a fast shutdown: open sessions are ended
            while subprocess.run(ready, check=False).returncode:
                time.sleep(0.1)
            yield f"{USER}:{PASSWORD}@127.0.0.1:{port}"


@contextmanager
def _served(command: Command, port: int, end: signal.Signals = signal.SIGTERM) -> Iterator[None]:
    with on_core(THEIRS):
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
    try:
        _wait_for(server, port)
        yield
    finally:
        server.send_signal(end)
        server.wait(timeout=30)


def _wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"{server.args!r} does not start")


def free_port() -> int:
    """Find a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def peers_python() -> Path | None:
    """Install the peers, once, in an environment outside the repository; return None where that fails."""
    mark = hashlib.sha256(PEERS.read_bytes()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir(), f"sereno-bench-{mark}-{os.getuid()}")
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        run([sys.executable, "-m", "venv", "--clear", folder], None)
        pip: Command = [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
        ]
        if subprocess.run([*pip, "-r", PEERS], check=False, stdout=sys.stderr).returncode:
            return None  # pip has said why
        (folder / "ready").touch()
    return python
