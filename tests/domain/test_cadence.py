from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from sereno.domain.cadence import (
    Attempt,
    Cadence,
    NotOwed,
    Period,
    next_period,
    parse_cadence,
    period_at,
    standing,
)
from sereno.domain.calendar import Calendar, parse_holidays
from sereno.domain.errors import SerenoError

MADRID = ZoneInfo("Europe/Madrid")
DAILY, WEEKLY, MONTHLY = Cadence("daily"), Cadence("weekly"), Cadence("monthly")


def calendar(*lines):
    return Calendar(lambda _year: {}, parse_holidays("\n".join(lines)))


def at(day, hour=0, minute=0, month=11, *, fold=0):
    return datetime(2026, month, day, hour, minute, tzinfo=MADRID, fold=fold)


def hours_of(days):
    return [datetime(d.year, d.month, d.day, hour, tzinfo=MADRID) for d in days for hour in range(24)]


# How a cadence is written


@pytest.mark.parametrize(
    ("text", "cadence"),
    [
        ("daily", Cadence("daily", 0, time(7))),
        ("daily@07:30", Cadence("daily", 0, time(7, 30))),
        ("weekly", Cadence("weekly", 0, time(7))),
        (" Weekly:TUE@8:30 ", Cadence("weekly", 1, time(8, 30))),
        ("weekly:sun", Cadence("weekly", 6, time(7))),
        ("monthly@00:00", Cadence("monthly", 0, time(0))),
        ("monthly@19:59", Cadence("monthly", 0, time(19, 59))),
    ],
)
def test_a_cadence_is_read_as_written(text, cadence):
    assert parse_cadence(text) == cadence


@pytest.mark.parametrize(
    "text", ["", "yearly", "daily:mon", "monthly:fri", "weekly:lun", "weekly:", "daily@7"]
)
def test_what_is_no_cadence_is_told_what_one_looks_like(text):
    with pytest.raises(ValueError, match="weekly:tue@08:30"):
        parse_cadence(text)


@pytest.mark.parametrize("text", ["daily@20:00", "daily@23:15", "weekly@25:00", "monthly@07:60"])
def test_an_hour_after_the_closing_or_of_no_clock_is_refused(text):
    with pytest.raises(ValueError, match="entre las 00:00 y las 20:00"):
        parse_cadence(text)


# Which period


def test_a_working_day_owes_its_period_from_seven_to_eight_in_the_evening():
    owed = period_at(DAILY, at(24, 7), calendar())
    assert owed == Period("2026-11-24", at(24, 7), at(24, 20))
    assert period_at(DAILY, at(24, 19, 59), calendar()) == owed


def test_before_the_hour_nothing_is_owed_and_it_says_when():
    assert period_at(DAILY, at(24, 6, 59), calendar()) == NotOwed("aún no son las 07:00", at(24, 7))


def test_from_eight_in_the_evening_the_day_is_closed():
    assert period_at(DAILY, at(24, 20), calendar()) == NotOwed("el día 2026-11-24 ya se cerró", at(25, 7))


def test_a_day_off_owes_nothing_and_says_why():
    assert period_at(DAILY, at(22, 9), calendar()) == NotOwed("no es día laborable: domingo", at(23, 7))


def test_a_holiday_monday_moves_the_weekly_digest_to_tuesday():
    moved = calendar("23/11/2026 - Fiesta local")
    assert period_at(WEEKLY, at(24, 7), moved) == Period("2026-W48", at(24, 7), at(27, 20))
    assert period_at(WEEKLY, at(23, 9), moved) == NotOwed(
        "no es día laborable: Fiesta local (línea 1 del fichero de festivos)", at(24, 7)
    )


def test_a_week_not_served_on_monday_is_still_owed_on_friday_from_the_digests_hour():
    assert period_at(WEEKLY, at(27, 6), calendar()) == NotOwed("aún no son las 07:00", at(27, 7))
    assert period_at(WEEKLY, at(27, 7), calendar()) == Period("2026-W48", at(23, 7), at(27, 20))


def test_before_its_weekday_the_week_is_not_open_and_says_when_it_opens():
    assert period_at(Cadence("weekly", 2, time(8, 30)), at(23, 9), calendar()) == NotOwed(
        "la semana 2026-W48 se abre el miércoles 25/11/2026 a las 08:30", at(25, 8, 30)
    )


