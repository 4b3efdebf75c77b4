"""Make the demo estate: SQLite registers, a holidays file that works today, and settings for all of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from random import Random

from sereno.adapters.demo import dossiers, equipment, nonconformities, people, projects, queues, risk_cases
from sereno.adapters.demo.people import Staff
from sereno.adapters.demo.records import Placed, Record, Sheet
from sereno.adapters.demo.writing import write_register
from sereno.domain.rules import url_variable

SEED = 1

WATCHED = ("brass", "expedientes", "riesgos", "no_conformidades", "lanzadera")
QUEUES = ("correos", "tareas")
HEADING = "# Escrito por «sereno demo»: una finca de ejemplo, con datos inventados. No es nada de verdad.\n"


@dataclass(frozen=True, slots=True)
class Estate:
    """Say where the estate's settings are, and what its records claim of the rules."""

    env_file: Path
    placed: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """Name a register's tables, and what invents its records."""

    sheets: Sequence[Sheet]
    invent: Callable[[Random], Iterable[Record]]


def make_estate(folder: Path, now: datetime, seed: int = SEED, scale: int = 1) -> Estate:
    """Write the registers for `now`'s day; the same seed, scale and day give the same bytes.

    The store and the mail of an earlier demo stay. `now` becomes the demo's 09:00.
    """
    folder.mkdir(parents=True, exist_ok=True)
    placed = _write_registers(folder, now.date(), seed, scale)
    (folder / "Festivos.txt").write_text(_holidays(now.date()), encoding="utf-8")
    env_file = folder / "demo.env"
    env_file.write_text(HEADING + _settings(folder, now), encoding="utf-8")
    return Estate(env_file, placed)


def _write_registers(folder: Path, today: date, seed: int, scale: int) -> tuple[Placed, ...]:
    staff = people.hire_staff(_chance(seed, "staff"), scale)
    return tuple(
        chain.from_iterable(
            write_register(
                folder / f"{name}.sqlite", register.sheets, register.invent(_chance(seed, name)), today
            )
            for name, register in _registers(staff, scale).items()
        )
    )


def _chance(seed: int, register: str) -> Random:
    """Give each register a chance of its own: a change in one changes no other."""
    return Random(f"{seed} {register}")  # noqa: S311  # invented records, no secret


def _registers(staff: Staff, scale: int) -> Mapping[str, Register]:
    return {
        "lanzadera": Register(people.SHEETS, partial(people.people_records, staff=staff)),
        "brass": Register(equipment.SHEETS, partial(equipment.equipment_records, scale=scale)),
        "expedientes": Register(dossiers.SHEETS, partial(dossiers.dossier_records, staff=staff, scale=scale)),
        "riesgos": Register(projects.SHEETS, partial(_projects, staff=staff, scale=scale)),
        "no_conformidades": Register(
            nonconformities.SHEETS,
            partial(nonconformities.nonconformity_records, staff=staff, scale=scale),
        ),
        "correos": Register(queues.MAIL_SHEETS, partial(queues.mail_records, staff=staff, scale=scale)),
        "tareas": Register(queues.TASK_SHEETS, partial(queues.task_records, staff=staff, scale=scale)),
    }


def _projects(chance: Random, staff: Staff, scale: int) -> Iterable[Record]:
    return chain(risk_cases.risk_cases(staff), projects.ordinary_projects(chance, staff, scale))


def _settings(folder: Path, now: datetime) -> str:
    """Write the settings that point at the estate; paths are quoted, for a folder may be called anything."""
    values = {
        "SERENO_DEMO_SINCE": now.isoformat(),
        **{
            url_variable(name): f"sqlite:///{folder.as_posix()}/{name}.sqlite" for name in (*WATCHED, *QUEUES)
        },
        "STATE_DB_URL": f"sqlite:///{folder.as_posix()}/sereno.sqlite",
        "MASTER_FESTIVOS_FILE": f"{folder.as_posix()}/Festivos.txt",
        "MAIL_DIR": f"{folder.as_posix()}/mail",
        "MAIL_DOMAIN": "example.com",
        "OPERATORS": "operador@example.com",
    }
    return "".join(f"{name}='{_escaped(value)}'\n" for name, value in values.items())


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


def _holidays(today: date) -> str:
    vouched = "".join(f"# completo {year}\n" for year in (today.year, today.year + 1))
    return f"# La demostración toma hoy por día laborable.\n{vouched}+{today:%d/%m/%Y} - Demostración\n"
