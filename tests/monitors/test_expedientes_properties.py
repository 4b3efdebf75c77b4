"""The SQL of expedientes agrees with its page, written down again in Python, on random dirty registers.

Every value is drawn as a pair: how the register writes it, and what it means. The rules read the writing; the
page's conditions, below, read the meaning alone.
"""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sereno.adapters.memory import MemorySource
from sereno.adapters.monitors import load_monitor, shipped_folders
from sereno.adapters.snapshot import Lore, build_snapshot
from sereno.domain.findings import judge

MONITOR = load_monitor(next(folder for folder in shipped_folders() if folder.name == "expedientes"))
TABLES = [replace(table, at_least=0) for table in MONITOR.tables]
TODAY = date(2026, 11, 24)
MADRID = ZoneInfo("Europe/Madrid")
LORE = Lore(lambda _since, _until: 0, lambda _reference: None)


def dated(days):
    day = TODAY + timedelta(days=days)
    iso, spanish = day.isoformat(), f"{day:%d/%m/%Y}"
    writings = [iso, spanish, f" {iso} ", f"{iso} 23:59:00", f"{day.day}-{day.month}-{day.year} 0:05", day]
    return st.sampled_from([(writing, day) for writing in writings])


def nothing(*junk):
    return st.sampled_from([(writing, None) for writing in (None, "", "  ", *junk)])


def texts(*words):
    return nothing() | st.sampled_from([(word, word.strip()) for word in words])


NO_DATE = nothing("31/02/2026", "pendiente", "30/12/1899")
ANY_DATE = NO_DATE | st.integers(-800, 800).flatmap(dated)


def dates_about(*edges):
    """Draw the days at and next to each bound, and now and then any other."""
    near = st.sampled_from([edge + step for edge in edges for step in (-1, 0, 1)])
    return st.one_of(near.flatmap(dated), near.flatmap(dated), near.flatmap(dated), ANY_DATE)


FLAGS = st.sampled_from(
    [(writing, 1) for writing in ("Sí", "si", "TRUE", -1, True)]
    + [(writing, 0) for writing in ("No", "FALSE", 0, False)]
    + [(writing, None) for writing in (None, " ", "quizá", 7)]
)
FLAG_NAMES = ["Adjudicado", "EsBasado", "EsExpediente", "EsLote", "EsAM", "AplicaTareaS4H", "APLICAESTADO"]
OUTCOMES = ["FECHAADJUDICACION", "FECHAPERDIDA", "FECHADESESTIMADA"]
IDS = st.sampled_from([(1, 1), (1, 1), ("2", 2), (" 3 ", 3), (3.0, 3), (None, None), ("tres", None)])
THRESHOLDS = st.fixed_dictionaries(
    {
        "dias_fin": st.sampled_from([14, 14, 0, 30]),
        "dias_vencido": st.sampled_from([365, 365, 0, 14]),
        "dias_hito_vencido": st.sampled_from([30, 30, 0, 14]),
        "dias_oferta": st.sampled_from([45, 45, 0, 365]),
        "dias_garantia": st.sampled_from([30, 30, 0, 14]),
        "entidad": st.sampled_from(["TSOL", "gestión"]),
    }
)


def files(limits):
    return st.fixed_dictionaries(
        {
            "IDExpediente": IDS,
            "CodExp": texts("EXP-1", "EXP-2"),
            "ESTADO": texts("Desconocido", "DESCONOCIDO", " desconocido ", "Desconocido.", "En ejecución"),
            "CodS4H": texts("S4-1"),
            "GARANTIAMESES": texts("24", "0"),
            "IDResponsableCalidad": IDS,
            "FECHAOFERTA": dates_about(-limits["dias_oferta"]),
            "FechaInicioContrato": ANY_DATE,
            "FechaFinContrato": dates_about(-limits["dias_vencido"], limits["dias_fin"]),
            "FechaFinGarantia": dates_about(0, limits["dias_garantia"]),
            "FECHACERTIFICACION": ANY_DATE,
            **dict.fromkeys(OUTCOMES, ANY_DATE),
            **dict.fromkeys(FLAG_NAMES, FLAGS),
        }
    )


def registers(limits):
    milestone = {
        "IDExpediente": IDS,
        "Descripcion": texts("Entrega", "Visita"),
        "FechaHito": dates_about(-limits["dias_hito_vencido"], limits["dias_fin"]),
    }
    chains = texts(" TSOL ", "tsol", "TSOL;OTRA", "GESTIÓN", "Gestión", "Gestion")
    entity = {"IDExpediente": IDS, "CadenaJuridicas": chains}
    person = {"Id": IDS, "Nombre": texts("Ana Gil", "Elena Prado")}
    return st.fixed_dictionaries(
        {
            "TbExpedientes": st.lists(files(limits), max_size=4),
            "TbExpedientesHitos": st.lists(st.fixed_dictionaries(milestone), max_size=5),
            "TbExpedientesConEntidades": st.lists(st.fixed_dictionaries(entity), max_size=5),
            "TbUsuariosAplicaciones": st.lists(st.fixed_dictionaries(person), max_size=4),
        }
    )


WORLDS = THRESHOLDS.flatmap(lambda limits: st.tuples(registers(limits), st.just(limits)))


def column(register, table, name):
    return [row[name] for row in register[table]]


def days_until(day):
    return (day - TODAY).days


def is_between(day, first, last):
    return day is not None and first <= days_until(day) <= last