def test_without_a_working_day_from_the_weekday_on_the_week_opens_on_the_last_one_before_it():
    friday = Cadence("weekly", 4)
    assert period_at(friday, at(26, 7), calendar("27/11/2026")) == Period("2026-W48", at(26, 7), at(26, 20))


def test_the_night_between_two_days_of_an_open_week_is_no_time_to_serve_it():
    assert period_at(WEEKLY, at(24, 20), calendar()) == NotOwed(
        "ya son las 20:00: sigue el próximo día laborable", at(25, 7)
    )


def test_a_week_closes_on_the_evening_of_its_last_working_day():
    assert period_at(WEEKLY, at(27, 20), calendar()) == NotOwed("la semana 2026-W48 ya se cerró", at(30, 7))


def test_a_week_without_a_working_day_owes_nothing():
    closed = calendar("23/11/2026..29/11/2026 - Cierre")
    assert all(isinstance(period_at(WEEKLY, at(day, 12), closed), NotOwed) for day in range(23, 30))
    assert next_period(WEEKLY, at(20, 12), closed).id == "2026-W49"


def test_a_month_opens_on_its_first_working_day_and_closes_on_its_last():
    assert period_at(MONTHLY, at(24, 9), calendar("02/11/2026", "30/11/2026")) == Period(
        "2026-11", at(3, 7), at(27, 20)
    )


def test_a_week_across_new_year_is_one_week():
    new_year = datetime(2027, 1, 1, 9, tzinfo=MADRID)
    owed = period_at(WEEKLY, new_year, calendar())
    assert owed == Period("2026-W53", at(28, 7, month=12), new_year.replace(hour=20))


def test_a_calendar_without_working_days_knows_no_next_period():
    never = calendar(*(f"{year}-01-01..{year}-12-31" for year in range(2026, 2040)))
    assert period_at(DAILY, at(24, 9), never).again is None
    with pytest.raises(SerenoError, match="Ningún periodo se abre"):
        next_period(DAILY, at(24, 9), never)


# What was noted as open stays open


def test_a_holiday_added_during_the_day_does_not_cancel_the_day():
    noted = period_at(DAILY, at(24, 7), calendar())
    assert period_at(DAILY, at(24, 10), calendar("24/11/2026"), [noted]) == noted


def test_a_holiday_added_after_monday_opened_cancels_neither_monday_nor_the_week():
    noted = period_at(WEEKLY, at(23, 7), calendar())
    added = calendar("23/11/2026", "27/11/2026")
    assert period_at(WEEKLY, at(23, 10), added, [noted]) == noted
    assert period_at(WEEKLY, at(24, 7), added, [noted]) == noted


def test_an_open_week_is_not_served_on_a_holiday_added_later():
    noted = period_at(WEEKLY, at(23, 7), calendar())
    refusal = period_at(WEEKLY, at(25, 10), calendar("25/11/2026"), [noted])
    assert refusal.again == at(26, 7)


def test_a_period_noted_for_another_cadence_or_another_week_is_not_served():
    other_week = Period("2026-W47", at(16, 7), at(27, 20))
    other_kind = Period("2026-11-24", at(24, 7), at(24, 20))
    assert period_at(WEEKLY, at(24, 9), calendar(), [other_week, other_kind]).id == "2026-W48"


# Both clock changes


@pytest.mark.parametrize(("sunday", "month"), [(29, 3), (25, 10)])
def test_on_the_day_of_a_clock_change_the_period_still_opens_at_seven(sunday, month):
    worked = calendar(f"+2026-{month}-{sunday}")
    owed = [
        now
        for now in hours_of([date(2026, month, sunday)])
        if isinstance(period_at(DAILY, now, worked), Period)
    ]
    assert [now.hour for now in owed] == list(range(7, 20))


def test_an_hour_that_the_clock_jumps_over_opens_when_it_is_passed():
    cadence, worked = Cadence("daily", hour=time(2, 30)), calendar("+29/03/2026")
    assert isinstance(period_at(cadence, at(29, 1, 59, month=3), worked), NotOwed)
    assert period_at(cadence, at(29, 3, 0, month=3), worked).opens == at(29, 3, month=3)


