"""What a resting master costs: memory, wake-ups, CPU, and what a cycle with nothing to do adds.

    python benchmarks/idle.py [--seconds 300] [--every 2]

Side by side in one run: a resting APScheduler BlockingScheduler with five jobs, and `sereno --help`. The
master rests on the demo estate, its mail delivered and its queues emptied, on a day on which nothing more is
owed; a
second one turns a cycle every few seconds, so that the cost of one can be told from the cost of resting.
"""

import argparse
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import psutil

sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.mail_world import peers_python  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
MASTER = [sys.executable, str(ROOT / "scripts/run_master.py")]
SETTLES = 12.0
"""Seconds for a process to come to rest."""
HOUR = 3600
SCHEDULER = """
from apscheduler.schedulers.blocking import BlockingScheduler
scheduler = BlockingScheduler()
for number in range(5):
    scheduler.add_job(print, "interval", hours=1, args=[number])
scheduler.start()
"""


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--every", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        environ = _quiet_estate(Path(home))
        help_cpu = statistics.median(_cpu_of([sys.executable, "-m", "sereno", "--help"]) for _ in range(15))
        with _running(MASTER, environ) as master, _scheduler() as peer:
            time.sleep(SETTLES)
            memory = master.memory_info().rss, peer.memory_info().rss if peer else None
            before = _spent(master)
            time.sleep(options.seconds)
            after = _spent(master)
        often = _often(environ, options.every)
        with _running(MASTER, often) as busy:
            time.sleep(SETTLES)
            start, begun = _spent(busy), _children(busy)
            time.sleep(30 * options.every)
            end, ended = _spent(busy), _children(busy)
    wakes = (after[1] - before[1]) * 60 / options.seconds
    cpu = (after[0] - before[0]) * HOUR / options.seconds * 1000
    cycle = (end[0] - start[0]) / 30
    ratio = memory[0] / memory[1] if memory[1] else float("nan")
    print(f"A resting master, Python {sys.version.split()[0]}, {options.seconds} s of rest\n")
    print("| what | measured | target |\n|---|---|---|")
    print(f"| memory, ratio to a resting APScheduler with five jobs | {ratio:.2f} | at most 2 |")
    print(f"| wake-ups a minute, a cycle every 5 minutes included | {wakes:.1f} | about 1 |")
    print(f"| CPU in an hour, ms, twelve cycles included | {cpu:.0f} | under 40 |")
    print(f"| a cycle with nothing to do, ratio to `sereno --help` | {cycle / help_cpu:.3f} | at most 0.2 |")
    print(f"| processes that thirty such cycles started | {ended - begun} | 0 |")


def _quiet_estate(home: Path) -> dict[str, str]:
    """Make the demo estate, serve it, and leave nothing in its queues that waits for somebody."""
    environ = {**os.environ, "SERENO_HOME": str(home)}
    subprocess.run(
        [sys.executable, "-m", "sereno", "demo", "run", "--single-cycle"],
        env=environ,
        check=True,
        capture_output=True,
    )
    for queue in (home / "var/demo").glob("*.sqlite"):
        with closing(sqlite3.connect(queue)) as database:
            if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'TbCorreosEnviados'").fetchone():
                database.execute("UPDATE TbCorreosEnviados SET FechaEnvio = '2026-01-01 00:00:00'")
                database.commit()
    with closing(sqlite3.connect(home / "var/demo/sereno.sqlite")) as store:
        store.execute("UPDATE deliveries SET state = 'dropped' WHERE state NOT IN ('accepted')")
        store.commit()
    return {**environ, "SERENO_ENV_FILE": str(home / "var/demo/demo.env")}


def _often(environ: Mapping[str, str], seconds: int) -> dict[str, str]:
    times = ("LABORABLE_DIA", "LABORABLE_NOCHE", "NO_LABORABLE_DIA", "NO_LABORABLE_NOCHE")
    return {**environ, **{f"MASTER_CYCLE_{each}": f"{seconds}s" for each in times}}


@contextmanager
def _running(command: Sequence[str], environ: Mapping[str, str]) -> Iterator[psutil.Process]:
    """Run a program until the end of the block."""
    started = subprocess.Popen(command, env=dict(environ), stdout=subprocess.DEVNULL)
    try:
        yield psutil.Process(started.pid)
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait(30)


@contextmanager
def _scheduler() -> Iterator[psutil.Process | None]:
    python = peers_python()
    if python is None:
        yield None
        return
    with _running([str(python), "-c", SCHEDULER], os.environ) as peer:
        yield peer


def _spent(process: psutil.Process) -> tuple[float, int]:
    """Return the seconds of CPU that a process itself has used, and how often it has gone to sleep."""
    nanoseconds = int(Path(f"/proc/{process.pid}/schedstat").read_text("ascii").split()[0])
    return nanoseconds / 1e9, int(process.num_ctx_switches().voluntary)


def _children(process: psutil.Process) -> int:
    """Count the CPU ticks of the children that have ended: none where none was started."""
    times = process.cpu_times()
    return int(100 * (times.children_user + times.children_system))


def _cpu_of(command: Sequence[str]) -> float:
    before = os.times()
    subprocess.run(command, check=True, capture_output=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


if __name__ == "__main__":
    main()
