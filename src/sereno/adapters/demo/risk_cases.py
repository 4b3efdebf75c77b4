"""Projects at every boundary of the riesgos rules."""

from collections.abc import Iterator
from functools import partial

from sereno.adapters.demo import dossiers
from sereno.adapters.demo.people import OUTSIDER, QUALITY, Staff
from sereno.adapters.demo.projects import action, decision, edition, plan, project, risk
from sereno.adapters.demo.records import Record, Value, around, found, missed

ACCEPTANCE, WITHDRAWAL = "Aceptacion", "Retiro"


def risk_cases(staff: Staff) -> Iterator[Record]:
    """Make the projects, spread over dossiers of every kind of owner and lead."""
    member, outsider = staff.name(QUALITY[0]), staff.name(OUTSIDER)
    yield from _conditions()
    yield _of(dossiers.OF_MEMBER, "Límites", *_limits(), NombreUsuarioCalidad=member)
    yield _of(dossiers.OF_COLLEAGUE, "Propuestas", *_proposals(), NombreUsuarioCalidad=member)  # who differs
    yield _of(dossiers.OF_OUTSIDER, "Aceptados", _risks(*_visas("RI-T3", "RI-T4", "RI-Q5", ACCEPTANCE)))
    yield _of(dossiers.OF_NOBODY, "Retirados", _risks(*_visas("RI-T5", "RI-T6", "RI-Q6", WITHDRAWAL)))
    yield _of(dossiers.OF_LEAVER, "Planes", _risks(*_plans()), NombreUsuarioCalidad=outsider)
    yield _of(dossiers.OF_STRAY_LEADS, "Materializados", *_materialised())
    yield _of(dossiers.NO_DOSSIER, "Biblioteca", _risks(*_library()), NombreUsuarioCalidad=member)
    yield from _closings()


def _of(dossier: int, name: str, *editions: Record, **values: Value) -> Record:
    return project(*editions, IDExpediente=dossier, Proyecto=name, NombreProyecto=name, **values)


def _risks(*risks: Record) -> Record:
    """Put risks, each under a code of its own, in one edition."""
    return edition(
        *(
            Record(each.table, {**each.values, "CodigoRiesgo": f"R{at:03d}"}, each.parts, each.claims)
            for at, each in enumerate(risks, 1)
        )
    )


def _limits() -> Iterator[Record]:
    due = partial(edition, FechaMaxProximaPublicacion=10)
    yield from around("RI-T1", edition, "FechaMaxProximaPublicacion", (-1, 0, 15), (16, None))
    yield from around("RI-Q3", edition, "FechaMaxProximaPublicacion", (-1, -40), (0,))
    yield from around("RI-Q2", edition, "FechaMaxProximaPublicacion", (0, 15), (-1, 16))
    yield from around("RI-T1", due, "FechaPreparadaParaPublicar", (None,), (-1,))
    yield found("RI-Q2", due(FechaPreparadaParaPublicar=-1))
    yield from around("RI-Q2", due, "FechaPublicacion", (None,), (-1,))
    yield from around("RI-M2", edition, "FechaPublicacion", (None,), (-1,))


def _proposals() -> Iterator[Record]:
    proposed = partial(
        edition, FechaPreparadaParaPublicar=-10, PropuestaRechazadaPorCalidadMotivo="Faltan riesgos"
    )
    rejected = partial(proposed, PropuestaRechazadaPorCalidadFecha=-5)
    refusal = "PropuestaRechazadaPorCalidadFecha"
    yield from around("RI-T2", proposed, refusal, (-5, -10), (-11, None))
    yield from around("RI-T2", rejected, "FechaPreparadaParaPublicar", (-5,), (-4, None))
    yield from around("RI-Q1", proposed, refusal, (None, -11), (-10,))
    yield from around("RI-Q1", edition, "FechaPreparadaParaPublicar", (-1,), (None,))


def _visas(unjustified: str, rejected: str, waiting: str, kind: str) -> Iterator[Record]:
    """Take an acceptance, or a withdrawal, through all that may become of it."""
    reason, since = f"Justificacion{kind}Riesgo", f"FechaJustificacion{kind}Riesgo"
    refused, approved = f"FechaRechazo{kind}PorCalidad", f"FechaAprobacion{kind}PorCalidad"
    begun: dict[str, Value] = {"Mitigacion": "Aceptar"} if kind == ACCEPTANCE else {"FechaRetirado": -20}
    accounted: dict[str, Value] = {reason: "Coste superior al daño", since: -10}
    justified = partial(risk, **begun, **accounted)
    yield from around(unjustified, justified, since, (None,), (-10,))
    yield from around(unjustified, justified, reason, (None, "  "), ("Ya no procede",))
    yield from around(rejected, justified, refused, (-10, -9), (-11, None))
    yield from around(rejected, partial(justified, **{refused: -8}), approved, (None, -9), (-8, -7))
    yield from around(waiting, justified, refused, (None, -11), (-10,))
    yield from around(waiting, justified, approved, (None, -11), (-10,))
    yield missed(rejected, found(unjustified, justified(**{since: None, refused: -5})))
    opening, never = next(iter(begun)), "Reducir" if kind == ACCEPTANCE else None
    yield from around(unjustified, risk, opening, (begun[opening],), (never, None))