def test_an_hour_that_the_clock_reads_twice_opens_the_first_time_and_stays_open():
    cadence, worked = Cadence("daily", hour=time(2, 30)), calendar("+25/10/2026")
    assert isinstance(period_at(cadence, at(25, 2, 29, month=10), worked), NotOwed)
    assert isinstance(period_at(cadence, at(25, 2, 31, month=10), worked), Period)
    assert isinstance(period_at(cadence, at(25, 2, 10, month=10, fold=1), worked), Period)


def test_a_retry_waits_the_time_that_elapses_where_the_clock_is_set_back():
    cadence, worked = Cadence("daily", hour=time(2)), calendar("+25/10/2026")
    period = period_at(cadence, at(25, 2, 50, month=10), worked)
    failures = [Attempt(at(25, 2, 50, month=10), "blind")] * 2
    assert isinstance(standing(period, failures, at(25, 2, 4, month=10, fold=1), trial=False), NotOwed)
    assert standing(period, failures, at(25, 2, 5, month=10, fold=1), trial=False) == period


# What an attempt leaves owed

WEEK = Period("2026-W48", at(23, 7), at(27, 20))
DAY = Period("2026-11-24", at(24, 7), at(24, 20))


def test_without_attempts_the_period_is_owed():
    assert standing(DAY, [], at(24, 9), trial=False) == DAY


def test_a_complete_attempt_satisfies_the_period_and_says_when():
    done = [Attempt(at(24, 9, 12), "complete")]
    assert standing(WEEK, done, at(24, 10), trial=False) == NotOwed("ya hecho a las 09:12")
    assert standing(WEEK, done, at(25, 10), trial=False) == NotOwed(
        "ya hecho el martes 24/11/2026 a las 09:12"
    )


def test_an_attempt_kept_in_utc_is_told_in_local_time():
    done = [Attempt(datetime(2026, 11, 24, 8, 12, tzinfo=UTC), "complete")]
    assert standing(DAY, done, at(24, 10), trial=True) == NotOwed("ya hecho a las 09:12")


def test_a_trial_attempt_satisfies_only_while_trial_is_on():
    tried = [Attempt(at(24, 9, 12), "trial")]
    assert standing(DAY, tried, at(24, 10), trial=True) == NotOwed(
        "ya probado a las 09:12, en modo de prueba"
    )
    assert standing(DAY, tried, at(24, 10), trial=False) == DAY


@pytest.mark.parametrize(("failures", "minutes"), [(1, 5), (2, 15), (3, 60), (4, 60), (9, 60)])
@pytest.mark.parametrize("state", ["blind", "unaddressed"])
def test_failures_are_retried_after_5_15_60_minutes_then_hourly(failures, minutes, state):
    earlier = [Attempt(at(24, 7) + timedelta(minutes=n), state) for n in range(failures - 1)]
    attempts = [*earlier, Attempt(at(24, 9), state)]
    again = at(24, 9) + timedelta(minutes=minutes)
    too_early = standing(DAY, attempts, again - timedelta(seconds=1), trial=False)
    assert too_early == NotOwed(f"se reintenta a las {again:%H:%M}", again)
    assert standing(DAY, attempts, again, trial=False) == DAY


def test_retries_of_a_day_stop_at_eight_in_the_evening():
    attempts = [Attempt(at(24, 19, 58), "blind")]
    assert standing(DAY, attempts, at(24, 19, 59), trial=False) == NotOwed(
        "no se reintenta: se cierra a las 20:00"
    )
    assert standing(WEEK, attempts, at(24, 19, 59), trial=False) == NotOwed(
        "se reintenta el próximo día laborable"
    )


def test_the_next_morning_a_week_is_retried_at_once_and_counts_its_failures_anew():
    yesterday = [Attempt(at(24, 15 + n), "blind") for n in range(5)]
    assert standing(WEEK, yesterday, at(25, 7), trial=False) == WEEK
    refusal = standing(WEEK, [*yesterday, Attempt(at(25, 7), "blind")], at(25, 7, 1), trial=False)
    assert refusal.again == at(25, 7, 5)


def test_a_clock_set_back_behind_the_last_failure_makes_it_wait():
    refusal = standing(DAY, [Attempt(at(24, 11), "blind")], at(24, 9), trial=False)
    assert refusal.again == at(24, 11, 5)
