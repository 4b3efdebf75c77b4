"""A job that a person lets rest: not started, never shown as well, and back by itself."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.engine.building import BRASS, TUESDAY
from tests.engine.test_explaining import why
from tests.engine.test_standing import HERE, look, served
from tests.engine.watching import Site, at

from sereno.adapters.memory import MemoryStore
from sereno.domain.cadence import Cadence
from sereno.domain.errors import FaultyInput
from sereno.domain.pauses import LONGEST, Pause, check_pause
from sereno.engine.agenda import Post
from sereno.engine.overview import write_overview
from sereno.engine.standing import Published
from sereno.engine.upcoming import upcoming

PAUSE = Pause("brass", date(2026, 11, 26), "ana", "mudanza del laboratorio", TUESDAY)
WORDS = "en pausa hasta el 26/11/2026 (ana: mudanza del laboratorio)"
ASLEEP = Published({**HERE.status, "modulos": {}}, here=True)


def test_a_job_that_rests_is_not_started_and_says_why_and_goes_on_by_itself():
    site = Site(start=at(24, 7), cycles=400)
    site.store.logbook.pause_instead(PAUSE, None)
    site.watch()
    assert site.states[0].idle == {} or site.states[0].idle.get("brass") == WORDS
    assert {state.idle.get("brass") for state in site.states if state.started_at < at(26, 0)} >= {WORDS}
    assert site.jobs.of("brass")[0] == at(26, 7)


def test_a_pause_that_is_lifted_while_the_master_rests_is_over_at_the_next_cycle():
    store = MemoryStore(at(24, 6))
    store.logbook.pause_instead(PAUSE, None)

    def lift(now):
        if now >= at(24, 9):
            store.logbook.pause_instead(replace(PAUSE, until=date(2026, 11, 24)), PAUSE)
        return False

    site = Site(start=at(24, 7), cycles=60, mail=lift)
    site.store = site.department.store = store
    site.watch()
    (started,) = site.jobs.of("brass")
    assert at(24, 9) <= started <= at(24, 9, 10)


def test_a_pause_for_one_job_is_no_pause_for_another():
    site = Site(monitors=(BRASS, replace(BRASS, name="otro")))
    site.store.logbook.pause_instead(PAUSE, None)
    site.once()
    assert (site.jobs.of("brass"), len(site.jobs.of("otro"))) == ([], 1)


def test_what_rests_is_told_and_is_not_all_that_is_watched():
    site = served()
    site.store.logbook.pause_instead(PAUSE, None)
    now = look(site, ASLEEP)
    assert now.sentence.startswith("En orden lo que se vigila, que no es todo: el correo")
    assert f"brass: {WORDS}. No se vigila." in now.notes
    assert now.jobs[0].state == "en pausa"
    assert f"{now.jobs[0].next_due:%d/%m %H:%M}" == "26/11 07:00"


def test_a_job_that_goes_on_on_a_day_off_owes_nothing_before_its_next_period_opens():
    site = served()
    site.store.logbook.pause_instead(replace(PAUSE, until=date(2026, 11, 28)), None)  # a Saturday
    assert f"{look(site, ASLEEP).jobs[0].next_due:%d/%m %H:%M}" == "30/11 07:00"


def test_what_is_still_open_when_a_job_goes_on_is_owed_from_then():
    site = served()
    post = Post(BRASS, replace(site.orders, cadences={"diario": Cadence("monthly")}))
    (owed,) = upcoming(post, at(26, 9), site.calendar, MemoryStore(TUESDAY), None)
    assert (owed.now, owed.period) == (True, "2026-11")
    pause = replace(PAUSE, until=date(2026, 11, 27))
    (rests,) = upcoming(post, at(26, 9), site.calendar, MemoryStore(TUESDAY), pause)
    assert (rests.now, f"{rests.at:%d/%m %H:%M}") == (False, "27/11 07:00")


def test_the_overview_of_the_week_tells_what_rests():
    site = served()
    site.store.logbook.pause_instead(PAUSE, None)
    told = write_overview("2026-W48", [], site.store, [], site.calendar, site.now)
    assert f"brass: {WORDS}. No se vigila." in told.notes


def test_it_is_explained_why_nothing_happens_and_why_nothing_happened():
    site = served()
    site.store = MemoryStore(TUESDAY)
    site.store.logbook.pause_instead(replace(PAUSE, since=TUESDAY.replace(hour=7)), None)
    assert why(site).answer == f"Se debe, pero la tarea está {WORDS}."
    site.at(9, day=25)
    assert why(site).answer == f"No se hizo en su plazo: la tarea estuvo {WORDS}."
    assert "no lo vigilaba aún" in why(site, TUESDAY.date() - timedelta(days=1)).answer


@pytest.mark.parametrize("days", [0, -1, LONGEST + 1])
def test_a_pause_that_ends_before_tomorrow_or_too_late_is_refused(days):
    with pytest.raises(FaultyInput, match="un día después de hoy"):
        check_pause(TUESDAY.date() + timedelta(days=days), "porque sí", TUESDAY.date())


@pytest.mark.parametrize("days", [1, LONGEST])
def test_the_bounds_of_a_pause_are_within_it(days):
    check_pause(TUESDAY.date() + timedelta(days=days), "porque sí", TUESDAY.date())


def test_a_pause_without_a_reason_is_refused():
    with pytest.raises(FaultyInput, match="los demás lo leerán"):
        check_pause(TUESDAY.date() + timedelta(days=2), "  ", TUESDAY.date())
