"""The command line: arguments, one call, an exit code."""

import gc
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

from sereno import __version__
from sereno.cli.checks import check
from sereno.cli.ledger import COMMANDS, verbose
from sereno.cli.mail import deliver, mail
from sereno.cli.registers import register
from sereno.cli.upkeep import UPKEEP
from sereno.cli.users import user
from sereno.domain.errors import FaultyInput, LeadHeld, SerenoError

MONITORS = Path(__file__).parents[1] / "monitors"
FAILED = 1
USAGE = 2
HELD = 3
"""Another master leads the watch over the same store."""
NEW_OBJECTS = 50_000
"""How many come between two searches for garbage in cycles; Python's own 700 cost a large round a tenth."""
MOMENT = "AAAA-MM-DD[THH:MM]"

dry_run = click.option(
    "--dry-run", is_flag=True, help="No envía ni escribe nada: muestra lo que se enviaría."
)
preview = click.option("--preview", metavar="CARPETA", help="Dónde dejar la vista previa de --dry-run.")
scale = click.option(
    "--scale",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="1 es un departamento; 100, uno grande.",
)
seed = click.option(
    "--seed", default=1, show_default=True, help="La misma semilla y día dan las mismas filas."
)
monitor_folder = click.argument(
    "folder", metavar="CARPETA", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
today = click.option("--today", metavar=MOMENT, help="Con --dry-run: como si fuera entonces.")


@click.group()
@click.version_option(__version__, prog_name="sereno", help="Muestra la versión y termina.")
def cli() -> None:
    """Sereno, el vigilante de los registros del departamento."""


@cli.command()
@verbose
@dry_run
@preview
@click.option("--today", metavar=MOMENT, help="Con --dry-run o --list-tasks: como si fuera entonces.")
@click.option("-s", "--single-cycle", is_flag=True, help="Un solo ciclo de verdad, y termina.")
@click.option("--list-tasks", is_flag=True, help="Muestra qué debe cada tarea, o por qué no debe nada.")
def master(**options: Any) -> int:
    """Vigila ciclo tras ciclo, hasta que se le detenga."""
    if not any(value for name, value in options.items() if name != "verbose"):
        from sereno.commands.watching import stand_watch  # it rests for months, and is to be small

        return stand_watch(verbose=options["verbose"])
    from sereno.commands.rounds import MasterOptions, run_master

    return run_master(MasterOptions(**options))


@cli.command(hidden=True)
@click.argument("answer", type=int)
def cycle(answer: int) -> int:
    """Da un solo ciclo por orden del proceso maestro."""
    from sereno.commands.cycle import turn_cycle

    return turn_cycle(answer)


class Jobs(click.Group):
    """Know, beside the jobs that ship, those of the user's own monitors; look for these only when asked."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Find a job by its name."""
        known = super().get_command(ctx, cmd_name)
        return known or (_job(cmd_name) if cmd_name in self._own() else None)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List every job, for the help."""
        return sorted({*super().list_commands(ctx), *self._own()})

    @staticmethod
    def _own() -> list[str]:
        from sereno.bootstrap.opening import own_jobs

        return own_jobs()


@cli.group(cls=Jobs)
def job() -> None:
    """Hace ahora la ronda de una tarea."""


def _job(name: str) -> click.Command:
    @click.command(name, help=f"Hace ahora la ronda de {name}.")
    @verbose
    @dry_run
    @preview
    @today
    @click.option("--force", is_flag=True, help="Aunque no deba nada; no da el periodo por servido.")
    @click.option("--digest", metavar="INFORME", help="Solo ese informe.")
    @click.option("--json", "as_json", is_flag=True, help="Con --dry-run: lo hallado, en un documento JSON.")
    def command(**options: Any) -> int:
        from sereno.commands.rounds import JobOptions, run_job

        return run_job(name, JobOptions(**options))

    return command


for _folder in sorted(MONITORS.iterdir()):
    if (_folder / "monitor.toml").is_file():
        job.add_command(_job(_folder.name))


for _command in (*COMMANDS, check, deliver, mail, register, user, *UPKEEP):
    cli.add_command(_command)


@cli.command()
@verbose
def start(**options: bool) -> int:
    """Vigila lo que dice .env; donde no hay .env, la finca de ejemplo."""
    from sereno.commands.demo import start_watch

    return start_watch(**options)


@cli.group()
def demo() -> None:
    """Una finca de ejemplo, con datos inventados."""


@demo.command("run")
@verbose
@click.option("-s", "--single-cycle", is_flag=True, help="Un solo ciclo, y termina.")
def demo_run(**options: bool) -> int:
    """Crea la finca en var/demo y la vigila."""
    from sereno.commands.demo import run_demo

    return run_demo(**options)


@demo.command("init")
@click.argument("folder", metavar="[CARPETA]", required=False)
@scale
@seed
def demo_init(**options: Any) -> int:
    """Crea la finca, y dice cómo usarla."""
    from sereno.commands.demo import make_demo

    return make_demo(**options)


@demo.command("check")
@scale
@seed
def demo_check(**options: int) -> int:
    """Prueba en una finca nueva que cada sección halla algo, y que algo se queda a las puertas."""
    from sereno.commands.demo import check_demo

    return check_demo(**options)


@cli.group()
def rule() -> None:
    """Sus propios monitores: empezar uno, repasarlo y probarlo."""


@rule.command("new")
@click.argument("name", metavar="NOMBRE")
def rule_new(name: str) -> int:
    """Escribe en MONITORS_DIR un monitor pequeño que funciona."""
    from sereno.commands.monitors import new_monitor

    return new_monitor(name)


@rule.command("lint")
@monitor_folder
def rule_lint(folder: Path) -> int:
    """Dice qué le falta o le sobra a un monitor; sale con 1 si algo."""
    from sereno.commands.monitors import lint_monitor

    return lint_monitor(folder)


@rule.command("test")
@monitor_folder
def rule_test(folder: Path) -> int:
    """Prueba las reglas de un monitor con su cases.toml; sale con 1 si algo no cuadra."""
    from sereno.commands.monitors import try_monitor

    return try_monitor(folder)


@cli.command()
@click.argument("what", metavar="AÑO | explain")
@click.argument("day", metavar="[AAAA-MM-DD]", required=False)
def calendar(what: str, day: str | None) -> int:
    """El calendario laboral de un año, o por qué un día es lo que es."""
    from sereno.commands.checks import explain_day, show_year

    if what == "explain":
        return explain_day(day or "")
    return show_year(what)


def main(command: Sequence[str] = (), program: str = "sereno") -> int:
    """Run a command (the whole command line where none is named) with the process's arguments."""
    gc.set_threshold(NEW_OBJECTS)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # an old code page must not cost a round
    chosen: click.Command = cli
    for name in command:
        chosen = chosen.commands[name]  # type: ignore[attr-defined]  # only groups are descended into
    code = _answer(lambda: chosen.main(prog_name=program, standalone_mode=False))
    try:
        sys.stdout.flush()
    except OSError:
        sys.stdout = None  # nobody reads it: what was to be done is done
    return code


def _answer(call: Callable[[], object]) -> int:
    """Turn what a command returns or raises into an exit code, and errors into sentences."""
    try:
        code = call()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return FAILED
    except FaultyInput as error:
        click.echo(f"Hay que corregir lo siguiente:\n{_listed(error)}", err=True)
        return USAGE
    except SerenoError as error:
        click.echo(str(error), err=True)
        return HELD if isinstance(error, LeadHeld) else FAILED
    return code if isinstance(code, int) else 0


def _listed(error: FaultyInput) -> str:
    return "\n".join(f"  · {fault}" for fault in error.faults)
