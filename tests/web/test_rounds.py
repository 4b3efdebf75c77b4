"""A round as its page shows it: how each rule fared, how long it took, what changed since the one before."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.engine.building import Department, equipment
from tests.web.asking import ask
from tests.web.readings import NOW, reading_in_memory
from tests.web.test_hostile import EVIL, MARKUP

from sereno.engine.traces import Looked, Move, Trace
from sereno.web.run import CHANGES_SHOWN
from sereno.web.words import took

TODAY = "/rondas/brass/diario/2026-11-24"
NEXT = "/rondas/brass/diario/2026-11-25"
DUE = date(2026, 11, 20)


def text_of(html):
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", html))


def page(department, address, *, days=1):
    shown = ask(reading_in_memory(department, now=NOW + timedelta(days=days)), address)
    assert shown.status == 200
    return text_of(shown.text)


def leave(department, trace, *, period="2026-11-25", **changes):
    """Have another round, of which a test says what it left behind."""
    last = department.store.last_run("brass", "diario")
    run = replace(last, **{"id": "otra", "period": period, **changes})
    department.store.record(run, [], trace=trace)


@pytest.fixture
def department():
    department = Department()
    department.round()
    return department


def test_each_rule_is_shown_with_how_it_fared_what_it_found_and_how_long_it_took(department):
    shown = page(department, TODAY)
    rules = [rule.id for rule in department.monitor.rules]
    for name in (*rules, *(query.id for query in department.monitor.of_kind("check"))):
        assert re.search(
            rf" {name} .*? vista \d+ filas?(, \d+ en listas)? ([\d,]+ s|[\d]+ ms|menos de 1 ms)", shown
        )
    assert "Leer los registros: brass" in shown


def test_of_a_rules_rows_it_is_told_how_many_stand_in_the_lists_that_the_round_counts():
    department = Department()
    department.registers["brass"] = equipment(caducado=-3, proximo=14, lejano=200)
    department.round()
    shown = page(department, TODAY, days=0)
    assert "vista 3 filas, 2 en listas" in shown
    assert "Hallazgos 2 Mensajes" in shown


def test_a_rule_that_was_blind_is_shown_so_with_the_reason_and_no_number(department):
    department.registers["brass"] = None
    department.at(9, day=25).round()
    shown = page(department, NEXT)
    assert re.search(r" BR .*? a ciegas brass: no existe el fichero .*? — ", shown)
    assert "Nada, en lo que pudo ver: no significa que no lo haya." in shown
    assert "No halló nada" not in shown
    assert "de lo que vigilan las consultas a ciegas no se sabe si ha cambiado" in shown
    assert "Nada: halló lo mismo" not in shown


def test_the_first_round_has_none_to_be_compared_with(department):
    assert "no hay ninguna ronda completa de este informe con que comparar" in page(department, TODAY)


def test_a_round_tells_what_is_new_what_is_gone_and_what_has_another_date(department):
    department.registers["brass"] = equipment(caducado=300, proximo=14, nuevo=-1, lejano=200)
    department.at(9, day=25).round()
    shown = page(department, NEXT)
    assert "Frente a la última ronda completa de este informe, del 24/11/2026 09:00." in shown
    assert re.search(r"Nuevos 1 .*? 3 Equipos .*? 23/11/2026", shown)
    assert re.search(r"Ya no están 1 .*? 1 .*? sigue abierto, fuera de este informe", shown)
    assert re.search(r"Con otra fecha 1 .*? 2 .*? 06/12/2026 08/12/2026", shown)


def test_what_was_resolved_is_told_so(department):
    department.registers["brass"] = equipment(caducado=-3)
    department.at(9, day=25).round()
    assert re.search(r"Ya no están 1 .*? 2 .*? resuelto", page(department, NEXT))


def test_where_nothing_changed_the_page_says_so(department):
    department.at(9, day=25).round()
    assert "Nada: halló lo mismo, con las mismas fechas." in page(department, NEXT)


def test_what_blind_rounds_in_between_moved_is_told_by_the_next_complete_one(department):
    move = Move("BR", ("X",), ("X-9",), None, "BR-1", None, DUE)
    leave(department, Trace((), (), (move,)), id="ciega", state="blind", period="2026-11-24")
    department.at(9, day=25).round()
    assert "X-9" in page(department, NEXT)


def test_a_round_from_before_says_that_nothing_was_kept_and_not_that_nothing_changed(department):
    leave(department, None)
    shown = page(department, NEXT)
    assert shown.count("No se guardaba: la ronda es de antes de que Sereno lo anotase.") == 2
    assert "Nada: halló lo mismo" not in shown


def test_rounds_in_between_of_which_nothing_was_kept_are_told(department):
    leave(department, None, state="blind")
    department.at(10, day=26).round()
    shown = page(department, "/rondas/brass/diario/2026-11-26", days=2)
    assert "de 1 de las rondas hechas entretanto no se guardó qué cambió" in shown
    assert "Nada: halló lo mismo" not in shown


def test_changes_beyond_what_is_shown_or_kept_are_counted(department):
    moves = tuple(
        Move("BR", (n,), (n,), None, "BR-1", None, DUE) for n in range(1000, 1000 + CHANGES_SHOWN + 7)
    )
    leave(department, Trace((), (), moves, 1234))
    shown = page(department, NEXT)
    assert "Nuevos 107 " in shown
    assert "y 7 más" in shown
    assert "Además hubo 1.234 cambios que no se guardaron uno a uno." in shown


def test_of_many_rounds_of_a_period_the_last_are_whole_and_each_other_has_its_page(department):
    department.registers["brass"] = None
    for hour in range(9, 14):
        department.at(hour, day=25).round()
    html = ask(reading_in_memory(department, now=NOW + timedelta(days=1)), NEXT).text
    assert html.count('<article class="run"') == 3
    others = re.findall(rf'href="({NEXT}/\w+)"', html)
    assert len(others) == 2
    alone = ask(reading_in_memory(department, now=NOW + timedelta(days=1)), others[-1])
    assert alone.text.count('<article class="run"') == 1
    assert "25/11/2026 09:00" in alone.text
    gone = ask(reading_in_memory(department), f"{NEXT}/nadie")
    assert gone.status == 404


def test_what_registers_and_queries_say_of_themselves_is_a_text(department):
    looks = (Looked(EVIL, "rule", None, EVIL), Looked(EVIL, "check", 1, "", 0.1))
    moves = (
        Move(EVIL, (EVIL,), (EVIL,), None, "BR-1", None, DUE),
        Move(EVIL, (EVIL, 1), (EVIL,), EVIL, "BR-1", DUE, DUE),
        Move(EVIL, (EVIL, 2), (EVIL,), "BR-1", None, DUE, None, "resolved"),
    )
    leave(department, Trace(looks, (), moves), why=EVIL, state="blind")
    shown = ask(reading_in_memory(department, now=NOW + timedelta(days=1)), NEXT)
    assert shown.status == 200
    assert shown.text.count("&lt;img src=x") >= 5
    assert MARKUP.findall(shown.text) == []


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.0, "menos de 1 ms"), (0.0351, "35 ms"), (0.9994, "999 ms"), (12.34, "12,3 s")]
)
def test_a_short_time_is_written_as_long_as_it_is(seconds, words):
    assert took(seconds) == words