def _plans() -> Iterator[Record]:
    for section, kind in (("RI-T7", "Mitigacion"), ("RI-T8", "Contingencia")):

        def due(kind: str = kind, **values: Value) -> Record:
            return risk(plan(kind, action(kind, **({"FechaFinPrevista": -3} | values))))

        late = plan(kind, action(kind, FechaFinPrevista=-3))
        yield from around(section, due, "FechaFinPrevista", (0, -1, -400), (1, None))
        yield from around(section, due, "FechaFinReal", (None,), (-1,))
        yield from around(section, partial(risk, late), "FechaRetirado", (None,), (-1,))
    accepted = partial(_accepted, "Mitigacion")
    yield from around("RI-T7", accepted, "Mitigacion", ("Reducir", None), ("Aceptar", "ACEPTAR"))
    yield found("RI-T8", _accepted("Contingencia", Mitigacion="Aceptar"))


def _accepted(kind: str, **values: Value) -> Record:
    """Make a risk with an action due, whose acceptance was approved long ago if it was accepted."""
    visa: dict[str, Value] = {
        "JustificacionAceptacionRiesgo": "Coste superior al daño",
        "FechaJustificacionAceptacionRiesgo": -80,
        "FechaAprobacionAceptacionPorCalidad": -70,
    }
    return risk(plan(kind, action(kind, FechaFinPrevista=-3)), **(visa | values))


def _library() -> Iterator[Record]:
    asked = partial(risk, FechaRiesgoParaRetipificar=-10)
    yield from around("RI-Q4", risk, "FechaRiesgoParaRetipificar", (-10,), (None,))
    yield from around("RI-Q4", asked, "FechaRiesgoRetipificado", (None, -11), (-10, -9))
    yield from around("RI-Q4", asked, "FechaRetirado", (None,), (-1,))
    yield from around("RI-Q4", asked, "Mitigacion", ("Reducir", None), ("Aceptar",))


def _materialised() -> Iterator[Record]:
    happened = partial(risk, FechaMaterializado=-12)
    yield edition(*_undecided(), FechaMaxProximaPublicacion=None)
    yield edition(
        missed("RI-Q7", happened(CodigoRiesgo="R901")),
        missed("RI-Q7", happened(CodigoRiesgo="R902")),
        Edicion=8,
        FechaPublicacion=-60,
    )
    yield edition(
        found("RI-Q7", happened(CodigoRiesgo="R901")),
        happened(decision(-5), CodigoRiesgo="R902"),
        Edicion=9,
        FechaPublicacion=-30,
    )


def _undecided() -> Iterator[Record]:
    def decided(days: int | None, code: str) -> Record:
        return risk(decision(days), FechaMaterializado=-12, CodigoRiesgo=code)

    yield from around("RI-Q7", partial(risk, CodigoRiesgo=None), "FechaMaterializado", (-12, 0), (None,))
    yield found("RI-Q7", decided(None, "R101"))
    yield missed("RI-Q7", decided(-5, "R102"))
    yield found("RI-Q7", risk(FechaMaterializado=-12, FechaRetirado=-3, CodigoRiesgo="R103"))
    yield found("RI-Q7", risk(decision(-5), decision(None), FechaMaterializado=-12, CodigoRiesgo="R104"))


def _conditions() -> Iterator[Record]:
    """Vary what makes a project open, and where the limit comes from."""

    def due(**values: Value) -> Record:
        late = edition(FechaMaxProximaPublicacion=5)
        return _of(dossiers.OF_MEMBER, "Abiertos", late, **values)

    def unlimited(**values: Value) -> Record:
        return _of(dossiers.OF_MEMBER, "Sin límite", edition(FechaMaxProximaPublicacion=None), **values)

    yield from around("RI-T1", due, "ParaInformeAvisos", (None,), (False,))
    yield from around("RI-M2", due, "FechaCierre", (None,), (-40, 20))
    yield from around("RI-T1", unlimited, "FechaMaxProximaPublicacion", (15,), (16, None))


def _closings() -> Iterator[Record]:
    closed = partial(_of, dossiers.OF_COLLEAGUE, "Cerrados", FechaCierre=-15)
    yield from around("RI-M3", closed, "FechaCierre", (0, -30), (-31, 1, None))
    yield from around("RI-M3", closed, "ParaInformeAvisos", (True, None), (False,))
