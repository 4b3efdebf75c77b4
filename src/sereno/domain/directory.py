"""The people of the department, their roles, and who is an audience."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeGuard, get_args

from sereno.domain.addresses import check_address
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
    away: str = ""
    """Why mail goes to a substitute, or to nobody; empty where it goes to the person."""

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
    found: Mapping[str, tuple[Person, ...]] = field(init=False, repr=False, compare=False)
    """People by what they are found by: `id:7`, `login:ana`, `name:ana ruiz`; those who are active first."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "found", _indexed(self.people))


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


def find_person(directory: Directory, reference: Cell) -> Person | None:
    """Find whom a register means: by Id, else login, else exact display name among the active.

    Case and accents do not matter. A name that two active people share finds nobody; somebody who has left is
    found by Id or login, and is not active. Of several rows with one Id or login, an active one counts.
    """
    text = plain(reference)
    recorded = directory.found.get(f"id:{text}") or directory.found.get(f"login:{text}")
    if recorded:
        return recorded[0]
    named = _each_person(person for person in directory.found.get(f"name:{text}", ()) if person.active)
    return named[0] if len(named) == 1 else None


def identify(directory: Directory, reference: Cell) -> int | None:
    """Return the Id of the active person whom a register means."""
    person = find_person(directory, reference)
    return person.id if person and person.active else None


def find_people(
    directory: Directory, references: Iterable[Cell]
) -> tuple[tuple[Person, ...], tuple[str, ...]]:
    """Find everybody whom references mean and mail reaches, each once; say of the others why it does not.

    Blank references say nothing unless all of them are blank.
    """
    given = list(dict.fromkeys(reference for reference in references if plain(reference)))
    people: list[Person] = []
    missing: list[str] = [] if given else ["nadie: el registro no dice quién es"]
    for reference in given:
        person = find_person(directory, reference)
        if person is not None and person.active and person.address:
            people.append(person)
        else:
            missing.append(_why_missing(directory, reference, person))
    return _each_person(people), tuple(dict.fromkeys(missing))


def plain(cell: Cell) -> str:
    """Fold case and accents, and squeeze blanks, as names are compared."""
    letters = unicodedata.normalize("NFKD", "" if cell is None else str(cell))
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).casefold().split())


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


def _why_missing(directory: Directory, reference: Cell, person: Person | None) -> str:
    who = person.label if person else str(reference)
    named = directory.found.get(f"name:{plain(reference)}", ())
    if person is None and not named:
        return f"{who}: nadie se llama así en el directorio"
    if person is None and any(each.active for each in named):
        return f"{who}: dos personas se llaman así"
    if person is None or not person.active:
        return f"{who}: está de baja"
    return f"{who}: {person.away or 'no tiene dirección válida'}"


def _indexed(people: Iterable[Person]) -> Mapping[str, tuple[Person, ...]]:
    index: dict[str, list[Person]] = {}
    for person in sorted(people, key=lambda person: not person.active):
        for what, value in (("id", person.id), ("login", person.login), ("name", person.name)):
            if text := plain(value):
                index.setdefault(f"{what}:{text}", []).append(person)
    return {key: tuple(found) for key, found in index.items()}


def _fixed_addresses(to: str) -> tuple[str, ...]:
    given = [part.strip() for part in re.split("[,;]", to) if part.strip()]
    checked = [address for part in given if (address := check_address(part)) is not None]
    if not given or len(checked) < len(given):
        raise ValueError(f"{to!r} is neither a role nor addresses")
    return _each_once(checked)


def _each_once(addresses: Iterable[str]) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for address in addresses:
        seen.setdefault(address.casefold(), address)
    return tuple(seen.values())


def _text(cell: Cell) -> str | None:
    return None if cell is None else str(cell)


def _folded(cell: Cell) -> str:
    return "" if cell is None else str(cell).casefold()


def _each_person(people: Iterable[Person]) -> tuple[Person, ...]:
    """Count once who is recorded twice: with one Id, or one login where there is no Id."""
    each: dict[object, Person] = {}
    for person in people:
        each.setdefault(person.id if person.id is not None else person.login or person, person)
    return tuple(each.values())
