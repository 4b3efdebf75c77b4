"""Who may enter the console: users added, changed and removed by who administers this machine."""

import getpass
import sys
from dataclasses import replace

from sereno.bootstrap.opening import open_site
from sereno.commands.console import needed_extra
from sereno.commands.recording import done_by_command
from sereno.domain.access import Role, check_password, user_name
from sereno.domain.errors import Fault, FaultyInput, SerenoError
from sereno.engine.access import User
from sereno.engine.ports import Store

HEADINGS = ("Usuario", "Rol", "Entra por", "Desde")
ROLE_WORDS = {"read": "mira", "operate": "opera"}
BY_PROXY = "el proxy"
BY_PASSWORD = "contraseña"  # noqa: S105  how somebody enters, in words


def add_user(name: str, role: Role, *, no_password: bool, from_stdin: bool) -> int:
    """Add somebody who may enter; the password is asked for, or read from the standard input."""
    site = open_site("check")
    user_name(name)
    with site.open_store() as store:
        if store.access.user(name) is not None:
            raise _there_already(name)
    hashed = None if no_password else _hashed(name, from_stdin=from_stdin)
    with site.open_store() as store, done_by_command(site, store, "user_added", name, role):
        if not store.access.add_user(User(name, role, hashed, site.clock.now())):
            raise _there_already(name)
    site.terminal.say(f"{name} puede entrar en la consola, y {ROLE_WORDS[role]}.")
    return 0


def set_password(name: str, *, from_stdin: bool) -> int:
    """Give a user another password; who is in with the old one has to enter again."""
    site = open_site("check")
    with site.open_store() as store:
        user = _known(store, name)
    hashed = _hashed(name, from_stdin=from_stdin)  # for which somebody may sit there for minutes
    with site.open_store() as store, done_by_command(site, store, "password_set", name):
        _first(name, done=store.access.change_user(replace(user, password=hashed), user))
    site.terminal.say(f"{name} tiene otra contraseña; donde estuviera dentro, ya no lo está.")
    return 0


def set_role(name: str, role: Role) -> int:
    """Let a user read or operate; where they are in, they have to enter again."""
    site = open_site("check")
    with site.open_store() as store:
        user = _known(store, name)
        with done_by_command(site, store, "role_set", name, role):
            _first(name, done=store.access.change_user(replace(user, role=role), user))
    site.terminal.say(f"{name} {ROLE_WORDS[role]} desde ahora.")
    return 0


def remove_user(name: str) -> int:
    """Forget a user; where they are in, they no longer are."""
    site = open_site("check")
    with site.open_store() as store:
        _known(store, name)
        with done_by_command(site, store, "user_removed", name):
            _first(name, done=store.access.remove_user(name))
        nobody = not store.access.users()
    site.terminal.say(f"{name} ya no entra.")
    if nobody:
        site.terminal.warn(
            ["No queda ningún usuario: en esta máquina cualquiera puede mirar, y nadie opera."]
        )
    return 0


def list_users() -> int:
    """Show who may enter."""
    site = open_site("check")
    with site.look_at_store() as store:
        users = [] if store is None else store.access.users()
    if users:
        rows = [(each.name, ROLE_WORDS[each.role], _way(each), f"{each.made_at:%d/%m/%Y}") for each in users]
        site.terminal.table(HEADINGS, rows)
    else:
        site.terminal.say("No hay usuarios: en esta máquina cualquiera puede mirar, y nadie opera.")
    return 0


def _known(store: Store, name: str) -> User:
    user = store.access.user(name)
    if user is None:
        names = ", ".join(each.name for each in store.access.users()) or "nadie, aún"
        raise FaultyInput((Fault("usuario", name, f"uno de los que hay: {names}"),))
    return user


def _there_already(name: str) -> FaultyInput:
    expected = "otro nombre; para cambiar lo que hay, sereno user role o sereno user password"
    return FaultyInput((Fault("usuario", f"{name} ya está", expected),))


def _first(name: str, *, done: bool) -> None:
    """Refuse what was decided of a user whom somebody else has changed since."""
    if not done:
        raise SerenoError(
            f"{name}: otra persona lo ha cambiado o quitado mientras tanto, y esto no se ha hecho. "
            "Mire cómo está con sereno user list, y repítalo."
        )


def _hashed(name: str, *, from_stdin: bool) -> str:
    """Ask for a password twice, or read a line; hash it."""
    password = sys.stdin.readline().rstrip("\n") if from_stdin else _typed()
    check_password(password, name)
    hashed: str = needed_extra().passwords().hashed(password)
    return hashed


def _typed() -> str:
    if not sys.stdin.isatty():
        expected = "un terminal en el que teclearla, o --password-stdin"
        raise FaultyInput((Fault("contraseña", "no hay dónde preguntarla", expected),))
    first = getpass.getpass("Contraseña: ")
    if getpass.getpass("Otra vez: ") != first:
        raise SerenoError("Las dos contraseñas no son la misma: no se ha cambiado nada.")
    return first


def _way(user: User) -> str:
    return BY_PROXY if user.password is None else BY_PASSWORD
