"""Gráficos: what the page says is what the figures are, and a picture is drawn once until the next round."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from tests.contracts.building import a_run
from tests.engine.building import TUESDAY, Department
from tests.web.asking import ask
from tests.web.readings import NOW, broken_store, reading_in_memory

from sereno.adapters.memory import MemoryStore
from sereno.adapters.plots import draw_plot
from sereno.domain.ledger import Entry
from sereno.domain.pauses import Pause
from sereno.domain.steps import Step
from sereno.web.export import export

PAGE = "/hallazgos/graficos"
PICTURES = ("edad", "semanas", "veces", "retrasos", "vigilantes", "responsables")
TODAY = TUESDAY.date()
EVIL = "\"><img src=x onerror=alert(1)><script>alert('x')</script>{{7*7}}\u202e\x00$x$"


def an_entry(number, **changes):
    return replace(Entry("BR", (number,), (number,), TODAY, TODAY, TODAY, "BR-1"), **changes)


@pytest.fixture
def department():
    department = Department(store=MemoryStore(TUESDAY - timedelta(days=100)))
    for days in (50, 43, 36, 22, 15, 8, 1):
        at = TUESDAY - timedelta(days=days)
        state = "blind" if days == 22 else "complete"
        department.store.record(
            a_run(state=state, sent=False, forced=True, started_at=at, finished_at=at), []
        )
    entries = [
        an_entry(1, owner="Ana Núñez"),
        an_entry(2, owner="Ana Núñez", first_seen=TODAY - timedelta(days=40)),
        an_entry(3, owner=EVIL),
    ]
    came = Step("BR", (2,), "opened", TODAY - timedelta(days=40), TODAY)
    gone = replace(came, kind="resolved", on=TODAY - timedelta(days=8))
    department.store.record(a_run(forced=True), [], entries, [], [came, gone])
    return department


@pytest.fixture
def reading(department):
    return reading_in_memory(department)


def table_of(page, name):
    section = page.text.split(f'id="{name}"', 1)[1].split("</section>", 1)[0]
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', section)
    return {
        unescape(head): [unescape(cell) for cell in re.findall(r"<td>(.*?)</td>", cells)]
        for head, cells in rows
    }


def test_each_figure_has_its_definition_its_picture_its_words_and_its_numbers(reading):
    page = ask(reading, PAGE)
    assert page.status == 200
    for name in PICTURES:
        section = page.text.split(f'id="{name}"', 1)[1].split("</section>", 1)[0]
        assert len(re.findall(r'<p class="about">(.+)</p>', section)[0]) > 80
        assert f'src="{PAGE}/{name}.svg"' in section
        assert len(re.findall(r'alt="([^"]+)"', section)[0]) > 20
        assert table_of(page, name)
        picture = ask(reading, f"{PAGE}/{name}.svg")
        assert (picture.status, picture.headers["content-type"]) == (200, "image/svg+xml")
        assert picture.headers["content-security-policy"].startswith(
            "default-src 'none'; style-src 'unsafe-inline'"
        )


def test_the_page_says_what_the_figures_are(reading):
    page = ask(reading, PAGE)
    assert "3 hallazgos abiertos" in page.text
    assert table_of(page, "edad")["0 a 7 días"] == ["2"]
    assert table_of(page, "edad")["31 a 90"] == ["1"]
    assert table_of(page, "responsables")["Ana Núñez"] == ["2"]
    assert table_of(page, "responsables")["(sin responsable)"] == ["0"]
    weeks = table_of(page, "semanas")
    assert weeks["12/10/2026"] == ["1", "0", "0", "0", "0", "todo"]
    assert weeks["16/11/2026"] == ["0", "1", "0", "0", "0", "todo"]


def test_a_blind_week_is_told_and_never_zero(reading):
    page = ask(reading, PAGE)
    row = table_of(page, "semanas")["02/11/2026"]
    assert row[:5] == ["no se sabe"] * 5
    assert row[5].startswith("nada; a ciegas: ")
    assert "?" in re.findall(r"<text[^>]*>([^<]*)", ask(reading, f"{PAGE}/semanas.svg").text)


def test_weeks_from_before_anything_was_noted_are_not_known(reading):
    first, *_ = table_of(ask(reading, f"{PAGE}?semanas=52"), "semanas").items().__reversed__()
    assert first[1] == ["no se sabe"] * 5 + ["aún no se anotaba"]


def test_a_blind_monitor_is_named_and_its_counts_are_said_to_be_of_before(department):
    department.store.record(a_run(state="blind", sent=False, forced=True, finished_at=NOW), [])
    page = ask(reading_in_memory(department), PAGE)
    assert "A ciegas ahora: Equipos de medida (BRASS)" in page.text
    assert table_of(page, "vigilantes")["Equipos de medida (BRASS)"] == ["≈ 3"]


def test_an_empty_ledger_is_not_known_and_no_zero():
    page = ask(reading_in_memory(Department()), PAGE)
    assert "Nunca se ha visto: Equipos de medida (BRASS)" in page.text
    assert table_of(page, "vigilantes")["Equipos de medida (BRASS)"] == ["no se sabe"]
    for name in PICTURES:
        assert ask(reading_in_memory(Department()), f"{PAGE}/{name}.svg").status == 200


def test_figures_are_filtered_by_monitor_and_owner(reading):
    page = ask(reading, f"{PAGE}?vigilante=brass&responsable=Ana+N%C3%BA%C3%B1ez&semanas=52")
    assert "2 hallazgos abiertos" in page.text
    assert len(table_of(page, "semanas")) == 52
    assert table_of(page, "edad")["0 a 7 días"] == ["1"]
    (picture,) = set(re.findall(r'src="([^"]*edad\.svg[^"]*)"', page.text))
    assert ask(reading, unescape(picture)).status == 200
    assert ask(reading, f"{PAGE}?vigilante=inventado").status == 404
    assert ask(reading, f"{PAGE}/edad.svg?vigilante=inventado").status == 404
    assert "0 hallazgos abiertos" in ask(reading, f"{PAGE}?responsable=nadie").text


def test_a_hostile_owner_is_a_text_in_page_and_picture(reading):
    page, picture = ask(reading, PAGE), ask(reading, f"{PAGE}/responsables.svg")
    for shown in (page, picture):
        assert re.findall(r"<img src=x|<script|[\x00\u202e]", shown.text) == []
        assert "&lt;img src=x" in shown.text
    for semanas in ("'", "0", "-1", "9" * 999, "٢٦"):
        assert ask(reading, f"{PAGE}?semanas={semanas}").status == 200


@pytest.mark.parametrize("name", ["x.svg", "edad", "edad.png", "..svg", "%00.svg"])
def test_a_picture_that_there_is_not_is_told_to_be_missing(reading, name):
    assert ask(reading, f"{PAGE}/{name}").status == 404


def test_a_picture_is_drawn_once_until_the_next_round(department):
    drawn = []
    reading = reading_in_memory(department, draw=lambda plot: drawn.append(plot.name) or draw_plot(plot))
    for _ in range(3):
        ask(reading, f"{PAGE}/edad.svg")
    assert drawn == ["edad"]
    before = ask(reading, f"{PAGE}/edad.svg").body
    department.store.record(a_run(forced=True), [], [an_entry(9)])
    assert ask(reading, f"{PAGE}/edad.svg").body != before
    assert drawn == ["edad", "edad"]


def test_a_store_that_cannot_be_read_is_told_and_draws_nothing():
    reading = reading_in_memory(Department(), look_at_store=broken_store)
    for address in (PAGE, f"{PAGE}/edad.svg"):
        shown = ask(reading, address)
        assert shown.status == 503
        assert "no se puede leer" in shown.text


def test_plots_and_findings_lead_to_each_other(reading):
    assert f'href="{PAGE}"' in ask(reading, "/hallazgos").text
    assert 'href="/hallazgos"' in ask(reading, PAGE).text


def test_the_files_hold_the_plots_too(reading, tmp_path):
    export(reading, tmp_path)
    page = (tmp_path / "hallazgos" / "graficos.html").read_text("utf-8")
    for name in PICTURES:
        assert f'src="graficos/{name}.svg"' in page
        assert (tmp_path / "hallazgos" / "graficos" / f"{name}.svg").read_bytes().startswith(b"<svg")


def test_what_a_job_at_rest_watches_is_about_what_it_was_and_named(department, reading):
    department.round()
    assert table_of(ask(reading, PAGE), "edad")["0 a 7 días"][0].isdigit()
    department.store.logbook.pause_instead(
        Pause("brass", TODAY + timedelta(days=9), "ana", "obra", NOW), None
    )
    page = ask(reading, PAGE)
    assert "Hace más de lo debido que no se mira: Equipos" in page.text
    assert table_of(page, "edad")["0 a 7 días"][0].startswith("≈ ")
    assert all(each[0].startswith("≈ ") for each in table_of(page, "vigilantes").values())
