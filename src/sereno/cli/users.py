"""The commands of who may enter the console: arguments, one call, an exit code."""

import click

from sereno.domain.access import ROLES, Role

name = click.argument("name", metavar="NOMBRE")
role = click.option(
    "--role", type=click.Choice(ROLES), required=True, help="read mira; operate mira y actúa."
)
from_stdin = click.option(
    "--password-stdin", "from_stdin", is_flag=True, help="La contraseña es la primera línea de la entrada."
)


@click.group()
def user() -> None:
    """Quién entra en la consola."""


@user.command("add")
@name
@role
@from_stdin
@click.option("--no-password", is_flag=True, help="Sin contraseña: solo entra por el proxy de confianza.")
def add(name: str, role: Role, *, no_password: bool, from_stdin: bool) -> int:
    """Añade un usuario; pregunta su contraseña."""
    from sereno.commands.users import add_user

    return add_user(name, role, no_password=no_password, from_stdin=from_stdin)


@user.command("password")
@name
@from_stdin
def password(name: str, *, from_stdin: bool) -> int:
    """Cambia la contraseña de un usuario, que ha de entrar otra vez."""
    from sereno.commands.users import set_password

    return set_password(name, from_stdin=from_stdin)


@user.command("role")
@name
@click.argument("role", type=click.Choice(ROLES))
def change_role(name: str, role: Role) -> int:
    """Cambia el rol de un usuario, que ha de entrar otra vez."""
    from sereno.commands.users import set_role

    return set_role(name, role)


@user.command("remove")
@name
def remove(name: str) -> int:
    """Quita un usuario, que deja de estar dentro."""
    from sereno.commands.users import remove_user

    return remove_user(name)


@user.command("list")
def listing() -> int:
    """Muestra quién puede entrar."""
    from sereno.commands.users import list_users

    return list_users()
