"""What the store keeps for readers' own pages: a key, revocations, codes, calendars, and whose is what."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from sereno.domain.ledger import Snooze, Track
from sereno.domain.outbox import Message

Place = tuple[str, Track]
"""A finding of a monitor: rule and track."""
Redeemed = Literal["done", "wrong", "spent", "expired", "used"]
"""What became of a code; `spent` is too many tries."""


@dataclass(frozen=True, slots=True)
class Request:
    """Ask to put a finding off: done once the code is given that was mailed."""

    id: str
    address: str
    """Normalised, as everywhere here."""
    monitor: str
    rule: str
    track: Track
    snooze: Snooze
    proof: str
    """What is kept of the code."""
    message_id: str
    """The mail that brings the code."""
    asked_at: datetime
    tries: int = 0
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """Tell whom the rows of a personal digest named when it was last looked at."""

    at: datetime
    people: Mapping[str, Sequence[Place]]
    """By what the register calls them."""


class Readers(Protocol):
    """Keep what readers' own pages need; every call may raise StoreUnavailable."""

    def key(self, fresh: bytes) -> bytes:
        """Return the key that signs links; where there is none yet, it is `fresh` from now on."""
        ...

    def known_key(self) -> bytes | None:
        """Return the key, None where no link was ever written."""
        ...

    def generation(self, address: str) -> int:
        """Return which links of an address open: those of this generation, 0 at first."""
        ...

    def revoke(self, address: str) -> bool:
        """Let no link of an address that was written so far open anything, and take its calendar away.

        Codes sent to it are void. False where it had no calendar.
        """
        ...

    def named(self, monitor: str, digest: str) -> Named | None:
        """Return whom its rows named; None where that was never noted."""
        ...

    def told_texts(self, monitor: str, places: Collection[Place]) -> Mapping[Place, str]:
        """Return how each of these findings was last told, in one line; without those that never were."""
        ...

    def ask(self, request: Request, message: Message, since: datetime, most: int) -> bool:
        """Write a request and queue its code in one transaction; False where the address had `most` since."""
        ...

    def request(self, request_id: str) -> Request | None:
        """Return a request."""
        ...

    def redeem(self, request_id: str, proof: str, now: datetime) -> Redeemed:
        """Count a try, and where the code is right write the snooze, in one transaction.

        A code is good for CODE_LASTS after its mail was accepted, CODE_WAITS after it was asked for at most.
        """
        ...

    def make_feed(self, address: str, mark: str, now: datetime, generation: int) -> bool:
        """Give an address a calendar, in the place of an earlier one; False where links of another open."""
        ...

    def end_feed(self, address: str) -> bool:
        """Take an address's calendar away; False where it had none."""
        ...

    def feed_since(self, address: str) -> datetime | None:
        """Tell since when an address has its calendar."""
        ...

    def feed_owner(self, mark: str) -> str | None:
        """Return whose calendar it is."""
        ...
