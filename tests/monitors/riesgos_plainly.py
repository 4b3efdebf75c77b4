"""The risks' rules as their page tells them, in plain Python over clean rows: the SQL must agree with it."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

TODAY = date(2026, 11, 24)

Row = dict[str, Any]
Estate = dict[str, list[Row]]
Risk = tuple[Row, Row]
"""A risk and its project."""


def days(day: date | None) -> int | None:
    return None if day is None else (day - TODAY).days


def children(estate: Estate, table: str, column: str, parent: Any) -> list[Row]:
    return [row for row in estate[table] if parent is not None and row[column] == parent]


def open_projects(estate: Estate) -> list[Row]:
    return [
        p for p in estate["TbProyectos"] if p["FechaCierre"] is None and p["ParaInformeAvisos"] is not False
    ]


def open_editions(estate: Estate) -> Iterator[tuple[Row, Row]]:
    for project in open_projects(estate):
        for edition in children(estate, "TbProyectosEdiciones", "IDProyecto", project["IDProyecto"]):
            if edition["FechaPublicacion"] is None:
                yield edition, project


def open_risks(estate: Estate) -> Iterator[Risk]:
    for edition, project in open_editions(estate):
        for risk in children(estate, "TbRiesgos", "IDEdicion", edition["IDEdicion"]):
            yield risk, project


def limit(edition: Row, project: Row) -> int | None:
    return days(edition["FechaMaxProximaPublicacion"] or project["FechaMaxProximaPublicacion"])


def proposal(edition: Row) -> str:
    proposed, rejected = edition["FechaPreparadaParaPublicar"], edition["PropuestaRechazadaPorCalidadFecha"]
    if proposed is None:
        return "none"
    return "rejected" if rejected is not None and rejected >= proposed else "proposed"


def accepted(risk: Row) -> bool:
    return (risk["Mitigacion"] or "").upper() == "ACEPTAR"


def withdrawn(risk: Row) -> bool:
    return risk["FechaRetirado"] is not None


def visa(risk: Row, what: str) -> str:
    """Let the latest step decide; of one day's steps the weightiest."""
    justified = risk[f"FechaJustificacion{what}Riesgo"]
    if justified is None or risk[f"Justificacion{what}Riesgo"] is None:
        return "unjustified"
    steps = [
        (justified, 0, "awaiting"),
        (risk[f"FechaRechazo{what}PorCalidad"], 1, "rejected"),
        (risk[f"FechaAprobacion{what}PorCalidad"], 2, "approved"),
    ]
    return max(step for step in steps if step[0] is not None)[2]


def actions(estate: Estate, kind: str) -> Iterator[Row]:
    """Give the unfinished actions of the plans that still count."""
    for risk, _ in open_risks(estate):
        if withdrawn(risk) or (kind == "Mitigacion" and accepted(risk)):
            continue
        for plan in children(estate, f"TbRiesgosPlan{kind}Ppal", "IDRiesgo", risk["IDRiesgo"]):
            for action in children(estate, f"TbRiesgosPlan{kind}Detalle", f"ID{kind}", plan[f"ID{kind}"]):
                if action["FechaFinReal"] is None:
                    yield action


def undecided(estate: Estate) -> Iterator[Row]:
    """Give the copies that decide and whose materialisation nobody has decided upon."""
    for risk in latest_copies(estate):
        decisions = children(estate, "TbRiesgosNC", "IDRiesgo", risk["IDRiesgo"])
        if risk["FechaMaterializado"] and not (decisions and all(d["FechaDecison"] for d in decisions)):
            yield risk


def latest_copies(estate: Estate) -> Iterator[Row]:
    copies = defaultdict(list)
    for project in open_projects(estate):
        for edition in children(estate, "TbProyectosEdiciones", "IDProyecto", project["IDProyecto"]):
            for risk in children(estate, "TbRiesgos", "IDEdicion", edition["IDEdicion"]):
                code = risk["CodigoRiesgo"]
                group = id(risk) if code is None else (project["IDProyecto"], code)
                number = edition["Edicion"]
                copies[group].append(((number is not None, number or 0, edition["IDEdicion"]), risk))
    for group in copies.values():
        last = max(place for place, _ in group)
        yield from (risk for place, risk in group if place == last)


def band(left: int | None, near: int) -> str | None:
    if left is None or left > near:
        return None
    return "RI-Q2" if left >= 0 else "RI-Q3"


def soonest(editions: list[tuple[Row, Row]], key: Any) -> int | None:
    """Of two records with one key the most urgent counts; those without a key stand each for itself."""
    limits = [limit(edition, project) for edition, project in editions if edition["IDEdicion"] == key]
    return min((left for left in limits if left is not None), default=None)


def expected(estate: Estate, near: int, lately: int) -> dict[str, set[tuple[str | None, Any]]]:
    """Give (section, key) of all that each rule finds."""
    editions, risks = list(open_editions(estate)), list(open_risks(estate))
    keys = {
        "RI-T1": [
            edition["IDEdicion"]
            for edition, project in editions
            if proposal(edition) == "none"
            and limit(edition, project) is not None
            and limit(edition, project) <= near
        ],
        "RI-T2": [edition["IDEdicion"] for edition, _ in editions if proposal(edition) == "rejected"],
        "RI-Q1": [edition["IDEdicion"] for edition, _ in editions if proposal(edition) == "proposed"],
        "RI-Q4": [risk["IDRiesgo"] for risk, _ in risks if lacks_library_code(risk)],
        "RI-Q7": [risk["IDRiesgo"] for risk in undecided(estate)],
        "RI-M2": [edition["IDEdicion"] for edition, _ in editions],
        "RI-M3": [
            project["IDProyecto"]
            for project in estate["TbProyectos"]
            if project["FechaCierre"] is not None
            and project["ParaInformeAvisos"] is not False
            and -lately <= days(project["FechaCierre"]) <= 0
        ],
    }
    for rule, kind in (("RI-T7", "Mitigacion"), ("RI-T8", "Contingencia")):
        keys[rule] = [
            action[f"IDAccion{kind}"]
            for action in actions(estate, kind)
            if action["FechaFinPrevista"] is not None and days(action["FechaFinPrevista"]) <= 0
        ]
    for what, concerned, states in (
        ("Aceptacion", accepted, {"RI-T3": "unjustified", "RI-T4": "rejected", "RI-Q5": "awaiting"}),
        ("Retiro", withdrawn, {"RI-T5": "unjustified", "RI-T6": "rejected", "RI-Q6": "awaiting"}),
    ):
        for rule, state in states.items():
            keys[rule] = [r["IDRiesgo"] for r, _ in risks if concerned(r) and visa(r, what) == state]
    found: dict[str, set[tuple[str | None, Any]]] = {
        rule: {(rule, key) for key in found} for rule, found in keys.items()
    }
    known = {key for key in keys["RI-M2"] if key is not None}
    found["RI-QF"] = {(band(soonest(editions, key), near), key) for key in known}
    found["RI-QF"] |= {(band(limit(*each), near), None) for each in editions if each[0]["IDEdicion"] is None}
    return found


def lacks_library_code(risk: Row) -> bool:
    asked, given = risk["FechaRiesgoParaRetipificar"], risk["FechaRiesgoRetipificado"]
    wanted = asked is not None and (given is None or given < asked)
    return wanted and not accepted(risk) and not withdrawn(risk)
