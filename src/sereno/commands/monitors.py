"""A user's own monitors: begun, looked through and tried."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sereno.bootstrap.opening import open_workshop
from sereno.domain.rules import url_variable

if TYPE_CHECKING:
    from sereno.adapters.workshop import Tried


def new_monitor(name: str) -> int:
    """Write a small monitor that works, and say what comes next."""
    folder = open_workshop().make(name)
    click.echo(f"Nuevo monitor en {folder}. Adáptelo, y después:")
    click.echo(f"  sereno rule test {folder}")
    click.echo(f"  sereno rule lint {folder}")
    click.echo(f"Para que vigile, escriba en .env dónde está su registro: {url_variable(name)}=sqlite:///…")
    return 0


def lint_monitor(folder: Path) -> int:
    """List what is wrong with a monitor; 1 if anything is."""
    faults = open_workshop().lint(folder)
    for fault in faults:
        click.echo(f"  · {fault}")
    click.echo(f"{_counted(len(faults), 'falta', 'faltas')}." if faults else "Sin faltas.")
    return int(bool(faults))


def try_monitor(folder: Path) -> int:
    """Try a monitor's cases; 1 if one does not hold, or there is none."""
    tried = list(open_workshop().try_cases(folder))
    failed = [each for each in tried if each.differences]
    _show(failed)
    told = f"{_counted(len(tried), 'caso', 'casos')}: "
    click.echo(
        told + (f"no cuadran {len(failed)}." if failed else "todos cuadran." if tried else "escriba uno.")
    )
    return int(bool(failed) or not tried)


def _show(failed: Iterable["Tried"]) -> None:
    for each in failed:
        click.echo(f"MAL {each.rule}: {each.case}")
        for difference in each.differences:
            click.echo(f"  · {difference}")


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
