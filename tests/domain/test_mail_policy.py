"""An installation's rules for its mail."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from sereno.domain.calendar import Calendar, parse_holidays
from sereno.domain.mail_policy import MailHours, MailPolicy, outsiders, spacing

HOURS = MailHours(time(7), time(20))
CALENDAR = Calendar(lambda _year: {}, parse_holidays("25/11/2026"))


@pytest.mark.parametrize(
    ("day", "wall", "holds"),
    [
        (24, time(6, 59, 59), True),
        (24, time(7), False),
        (24, time(19, 59, 59), False),
        (24, time(20), True),
        (25, time(12), True),
        (28, time(12), True),
    ],
)
def test_digests_leave_in_their_hours_of_working_days(day, wall, holds):
    now = datetime.combine(datetime(2026, 11, day), wall, ZoneInfo("Europe/Madrid"))  # noqa: DTZ001
    assert HOURS.hold(now, CALENDAR) is holds


@pytest.mark.parametrize(
    ("recipients", "allowed", "out"),
    [
        (["ana@fuera.example"], (), []),
        (["ana@EXAMPLE.com", "eva@fuera.example"], ("example.com",), ["eva@fuera.example"]),
        (["ana@sub.example.com"], ("example.com",), ["ana@sub.example.com"]),
        (["ana@otroexample.com", '"a@example.com"@b.example'], ("example.com",), None),
    ],
)
def test_whole_domains_are_compared_whatever_their_letters(recipients, allowed, out):
    assert outsiders(recipients, allowed) == (recipients if out is None else out)


@pytest.mark.parametrize(("per_minute", "seconds"), [(0, 0), (60, 1), (6, 10), (120, 0.5)])
def test_the_rate_spaces_mail_evenly(per_minute, seconds):
    assert spacing(MailPolicy(per_minute=per_minute)) == seconds
