"""What the console shows of an installation that has just gone live: no look that nobody took."""

from datetime import timedelta

from tests.engine.building import BRASS, TUESDAY, Department
from tests.web.readings import reading_in_memory

from sereno.engine.golive import take_baseline, take_over_run
from sereno.web.page import Asked
from sereno.web.plots import plots
from sereno.web.reading import look
from sereno.web.today import today

ASKED = Asked()


def department():
    site = Department()
    last_week = TUESDAY.date() - timedelta(days=7)
    take_over_run(BRASS, BRASS.digests[0], last_week, site.orders, site.world())
    return site


def test_a_register_is_not_fresh_because_an_older_program_looked_at_it():
    with look(reading_in_memory(department())) as view:
        brass = next(each for each in today(view, ASKED).content["registers"] if each.name == "brass")
    assert brass.seen_at is None


def test_what_stood_there_when_going_live_came_nobody_knows_when():
    site = department()
    take_baseline(site.monitor, site.orders, site.world())
    with look(reading_in_memory(site)) as view:
        week = plots(view, ASKED).content["figures"].weeks[-1]
    assert (week.there, week.first, week.count("opened")) == (2, ("brass",), None)