def needs_reception(row, limits):
    return (
        is_between(row["FechaFinContrato"], -limits["dias_vencido"], limits["dias_fin"])
        and 1 in (row["EsBasado"], row["EsExpediente"])
        and row["FECHACERTIFICACION"] is None
    )


def is_unknown(row, _limits):
    return (row["ESTADO"] or "").casefold() == "desconocido"


def lacks_contract_data(row, _limits):
    data = [row[name] for name in ("FechaInicioContrato", "FechaFinContrato", "GARANTIAMESES")]
    return row["FECHAADJUDICACION"] is not None and data == [None, None, None] and row["APLICAESTADO"] != 0


def waits_for_an_outcome(row, limits):
    outcomes = [row[name] for name in OUTCOMES]
    made = row["FECHAOFERTA"]
    return made is not None and -days_until(made) >= limits["dias_oferta"] and outcomes == [None, None, None]


def ends_its_warranty(row, limits):
    certified = row["FECHACERTIFICACION"] is not None
    return certified and is_between(row["FechaFinGarantia"], 0, limits["dias_garantia"])


def lacks_s4h(row, register, limits):
    chains = [
        each["CadenaJuridicas"]
        for each in register["TbExpedientesConEntidades"]
        if each["IDExpediente"] is not None and each["IDExpediente"] == row["IDExpediente"]
    ]
    watched = any(chain and chain.casefold() == limits["entidad"].casefold() for chain in chains)
    return watched and row["Adjudicado"] == 1 and row["CodS4H"] is None and row["AplicaTareaS4H"] != 0


BY_ROW = {
    "EX-2": needs_reception,
    "EX-4": is_unknown,
    "EX-5": lacks_contract_data,
    "EX-6": waits_for_an_outcome,
    "EX-7": ends_its_warranty,
}


def expected(register, limits):
    """Count, by rule, the rows that the page asks for, each by its key."""
    files = register["TbExpedientes"]
    known = {row["IDExpediente"] for row in files} - {None}
    found = {
        rule: Counter((row["IDExpediente"],) for row in files if holds(row, limits))
        for rule, holds in BY_ROW.items()
    }
    found["EX-1"] = Counter((row["IDExpediente"],) for row in files if lacks_s4h(row, register, limits))
    found["EX-3"] = Counter(
        (row["IDExpediente"], row["FechaHito"].isoformat(), row["Descripcion"])
        for row in register["TbExpedientesHitos"]
        if row["IDExpediente"] in known
        and is_between(row["FechaHito"], -limits["dias_hito_vencido"], limits["dias_fin"])
    )
    return found


def names_of(register, row):
    """Return the names that the row's quality manager may be shown by: a blank where nobody has the Id."""
    names = {
        person["Nombre"]
        for person in register["TbUsuariosAplicaciones"]
        if row["IDResponsableCalidad"] is not None and person["Id"] == row["IDResponsableCalidad"]
    }
    return names - {None} or {None}


def part(register, which):
    return {
        table: [{name: pair[which] for name, pair in row.items()} for row in rows]
        for table, rows in register.items()
    }


def look(register, limits):
    """Return each rule's rows, by rule, and the counts, by query."""
    sources = {name: MemorySource(TABLES, part(register, 0)) for name in MONITOR.registers}
    with build_snapshot(TABLES, MONITOR.views, sources, TODAY, MADRID, limits, LORE) as snapshot:
        rows = {rule.id: snapshot.select(rule.query) for rule in MONITOR.rules}
        counts = {
            query.id: next(iter(snapshot.select(query)[0].values())) for query in MONITOR.of_kind("count")
        }
    return rows, counts


@pytest.mark.long
@settings(max_examples=300, deadline=None, print_blob=True)
@given(WORLDS)
def test_every_rule_finds_the_rows_that_its_page_asks_for(world):
    register, limits = world
    rows, _ = look(register, limits)
    meant = part(register, 1)
    for rule in MONITOR.rules:
        keys = Counter(tuple(row[name] for name in rule.key) for row in rows[rule.id])
        assert keys == expected(meant, limits)[rule.id], rule.id
        seen = judge(rule, rows[rule.id], TODAY, limits)
        assert {(finding.section, finding.key) for finding in seen.findings} == {
            (rule.id, key) for key in keys
        }


@settings(max_examples=100, deadline=None, print_blob=True)
@given(WORLDS)
def test_a_quality_manager_is_named_by_id_or_left_blank(world):
    register, limits = world
    rows, _ = look(register, limits)
    meant = part(register, 1)
    for row in (row for found in rows.values() for row in found):
        names = [
            names_of(meant, file)
            for file in meant["TbExpedientes"]
            if file["IDExpediente"] == row["IDExpediente"]
        ]
        assert row["ResponsableCalidad"] in set().union(*names)


@settings(max_examples=100, deadline=None, print_blob=True)
@given(WORLDS)
def test_what_belongs_to_an_unknown_file_is_counted(world):
    register, limits = world
    _, counts = look(register, limits)
    meant = part(register, 1)
    known = set(column(meant, "TbExpedientes", "IDExpediente")) - {None}
    assert counts["entidades_huerfanas"] == sum(
        number not in known for number in column(meant, "TbExpedientesConEntidades", "IDExpediente")
    )
    assert counts["hitos_huerfanos"] == sum(
        row["IDExpediente"] not in known
        and is_between(row["FechaHito"], -limits["dias_hito_vencido"], limits["dias_fin"])
        for row in meant["TbExpedientesHitos"]
    )
