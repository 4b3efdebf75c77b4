"""The checks, which write nothing: arguments, one call, an exit code."""

from typing import Any

import click

from sereno.cli.ledger import monitor

DAY = "AAAA-MM-DD"

force = click.option(
    "--force", is_flag=True, help="El correo de prueba sale aunque se esté en prueba, y a cualquier dominio."
)
today = click.option("--today", metavar=DAY, help="Como si fuera ese día, a las 09:00.")


@click.group()
def check() -> None:
    """Comprueba sin escribir nada; sale con 1 si algo no está bien."""


@check.command("config")
@click.option("--written", is_flag=True, help="Solo los ajustes que alguien ha escrito.")
def config(written: bool) -> int:  # noqa: FBT001  click's own
    """Cada ajuste en vigor y de dónde sale, sin secretos; sale con 2 si hay fallos."""
    from sereno.commands.check_reach import check_config

    return check_config(written=written)


@check.command("connection")
def connection() -> int:
    """Un vistazo a cada registro, cola, almacén y servidor de correo: si contesta, y en cuánto."""
    from sereno.commands.check_reach import check_connection

    return check_connection()


@check.command("registers")
def registers() -> int:
    """Conexión, tablas, columnas, filas y guardas de cada registro."""
    from sereno.commands.checks import check_registers

    return check_registers()


@check.command("queues")
def queues() -> int:
    """Cada cola de correo: si se puede leer y sellar, y cuánto espera en ella."""
    from sereno.commands.check_reach import check_queues

    return check_queues()


@check.command("calendar")
def calendar() -> int:
    """Fichero de festivos, biblioteca y años sin confirmar."""
    from sereno.commands.checks import check_calendar

    return check_calendar()


@check.command("mail")
@click.option("--to", metavar="DIRECCIÓN", help="Envía además un correo de prueba a esa dirección.")
@force
def mail(**options: Any) -> int:
    """El servidor de correo, paso a paso: nombre, puerto, cifrado, sesión. No envía nada sin --to."""
    from sereno.commands.check_reach import check_mail

    return check_mail(**options)


@check.command("test-mail")
@click.option("--to", metavar="DIRECCIÓN", required=True, help="Quién recibe el correo de prueba.")
@force
def test_mail(**options: Any) -> int:
    """Como `check mail`, y envía un correo de prueba, por fuera de la bandeja de salida."""
    from sereno.commands.check_reach import check_mail

    return check_mail(**options)


@check.command("directory")
@monitor
def directory(**options: str | None) -> int:
    """Quién tiene cada rol, a quién no llega correo y qué responsables no se encuentran."""
    from sereno.commands.check_directory import check_directory

    return check_directory(**options)


@check.command("monitors")
@monitor
def monitors(**options: str | None) -> int:
    """Faltas y casos de cada vigilante, de Sereno y suyo."""
    from sereno.commands.check_rules import check_monitors

    return check_monitors(options["monitor"])


@check.command("rules")
@monitor
@click.option("--rule", metavar="REGLA", help="Solo esa regla o sección, como NC-T o NC-T3.")
@today
def rules(**options: Any) -> int:
    """Cuánto halla cada regla en los registros de verdad; sale con 1 si alguna no puede ver."""
    from sereno.commands.check_rules import RulesOptions, check_rules

    return check_rules(RulesOptions(**options))


@check.command("digest")
@click.option("--monitor", metavar="VIGILANTE", help="De ese; si no, del primero configurado.")
@click.option("--digest", metavar="INFORME", help="Ese informe; si no, el primero del vigilante.")
@today
@click.option("--preview", metavar="CARPETA", help="Dónde dejarlo; si no, en una nueva de la temporal.")
@click.option("--fresh", is_flag=True, help="Como si no se hubiera contado nada todavía.")
@click.option("--no-open", is_flag=True, help="No abre el navegador.")
def digest(**options: Any) -> int:
    """Compone un informe, toque o no, y lo abre en el navegador. No envía ni anota nada."""
    from sereno.commands.check_rules import DigestOptions, check_digest

    return check_digest(DigestOptions(**options))
