"""The list of open findings says of whom it may not hold all, also as a file and with nothing in it."""

from dataclasses import replace
from datetime import date

import pytest
from tests.engine.building import BRASS, TUESDAY, Department
from tests.web.asking import ask
from tests.web.readings import reading_in_memory

from sereno.domain.pauses import Pause
from sereno.engine.agenda import Post
from sereno.engine.blanks import blanks
from sereno.engine.golive import take_over_run

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


def test_a_list_of_whom_all_was_seen_says_nothing_of_the_kind():
    assert "Puede que falte algo" not in told(whole())
    assert [name_of(whole(), file) for file in FILES] == list(FILES)


def test_a_blind_round_is_named_above_the_list_and_in_the_name_of_a_file():
    page = told(blind())
    assert f"{BRASS.title}: la última ronda, del 25/11/2026 09:00, fue a ciegas" in page
    assert [name_of(blind(), file) for file in FILES] == [
        "hallazgos-incompletos.csv",
        "hallazgos-incompletos.xlsx",
    ]


def test_an_empty_list_is_no_all_clear_where_nobody_has_looked():
    page = told(Department())
    assert "algún informe suyo aún no ha tenido ninguna ronda. Puede que falte algo" in page


def test_a_list_narrowed_to_another_monitor_says_nothing_of_this_one():
    assert (
        "a ciegas"
        not in ask(reading_in_memory(blind()), "/hallazgos?vigilante=riesgos")
        .text.partition('class="count"')[0]
        .partition("<h1>")[2]
    )


def test_what_an_older_program_knew_is_no_look():
    site = Department()
    take_over_run(BRASS, BRASS.digests[0], date(2026, 11, 17), site.orders, site.world())
    assert "aún no ha tenido ninguna ronda" in told(site)


@pytest.mark.parametrize("seen", [False, True])
def test_who_rests_or_has_no_register_is_named_with_the_reason(seen):
    site = whole() if seen else Department()
    posts = (Post(BRASS, replace(site.orders, unconfigured=("BRASS_DB_URL",))),)
    page = told(site, posts=posts)
    assert "nadie mira, falta BRASS_DB_URL" in page
    site.store.logbook.pause(Pause("brass", date(2026, 11, 26), "ana", "obra", TUESDAY))
    since = ", del 24/11/2026 09:00," if seen else ""
    assert f"está en pausa. Lo suyo es de la última ronda{since}." in told(site)
    (blank,) = blanks(posts, site.store, TUESDAY.date())
    assert blank.why == "unconfigured"
