"""Run the tests, all or some, and show how each module fared.

Ends with 0 where all passed, 1 where one did not or none was run, 130 where Ctrl+C ended it.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
UNIT = ("domain", "engine", "settings", "monitors", "golden")
"""Folders whose tests need no database, server or process; those of all others work with the real parts."""
INTERRUPTED = 130
NAME_WIDTH = 38
OF_LINES = ("num_statements", "covered_lines")
OF_BRANCHES = ("num_branches", "covered_branches")

try:
    import click
    import pytest
except ModuleNotFoundError as error:
    sys.exit(
        f"A este Python ({sys.executable}) le falta «{error.name}»: ejecute «make test» en {ROOT} una vez "
        f"y use {ROOT / '.venv/bin/python'} {sys.argv[0]}"
    )


@dataclass(slots=True)
class Tally:
    """Hear of every test's end, as a plugin of pytest."""

    by_file: bool
    counts: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    interrupted: bool = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test once, by how its call ended; what fails before or after it counts too."""
        module = self._module(report.nodeid)
        self.seconds[module] += report.duration
        if report.when == "call" or not report.passed:
            self.counts[module][report.outcome] += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Count a file that cannot even be read as a failure."""
        if report.failed:
            self.counts[self._module(report.nodeid)]["failed"] += 1

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note that it was a person who ended it; pytest gives one code to that and to other ends."""
        self.interrupted = excinfo.type is KeyboardInterrupt

    def _module(self, nodeid: str) -> str:
        """Name the file, or its folder; what lies beside the folders is `tests`."""
        path = Path(nodeid.partition("::")[0])
        inside = path.relative_to("tests") if path.parts[:1] == ("tests",) else path
        return inside.as_posix() if self.by_file else (inside.parent.as_posix().strip(".") or "tests")


@click.command()
@click.option("--unit", is_flag=True, help=f"Solo las unitarias: {', '.join(UNIT)}.")
@click.option("--integration", is_flag=True, help="Solo las demás: con ficheros, servidores y procesos.")
@click.option("--module", metavar="NOMBRE", help="Solo ese módulo: domain, adapters/smtp, cadence, riesgos…")
@click.option("--coverage", is_flag=True, help="Mide qué código ejecutan, también en otros procesos.")
@click.option("--html", is_flag=True, help="Lo mismo, y deja el detalle en htmlcov/index.html.")
def run_tests(*, unit: bool, integration: bool, module: str | None, coverage: bool, html: bool) -> int:
    """Ejecuta las pruebas y muestra cómo queda cada módulo."""
    files = [file for file in sorted(TESTS.rglob("test_*.py")) if _is_wanted(file, module)]
    if not files:
        raise click.BadParameter(f"ninguna prueba se llama «{module}».", param_hint="--module")
    if unit != integration:
        files = [file for file in files if _is_unit(file) == unit]
    if not files:
        click.echo("Ninguna prueba es a la vez de esa clase y de ese módulo.")
        return 1
    tally = Tally(by_file=module is not None)
    with chdir(ROOT), TemporaryDirectory() as folder:
        given = [str(file.relative_to(ROOT)) for file in files]
        measured = Path(folder) / "coverage.json" if coverage or html else None
        code = pytest.main(["-q", *_measuring(measured, html=html), *given], [tally])
        show(tally)
        if measured is not None and measured.exists():
            show_coverage(json.loads(measured.read_text("utf-8")))
    good = code == pytest.ExitCode.OK
    click.echo("\nInterrumpidas." if tally.interrupted else "\nSin fallos." if good else "\nNo está bien.")
    return INTERRUPTED if tally.interrupted else int(not good)


def show(tally: Tally) -> None:
    """Print a row a module and their sum, 80 columns wide at most."""
    modules = {name: tally.counts[name] for name in sorted(tally.counts)}
    total = sum(modules.values(), Counter[str]())
    click.echo(f"\n{'Módulo':<{NAME_WIDTH}}  Pruebas   Bien    Mal  Saltadas Segundos")
    click.echo("─" * 80)
    for name, counts in modules.items():
        click.echo(_row(name, counts, tally.seconds[name]))
    click.echo("─" * 80)
    click.echo(_row("Total", total, sum(tally.seconds.values())))


def show_coverage(report: dict[str, Any]) -> None:
    """Print what was executed, a row a package: lines and branches, as coverage.py counts them in JSON."""
    packages: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for file, told in report["files"].items():
        inside = Path(file).parts[Path(file).parts.index("sereno") + 1 : -1]
        packages["/".join(inside) or "sereno"].update(
            {name: told["summary"].get(name, 0) for name in (*OF_LINES, *OF_BRANCHES)}
        )
    click.echo(f"\n{'Paquete':<{NAME_WIDTH}}   Líneas  Sin ejecutar   Ramas  Cobertura")
    click.echo("─" * 80)
    for name, counts in sorted(packages.items()):
        click.echo(_covered(name, counts))
    click.echo("─" * 80)
    click.echo(_covered("Total", sum(packages.values(), Counter[str]())))


def _covered(name: str, counts: Counter[str]) -> str:
    lines, run = (counts[each] for each in OF_LINES)
    branches, taken = (counts[each] for each in OF_BRANCHES)
    share = (run + taken) / (lines + branches) if lines + branches else 1.0
    return f"{name:<{NAME_WIDTH}}{lines:>9}{lines - run:>14}{branches:>8}{share:>11.0%}"


def _row(name: str, counts: Counter[str], seconds: float) -> str:
    shown = name if len(name) <= NAME_WIDTH else f"…{name[1 - NAME_WIDTH :]}"
    good, bad, skipped = counts["passed"], counts["failed"], counts["skipped"]
    return f"{shown:<{NAME_WIDTH}}{counts.total():>9}{good:>7}{bad:>7}{skipped:>10}{seconds:>9.1f}"


def _is_unit(file: Path) -> bool:
    return file.relative_to(TESTS).parts[0] in UNIT


def _is_wanted(file: Path, module: str | None) -> bool:
    """Tell whether a file is the module asked for, lies in it, or has its name within its own."""
    if module is None:
        return True
    asked = module.removeprefix("tests/").removesuffix(".py").strip("/").replace(".", "/")
    path = file.relative_to(TESTS).with_suffix("").as_posix()
    whole = f"/{asked}/" in f"/{path}/" or f"/{asked}/" in f"/{path.replace('/test_', '/')}/"
    return whole or f"_{asked.rpartition('/')[2]}_" in f"{file.stem}_"


def _measuring(measured: Path | None, *, html: bool) -> Iterable[str]:
    if measured is not None:
        # Measuring slows tests down: the profile sets them no deadline.
        yield from ("--cov=sereno", f"--cov-report=json:{measured}", "--hypothesis-profile=ci")
    if html:
        yield "--cov-report=html"


def main() -> int:
    """Run with the process's arguments; usage that is wrong is code 2, as everywhere."""
    try:
        return int(run_tests(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED


if __name__ == "__main__":  # a test runner that takes the name for a test's may import it
    sys.exit(main())
