"""Invented contract and bid files: the boundaries of the expedientes rules, and what projects hang from."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from random import Random

from sereno.adapters.demo.people import (
    BAD_ADDRESS,
    FIRST_LEAD,
    LEFT,
    NAMESAKES,
    OUTSIDER,
    QUALITY,
    WITHOUT_ADDRESS,
    Staff,
)
from sereno.adapters.demo.records import Record, Value, around, found, missed, sheet

SHEETS = (
    sheet(
        "TbExpedientes",
        "IDExpediente key, CodExp text, Nemotecnico text, Titulo text, ESTADO text, Adjudicado flag,"
        " EsBasado flag, EsExpediente flag, EsLote flag, EsAM flag, AplicaTareaS4H flag, APLICAESTADO flag,"
        " CodS4H text, GARANTIAMESES text, IDResponsableCalidad int, FECHAOFERTA iso, FECHAADJUDICACION iso,"
        " FECHAPERDIDA iso, FECHADESESTIMADA iso, FechaInicioContrato iso, FechaFinContrato iso,"
        " FechaFinGarantia iso, FECHACERTIFICACION iso",
    ),
    sheet(
        "TbExpedientesHitos",
        "IDExpediente int, Descripcion text, FechaHito date",
        link="IDExpediente",
    ),
    sheet("TbExpedientesConEntidades", "IDExpediente int, CadenaJuridicas text", link="IDExpediente"),
    sheet(
        "TbExpedientesResponsables",
        "IdExpediente int, IdUsuario int, EsJefeProyecto flag, CorreoSiempre flag",
        link="IdExpediente",
    ),
)

WORDS = ("FARO", "LINCE", "ALISIO", "TAJO", "BORA", "GARZA", "NOGAL", "PULSAR", "CIERZO", "MISTRAL", "ORIÓN")
TITLES = (
    "Modernización de la red de radioenlaces",
    "Suministro de terminales tácticos",
    "Mantenimiento de estaciones satélite",
    "Sistema de mando y control embarcado",
    "Renovación del centro de datos",
    "Integración de sensores de vigilancia",
    "Apoyo logístico de equipos criptográficos",
    "Ampliación de la red de fibra <fase 2> & accesos",
)
MILESTONES = (
    "Revisión crítica de diseño",
    "Pruebas en fábrica",
    "Entrega de documentación",
    "Aceptación en emplazamiento",
)
ORDINARY_PROJECTS = 18
"""Dossiers with a project, at scale 1; projects at the boundaries come on top."""
BIDS = 12

# Dossiers that the projects and nonconformities at the boundaries hang from: quality manager, leads.
OF_MEMBER, OF_COLLEAGUE, OF_OUTSIDER, OF_NOBODY, OF_LEAVER, OF_STRAY_LEADS = range(1, 7)
NO_DOSSIER = 9_999_999
"""No file has this number."""
_ANCHORS: tuple[tuple[int | None, tuple[int, ...]], ...] = (
    (QUALITY[0], (FIRST_LEAD,)),
    (QUALITY[1], (FIRST_LEAD, FIRST_LEAD + 3)),
    (OUTSIDER, (FIRST_LEAD + 6,)),
    (None, (FIRST_LEAD + 9,)),
    (LEFT, (FIRST_LEAD + 3,)),
    (QUALITY[0], (LEFT, WITHOUT_ADDRESS, BAD_ADDRESS)),
)


def dossier_records(chance: Random, staff: Staff, scale: int) -> Iterator[Record]:
    """Invent the files: the anchors, the cases, those of the ordinary projects and the bids; then orphans."""
    for number, record in enumerate(_files(chance, staff, scale), 1):
        names = {"CodExp": f"EXP-{2_000 + number}", "Nemotecnico": mnemonic(number)}
        yield replace(record, values={**record.values, **names})
    yield _milestone(FechaHito=0, IDExpediente=NO_DOSSIER)
    yield _entity("TSOL", IDExpediente=NO_DOSSIER)


def first_of_projects() -> int:
    """Return the number of the first dossier that has an ordinary project."""
    return len(_ANCHORS) + sum(1 for _ in _cases()) + 1


def mnemonic(number: int) -> str:
    """Return a dossier's short name."""
    return f"{WORDS[number % len(WORDS)]}-{number}"


def _files(chance: Random, staff: Staff, scale: int) -> Iterator[Record]:
    for manager, leads in _ANCHORS:
        yield _file(*map(_lead, leads), _unwritten_lead(), IDResponsableCalidad=manager)
    yield from _cases()
    for _ in range(ORDINARY_PROJECTS * scale):
        yield _of_project(chance, staff)
    for _ in range(BIDS * scale):
        yield _bid(chance)
    yield _file(Titulo="Fecha ilegible", FechaFinContrato="31/02/2026", EsLote="quizás")


def _cases() -> Iterator[Record]:
    yield from _ending()
    yield from _milestones()
    yield from around("EX-4", _file, "ESTADO", ("Desconocido", " DESCONOCIDO "), ("Conocido", None))
    yield from _awarded_without_contract()
    yield from _awarded_without_code()
    yield from _bids()
    warranted = partial(_file, FECHACERTIFICACION=-300, FechaFinGarantia=15)
    yield from around("EX-7", warranted, "FechaFinGarantia", (0, 30), (-1, 31, None))
    yield from around("EX-7", warranted, "FECHACERTIFICACION", (-1,), (None,))


