"""Invented measuring equipment: every boundary of the BRASS rules, and a store room of ordinary ones."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from random import Random

from sereno.adapters.demo.records import Record, Value, found, missed, sheet

SHEETS = (
    sheet(
        "TbEquiposMedida",
        "IDEquipoMedida key, Nombre text, NS text, PN text, Marca text, Modelo text, FechaFinServicio date",
    ),
    sheet(
        "TbEquiposMedidaCalibraciones",
        "IDCalibracion key, IDEquipoMedida int, FechaCalibracion date, FechaFinCalibracion date,"
        " EmpresaCalibradora text",
        link="IDEquipoMedida",
    ),
)

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
STRANGER = 9_999_999
"""An instrument that only a certificate knows."""

Certificate = tuple[int | None, int | None]
"""(calibrated, ends) in days from today."""


def equipment_records(chance: Random, scale: int) -> Iterator[Record]:
    """Invent the instruments and their certificates; the cases are the first in the register."""
    instrument = partial(_instrument, chance, cycle(KINDS))
    yield from _cases(instrument)
    for _ in range(ORDINARY * scale):
        since = chance.randint(10, 300)
        yield instrument((-since - 365, -since), (-since, 365 - since))
    yield _certificate(chance, (-365, -1), IDEquipoMedida=STRANGER)


def _cases(instrument: Callable[..., Record]) -> Iterator[Record]:
    """Place instruments at the boundaries; their certificates in the order typed."""
    yield found("BR-1", missed("BR-2", instrument((-365, 0))))
    yield found("BR-2", missed("BR-1", instrument((-364, 1))))
    yield found("BR-2", instrument((-335, 30)))
    yield missed("BR-2", instrument((-334, 31)))
    yield found("BR-1", instrument((-265, 100), (-31, -1)))
    yield found("BR-1", instrument((-265, 100), (-10, None)))
    yield missed("BR-1", instrument((-20, 345), (-1500, -1135)))
    yield found("BR-1", instrument())
    yield missed("BR-1", instrument((-400, -35), retired=-1))
    yield found("BR-1", instrument((-380, -15), retired=1))
    yield found("BR-2", instrument((-358, 7)))
    yield found("BR-2", instrument((-357, 8)))
    yield missed("BR-1", instrument((-30, 335), (None, -5)))


def _instrument(
    chance: Random,
    kinds: Iterator[tuple[str, str, str]],
    *certificates: Certificate,
    retired: int | None = None,
) -> Record:
    name, maker, model = next(kinds)
    values: dict[str, Value] = {
        "Nombre": name,
        "NS": f"{maker[:2].upper()}-{chance.randint(10_000, 99_999)}",
        "PN": f"PN-{chance.randint(100, 120)}",
        "Marca": maker,
        "Modelo": model,
        "FechaFinServicio": retired,
    }
    return Record("TbEquiposMedida", values, tuple(_certificate(chance, each) for each in certificates))


def _certificate(chance: Random, dates: Certificate, **values: Value) -> Record:
    calibrated, ends = dates
    written: dict[str, Value] = {
        "FechaCalibracion": calibrated,
        "FechaFinCalibracion": ends,
        "EmpresaCalibradora": chance.choice(LABORATORIES),
    }
    return Record("TbEquiposMedidaCalibraciones", written | values)
