"""Invented nonconformities with actions and tasks: the boundaries of their rules, and years of history."""

from collections.abc import Iterator
from functools import partial
from random import Random

from sereno.adapters.demo.dossiers import (
    NO_DOSSIER,
    OF_MEMBER,
    ORDINARY_PROJECTS,
    first_of_projects,
    mnemonic,
)
from sereno.adapters.demo.people import FIRST_LEAD, LEFT, NAMESAKES, QUALITY, WITHOUT_ADDRESS, Staff, login
from sereno.adapters.demo.records import Record, Value, around, found, missed, sheet

SHEETS = (
    sheet(
        "TbNoConformidades",
        "IDNoConformidad key, CodigoNoConformidad text, Nemotecnico text, DESCRIPCION text,"
        " RESPONSABLECALIDAD text, RESPONSABLETELEFONICA text, FECHAAPERTURA date, FPREVCIERRE date,"
        " FECHACIERRE date, FechaPrevistaControlEficacia date, FechaControlEficacia date,"
        " RequiereControlEficacia flag, Borrado flag, IDExpediente int",
    ),
    sheet(
        "TbNCAccionCorrectivas",
        "IDAccionCorrectiva key, IDNoConformidad int, AccionCorrectiva text",
        link="IDNoConformidad",
    ),
    sheet(
        "TbNCAccionesRealizadas",
        "IDAccionRealizada key, IDAccionCorrectiva int, AccionRealizada text, Responsable text,"
        " FechaInicio date, FechaFinPrevista date, FechaFinReal date",
        link="IDAccionCorrectiva",
    ),
    sheet("TbReplanificacionesProyecto", "IDReplanificacion key, FechaReprogramacion date"),
    sheet(
        "TbNCARAvisos",
        "IDAR int, IDCorreo15 int, IDCorreo7 int, IDCorreo0 int, Fecha date",
        link="IDAR",
    ),
)

FAULTS = (
    "Documentación entregada sin firmar",
    "Equipo recibido con golpes en el embalaje",
    "Desviación de temperatura en el ensayo climático",
    "Conector fuera de tolerancia (> 0,2 mm)",
    "Procedimiento de soldadura no seguido",
    "Versión de software distinta de la aprobada",
)
REMEDIES = ("Revisar el procedimiento", "Formar al personal", "Sustituir el lote", "Auditar al proveedor")
TASKS = (
    "Redactar la nueva instrucción",
    "Convocar la sesión de formación",
    "Enviar el lote a laboratorio",
    "Recoger evidencias en planta",
    "Actualizar el plan de calidad",
)
ORDINARY = 265
"""At scale 1; each with two actions of two tasks."""
OPEN_SHARE = 0.08
REPLANNINGS = (0, -3, -29, -30, -45, -59, -60, None)


def nonconformity_records(chance: Random, staff: Staff, scale: int) -> Iterator[Record]:
    """Invent the nonconformities, their replannings, what older scripts told of them, and orphans."""
    for number, record in enumerate(_all(chance, staff, scale), 1):
        values = {"CodigoNoConformidad": f"NC-{number:05d}", **record.values}
        yield Record(record.table, values, record.parts, record.claims)
    for days in REPLANNINGS:
        yield Record("TbReplanificacionesProyecto", {"FechaReprogramacion": days})
    yield _action(IDNoConformidad=NO_DOSSIER)
    yield _task(IDAccionCorrectiva=NO_DOSSIER, FechaFinPrevista=0)


def _all(chance: Random, staff: Staff, scale: int) -> Iterator[Record]:
    yield from _cases()
    yield from _people(staff)
    first = first_of_projects()
    dossiers = range(first, first + ORDINARY_PROJECTS * scale)
    for _ in range(ORDINARY * scale):
        yield _ordinary(chance, staff, chance.choice(dossiers))


def _cases() -> Iterator[Record]:
    yield from _bands()
    yield from _closing_soon()
    yield from _efficacy()
    yield from _unfinished_work()
    yield from _executed()


