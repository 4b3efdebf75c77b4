"""For how long a finding may be put off, and which may not: the same wherever somebody asks."""

from datetime import date, timedelta

LONGEST = 90
"""Days for which a finding may be put off."""


def last_day(today: date) -> date:
    """Return the last day until which something may be put off."""
    return today + timedelta(days=LONGEST)


def is_day_allowed(until: date, today: date) -> bool:
    """Tell whether something may be put off until a day."""
    return today < until <= last_day(today)


def can_be_put_off(days: int | None) -> bool:
    """Tell by the days left whether a finding may be put off: falling due ends a snooze."""
    return days is None or days > 0
