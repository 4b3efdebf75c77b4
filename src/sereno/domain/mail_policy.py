"""Which mail may leave, when, and how patiently: an installation's rules for its mail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from sereno.domain.calendar import Calendar


@dataclass(frozen=True, slots=True)
class MailHours:
    """Bound the hours, on working days, in which digests leave."""

    since: time
    until: time

    def hold(self, now: datetime, calendar: Calendar) -> bool:
        """Tell whether digests wait now."""
        return not (calendar.is_working_day(now.date()) and self.since <= now.time() < self.until)


@dataclass(frozen=True, slots=True)
class MailPolicy:
    """Gather an installation's rules for its mail."""

    trial: bool = False
    """Whether the relay is the trial's: it gets trial mail alone, and no other relay does."""
    hours: MailHours | None = None
    """`None`: digests leave at any hour."""
    allowed: tuple[str, ...] = ()
    """Domains, case-folded, that may be written to; every one where none is named."""
    unknown: Literal["hold", "retry"] = "hold"
    """What becomes of mail of which nobody can tell whether it left."""
    max_age: timedelta = timedelta(hours=72)
    oldest: timedelta = timedelta(days=3)
    """A row of a queue recorded longer ago, when it is first seen, is history."""
    attachment_wait: timedelta = timedelta(hours=24)
    connections: int = 4
    per_minute: int = 0
    """Deliveries handed to the relay; 0 is no limit."""


def outsiders(recipients: Iterable[str], allowed: tuple[str, ...]) -> list[str]:
    """Return who may not be written to."""
    if not allowed:
        return []
    return [each for each in recipients if each.rpartition("@")[2].casefold() not in allowed]


def spacing(policy: MailPolicy) -> float:
    """Return the seconds from one delivery to the next."""
    return 60 / policy.per_minute if policy.per_minute else 0.0
