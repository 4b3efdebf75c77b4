"""The list of open findings says of whom it may not hold all, also as a file and with nothing in it."""

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from tests.engine.building import BRASS, TUESDAY, Department
from tests.engine.nonconformities import department, task
from tests.web.asking import ask
from tests.web.readings import reading_in_memory

from sereno.domain.pauses import Pause
from sereno.engine.agenda import Post
from sereno.engine.blanks import blanks
from sereno.engine.golive import take_over_run
from sereno.engine.records import JobResult

MINUTE = timedelta(minutes=1)
FILES = ("hallazgos.csv", "hallazgos.xlsx")


def name_of(site, file, **changes):
    answer = ask(reading_in_memory(site, **changes), f"/{file}")
    assert answer.status == 200
    return answer.headers["content-disposition"].partition('filename="')[2].rstrip('"')


def told(site, **changes):
    return ask(reading_in_memory(site, **changes), "/hallazgos").text


def whole():
    site = Department()
    site.round()
    return site


def blind():
    site = whole()
    site.registers["brass"] = None
    site.at(9, day=25).round()
    return site


DOUBT = "Puede que falte algo, y que algo sea de antes."


def test_a_list_of_whom_all_was_seen_says_nothing_of_the_kind():
    assert DOUBT not in told(whole())
    assert [name_of(whole(), file) for file in FILES] == list(FILES)
    assert "AVISO" not in ask(reading_in_memory(whole()), "/hallazgos.csv").text
    assert "sereno-incomplete" not in ask(reading_in_memory(whole()), "/api/v1/findings").headers


def test_a_blind_round_is_told_above_the_list_in_a_files_name_and_last_line_and_to_programs():
    words = (
        f"{BRASS.title}: la última ronda de algún informe suyo, del 25/11/2026 09:00, fue a ciegas. {DOUBT}"
    )
    reading = reading_in_memory(blind())
    assert words in ask(reading, "/hallazgos").text
    assert [name_of(blind(), file) for file in FILES] == [
        "hallazgos-incompletos.csv",
        "hallazgos-incompletos.xlsx",
    ]
    sheet = ask(reading, "/hallazgos.csv").body.decode("utf-8-sig")
    assert sheet.splitlines()[-1] == f"AVISO;;{words};;;;;;;;"
    book = load_workbook(BytesIO(ask(reading, "/hallazgos.xlsx").body), read_only=True)
    *_, last = book.active.values
    assert (last[0], last[2]) == ("AVISO", words)
    assert ask(reading, "/api/v1/findings").headers["sereno-incomplete"] == "brass"


def test_an_empty_list_is_no_all_clear_where_nobody_has_looked():
    assert f"algún informe suyo aún no ha tenido ninguna ronda. {DOUBT}" in told(Department())
    assert "AVISO" in ask(reading_in_memory(Department()), "/hallazgos.csv").text


def test_a_list_that_nobody_keeps_up_to_date_says_since_when():
    site = whole()
    site.at(9, day=30)
    words = f"no se mira cuando toca; la última ronda fue del 24/11/2026 09:00. {DOUBT}"
    assert words in told(site, now=site.now)
    site = whole()
    site.store.record_job(JobResult("brass", site.now + MINUTE, site.now + 2 * MINUTE, 3, "fuera de memoria"))
    assert words in told(site, now=site.now + 3 * MINUTE)


def test_a_list_narrowed_to_another_monitor_says_nothing_of_this_one():
    site, other = blind(), replace(BRASS, name="riesgos", title="Otro vigilante")
    posts = tuple(Post(each, site.orders) for each in (BRASS, other))
    page = ask(reading_in_memory(site, posts=posts), "/hallazgos?vigilante=riesgos")
    assert page.status == 200
    assert f"Otro vigilante: algún informe suyo aún no ha tenido ninguna ronda. {DOUBT}" in page.text
    assert "fue a ciegas" not in page.text
    page = ask(reading_in_memory(site, posts=posts), "/hallazgos?vigilante=brass")
    assert "fue a ciegas" in page.text
    assert "Otro vigilante: " not in page.text


def test_what_an_older_program_knew_is_no_look():
    site = Department()
    take_over_run(BRASS, BRASS.digests[0], date(2026, 11, 17), site.orders, site.world())
    assert "aún no ha tenido ninguna ronda" in told(site)


@pytest.mark.parametrize(
    ("made", "known"),
    [
        (whole, "la última ronda fue del 24/11/2026 09:00"),
        (blind, "la última ronda de algún informe suyo, del 25/11/2026 09:00, fue a ciegas"),
        (Department, "algún informe suyo aún no ha tenido ninguna ronda"),
    ],
)
def test_who_rests_or_has_no_register_is_named_with_the_reason_and_with_what_was_seen(made, known):
    site = made()
    posts = (Post(BRASS, replace(site.orders, unconfigured=("BRASS_DB_URL",))),)
    assert f"nadie mira, falta BRASS_DB_URL; {known}. {DOUBT}" in told(site, posts=posts)
    site.store.logbook.pause_instead(Pause("brass", date(2026, 11, 26), "ana", "obra", TUESDAY), None)
    assert f"{BRASS.title}: está en pausa; {known}. {DOUBT}" in told(site)
    (blank,) = blanks(posts, site.now, site.calendar, site.store)
    assert blank.rest == "unconfigured"


def test_of_several_digests_the_one_that_was_seen_least_tells_how_old_the_list_is():
    site = department(task((1, date(2026, 11, 21))))
    site.round(digest="tecnico")
    site.at(9, day=25).round(digest="calidad")
    pause = Pause(site.monitor.name, date(2026, 11, 27), "ana", "obra", TUESDAY)
    site.store.logbook.pause_instead(pause, None)
    found = {plan.name for plan in site.monitor.digests}
    (blank,) = blanks((Post(site.monitor, site.orders),), site.now, site.calendar, site.store)
    assert (found, blank.at) == ({"tecnico", "calidad"}, TUESDAY)
