"""Invented people of the demo estate, all at example.com, with roles and near-misses of each."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from math import isqrt
from random import Random

from sereno.adapters.demo.records import Record, Value, sheet

# fmt: off
NAMES = (
    "Lucía", "Mario", "Elena", "Javier", "Carmen", "Andrés", "Nuria", "Pablo", "Inés", "Sergio", "Marta",
    "Álvaro", "Rosa", "Hugo", "Pilar", "Iván", "Begoña", "Óscar", "Julia", "Rubén", "Teresa", "Diego",
    "Amparo", "Fermín", "Olga", "Jaime", "Noelia", "Tomás", "Clara", "Víctor",
)
SURNAMES = (
    "Prado", "Solana", "Vidal", "Cañete", "Ibarra", "Roldán", "Muñoz", "Quiroga", "Beltrán", "Salas",
    "Zamora", "Esteve", "Ochoa", "Lerma", "Pardo", "Arce", "Nieto", "Bravo", "Cuesta", "Duarte",
    "Figueroa", "Galán", "Haro", "Izquierdo", "Jurado", "Luengo", "Mena", "Noguera", "Otero", "Peña",
)
# fmt: on
HEADCOUNT = 60

RISKS, EQUIPMENT, NONCONFORMITIES, DOSSIERS = 5, 6, 8, 19
"""Applications of the permissions table."""

ADMINS = (1, 2)
LEFT = 3
"""An administrator, a processor and a quality member that was."""
UNSCHEDULED = 4
"""An administrator who takes no part in scheduled mail."""
QUALITY = (5, 6, 7)
QUALITY_NEAR_MISSES = (8, 9)
"""One has left, one is not scheduled."""
OUTSIDER = 10
"""Owns quality of projects without being a member of it."""
PROCESSORS = (11, 12, 13)
"""The last is not scheduled, which a processor need not be."""
LEAVES_TOMORROW, LEFT_TODAY = 14, 15
WITHOUT_ADDRESS, BAD_ADDRESS = 16, 17
NAMESAKES = (18, 19)
CIRCULAR = (21, 22)
"""Each is the other's superior."""
FIRST_LEAD = 20

SHEETS = (
    sheet(
        "TbUsuariosAplicaciones",
        "Id key, UsuarioRed text, Nombre text, CorreoUsuario text, FechaBaja date,"
        " ParaTareasProgramadas flag, EsAdministrador flag, JefeDelUsuario text, Password text",
    ),
    sheet(
        "TbUsuariosAplicacionesPermisos",
        "CorreoUsuario text, IDAplicacion int, EsUsuarioAdministrador flag, EsUsuarioCalidad flag,"
        " EsUsuarioTecnico flag, EsUsuarioEconomia flag",
    ),
    sheet(
        "TbUsuariosAplicacionesTareas",
        "CorreoUsuario text, EsAdministrador flag, EsCalidad flag, EsEconomia flag",
    ),
)


@dataclass(frozen=True, slots=True)
class Staff:
    """Know everybody's name, numbered from 1."""

    names: tuple[str, ...]

    @property
    def leads(self) -> range:
        """Number the project leads: every third of those without an office of their own."""
        return range(FIRST_LEAD, len(self.names) + 1, 3)

    def engineer(self, chance: Random) -> int:
        """Pick somebody who carries out actions."""
        number = chance.randrange(FIRST_LEAD + 1, len(self.names) + 1)
        return number - 1 if number in self.leads else number

    def name(self, number: int) -> str:
        """Return a display name."""
        return self.names[number - 1]

    def reference(self, number: int, chance: Random) -> str:
        """Name a person as somebody in a hurry would: by login or name, in capitals, without accents."""
        name = self.name(number)
        return chance.choice((login(number), login(number), name, name.upper(), _unaccented(name)))


def hire_staff(chance: Random, scale: int) -> Staff:
    """Invent names, each its own but for one pair; people grow by the square root of their records."""
    wanted = HEADCOUNT * isqrt(scale)
    combinations = chance.sample(range(len(NAMES) * len(SURNAMES) ** 2), wanted)
    names = [_name(number) for number in combinations]
    one, other = NAMESAKES
    names[other - 1] = names[one - 1]
    return Staff(tuple(names))


def people_records(chance: Random, staff: Staff) -> Iterator[Record]:
    """Invent the directory: who holds each role, who nearly does, and everybody else."""
    for number in range(1, len(staff.names) + 1):
        yield _person(number, staff, chance)
    for number in range(1, 21):
        yield _permission(number, EQUIPMENT, EsUsuarioTecnico=True)
    for number in (*QUALITY, *QUALITY_NEAR_MISSES, LEFT):
        yield _permission(number, RISKS, EsUsuarioCalidad=True)
        yield _permission(number, NONCONFORMITIES, EsUsuarioCalidad=True)
    for number in (*PROCESSORS, LEFT):
        yield _permission(number, DOSSIERS, EsUsuarioAdministrador=True)
    for number in (*ADMINS, LEFT, UNSCHEDULED):
        yield _administrator(number)


def login(number: int) -> str:
    """Return a person's login."""
    return f"u{number:04d}"


def address(number: int) -> str:
    """Return a person's address."""
    return f"{login(number)}@example.com"


def _name(combination: int) -> str:
    rest, last = divmod(combination, len(SURNAMES))
    given, first = divmod(rest, len(SURNAMES))
    return f"{NAMES[given]} {SURNAMES[first]} {SURNAMES[last]}"


def _person(number: int, staff: Staff, chance: Random) -> Record:
    values: dict[str, Value] = {
        "UsuarioRed": login(number),
        "Nombre": staff.name(number),
        "CorreoUsuario": {WITHOUT_ADDRESS: None, BAD_ADDRESS: "sin arroba"}.get(number, address(number)),
        "FechaBaja": _left(number),
        "ParaTareasProgramadas": number not in {UNSCHEDULED, QUALITY_NEAR_MISSES[1], PROCESSORS[-1]},
        "EsAdministrador": number in ADMINS,
        "JefeDelUsuario": _superior(number, chance),
        "Password": "no-se-lee",
    }
    return Record("TbUsuariosAplicaciones", values)


def _left(number: int) -> Value:
    days: dict[int, Value] = {
        LEFT: "31/01/2024",
        QUALITY_NEAR_MISSES[0]: -1,
        LEFT_TODAY: 0,
        LEAVES_TOMORROW: 1,
    }
    return days.get(number)


def _superior(number: int, chance: Random) -> str | None:
    if number in CIRCULAR:
        return login(sum(CIRCULAR) - number)
    return None if number == 1 else login(chance.randint(1, number - 1))


def _permission(number: int, application: int, **granted: bool) -> Record:
    flags = dict.fromkeys(
        ("EsUsuarioAdministrador", "EsUsuarioCalidad", "EsUsuarioTecnico", "EsUsuarioEconomia"), False
    )
    values: dict[str, Value] = {"CorreoUsuario": address(number), "IDAplicacion": application}
    return Record("TbUsuariosAplicacionesPermisos", {**values, **flags, **granted})


def _administrator(number: int) -> Record:
    mailbox = address(number)
    values: dict[str, Value] = {
        "CorreoUsuario": mailbox.upper() if number == ADMINS[0] else mailbox,  # joined whatever the case
        "EsAdministrador": True,
        "EsCalidad": False,
        "EsEconomia": False,
    }
    return Record("TbUsuariosAplicacionesTareas", values)


def _unaccented(name: str) -> str:
    letters = unicodedata.normalize("NFD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
