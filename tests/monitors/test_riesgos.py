"""What the risks monitor says of people, projects without a dossier, and data to correct."""

import pytest
from tests.monitors.cases import MONITORS
from tests.monitors.test_riesgos_properties import TODAY, snapshot_of

from sereno.adapters.memory import MemorySource
from sereno.adapters.snapshot import Lore, build_snapshot
from sereno.domain.errors import NotConfigured
from sereno.domain.findings import judge

MONITOR = MONITORS["riesgos"]
DUE = "24/11/2026"


def rows_of(name, rows):
    rule = next((rule for rule in MONITOR.rules if rule.id == name), None)
    with snapshot_of(rows) as snapshot:
        return snapshot.select(rule.query if rule else MONITOR.queries[name])


def estate(**tables):
    """Be one open project with one open edition, due today, and what else is given."""
    return {
        "TbProyectos": [{"IDProyecto": 1, "IDExpediente": 70, "FechaMaxProximaPublicacion": DUE}],
        "TbProyectosEdiciones": [{"IDEdicion": 1, "IDProyecto": 1}],
        **tables,
    }


def test_a_project_without_its_dossier_is_shown_with_blanks():
    (row,) = rows_of("RI-T1", estate())
    assert (row["IDEdicion"], row["Nemotecnico"], row["RespCalidad"]) == (1, None, None)


def test_a_closed_project_without_a_number_is_shown_all_the_same():
    (row,) = rows_of("RI-M3", {"TbProyectos": [{"Proyecto": "P-001", "FechaCierre": DUE}]})
    assert (row["Proyecto"], row["RespCalidad"]) == ("P-001", None)


def test_every_lead_who_always_gets_mail_is_named_once_those_who_have_left_too():
    leads = [
        {"IdExpediente": 70, "IdUsuario": 41, "EsJefeProyecto": "Sí", "CorreoSiempre": "Sí"},
        {"IdExpediente": 70, "IdUsuario": 41, "EsJefeProyecto": "-1", "CorreoSiempre": "1"},
        {"IdExpediente": 70, "IdUsuario": 43, "EsJefeProyecto": "Sí", "CorreoSiempre": "Sí"},
        {"IdExpediente": 70, "IdUsuario": 44, "EsJefeProyecto": "Sí"},
        {"IdExpediente": 70, "IdUsuario": 45, "EsJefeProyecto": "No", "CorreoSiempre": "Sí"},
        {"IdExpediente": 71, "IdUsuario": 46, "EsJefeProyecto": "Sí", "CorreoSiempre": "Sí"},
    ]
    named = rows_of("jefes", estate(TbExpedientesResponsables=leads))
    assert sorted((row["IDProyecto"], row["Persona"]) for row in named) == [(1, 41), (1, 43)]


@pytest.mark.parametrize(
    ("dossier", "project", "owner"),
    [
        (41, "u0002", 41),
        (43, "u0002", 42),
        (None, "Iván Mena", 42),
        (43, "Olga Peña", None),
        (99, None, None),
    ],
)
def test_the_quality_owner_is_the_first_who_is_found(dossier, project, owner):
    rows = estate(TbExpedientes=[{"IDExpediente": 70, "IDResponsableCalidad": dossier}])
    rows["TbProyectos"][0]["NombreUsuarioCalidad"] = project
    assert [row["Persona"] for row in rows_of("responsable", rows)] == ([owner] if owner else [])


@pytest.mark.parametrize(("project", "told"), [("u0002", True), ("Nuria Salas", False), ("Olga Peña", False)])
def test_a_dossier_and_a_project_that_name_different_people_are_to_be_corrected(project, told):
    rows = estate(TbExpedientes=[{"IDExpediente": 70, "IDResponsableCalidad": 41}])
    rows["TbProyectos"][0]["NombreUsuarioCalidad"] = project
    rows["TbUsuariosAplicaciones"] = [{"Id": 41, "Nombre": "Nuria Salas"}]
    pair = {
        "registro": "riesgos",
        "tabla": "TbProyectos",
        "clave": 1,
        "columna": "NombreUsuarioCalidad",
        "valor": "u0002 (en su expediente, Nuria Salas)",
    }
    assert rows_of("responsables_distintos", rows) == ([pair] if told else [])


def test_an_open_edition_without_any_limit_is_to_be_corrected():
    rows = estate()
    rows["TbProyectos"][0]["FechaMaxProximaPublicacion"] = None
    (datum,) = rows_of("ediciones_sin_fecha_maxima", rows)
    assert (datum["tabla"], datum["clave"]) == ("TbProyectosEdiciones", 1)
    assert rows_of("ediciones_sin_fecha_maxima", estate()) == []


@pytest.mark.parametrize(
    ("risk", "mitigation", "contingency"),
    [
        ({}, [1], [1]),
        ({"Mitigacion": "Aceptar"}, [], [1]),
        ({"FechaRetirado": DUE}, [], []),
    ],
)
def test_an_open_action_without_a_planned_end_is_to_be_corrected(risk, mitigation, contingency):
    rows = estate(TbRiesgos=[{"IDRiesgo": 1, "IDEdicion": 1, **risk}])
    for kind in ("Mitigacion", "Contingencia"):
        rows[f"TbRiesgosPlan{kind}Ppal"] = [{f"ID{kind}": 1, "IDRiesgo": 1}]
        rows[f"TbRiesgosPlan{kind}Detalle"] = [
            {f"IDAccion{kind}": 1, f"ID{kind}": 1},
            {f"IDAccion{kind}": 2, f"ID{kind}": 1, "FechaFinReal": DUE},
            {f"IDAccion{kind}": 3, f"ID{kind}": 1, "FechaFinPrevista": DUE},
        ]
    found = {
        kind: [row["clave"] for row in rows_of(f"acciones_{kind}_sin_fin_previsto", rows)]
        for kind in ("mitigacion", "contingencia")
    }
    assert found == {"mitigacion": mitigation, "contingencia": contingency}


def test_a_risk_is_followed_by_its_code_from_edition_to_edition_and_without_a_code_by_itself():
    risks = [
        {"IDRiesgo": 7, "IDEdicion": 1, "CodigoRiesgo": "R-1", "Mitigacion": "Aceptar"},
        {"IDRiesgo": 8, "IDEdicion": 1, "Mitigacion": "Aceptar"},
    ]
    rule = next(rule for rule in MONITOR.rules if rule.id == "RI-T3")
    seen = judge(rule, rows_of("RI-T3", estate(TbRiesgos=risks)), TODAY, MONITOR.settings)
    assert [finding.track for finding in seen.findings] == [(1, "R-1"), (8,)]


def test_what_quality_must_do_is_seen_without_the_dossiers():
    sources = {"riesgos": MemorySource(MONITOR.tables, estate())}
    lore = Lore(lambda *_: 0, lambda _: None)
    with build_snapshot(
        MONITOR.tables, MONITOR.views, sources, TODAY, None, MONITOR.settings, lore
    ) as snapshot:
        for rule in MONITOR.rules:
            if rule.id.startswith("RI-Q") or rule.id == "RI-M2":
                snapshot.select(rule.query)
            else:
                with pytest.raises(NotConfigured):
                    snapshot.select(rule.query)
