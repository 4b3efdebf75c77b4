"""The commands of mail: arguments, one call, an exit code."""

from typing import Any

import click

from sereno.cli.ledger import verbose

names = click.argument("names", metavar="CORREO…", nargs=-1, required=True)
name = click.argument("name", metavar="CORREO")
numbers = click.argument("numbers", metavar="[IDCORREO…]", nargs=-1, type=int)
origin = click.option("--origin", required=True, type=click.Choice(["correos", "tareas"]), help="Qué cola.")
everything = click.option("--all", "everything", is_flag=True, help="Todos los que haya.")
as_json = click.option("--json", "as_json", is_flag=True, help="En JSON, para otros programas.")


@click.command()
@verbose
@click.option("--dry-run", is_flag=True, help="No envía ni escribe nada: muestra lo que saldría.")
def deliver(**options: bool) -> int:
    """Recoge el correo de las colas y envía ahora lo que espera."""
    from sereno.commands.mail import run_deliver

    return run_deliver(**options)


@click.group()
def mail() -> None:
    """El correo que sale: verlo, reenviarlo, descartarlo y retenerlo."""


@mail.command("list")
@click.option("--state", metavar="ESTADO", help="Solo ese, como dead; si falta, todo lo que no ha salido.")
@click.option("--origin", metavar="ORIGEN", help="Solo ese, como brass/diario o correos.")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(min=1), help="Cuántos, a lo sumo."
)
@as_json
def list_(**options: Any) -> int:
    """Muestra los correos, los últimos primero."""
    from sereno.commands.mail import ListOptions, list_mail

    return list_mail(ListOptions(**options))


@mail.command()
@as_json
def stats(**options: bool) -> int:
    """Cuenta los correos por estado."""
    from sereno.commands.mail import show_stats

    return show_stats(**options)


@mail.command()
@name
def show(name: str) -> int:
    """Muestra todo lo que se sabe de un correo."""
    from sereno.commands.mail import show_mail

    return show_mail(name)


@mail.command()
@name
@click.option("--output", "folder", metavar="CARPETA", help="Dónde dejarlo; si falta, una temporal.")
def preview(name: str, folder: str | None) -> int:
    """Deja en ficheros lo que se envía, byte a byte, y una página que lo enseña sin ejecutarlo."""
    from sereno.commands.mail import preview_mail

    return preview_mail(name, folder)


@mail.command()
@names
@click.option("--to", metavar="DIRECCIÓN", help="Solo a esa dirección.")
def retry(names: tuple[str, ...], to: str | None) -> int:
    """Devuelve a la cola correos retenidos, rechazados, aplazados o sin respuesta."""
    from sereno.commands.mail import retry_mail

    return retry_mail(names, to)


@mail.command()
@names
@click.option("--reason", default="", metavar="TEXTO", help="Por qué; queda anotado.")
def drop(names: tuple[str, ...], reason: str) -> int:
    """Descarta correos: no se enviarán."""
    from sereno.commands.mail import drop_mail

    return drop_mail(names, reason)


@mail.command()
@origin
@numbers
@everything
def adopt(**options: Any) -> int:
    """Envía correo antiguo de una cola: el que ya lo era cuando se vio por primera vez."""
    from sereno.commands.mail import decide_old

    return decide_old(**options, adopt=True)


@mail.command()
@origin
@numbers
@everything
def ignore(**options: Any) -> int:
    """Deja para siempre sin enviar correo antiguo de una cola; sus filas no se tocan."""
    from sereno.commands.mail import decide_old

    return decide_old(**options, adopt=False)


@mail.command()
@click.argument("which", metavar="[on|off|CORREO…]", nargs=-1, required=True)
@click.option("--reason", default="", metavar="TEXTO", help="Por qué; queda anotado.")
def hold(which: tuple[str, ...], reason: str) -> int:
    """Retiene todo el correo (on), o lo suelta (off); las colas se siguen recogiendo.

    Con nombres retiene solo esos correos; «retry» los devuelve a la cola.
    """
    from sereno.commands.mail import hold_mail

    return hold_mail(which, reason)
