"""The mail that brings a reader a one-time code, before it is composed."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class CodeLetter:
    """Hold what the mail says."""

    message_id: str
    address: str
    code: str
    """As it is read: two groups of four digits."""
    finding: str
    """What it would put off, in words."""
    until: date
    at: datetime
