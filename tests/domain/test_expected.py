"""A day belongs to a period, and the period's day moves where it is off."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.domain.cadence import Period, parse_cadence, period_at, period_id
from sereno.domain.calendar import Calendar, parse_holidays
from sereno.domain.expected import expected

MADRID = ZoneInfo("Europe/Madrid")
OFF = "07/12/2026 - puente\n08/12/2026 - Inmaculada\n01/01/2027..31/01/2027\n"
CALENDAR = Calendar(lambda _year: {}, parse_holidays(OFF))


def found(cadence, day):
    return expected(parse_cadence(cadence), date.fromisoformat(day), CALENDAR, MADRID)


@pytest.mark.parametrize(
    ("cadence", "day", "period", "opens", "passed"),
    [
        ("daily", "2026-12-04", "2026-12-04", "2026-12-04", []),
        ("weekly", "2026-12-11", "2026-W50", "2026-12-09", ["2026-12-07", "2026-12-08"]),
        ("weekly:tue", "2026-12-07", "2026-W50", "2026-12-09", ["2026-12-08"]),
        ("weekly:sun", "2026-12-07", "2026-W50", "2026-12-11", ["2026-12-12", "2026-12-13"]),
        ("monthly", "2026-11-30", "2026-11", "2026-11-02", ["2026-11-01"]),
    ],
)
def test_a_period_opens_on_its_day_or_the_nearest_that_is_worked(cadence, day, period, opens, passed):
    told = found(cadence, day)
    assert (told.period.id, told.period.opens.date().isoformat()) == (period, opens)
    assert [each.isoformat() for each, _ in told.off] == passed


def test_the_reason_of_each_day_off_is_told():
    assert [reason for _, reason in found("weekly", "2026-12-09").off] == [
        "puente (línea 1 del fichero de festivos)",
        "Inmaculada (línea 2 del fichero de festivos)",
    ]


@pytest.mark.parametrize(("cadence", "day"), [("daily", "2026-12-08"), ("monthly", "2027-01-15")])
def test_a_day_or_month_without_a_working_day_has_no_period(cadence, day):
    assert found(cadence, day).period is None


def test_on_a_calendar_without_a_working_day_nothing_is_expected():
    never = Calendar(
        lambda year: {date(year, 1, 1) + timedelta(n): "x" for n in range(366)}, parse_holidays("")
    )
    assert expected(parse_cadence("weekly"), date(2026, 12, 9), never, MADRID).period is None


@given(
    day=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    cadence=st.sampled_from(["daily", "weekly:wed@08:30", "weekly:sat", "monthly@07:30"]),
)
def test_what_is_owed_on_a_day_is_what_is_expected_of_it(day, cadence):
    plan = parse_cadence(cadence)
    owed = period_at(plan, datetime(day.year, day.month, day.day, 12, tzinfo=MADRID), CALENDAR)
    told = expected(plan, day, CALENDAR, MADRID)
    if isinstance(owed, Period):
        assert told.period == owed
    assert told.period is None or told.period.id == period_id(plan.kind, day)
    assert all(not CALENDAR.is_working_day(each) for each, _ in told.off)
