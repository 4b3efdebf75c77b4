"""Invented people of the demo estate, all at example.com, with roles and near-misses of each."""

from random import Random

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
ADMINS = 2

SCHEMA = """
CREATE TABLE TbUsuariosAplicaciones (
    Id INTEGER PRIMARY KEY, UsuarioRed TEXT, Nombre TEXT, CorreoUsuario TEXT, FechaBaja TEXT,
    ParaTareasProgramadas TEXT, EsAdministrador TEXT, JefeDelUsuario TEXT, Password TEXT
);
CREATE TABLE TbUsuariosAplicacionesPermisos (
    CorreoUsuario TEXT, IDAplicacion INTEGER, EsUsuarioAdministrador TEXT, EsUsuarioCalidad TEXT,
    EsUsuarioTecnico TEXT, EsUsuarioEconomia TEXT
);
CREATE TABLE TbUsuariosAplicacionesTareas (
    CorreoUsuario TEXT, EsAdministrador TEXT, EsCalidad TEXT, EsEconomia TEXT
);
"""

Rows = dict[str, list[tuple[object, ...]]]


def people_rows(chance: Random) -> Rows:
    """Invent the directory: two administrators, one who has left, one not scheduled, everybody else."""
    names = [
        f"{name} {chance.choice(SURNAMES)} {chance.choice(SURNAMES)}"
        for name in NAMES * (HEADCOUNT // len(NAMES))
    ]
    people = [_person(number, name, chance) for number, name in enumerate(names, 1)]
    addresses = [str(person[3]) for person in people]
    return {
        "TbUsuariosAplicaciones": people,
        "TbUsuariosAplicacionesPermisos": [
            (address, 6, "No", "No", "Sí", "No") for address in addresses[:20]
        ],
        "TbUsuariosAplicacionesTareas": [
            (address.upper() if at == 0 else address, "Sí", "No", "No")  # joined whatever the case
            for at, address in enumerate(addresses[: ADMINS + 2])
        ],
    }


def _person(number: int, name: str, chance: Random) -> tuple[object, ...]:
    login = f"u{number:04d}"
    left = "31/01/2024" if number == ADMINS + 1 else None
    scheduled = "No" if number == ADMINS + 2 else "Sí"
    boss = None if number == 1 else f"u{chance.randint(1, number - 1):04d}"
    return (number, login, name, f"{login}@example.com", left, scheduled, "No", boss, "no-se-lee")
