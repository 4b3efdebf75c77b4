from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sereno.domain.calendar import Calendar, parse_holidays
from sereno.domain.cycle import (
    Context,
    CycleTimes,
    NightHours,
    context_at,
    edges,
    interval,
    parse_interval,
    wake_at,
)

MADRID = ZoneInfo("Europe/Madrid")
NIGHT = NightHours(time(20), time(7))
EDGES = edges(NIGHT, [])
TIMES = CycleTimes(*(timedelta(minutes=minutes) for minutes in (5, 60, 61, 120)))
WEEKDAYS_ALONE = Calendar(lambda _year: {}, parse_holidays(""))


def at(day, hour=0, minute=0, month=11, *, fold=0):
    return datetime(2026, month, day, hour, minute, tzinfo=MADRID, fold=fold)


def around(year, month, day):
    middle = datetime(year, month, day, tzinfo=UTC)
    span = st.integers(-2 * 86_400, 2 * 86_400)
    return span.map(lambda seconds: (middle + timedelta(seconds=seconds)).astimezone(MADRID))


NOWS = st.one_of(around(2026, 3, 29), around(2026, 10, 25), around(2026, 11, 24))


@pytest.mark.parametrize(
    ("now", "context", "label", "minutes"),
    [
        (at(24, 7), Context(working=True, night=False), "día laborable, día", 5),
        (at(24, 19, 59), Context(working=True, night=False), "día laborable, día", 5),
        (at(24, 20), Context(working=True, night=True), "día laborable, noche", 60),
        (at(24, 6, 59), Context(working=True, night=True), "día laborable, noche", 60),
        (at(22, 12), Context(working=False, night=False), "día no laborable, día", 61),
        (at(22, 23), Context(working=False, night=True), "día no laborable, noche", 120),
    ],
)
def test_day_and_night_of_working_days_and_days_off_have_each_their_rest(now, context, label, minutes):
    found = context_at(now, WEEKDAYS_ALONE, NIGHT)
    assert (found, found.label) == (context, label)
    assert interval(found, TIMES) == timedelta(minutes=minutes)


def test_a_night_need_not_cross_midnight():
    early = NightHours(time(0, 30), time(6))
    nights = [context_at(at(24, hour), WEEKDAYS_ALONE, early).night for hour in (0, 1, 5, 6, 23)]
    assert nights == [False, True, True, False, False]


def test_a_night_that_ends_when_it_begins_is_no_night():
    never = NightHours(time(7), time(7))
    assert not any(context_at(at(24, hour), WEEKDAYS_ALONE, never).night for hour in range(24))


def test_a_rest_lasts_its_interval_when_no_edge_is_near():
    assert wake_at(at(24, 9), timedelta(minutes=5), EDGES) == at(24, 9, 5)


@pytest.mark.parametrize(
    ("now", "edge"),
    [(at(24, 6, 59), at(24, 7)), (at(24, 19, 1), at(24, 20)), (at(24, 23, 30), at(25, 0))],
)
def test_a_rest_ends_early_at_seven_at_eight_in_the_evening_and_at_midnight(now, edge):
    assert wake_at(now, timedelta(hours=2), EDGES) == edge


def test_a_rest_without_edges_lasts_its_interval():
    assert wake_at(at(24, 6), timedelta(hours=9), []) == at(24, 15)


def test_a_rest_ends_early_at_the_hour_of_a_digest():
    assert wake_at(at(24, 8), timedelta(hours=1), edges(NIGHT, [time(8, 30)])) == at(24, 8, 30)


def test_the_closing_is_an_edge_whatever_the_night():
    assert wake_at(at(24, 19), timedelta(hours=2), edges(NightHours(time(22), time(6)), [])) == at(24, 20)


def test_a_rest_that_starts_on_an_edge_goes_on_to_the_next():
    assert wake_at(at(24, 7), timedelta(hours=24), EDGES) == at(24, 20)


def test_a_rest_over_the_spring_change_lasts_the_time_that_elapses():
    assert wake_at(at(29, 1, 30, month=3), timedelta(hours=1), EDGES) == at(29, 3, 30, month=3)


def test_a_rest_over_the_autumn_change_lasts_the_time_that_elapses():
    woken = wake_at(at(25, 2, 30, month=10), timedelta(hours=1), EDGES)
    assert (woken, woken.fold) == (at(25, 2, 30, month=10), 1)


def test_an_edge_that_the_clock_jumps_over_ends_the_rest_at_the_jump():
    assert wake_at(at(29, 1, 30, month=3), timedelta(hours=2), [time(2, 30)]) == at(29, 3, month=3)


def test_an_edge_that_the_clock_reads_twice_ends_a_rest_each_time():
    first = wake_at(at(25, 1, month=10), timedelta(hours=5), [time(2, 30)])
    second = wake_at(first, timedelta(hours=5), [time(2, 30)])
    assert (first.time(), first.fold) == (time(2, 30), 0)
    assert (second.time(), second.fold) == (time(2, 30), 1)


@given(NOWS, st.timedeltas(timedelta(seconds=1), timedelta(hours=24)))
@example(at(29, 1, 59, month=3), timedelta(hours=24))
@example(at(25, 2, 59, month=10), timedelta(hours=24))
def test_a_rest_never_crosses_seven_eight_in_the_evening_or_midnight(now, span):
    start, end = now.astimezone(UTC), wake_at(now, span, EDGES).astimezone(UTC)
    assert start < end <= start + span
    first_minute = start.replace(second=0, microsecond=0) + timedelta(minutes=1)
    minutes = range(max(0, int((end - first_minute) / timedelta(minutes=1)) + 1))
    during = (first_minute + timedelta(minutes=n) for n in minutes)
    walls = [moment.astimezone(MADRID).time() for moment in during if moment < end]
    assert not EDGES & set(walls)


@given(NOWS, st.integers(1, 24 * 60))
def test_the_context_does_not_change_during_a_rest(now, minutes):
    woken = wake_at(now, timedelta(minutes=minutes), EDGES)
    just_before = (woken.astimezone(UTC) - timedelta(microseconds=1)).astimezone(MADRID)
    assert context_at(just_before, WEEKDAYS_ALONE, NIGHT) == context_at(now, WEEKDAYS_ALONE, NIGHT)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("5m", timedelta(minutes=5)),
        ("1h", timedelta(hours=1)),
        ("60", timedelta(minutes=60)),
        (" 24 H ", timedelta(days=1)),
    ],
)
def test_an_interval_carries_its_unit_and_a_bare_number_is_minutes(text, span):
    assert parse_interval(text) == span


@pytest.mark.parametrize("text", ["", "0", "0s", "-5", "5d", "1.5h", "25h", "cinco", "5 minutos", "9999999"])
def test_what_is_no_interval_is_told_what_one_looks_like(text):
    with pytest.raises(ValueError, match="90s, 5m, 1h"):
        parse_interval(text)
