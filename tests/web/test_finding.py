"""The history of one finding: whatever became of it, whole and in order."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.contracts.building import a_run, deliver
from tests.engine.building import TUESDAY, Department
from tests.web.asking import ask
from tests.web.readings import NOW, reading_in_memory

from sereno.domain.finding_names import finding_id
from sereno.domain.ledger import Entry, Snooze
from sereno.domain.steps import Step

TODAY = TUESDAY.date()
DAY = timedelta(days=1)


def page_of(department, rule, track, monitor="brass"):
    return ask(reading_in_memory(department), f"/hallazgos/{monitor}/{finding_id(monitor, rule, track)}")


def told_in(page):
    told = page.text.split('id="historia"', 1)[1].split("</section>", 1)[0]
    return re.findall(r'<tr role="row"><th scope="row"[^>]*>([^<]*)</th><td[^>]*>([^<]*)</td>', told)


@pytest.fixture
def department():
    return Department()


def without_the_first(tables):
    return {name: [row for row in rows if row["IDEquipoMedida"] != 1] for name, rows in tables.items()}


def the_overdue(department):
    (entry,) = [each for each in department.store.ledger("brass").values() if each.section == "BR-1"]
    return entry


def test_what_was_resolved_keeps_its_page(department):
    department.round()
    entry = the_overdue(department)
    department.registers["brass"] = without_the_first(department.registers["brass"])
    department.at(9, day=25).round()
    gone = department.store.ledger("brass")[entry.rule, entry.track]
    assert gone.ended == "resolved"
    page = page_of(department, entry.rule, entry.track)
    assert page.status == 200
    assert "Resuelto el 25/11/2026" in page.text
    days = [("24/11/2026", "Entró en las listas"), ("24/11/2026", "Avisado"), ("25/11/2026", "Resuelto")]
    assert [each for each in told_in(page) if each[1] != "Visto por primera vez"] == days


def test_what_comes_back_tells_both_lives_in_order(department):
    whole = department.registers["brass"]
    department.round()
    entry = the_overdue(department)
    for day, brass in ((25, without_the_first(whole)), (26, whole)):
        department.registers["brass"] = brass
        department.at(9, day=day).round()
    happened = [what for _, what in told_in(page_of(department, entry.rule, entry.track))]
    assert happened == [
        "Entró en las listas",
        "Avisado",
        "Resuelto",
        "Visto de nuevo",
        "Volvió a las listas",
        "Avisado",
    ]


def test_a_moved_date_is_told_with_both_dates_and_how_far(department):
    entry = Entry(
        "BR", (1,), (1,), TODAY, TODAY, TODAY + 9 * DAY, "BR-2", replanned_from=TODAY, replannings=2
    )
    moved = Step("BR", (1,), "replanned", TODAY, TODAY + 9 * DAY, TODAY)
    department.store.record(a_run(), [], [entry], [], [moved])
    page = page_of(department, "BR", (1,)).text
    assert "del 24/11/2026 al 03/12/2026: +9 días" in page
    assert "2 desde que se vio por primera vez; la última, desde el 24/11/2026" in page
    assert "De 1 no consta la fecha anterior ni el día" in page


def test_an_end_from_before_steps_were_noted_is_told(department):
    entry = Entry("BR", (1,), (1,), TODAY - DAY, TODAY - DAY, None, "BR-2", ended="expired", ended_on=TODAY)
    department.store.record(a_run(), [], [entry])
    assert told_in(page_of(department, "BR", (1,))) == [
        ("23/11/2026", "Visto por primera vez"),
        ("24/11/2026", "Fuera de plazo"),
    ]


def test_a_snooze_that_is_over_says_so(department):
    department.round()
    entry = the_overdue(department)
    snooze = Snooze(TODAY - DAY, "ana", "pedido el recambio", entry.due)
    department.store.snooze("brass", entry.rule, entry.track, snooze)
    page = page_of(department, entry.rule, entry.track).text
    assert "Hasta el 23/11/2026, por ana: pedido el recambio Ya no está pospuesto." in page
    assert "Fin de la pausa" in page


def test_who_was_told_is_counted_whole_and_the_last_times_shown(department):
    department.round()
    deliver(department.store, "accepted", NOW)
    page = page_of(department, the_overdue(department).rule, the_overdue(department).track).text
    assert "ana@example.com" in page
    assert "Las últimas veces: 1 de 1" in page


@pytest.mark.parametrize(
    "track", [("a/b", "c?d#e"), ('"><script>alert(1)</script>',), ("Ñ\u202eandú", None), ("..",)]
)
def test_any_key_has_an_address_that_leads_to_it(department, track):
    entry = Entry("BR", track, track, TODAY, TODAY, TODAY, "BR-1", owner="<b>'\"&</b>")
    department.store.record(a_run(), [], [entry])
    reading = reading_in_memory(department)
    (link,) = set(re.findall(r'href="(/hallazgos/brass/[^"]+)"', ask(reading, "/hallazgos").text))
    page = ask(reading, link)
    assert page.status == 200
    assert re.findall(r"<script|<b>'", page.text) == []


def test_a_rule_or_a_monitor_that_is_gone_hides_no_history(department):
    for monitor in ("brass", "retirado"):
        entry = Entry("X-1", (1,), (1,), TODAY, TODAY, TODAY, "X-1")
        department.store.record(a_run(monitor=monitor), [], [entry])
        page = page_of(department, "X-1", (1,), monitor)
        assert page.status == 200
        assert "ya no está entre las reglas" in page.text


@pytest.mark.parametrize("name", ["x", "0" * 32, "%00", "'%20OR%201=1"])
def test_a_name_that_no_finding_has_is_told_to_be_missing(department, name):
    department.round()
    assert ask(reading_in_memory(department), f"/hallazgos/brass/{name}").status == 404


def test_a_finding_is_not_shown_under_the_name_of_another_monitor(department):
    department.round()
    entry = replace(the_overdue(department))
    name = finding_id("brass", entry.rule, entry.track)
    assert ask(reading_in_memory(department), f"/hallazgos/riesgos/{name}").status == 404
