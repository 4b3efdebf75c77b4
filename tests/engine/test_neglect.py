"""Who is not looked at as it is owed: how the last look ended does not say how old it is."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.engine.building import BRASS, TUESDAY, Department

from sereno.domain.pauses import Pause
from sereno.engine.agenda import Post
from sereno.engine.golive import take_over_run
from sereno.engine.neglect import neglected
from sereno.engine.records import JobResult

MINUTE = timedelta(minutes=1)


@pytest.fixture
def site():
    site = Department()
    site.round()
    return site


def named(site, **orders):
    post = Post(BRASS, replace(site.orders, **orders))
    return neglected([post], site.now, site.calendar, site.store)


def ended(site, code, began):
    site.store.record_job(JobResult("brass", began, began + MINUTE, code, ""))


def test_who_was_looked_at_when_it_was_owed_is_not_neglected(site):
    assert named(site) == ()
    assert named(site.at(19, 59, day=25)) == ()


def test_a_period_that_ended_unseen_neglects(site):
    assert named(site.at(20, day=25)) == ("brass",)


def test_a_day_off_neglects_nobody(site):
    site.holidays = "25/11/2026..27/11/2026"
    assert named(site.at(23, day=29)) == ()
    assert named(site.at(20, day=30)) == ("brass",)


def test_a_job_at_rest_or_without_its_register_is_neglected(site):
    assert named(site, unconfigured=("BRASS_DB_URL",)) == ("brass",)
    site.store.logbook.pause_instead(Pause("brass", date(2026, 11, 26), "ana", "obra", TUESDAY), None)
    assert named(site) == ("brass",)
    assert named(site.at(9, day=26)) == ("brass",)  # it goes on, and the 25th ended unseen


def test_a_job_that_failed_since_neglects_and_one_that_failed_before_does_not(site):
    ended(site, -9, TUESDAY - 2 * MINUTE)
    assert named(site) == ()
    ended(site, 1, TUESDAY + MINUTE)
    assert named(site.at(9, 5)) == ("brass",)
    ended(site, 0, TUESDAY + 3 * MINUTE)
    assert named(site) == ()


def test_a_job_that_ended_with_a_blind_round_is_blind_and_did_not_fail(site):
    site.registers["brass"] = None
    site.at(9, day=25).round()
    ended(site, 1, site.now - MINUTE)
    assert named(site) == ()


def test_who_never_looked_is_not_neglected_and_an_older_program_is_no_look():
    site = Department()
    assert named(site.at(23, day=30)) == ()
    take_over_run(BRASS, BRASS.digests[0], TUESDAY.date(), site.orders, site.world())
    assert named(site) == ()
