"""The people of the department, their roles, and who is an audience."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeGuard, get_args

from sereno.domain.findings import Cell, Datum, Row

Role = Literal["admin", "calidad", "tramitador"]
ROLES: tuple[Role, ...] = get_args(Role)
EXPEDIENTES = 19
"""The application whose administrators are the tramitadores."""


@dataclass(frozen=True, slots=True)
class Person:
    """Describe somebody in the directory, as of one day."""

    id: int | None
    login: str | None
    name: str | None
    mailbox: str | None
    """`CorreoUsuario` as it stands in the register: what the tables are joined by."""
    address: str | None
    """Where mail is sent; `None` where the mailbox is missing or no valid address."""
    active: bool
    scheduled: bool

    @property
    def label(self) -> str:
        """Name the person to a reader."""
        return self.name or self.login or self.mailbox or f"Id {self.id}"


@dataclass(frozen=True, slots=True)
class Directory:
    """Hold the people and who administers what; mailboxes are case-folded."""

    people: tuple[Person, ...]
    administrators: frozenset[tuple[int, str]]
    """(application, mailbox)"""
    quality: frozenset[tuple[int, str]]
    """(application, mailbox)"""
    task_administrators: frozenset[str] | None
    """`None` where the register has no Tareas table, which is not the same as an empty one."""
    doubts: tuple[Datum, ...] = ()


@dataclass(frozen=True, slots=True)
class Audience:
    """Tell whom a digest can reach, and which of its readers it cannot."""

    addresses: tuple[str, ...]
    unreachable: tuple[Person, ...] = ()


def is_role(to: str) -> TypeGuard[Role]:
    """Tell whether an audience is a role, and so needs the directory, rather than addresses."""
    return to in ROLES


def audience(directory: Directory | None, to: str, application_id: int) -> Audience:
    """Resolve a role, or addresses separated by `,` or `;`; fixed addresses need no directory.

    Raises ValueError for a role without a directory, and for what is neither role nor address: an empty
    audience is only ever the directory's own answer.
    """
    if not is_role(to):
        return Audience(_fixed_addresses(to))
    if directory is None:
        raise ValueError(f"the role {to} needs a directory")
    people = members(directory, to, application_id)
    return Audience(
        addresses=_each_once(person.address for person in people if person.address),
        unreachable=tuple(person for person in people if not person.address),
    )


def members(directory: Directory, role: Role, application_id: int) -> tuple[Person, ...]:
    """Return the active people who hold the role for an application, each mailbox once."""
    holders = _holders(directory, role, application_id)
    chosen: dict[str, Person] = {}
    for person in directory.people:
        mailbox = _folded(person.mailbox)
        if mailbox in holders and person.active and (person.scheduled or role == "tramitador"):
            chosen.setdefault(mailbox, person)
    return tuple(chosen.values())


def from_rows(
    people: Iterable[Row],
    permissions: Iterable[Row],
    tasks: Iterable[Row] | None,
    *,
    today: date,
    addresses: Mapping[str, str],
    doubts: Iterable[Datum] = (),
) -> Directory:
    """Build the directory from normalised rows, as of `today`.

    `tasks` is None where the table is absent. `addresses` gives, for each valid `CorreoUsuario` as written,
    the address to send to: what it does not name is no valid address.
    """
    granted = list(permissions)
    return Directory(
        people=tuple(_person(row, today, addresses) for row in people),
        administrators=_granted(granted, "EsUsuarioAdministrador"),
        quality=_granted(granted, "EsUsuarioCalidad"),
        task_administrators=None if tasks is None else _mailboxes(tasks, "EsAdministrador"),
        doubts=tuple(doubts),
    )


def _holders(directory: Directory, role: Role, application_id: int) -> frozenset[str]:
    if role == "tramitador":
        return _of_application(directory.administrators, EXPEDIENTES)
    if role == "calidad":
        return _of_application(directory.quality, application_id)
    if directory.task_administrators is not None:
        return directory.task_administrators
    return _of_application(directory.administrators, application_id)


def _of_application(grants: frozenset[tuple[int, str]], application_id: int) -> frozenset[str]:
    return frozenset(mailbox for granted, mailbox in grants if granted == application_id)


def _granted(rows: Iterable[Row], flag: str) -> frozenset[tuple[int, str]]:
    return frozenset(
        (int(row["IDAplicacion"]), _folded(row["CorreoUsuario"]))
        for row in rows
        if row[flag] and row["CorreoUsuario"] is not None and row["IDAplicacion"] is not None
    )


def _mailboxes(rows: Iterable[Row], flag: str) -> frozenset[str]:
    return frozenset(_folded(row["CorreoUsuario"]) for row in rows if row[flag] and row["CorreoUsuario"])


def _person(row: Row, today: date, addresses: Mapping[str, str]) -> Person:
    identity, mailbox, left = row["Id"], _text(row["CorreoUsuario"]), row["FechaBaja"]
    return Person(
        id=None if identity is None else int(identity),
        login=_text(row["UsuarioRed"]),
        name=_text(row["Nombre"]),
        mailbox=mailbox,
        address=addresses.get(mailbox) if mailbox else None,
        active=left is None or str(left) > today.isoformat(),
        scheduled=row["ParaTareasProgramadas"] == 1,
    )


def _fixed_addresses(to: str) -> tuple[str, ...]:
    given = [part.strip() for part in re.split("[,;]", to) if part.strip()]
    if not given or not all("@" in address for address in given):
        raise ValueError(f"{to!r} is neither a role nor addresses")
    return _each_once(given)


def _each_once(addresses: Iterable[str]) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for address in addresses:
        seen.setdefault(address.casefold(), address)
    return tuple(seen.values())


def _text(cell: Cell) -> str | None:
    return None if cell is None else str(cell)


def _folded(cell: Cell) -> str:
    return "" if cell is None else str(cell).casefold()
