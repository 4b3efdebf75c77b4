"""Moments in words: as short as they stay clear."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sereno.web.words import ago, long_day, near, number, people, span, visible

MADRID = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=MADRID)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOW, "hoy 09:00"),
        (NOW + timedelta(days=1), "mañana 09:00"),
        (NOW - timedelta(days=1), "ayer 09:00"),
        (NOW + timedelta(days=6), "lun 30/11 09:00"),
        (NOW + timedelta(days=60), "sáb 23/01/2027 09:00"),
        (None, "—"),
    ],
)
def test_a_moment_is_named_by_its_day_as_it_is_seen_from_now(at, said):
    assert near(at, NOW) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (0.2, "menos de 1 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (7200, "2 h"),
        (172800, "2 d"),
    ],
)
def test_a_span_is_told_in_its_largest_unit(seconds, said):
    assert span(timedelta(seconds=seconds)) == said


def test_an_hour_that_the_clock_repeats_is_counted():
    before = datetime(2026, 10, 25, 1, 30, tzinfo=MADRID)
    assert ago(before, datetime(2026, 10, 25, 3, 30, tzinfo=MADRID)) == "hace 3 h"


def test_numbers_and_days_are_written_as_in_spain():
    assert number(1234567) == "1.234.567"
    assert long_day(date(2026, 11, 24)) == "martes 24 de noviembre de 2026"


def test_of_several_people_the_first_is_named():
    assert people(["a@example.com"]) == "a@example.com"
    assert (
        people(["a@example.com", "b@example.com"])
        == "a@example.com y\N{NO-BREAK SPACE}1\N{NO-BREAK SPACE}más"
    )
    assert people([]) == "—"


def test_what_no_reader_sees_is_shown_as_a_stranger_and_lines_stay_lines():
    assert visible("a\x00b\u202ec\nd\te") == "a\ufffdb\ufffdc\nd\te"
    assert visible("ñ € — 日本 😀") == "ñ € — 日本 😀"
