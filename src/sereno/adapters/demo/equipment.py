"""Invented measuring equipment: every boundary of the BRASS rules, and a store room of ordinary ones."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sereno.adapters.demo.people import Rows

SCHEMA = """
CREATE TABLE TbEquiposMedida (
    IDEquipoMedida INTEGER PRIMARY KEY, Nombre TEXT, NS TEXT, PN TEXT, Marca TEXT, Modelo TEXT,
    FechaFinServicio TEXT
);
CREATE TABLE TbEquiposMedidaCalibraciones (
    IDCalibracion INTEGER PRIMARY KEY, IDEquipoMedida INTEGER, FechaCalibracion TEXT,
    FechaFinCalibracion TEXT, EmpresaCalibradora TEXT
);
"""

KINDS = (
    ("Polímetro digital", "Fluke", "87V"),
    ("Osciloscopio", "Tektronix", "TBS1102C"),
    ("Analizador de espectros", "Rohde & Schwarz", "FPC1500"),
    ("Generador de funciones", "Keysight", "33511B"),
    ("Pinza amperimétrica", "Chauvin Arnoux", "F407"),
    ("Calibre digital", "Mitutoyo", "500-196"),
    ("Llave dinamométrica", "Gedore", "8561-01"),
    ("Manómetro patrón", "WIKA", "CPG1500"),
)
LABORATORIES = ("Laboratorio Meseta", "Calibraciones Duero", "Metrología Levante")
ORDINARY = 110
STRANGER = 9_999
"""An instrument that only a certificate knows."""


@dataclass(frozen=True, slots=True)
class Case:
    """Place an instrument at a boundary: (calibrated, ends) in days from today, in the order typed."""

    certificates: tuple[tuple[int | None, int | None], ...]
    retired: int | None = None


CASES = (
    Case(((-365, 0),)),
    Case(((-364, 1),)),
    Case(((-335, 30),)),
    Case(((-334, 31),)),
    Case(((-265, 100), (-31, -1))),
    Case(((-265, 100), (-10, None))),
    Case(((-20, 345), (-1500, -1135))),
    Case(()),
    Case(((-400, -35),), retired=-1),
    Case(((-380, -15),), retired=1),
    Case(((-358, 7),)),
    Case(((-357, 8),)),
    Case(((-30, 335), (None, -5))),
)
"""Numbered from 1 in the register."""


def equipment_rows(chance: Random, today: date) -> Rows:
    """Invent the instruments and their certificates."""
    cases = (*CASES, *(_ordinary(chance) for _ in range(ORDINARY)))
    certificates = [
        (number, *_dates(today, certificate), chance.choice(LABORATORIES))
        for number, case in enumerate(cases, 1)
        for certificate in case.certificates
    ]
    orphan = (STRANGER, *_dates(today, (-365, -1)), LABORATORIES[0])
    return {
        "TbEquiposMedida": [_instrument(number, case, chance, today) for number, case in enumerate(cases, 1)],
        "TbEquiposMedidaCalibraciones": [(at, *row) for at, row in enumerate((*certificates, orphan), 1)],
    }


def _ordinary(chance: Random) -> Case:
    """Calibrate an instrument some time this year, for longer than any warning."""
    since = chance.randint(10, 300)
    return Case(((-since - 365, -since), (-since, 365 - since)))


def _instrument(number: int, case: Case, chance: Random, today: date) -> tuple[object, ...]:
    name, maker, model = KINDS[number % len(KINDS)]
    serial = f"{maker[:2].upper()}-{chance.randint(10_000, 99_999)}"
    return (number, name, serial, f"PN-{100 + number % len(KINDS)}", maker, model, _day(today, case.retired))


def _dates(today: date, certificate: tuple[int | None, int | None]) -> tuple[str | None, str | None]:
    calibrated, ends = certificate
    return _day(today, calibrated), _day(today, ends)


def _day(today: date, days: int | None) -> str | None:
    """Write a date as the department's forms do."""
    return None if days is None else f"{today + timedelta(days=days):%d/%m/%Y}"
