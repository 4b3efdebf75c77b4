"""The commands that look after the installation: arguments, one call, an exit code."""

import click

from sereno.cli.ledger import verbose

file = click.argument("file", metavar="FICHERO")


@click.command()
@verbose
def tidy(**options: bool) -> int:
    """Quita del almacén lo que ya no hace falta, y dice qué."""
    from sereno.commands.upkeep import tidy_store

    return tidy_store(**options)


@click.command()
@file
def backup(file: str) -> int:
    """Copia el almacén en un fichero nuevo, sin detener nada."""
    from sereno.commands.upkeep import back_up

    return back_up(file)


@click.command()
@file
def restore(file: str) -> int:
    """Pone una copia en el lugar del almacén, que se conserva al lado; Sereno ha de estar parado."""
    from sereno.commands.upkeep import restore

    return restore(file)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="En JSON, para otros programas.")
@click.option("--watch", "keep_watching", is_flag=True, help="Se renueva solo, hasta Ctrl+C.")
def status(**options: bool) -> int:
    """Dice cómo está la vigilancia; sale con 1 si algo necesita a una persona, o nadie vigila."""
    from sereno.commands.standing import show_status

    return show_status(**options)


@click.command()
@click.argument("monitor", metavar="VIGILANTE")
@click.argument("digest", metavar="INFORME")
@click.option("--on", metavar="AAAA-MM-DD", help="Ese día; si falta, hoy.")
def explain(monitor: str, digest: str, on: str | None) -> int:
    """Explica por qué un informe salió o no, o cuándo saldrá."""
    from sereno.commands.standing import explain_digest

    return explain_digest(monitor, digest, on)


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="Puerto; 0, uno libre."
)
@click.option("--host", metavar="DIRECCIÓN", default="127.0.0.1", show_default=True, help="Dónde se escucha.")
@click.option("--export", "folder", metavar="CARPETA", help="Escribe las páginas como ficheros, y termina.")
@click.option("--parent", type=int, hidden=True)
def console(host: str, port: int, folder: str | None, parent: int | None) -> int:
    """Muestra en el navegador cómo está todo, y deja actuar a quien opera."""
    from sereno.commands.console import show_console

    return show_console(host, port, folder, parent)


@click.command()
@click.argument("job", metavar="TAREA")
@click.option("--until", required=True, metavar="AAAA-MM-DD", help="Cuándo vuelve; 90 días a lo sumo.")
@click.option("--reason", required=True, metavar="TEXTO", help="Por qué: los demás lo leen.")
def pause(job: str, until: str, reason: str) -> int:
    """Deja de iniciar una tarea hasta un día, en el que vuelve sola."""
    from sereno.commands.pauses import pause_job

    return pause_job(job, until, reason)


@click.command()
@click.argument("job", metavar="TAREA")
def resume(job: str) -> int:
    """Quita la pausa de una tarea."""
    from sereno.commands.pauses import resume_job

    return resume_job(job)


UPKEEP = (status, console, explain, pause, resume, tidy, backup, restore)
