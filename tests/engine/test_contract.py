"""The document that other programs read: its form, and that it hides nothing of a round."""

import json
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator
from tests.engine.building import PEOPLE, TUESDAY, Department, equipment
from tests.engine.nonconformities import department, task

from sereno.engine.agenda import owed
from sereno.engine.contract import Before, describe

SCHEMA = json.loads(files("sereno.adapters").joinpath("contract.schema.json").read_text("utf-8"))
TODAY = TUESDAY.date()


def document(site, **options):
    """Go a round and describe it, through JSON, held against the schema."""
    monitor, now = site.monitor, site.now
    before = Before(
        now.date(),
        site.orders.thresholds,
        site.store.ledger(monitor.name, now.date()),
        {
            plan.name: owed(monitor, plan, site.orders, now, site.calendar, site.store)
            for plan in monitor.digests
        },
    )
    told = json.loads(json.dumps(describe(site.round(**options), before), allow_nan=False))
    Draft202012Validator(SCHEMA).validate(told)
    return told


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


def test_a_round_tells_what_is_sent_to_whom_and_every_row_with_its_section():
    told = document(Department())
    assert (told["monitor"], told["today"], told["outcome"]) == ("brass", "2026-11-24", "findings")
    (digest,) = told["digests"]
    (message,) = digest["messages"]
    assert (digest["name"], digest["owed"], digest["period"], digest["reason"]) == (
        "diario",
        True,
        "2026-11-24",
        "",
    )
    assert message["to"] == ["ana@example.com"]
    expired, near = message["sections"]
    assert (expired["rule"], near["title"]) == ("BR", "Equipos próximos a caducar (30 días o menos)")
    assert [row["key"] for row in expired["rows"]] == [[1]]
    (rule,) = told["rules"]
    assert [(row["key"], row["section"], row["band"], row["days"]) for row in rule["rows"]] == [
        ([1], "BR-1", "BR-1", -3),
        ([2], "BR-2", "BR-2", 12),
        ([3], None, None, 200),
    ]
    row = rule["rows"][0]
    assert (row["due"], row["new"], row["owner"]) == ("2026-11-21", True, None)
    assert row["cells"]["Nombre"] == "caducado"


def test_what_was_told_before_is_still_in_the_rules_and_no_longer_new():
    site = department(task((1, TODAY - timedelta(days=3))))
    site.round(digest="tecnico")
    told = document(site.at(9, day=25), digest="tecnico")
    assert told["digests"][0]["messages"] == []
    (rule,) = (rule for rule in told["rules"] if rule["rule"] == "NC-T")
    assert [(row["key"], row["new"], row["band"], row["owner"]) for row in rule["rows"]] == [
        ([1], False, "vencida", "ana")
    ]


def test_a_row_says_by_what_it_is_known_again_when_its_key_changes():
    site = department(task((1, TODAY)))
    rules = [
        replace(each, track=("CodigoNoConformidad",)) for each in site.monitor.rules if each.id == "NC-T"
    ]
    site.monitor = replace(
        site.monitor, rules=(*rules, *(each for each in site.monitor.rules if each.id != "NC-T"))
    )
    told = document(site, digest="tecnico")
    rows = [row for rule in told["rules"] for row in rule["rows"] if rule["rule"] == "NC-T"]
    assert [(row["key"], row["track"]) for row in rows] == [([1], ["NC-1"])]
    (row,) = (row for rule in document(Department())["rules"] for row in rule["rows"] if row["key"] == [1])
    assert row["track"] == [1]


def test_a_finding_that_reaches_nobody_is_there_with_its_reason():
    told = document(department(task((1, TODAY), engineer="Nadie Conocido")), digest="tecnico")
    (lost,) = told["unaddressed"]
    assert (lost["digest"], lost["section"], lost["key"]) == ("tecnico", "NC-T3", [1])
    assert "Nadie Conocido" in lost["why"]
    (message,) = told["digests"][0]["messages"]
    assert message["to"] == ["jefa@example.com"]


@pytest.mark.parametrize("operators", [(), ("operador@example.com",)])
def test_what_a_role_of_nobody_should_have_heard_is_unaddressed_whoever_hears_instead(operators):
    nobody = {**PEOPLE, "TbUsuariosAplicacionesTareas": []}
    site = Department(registers={"brass": equipment(caducado=-3), "lanzadera": nobody}, operators=operators)
    told = document(site)
    assert [row["key"] for row in told["unaddressed"]] == [[1]]
    assert "admin" in told["unaddressed"][0]["why"]
    assert [message["to"] for message in told["digests"][0]["messages"]] == [[each] for each in operators]


def test_a_rule_that_sees_nothing_wrong_says_none_and_a_blind_one_says_why():
    well = {"brass": equipment(bien=200), "lanzadera": PEOPLE}
    assert [rule["outcome"] for rule in document(Department(registers=well))["rules"]] == ["findings"]
    assert document(department(task()))["rules"][0]["outcome"] == "none"
    told = document(Department(registers={"brass": None, "lanzadera": PEOPLE}))
    (rule,) = told["rules"]
    assert (told["outcome"], rule["outcome"], rule["rows"]) == ("blind", "blind", [])
    assert "brass" in rule["why"]
    assert told["digests"][0]["messages"] == []  # it waits until BLIND_SEND_AT


def test_when_nothing_is_owed_it_says_why_and_judges_nothing_but_by_force_it_does():
    site = Department(now=TUESDAY.replace(hour=3))
    told = document(site)
    assert (told["outcome"], told["rules"]) == ("not_owed", [])
    (digest,) = told["digests"]
    assert digest["reason"]
    assert not digest["owed"]
    forced = document(site, force=True)
    assert forced["outcome"] == "findings"
    assert not forced["digests"][0]["owed"]
    assert forced["digests"][0]["reason"] == digest["reason"]
    assert forced["digests"][0]["messages"]


def test_a_datum_to_correct_is_there_wherever_it_was_found():
    rows = equipment(caducado=-3)
    rows["TbEquiposMedidaCalibraciones"][0]["FechaFinCalibracion"] = "ayer"
    told = document(Department(registers={"brass": rows, "lanzadera": PEOPLE}))
    assert [(datum["column"], datum["value"]) for datum in told["data_errors"]] == [
        ("FechaFinCalibracion", "ayer")
    ]


def test_an_infinite_number_does_not_spoil_the_document():
    rows = equipment(caducado=-3)
    rows["TbEquiposMedida"][0]["IDEquipoMedida"] = float("inf")
    document(Department(registers={"brass": rows, "lanzadera": PEOPLE}))