def _bands() -> Iterator[Record]:
    yield from around("NC-T1", _with_task, "FechaFinPrevista", (8, 15), (7, 16))
    yield from around("NC-T2", _with_task, "FechaFinPrevista", (1, 7), (0, 8))
    yield from around("NC-T3", _with_task, "FechaFinPrevista", (0, -90), (1,))
    yield from around("NC-T3", partial(_with_task, FechaFinPrevista=-2), "FechaFinReal", (None,), (-1,))
    yield from around("NC-T3", _late, "Borrado", (False, None), (True,))
    yield from around("NC-T3", _late, "FECHACIERRE", (None,), (-1, 20))
    told = Record("TbNCARAvisos", {"IDCorreo15": 1, "IDCorreo7": 2, "IDCorreo0": None, "Fecha": -4})
    yield found("NC-T2", _nc(_action(_task(told, FechaFinPrevista=4))))


def _closing_soon() -> Iterator[Record]:
    open_task = _action(_task(FechaFinPrevista=60))
    executing = partial(_nc, open_task, FPREVCIERRE=10)
    yield from around("NC-Q1", executing, "FPREVCIERRE", (15, 0, -20), (16, None))
    yield from around("NC-Q1", executing, "Borrado", (False, None), (True,))
    yield from around("NC-Q1", executing, "FECHACIERRE", (None,), (-1,))
    yield missed("NC-Q1", _nc(_done(), FPREVCIERRE=10))


def _efficacy() -> Iterator[Record]:
    awaiting = partial(
        _nc, _done(), FECHACIERRE=-50, RequiereControlEficacia=True, FechaPrevistaControlEficacia=10
    )
    yield from around("NC-Q2", awaiting, "FechaPrevistaControlEficacia", (29, -3, None), (30,))
    yield from around("NC-Q2", awaiting, "FechaControlEficacia", (None,), (-1,))
    yield from around("NC-Q2", awaiting, "RequiereControlEficacia", (True,), (False, None))
    yield from around("NC-Q2", awaiting, "Borrado", (None,), (True,))
    half_done = _nc(_action(_finished(), _task()), RequiereControlEficacia=True)
    yield missed("NC-Q2", half_done)
    yield missed("NC-Q2", _nc(_done(), _action(), RequiereControlEficacia=True))


def _unfinished_work() -> Iterator[Record]:
    yield from around("NC-Q3", _nc, "FECHACIERRE", (None,), (-1,))
    yield from around("NC-Q3", _nc, "Borrado", (False,), (True,))
    yield missed("NC-Q3", found("NC-Q5", _nc(_action())))
    yield from around("NC-Q4", _with_task, "FechaFinPrevista", (15, -100), (16, None))
    yield from around("NC-Q4", partial(_with_task, FechaFinPrevista=3), "FechaFinReal", (None,), (-1,))
    yield from around("NC-Q4", _late, "FECHACIERRE", (None,), (-1,))
    yield from around("NC-Q5", partial(_nc, _done(), _action()), "FECHACIERRE", (None,), (-1,))
    yield missed("NC-Q5", _nc(_action(_task())))
    yield from around("NC-Q7", _with_task, "FechaFinPrevista", (None,), (90,))
    yield from around("NC-Q7", partial(_with_task, FechaFinPrevista=None), "FechaFinReal", (None,), (-1,))
    yield found("NC-Q7", _nc(_action(_task(FechaFinPrevista="mañana"))))


def _executed() -> Iterator[Record]:
    executed = partial(_nc, _done(), RequiereControlEficacia=True)
    yield from around("NC-Q6", partial(_nc, _done()), "FECHACIERRE", (None,), (-1,))
    yield from around("NC-Q6", executed, "FechaPrevistaControlEficacia", (30,), (29, None))
    yield missed("NC-Q6", _nc(_action(_finished(), _task())))
    yield missed("NC-Q6", _nc(_done(), _action()))


