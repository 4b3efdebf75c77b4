"""The demo estate: made, watched, and held to what it claims."""

from typing import TYPE_CHECKING

import click

from sereno.bootstrap.beside import console_beside
from sereno.bootstrap.opening import check_demo_estate, is_configured, make_demo_estate, open_site
from sereno.commands.console import NEEDS_EXTRA
from sereno.commands.own_watch import turn_once
from sereno.commands.watching import stand_watch

if TYPE_CHECKING:
    from sereno.adapters.demo.check import Verdict

DEMO_HEADINGS = ("Vigilante", "Regla", "Sección", "Hallazgos", "A las puertas", "Resultado")


def start_watch(*, verbose: bool) -> int:
    """Watch over what is configured, or over the demo estate where nothing is, with the console beside."""
    environ = None if is_configured() else make_demo_estate(None)[1]
    with console_beside(environ) as there:
        if not there:
            click.echo(NEEDS_EXTRA)
        return stand_watch(environ, verbose=verbose)


def run_demo(*, verbose: bool, single_cycle: bool) -> int:
    """Make the demo estate and watch over it."""
    _, environ = make_demo_estate(None)
    if single_cycle:
        return turn_once(open_site("run", environ=environ), verbose=verbose)
    return stand_watch(environ, verbose=verbose)


def make_demo(folder: str | None, seed: int, scale: int) -> int:
    """Make the demo estate, and say how it is used."""
    estate, _ = make_demo_estate(folder, seed, scale)
    click.echo(f"Finca de ejemplo en {estate.env_file.parent}, con datos inventados.")
    click.echo(f"Para usarla: SERENO_ENV_FILE={estate.env_file} python scripts/run_master.py")
    return 0


def check_demo(seed: int, scale: int) -> int:
    """Prove that every section finds something in a fresh estate, and barely misses something; 1 if not."""
    site, verdicts = check_demo_estate(seed, scale)
    site.terminal.table(DEMO_HEADINGS, map(_demo_row, verdicts))
    return int(not verdicts or any(verdict.faults for verdict in verdicts))


def _demo_row(verdict: "Verdict") -> tuple[str, ...]:
    counts = str(verdict.findings), str(verdict.near_misses)
    return (verdict.monitor, verdict.rule, verdict.section, *counts, "; ".join(verdict.faults) or "bien")