def _ending() -> Iterator[Record]:
    ending = partial(_file, FechaFinContrato=5)
    yield from around("EX-2", ending, "FechaFinContrato", (0, 14, -1, -365), (15, -366, None))
    yield from around("EX-2", ending, "FECHACERTIFICACION", (), (-10,))
    yield from around("EX-2", partial(ending, EsLote=True), "EsExpediente", (True,), (False, None))
    yield found("EX-2", ending(EsBasado=True))
    yield found("EX-2", ending(EsBasado=True, EsExpediente=False))


def _milestones() -> Iterator[Record]:
    def dated(**values: Value) -> Record:
        return _file(_milestone(**values))

    yield from around("EX-3", dated, "FechaHito", (-30, 0, 14), (-31, 15, None))
    steps = zip(MILESTONES, (0, 3, 14), strict=False)
    yield found("EX-3", _file(*(_milestone(Descripcion=text, FechaHito=days) for text, days in steps)))


def _awarded_without_contract() -> Iterator[Record]:
    awarded = partial(
        _file,
        FECHAADJUDICACION=-20,
        FechaInicioContrato=None,
        FechaFinContrato=None,
        GARANTIAMESES=None,
        APLICAESTADO=None,
    )
    yield from around("EX-5", awarded, "APLICAESTADO", (None, True), (False,))
    yield from around("EX-5", awarded, "GARANTIAMESES", ("  ",), ("12",))
    yield from around("EX-5", awarded, "FechaInicioContrato", (), (-5,))
    yield from around("EX-5", awarded, "FECHAADJUDICACION", (-400,), (None,))


def _awarded_without_code() -> Iterator[Record]:
    def of_entity(chain: str) -> Record:
        return _file(_entity(chain), CodS4H=None)

    awarded = partial(_file, _entity("TSOL"), CodS4H=None)
    yield from around("EX-1", awarded, "CodS4H", (None, "  "), ("S4-1000",))
    yield from around("EX-1", awarded, "Adjudicado", (True,), (False, None))
    yield from around("EX-1", awarded, "AplicaTareaS4H", (True, None), (False,))
    yield found("EX-1", of_entity("tsol"))
    yield missed("EX-1", of_entity("TSOL/TDE"))
    yield found("EX-1", _file(_entity("TSOL"), _entity("TSOL"), CodS4H=None))


def _bids() -> Iterator[Record]:
    bid = partial(
        _file,
        FECHAOFERTA=-60,
        Adjudicado=False,
        FECHAADJUDICACION=None,
        FechaInicioContrato=None,
        FechaFinContrato=None,
    )
    yield from around("EX-6", bid, "FECHAOFERTA", (-45, -400), (-44, None))
    for outcome in ("FECHAADJUDICACION", "FECHAPERDIDA", "FECHADESESTIMADA"):
        yield from around("EX-6", bid, outcome, (), (-1,))


def _file(*parts: Record, **values: Value) -> Record:
    """Make a file that no rule finds, but for what is given."""
    quiet: dict[str, Value] = {
        "Titulo": TITLES[0],
        "ESTADO": "En ejecución",
        "Adjudicado": True,
        "EsBasado": False,
        "EsExpediente": True,
        "EsLote": False,
        "EsAM": False,
        "AplicaTareaS4H": True,
        "APLICAESTADO": True,
        "CodS4H": "S4-2000",
        "GARANTIAMESES": "24",
        "IDResponsableCalidad": QUALITY[0],
        "FECHAOFERTA": -500,
        "FECHAADJUDICACION": -450,
        "FechaInicioContrato": -430,
        "FechaFinContrato": 200,
    }
    return Record("TbExpedientes", quiet | values, parts)


def _of_project(chance: Random, staff: Staff) -> Record:
    end = chance.randint(-900, 700)
    lead = chance.choice(staff.leads)
    done = end < 0 and chance.random() < 0.9
    return _file(
        _lead(lead),
        _milestone(Descripcion=chance.choice(MILESTONES), FechaHito=end - chance.randint(0, 200)),
        _entity(chance.choice(("TSOL", "TDE", "TME/TDE"))),
        ESTADO="Finalizado" if done else "En ejecución",
        Titulo=chance.choice(TITLES),
        IDResponsableCalidad=chance.choice((*QUALITY, QUALITY[0], None)),
        FECHAOFERTA=end - 900,
        FECHAADJUDICACION=end - 800,
        FechaInicioContrato=end - 760,
        FechaFinContrato=end,
        FechaFinGarantia=end + 730 if done else None,
        FECHACERTIFICACION=end + 10 if done else None,
    )


def _bid(chance: Random) -> Record:
    sent = -chance.randint(1, 700)
    lost = sent < -40 and chance.random() < 0.9
    return _file(
        Titulo=chance.choice(TITLES),
        ESTADO="Perdido" if lost else "En oferta",
        Adjudicado=False,
        FECHAOFERTA=sent,
        FECHAADJUDICACION=None,
        FECHAPERDIDA=sent + 40 if lost else None,
        FechaInicioContrato=None,
        FechaFinContrato=None,
    )


def _milestone(**values: Value) -> Record:
    return Record("TbExpedientesHitos", {"Descripcion": MILESTONES[0]} | values)


def _entity(chain: str, **values: Value) -> Record:
    return Record("TbExpedientesConEntidades", {"CadenaJuridicas": chain} | values)


def _lead(number: int) -> Record:
    values: dict[str, Value] = {"IdUsuario": number, "EsJefeProyecto": True, "CorreoSiempre": True}
    return Record("TbExpedientesResponsables", values)


def _unwritten_lead() -> Record:
    """Make a lead who asked not to be written to: a near-miss of the role."""
    values: dict[str, Value] = {"IdUsuario": NAMESAKES[0], "EsJefeProyecto": True, "CorreoSiempre": False}
    return Record("TbExpedientesResponsables", values)
