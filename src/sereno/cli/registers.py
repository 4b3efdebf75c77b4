"""The commands that look at one register: arguments, one call, an exit code."""

import click

name = click.argument("name", metavar="REGISTRO")


@click.group()
def register() -> None:
    """Mira de cerca un registro: qué tiene, y qué les falta a los monitores."""


@register.command()
@name
def inspect(name: str) -> int:
    """Muestra tablas, filas, columnas y tipos; sale con 1 si a los monitores les falta algo."""
    from sereno.commands.registers import inspect_register

    return inspect_register(name)


@register.command("map")
@name
def map_(name: str) -> int:
    """Empieza monitors.local.toml con los nombres que allí son otros."""
    from sereno.commands.registers import map_register

    return map_register(name)
