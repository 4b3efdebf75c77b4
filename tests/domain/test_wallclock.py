from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sereno.domain.wallclock import first_reading, instant_in, readings, zone_of

MADRID = ZoneInfo("Europe/Madrid")
FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)


def in_utc(moments):
    return [moment.astimezone(UTC).strftime("%H:%M") for moment in moments]


def test_an_instant_is_read_as_it_was_written_with_its_zone():
    assert instant_in("2026-11-24T09:00:00+01:00") == datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize("text", [None, 7, "", "ayer", "2026-11-24T09:00:00"])
def test_what_is_no_instant_or_names_no_zone_is_none(text):
    assert instant_in(text) is None


def test_an_hour_is_read_once_on_an_ordinary_day():
    assert in_utc(readings(date(2026, 11, 24), time(7), MADRID)) == ["06:00"]


def test_an_hour_is_read_twice_where_the_clock_is_set_back():
    assert in_utc(readings(BACK, time(2, 30), MADRID)) == ["00:30", "01:30"]


@pytest.mark.parametrize("wall", [time(2), time(2, 30), time(2, 59), time(3)])
def test_an_hour_that_does_not_exist_is_passed_when_the_clock_jumps(wall):
    [passed] = readings(FORWARD, wall, MADRID)
    assert in_utc([passed]) == ["01:00"]
    assert passed.time() == time(3)


def test_midnight_is_passed_too_where_a_country_jumps_over_it():
    passed = first_reading(date(2026, 9, 6), time(0), ZoneInfo("America/Santiago"))
    assert (passed.date(), passed.time()) == (date(2026, 9, 6), time(1))


@given(
    st.sampled_from([FORWARD, BACK, date(2026, 7, 1)]), st.times(), st.sampled_from(["Europe/Madrid", "UTC"])
)
@example(FORWARD, time(2, 0, 0, 1), "Europe/Madrid")
def test_before_its_first_reading_no_clock_has_read_the_hour(day, wall, name):
    zone = ZoneInfo(name)
    moment = first_reading(day, wall, zone)
    just_before = (moment.astimezone(UTC) - timedelta(microseconds=1)).astimezone(zone)
    assert (moment.date(), moment.time()) >= (day, wall) > (just_before.date(), just_before.time())


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        zone_of(datetime(2026, 11, 24, 9))  # noqa: DTZ001
