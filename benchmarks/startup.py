"""How long Sereno takes to start, as ratios to a bare interpreter measured in turn in the same run.

    python benchmarks/startup.py [--runs 20]

Two commands: `sereno --help`, and a job that owes nothing (on a demo estate whose round was just made).
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SERENO = [sys.executable, "-m", "sereno"]
TARGET_HELP = 6.0
UNNEEDED = (
    "alembic",
    "jinja2",
    "smtplib",
    "sereno.adapters.mime",
    "sereno.adapters.html.render",
)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as home:
        environ = {**os.environ, "SERENO_HOME": home}
        _quiet([*SERENO, "demo", "run", "--single-cycle"], environ)
        idle = [*SERENO, "job", "brass"]
        environ["SERENO_ENV_FILE"] = str(Path(home, "var/demo/demo.env"))
        report = [
            ("`sereno --help`", _ratio([*SERENO, "--help"], environ, runs), f"at most {TARGET_HELP:g}"),
            ("a job that owes nothing", _ratio(idle, environ, runs), "see what it imports"),
        ]
        imported = _imported(idle, environ)
    print(f"Start-up, ratio to `python -c pass`, {runs} pairs in turn, Python {sys.version.split()[0]}\n")
    print("| command | median ratio | lowest to highest | target |\n|---|---|---|---|")
    for name, ratios, target in report:
        spread = f"{min(ratios):.1f} to {max(ratios):.1f}"
        print(f"| {name} | {statistics.median(ratios):.1f} | {spread} | {target} |")
    unneeded = [module for module in UNNEEDED if module in imported]
    print(
        f"\nImported without need by the idle job: {', '.join(unneeded) or 'nothing'} (looked for {UNNEEDED})"
    )


def _ratio(command: list[str], environ: Mapping[str, str], runs: int) -> list[float]:
    """Time the command and a bare interpreter in turn, so that a drifting machine troubles both alike."""
    _quiet(command, environ)
    return [
        _seconds(lambda: _quiet(command, environ))
        / _seconds(lambda: _quiet([sys.executable, "-c", "pass"], environ))
        for _ in range(runs)
    ]


def _seconds(call: Callable[[], None]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _quiet(command: list[str], environ: Mapping[str, str]) -> None:
    subprocess.run(command, env=environ, check=True, capture_output=True, cwd=ROOT)


def _imported(command: list[str], environ: Mapping[str, str]) -> set[str]:
    done = subprocess.run(
        [command[0], "-X", "importtime", *command[1:]],
        env=environ,
        check=True,
        capture_output=True,
        text=True,
    )
    return {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}


if __name__ == "__main__":
    main()
