"""What holds for every cadence, calendar and instant."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.domain.cadence import (
    CLOSING,
    Attempt,
    Cadence,
    NotOwed,
    Period,
    format_cadence,
    next_period,
    parse_cadence,
    period_at,
    standing,
)
from sereno.domain.calendar import Calendar, parse_holidays

MADRID = ZoneInfo("Europe/Madrid")
FIRST, LAST = date(2026, 2, 23), date(2026, 11, 8)
START = datetime.combine(FIRST, time(0), MADRID)
SPAN = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def calendar(*lines):
    return Calendar(lambda _year: {}, parse_holidays("\n".join(lines)))


CADENCES = st.one_of(
    st.builds(Cadence, st.sampled_from(["daily", "monthly"]), hour=st.times(max_value=time(19, 59))),
    st.builds(Cadence, st.just("weekly"), st.integers(0, 6), st.times(max_value=time(19, 59))),
).map(lambda c: Cadence(c.kind, c.weekday, c.hour.replace(second=0, microsecond=0)))

CALENDARS = st.builds(
    lambda off, on: calendar(
        *(f"{day}..{day + timedelta(days=length)}" for day, length in off), *(f"+{day}" for day in on)
    ),
    st.lists(st.tuples(st.dates(FIRST, LAST), st.integers(0, 35)), max_size=12),
    st.sets(st.dates(FIRST, LAST), max_size=12),
)

INSTANTS = st.integers(0, (LAST - FIRST) // timedelta(seconds=1)).map(
    lambda seconds: datetime.fromtimestamp(START.timestamp() + seconds, MADRID)
)


def ids_of_periods(cadence, any_calendar):
    """List the ids of the periods that open within FIRST..LAST, one after the other."""
    moment, ids = START, []
    while (period := next_period(cadence, moment, any_calendar)).opens.date() <= LAST:
        ids.append(period.id)
        moment = period.opens
    return ids


def serve(cadence, looks, any_calendar):
    """Serve what is owed at each look, and list it."""
    attempts, served = {}, []
    for now in looks:
        owed = period_at(cadence, now, any_calendar)
        if isinstance(owed, Period):
            owed = standing(owed, attempts.setdefault(owed.id, []), now, trial=False)
        if isinstance(owed, Period):
            served.append(owed.id)
            attempts[owed.id].append(Attempt(now, "complete"))
    return served


@given(CADENCES)
def test_a_cadence_written_is_read_back_the_same(cadence):
    assert parse_cadence(format_cadence(cadence)) == cadence


@given(CALENDARS)
def test_every_working_day_has_exactly_one_daily_period(any_calendar):
    working = [day.isoformat() for day in SPAN if any_calendar.is_working_day(day)]
    assert ids_of_periods(Cadence("daily"), any_calendar) == working


@given(CALENDARS, st.integers(0, 6))
def test_no_week_with_a_working_day_loses_its_weekly_period(any_calendar, weekday):
    weeks = dict.fromkeys(f"{day:%G-W%V}" for day in SPAN if any_calendar.is_working_day(day))
    assert ids_of_periods(Cadence("weekly", weekday), any_calendar) == list(weeks)


@given(CALENDARS)
def test_no_month_with_a_working_day_loses_its_monthly_period(any_calendar):
    first_working = {}
    for day in SPAN:
        if any_calendar.is_working_day(day):
            first_working.setdefault(f"{day:%Y-%m}", day)
    # The span begins with the last week of February, whose month may have opened before it.
    owed = [id_ for id_, day in first_working.items() if day.month != 2]
    assert [id_ for id_ in ids_of_periods(Cadence("monthly"), any_calendar) if id_ != "2026-02"] == owed


@given(CALENDARS, st.integers(0, 6))
def test_a_week_opens_on_its_weekday_or_the_next_working_one_or_the_last_before(any_calendar, weekday):
    period = next_period(Cadence("weekly", weekday), START, any_calendar)
    opening = period.opens.date()
    week = [opening + timedelta(days=n - opening.weekday()) for n in range(7)]
    working = [day.weekday() for day in week if any_calendar.is_working_day(day)]
    from_weekday_on = [day for day in working if day >= weekday]
    assert opening.weekday() == (min(from_weekday_on) if from_weekday_on else max(working))


@given(CADENCES, CALENDARS, INSTANTS)
def test_a_period_is_never_owed_before_it_opens_nor_after_it_closes_nor_on_a_day_off(
    cadence, any_calendar, now
):
    owed = period_at(cadence, now, any_calendar)
    if isinstance(owed, Period):
        assert owed.opens.astimezone(UTC) <= now.astimezone(UTC) < owed.closes.astimezone(UTC)
        assert any_calendar.is_working_day(now.date())
        assert now.time() < CLOSING
        # Where the clock is set back, the hour was read once before.
        assert now.time() >= cadence.hour or now.fold


@given(CADENCES, CALENDARS, INSTANTS)
def test_when_told_to_look_again_something_is_owed_then_and_not_a_second_before(cadence, any_calendar, now):
    refusal = period_at(cadence, now, any_calendar)
    if isinstance(refusal, NotOwed) and refusal.again:
        second_before = (refusal.again.astimezone(UTC) - timedelta(seconds=1)).astimezone(MADRID)
        assert isinstance(period_at(cadence, refusal.again, any_calendar), Period)
        assert second_before < now or isinstance(period_at(cadence, second_before, any_calendar), NotOwed)


@given(CADENCES, CALENDARS, st.lists(INSTANTS, max_size=60))
def test_whenever_a_daemon_looks_it_serves_each_period_at_most_once(cadence, any_calendar, instants):
    looks = sorted(instants, key=lambda instant: instant.astimezone(UTC))
    served = serve(cadence, looks, any_calendar)
    assert len(served) == len(set(served))


@pytest.mark.parametrize("hour", [time(0), time(2), time(2, 30), time(7)])
@pytest.mark.parametrize(("kind", "served"), [("daily", 14), ("weekly", 2)])
@pytest.mark.parametrize("sunday", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_daemon_that_looks_every_ten_minutes_serves_each_period_of_a_clock_change_once(
    kind, served, hour, sunday
):
    monday = sunday - timedelta(days=6)
    every_day = calendar(*(f"+{monday + timedelta(days=n)}" for n in range(14)))
    first_look = datetime.combine(monday, time(0), MADRID).timestamp()
    looks = (datetime.fromtimestamp(first_look + n * 600, MADRID) for n in range((13 * 24 + 12) * 6))
    assert len(serve(Cadence(kind, hour=hour), looks, every_day)) == served