def _people(staff: Staff) -> Iterator[Record]:
    """Name engineers and owners of quality in every way that the directory must cope with."""
    engineer = FIRST_LEAD + 1
    for reference in (
        staff.name(engineer).upper(),
        str(engineer),
        staff.name(NAMESAKES[0]),
        login(LEFT),
        login(WITHOUT_ADDRESS),
        "Nadie Conocido",
        None,
    ):
        yield found("NC-T3", _nc(_action(_task(FechaFinPrevista=-6)), RESPONSABLETELEFONICA=reference))
    for reference in (staff.name(QUALITY[1]), staff.name(NAMESAKES[0]), login(LEFT), None):
        yield found("NC-T3", _nc(_action(_task(FechaFinPrevista=-6)), RESPONSABLECALIDAD=reference))


def _with_task(**values: Value) -> Record:
    return _nc(_action(_task(**values)))


def _late(**values: Value) -> Record:
    return _nc(_action(_task(FechaFinPrevista=-2)), **values)


def _nc(*actions: Record, **values: Value) -> Record:
    """Make an open nonconformity whose dates are far."""
    quiet: dict[str, Value] = {
        "Nemotecnico": mnemonic(OF_MEMBER),
        "DESCRIPCION": FAULTS[0],
        "RESPONSABLECALIDAD": login(QUALITY[0]),
        "RESPONSABLETELEFONICA": login(FIRST_LEAD + 1),
        "FECHAAPERTURA": -100,
        "FPREVCIERRE": 90,
        "RequiereControlEficacia": False,
        "Borrado": False,
        "IDExpediente": OF_MEMBER,
    }
    return Record("TbNoConformidades", quiet | values, actions)


def _action(*tasks: Record, **values: Value) -> Record:
    return Record("TbNCAccionCorrectivas", {"AccionCorrectiva": REMEDIES[0]} | values, tasks)


def _task(*told: Record, **values: Value) -> Record:
    """Make an open task, planned for later."""
    quiet: dict[str, Value] = {
        "AccionRealizada": TASKS[0],
        "Responsable": login(FIRST_LEAD + 2),
        "FechaInicio": -40,
        "FechaFinPrevista": 90,
    }
    return Record("TbNCAccionesRealizadas", quiet | values, told)


def _finished() -> Record:
    return _task(FechaFinPrevista=-30, FechaFinReal=-25)


def _done() -> Record:
    return _action(_finished())


def _ordinary(chance: Random, staff: Staff, dossier: int) -> Record:
    is_open = chance.random() < OPEN_SHARE
    opened = -chance.randint(5, 150) if is_open else -chance.randint(310, 2_500)
    engineer = staff.engineer(chance)
    actions = tuple(_ordinary_action(chance, engineer, opened, is_open=is_open) for _ in range(2))
    return _nc(
        *actions,
        Nemotecnico=mnemonic(dossier),
        IDExpediente=dossier,
        DESCRIPCION=chance.choice(FAULTS),
        RESPONSABLECALIDAD=staff.reference(chance.choice(QUALITY), chance),
        RESPONSABLETELEFONICA=staff.reference(engineer, chance),
        FECHAAPERTURA=opened,
        FPREVCIERRE=opened + 180,
        FECHACIERRE=None if is_open else opened + chance.randint(150, 199),
        RequiereControlEficacia=not is_open and chance.random() < 0.3,
        FechaPrevistaControlEficacia=None if is_open else opened + 290,
        FechaControlEficacia=None if is_open else opened + 300,
    )


def _ordinary_action(chance: Random, engineer: int, opened: int, *, is_open: bool) -> Record:
    tasks = tuple(_ordinary_task(chance, engineer, opened, is_open=is_open) for _ in range(2))
    return _action(*tasks, AccionCorrectiva=chance.choice(REMEDIES))


def _ordinary_task(chance: Random, engineer: int, opened: int, *, is_open: bool) -> Record:
    planned = opened + chance.randint(40, 190)
    return _task(
        AccionRealizada=chance.choice(TASKS),
        Responsable=login(engineer),
        FechaInicio=opened + 5,
        FechaFinPrevista=planned,
        FechaFinReal=None if is_open else min(planned, opened + 150),
    )
