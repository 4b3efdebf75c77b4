"""What became of each period of a year, and never a kinder answer than is known."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.engine.building import TUESDAY, Department

from sereno.domain.cadence import period_at
from sereno.engine.agenda import Post
from sereno.engine.records import JobResult
from sereno.engine.year_of_rounds import days_of, first_day_of, years_of_rounds


def slots(department, now=TUESDAY, **orders):
    post = Post(department.monitor, replace(department.orders, **orders))
    (year,) = years_of_rounds([post], now.year, now, department.calendar, department.store)
    return {slot.period: slot for slot in year.slots}


def state(department, day, now=TUESDAY, **orders):
    return slots(department, now, **orders)[f"2026-11-{day}"].state


def test_a_complete_round_is_done():
    department = Department()
    department.round()
    assert state(department, 24) == "done"
    assert len(slots(department)["2026-11-24"].runs) == 1


def test_a_period_is_owed_until_a_round_completes_it():
    assert state(Department(), 24) == "owed"


def test_a_round_asked_for_by_hand_does_not_make_a_period_done():
    department = Department()
    department.round(force=True)
    assert state(department, 24) == "owed"


def test_a_round_on_trial_counts_only_while_on_trial():
    department = Department(trial=True)
    department.round()
    assert state(department, 24) == "done"
    assert state(department, 24, trial=False) == "owed"


def test_a_blind_round_on_trial_is_blind_while_on_trial():
    department = Department(trial=True)
    department.registers["brass"] = None
    department.round()
    assert state(department, 24) == "blind"
    assert state(department, 24, trial=False) == "owed"


def test_an_open_period_whose_last_round_was_blind_is_blind_and_says_why():
    department = Department()
    department.registers["brass"] = None
    department.round()
    slot = slots(department)["2026-11-24"]
    assert slot.state == "blind"
    assert "brass.sqlite" in slot.why


def test_once_closed_a_blind_period_is_missed_and_says_how_far_it_came():
    department = Department()
    department.registers["brass"] = None
    department.round()
    slot = slots(department, TUESDAY + timedelta(days=1))["2026-11-24"]
    assert slot.state == "missed"
    assert "brass.sqlite" in slot.why


def crashed(now=TUESDAY):
    department = Department()
    department.store.record_job(JobResult("brass", now, now + timedelta(minutes=1), -11, ""))
    return department


def test_a_period_whose_job_failed_without_a_round_has_failed_while_it_is_open_and_once_it_is_over():
    slot = slots(crashed())["2026-11-24"]
    assert (slot.state, slot.why) == ("failed", "la tarea falló sin hacer la ronda (1)")
    later = TUESDAY + timedelta(days=1)
    assert state(crashed(), 24, later) == "failed"
    assert state(crashed(), 25, later) == "owed"


def test_a_period_that_was_noted_as_missed_has_failed_where_its_job_did():
    department, later = crashed(), TUESDAY + timedelta(days=1)
    (period,) = [each for each in _periods(department) if each.id == "2026-11-24"]
    department.store.logbook.account("brass", "diario", later, [period], later)
    assert state(department, 24, later) == "failed"


def test_a_failure_is_forgotten_once_a_round_is_complete_or_tells_how_far_it_came():
    served, blind = crashed(), crashed()
    served.round()
    blind.registers["brass"] = None
    blind.round()
    assert (state(served, 24), state(blind, 24)) == ("done", "blind")


def test_a_failure_outside_its_hours_is_none_of_a_period():
    assert state(crashed(TUESDAY - timedelta(days=1)), 24) == "owed"


def test_a_closed_period_without_a_round_is_missed_though_nobody_was_there_to_note_it():
    assert state(Department(), 24, TUESDAY + timedelta(days=1)) == "missed"


def test_what_the_master_accounted_for_and_did_not_miss_was_not_owed():
    department, later = Department(), TUESDAY + timedelta(days=1)
    department.store.logbook.account("brass", "diario", later, (), later)
    assert state(department, 24, later) == "unowed"


def test_a_round_that_did_not_complete_its_period_is_never_taken_for_one_that_was_not_owed():
    department, later = Department(), TUESDAY + timedelta(days=1)
    department.registers["brass"] = None
    department.round()
    department.store.logbook.account("brass", "diario", later, (), later)
    assert state(department, 24, later) == "missed"


def test_what_the_master_noted_as_missed_stays_missed_though_a_holiday_was_added_since():
    department, later = Department(), TUESDAY + timedelta(days=1)
    (period,) = [each for each in _periods(department) if each.id == "2026-11-24"]
    department.store.logbook.account("brass", "diario", later, [period], later)
    department.holidays = "24/11/2026"
    assert state(department, 24, later) == "missed"


def test_before_the_store_was_made_nothing_was_owed():
    assert state(Department(), 20) == "unowed"


def test_a_monitor_that_is_not_configured_owes_nothing_yet_says_what_is_missing():
    slot = slots(Department(), unconfigured=("BRASS_DB_URL",))["2026-11-24"]
    assert slot.state == "unowed"
    assert "BRASS_DB_URL" in slot.why


def test_weekends_and_holidays_are_off_each_with_its_reason():
    found = slots(Department(holidays="25/11/2026 - Convenio"))
    assert (found["2026-11-21"].state, found["2026-11-21"].why) == ("off", "sábado")
    assert "Convenio" in found["2026-11-25"].why


def test_a_period_that_was_open_before_a_holiday_was_added_is_still_owed():
    department = Department()
    for period in _periods(department):
        department.store.open_period("brass", "diario", period)
    department.holidays = "24/11/2026"
    assert state(department, 24) == "owed"


def test_what_has_not_opened_is_ahead():
    assert state(Department(), 25) == "ahead"
    assert state(Department(), 24, TUESDAY.replace(hour=6)) == "ahead"


@pytest.mark.parametrize(
    ("kind", "year", "count", "first", "last"),
    [
        ("daily", 2028, 366, date(2028, 1, 1), date(2028, 12, 31)),
        ("weekly", 2026, 53, date(2025, 12, 29), date(2026, 12, 28)),
        ("weekly", 2027, 52, date(2027, 1, 4), date(2027, 12, 27)),
        ("monthly", 2026, 12, date(2026, 1, 1), date(2026, 12, 1)),
    ],
)
def test_a_year_has_all_its_periods(kind, year, count, first, last):
    days = list(days_of(kind, year))
    assert (len(days), days[0], days[-1]) == (count, first, last)


@pytest.mark.parametrize(
    ("kind", "period", "day"),
    [
        ("daily", "2026-11-24", date(2026, 11, 24)),
        ("weekly", "2026-W48", date(2026, 11, 23)),
        ("monthly", "2026-11", date(2026, 11, 1)),
        ("daily", "20261124", None),
        ("daily", "2026-W48", None),
        ("weekly", "2026-W54", None),
        ("weekly", "2026-11-24", None),
        ("monthly", "2026-13", None),
        ("monthly", "", None),
    ],
)
def test_a_period_is_found_by_its_name_and_nothing_else_is(kind, period, day):
    assert first_day_of(kind, period) == day


def _periods(department):
    plan = department.monitor.digests[0]
    return [period_at(plan.cadence, TUESDAY, Department().calendar)]
