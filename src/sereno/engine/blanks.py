"""Of which monitors the list of open findings may not be all that there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sereno.domain.calendar import Calendar
from sereno.domain.wallclock import utc
from sereno.engine.agenda import Post
from sereno.engine.neglect import Unseen, last_look, unseen
from sereno.engine.pausing import resting
from sereno.engine.ports import Store

Rest = Literal["unconfigured", "paused"]


@dataclass(frozen=True, slots=True)
class Blank:
    """Say why a monitor's findings may not all be known."""

    post: Post
    rest: Rest | None
    """Why nobody looks with it; `None` where somebody does."""
    unseen: Unseen | None
    """What was not seen though somebody looks; of one at rest, the last time that somebody did."""
    at: datetime | None
    """When the last round was that says so; of several digests, the one whose last round is the oldest."""


def blanks(posts: Sequence[Post], now: datetime, calendar: Calendar, store: Store) -> list[Blank]:
    """Name the monitors that nobody looks with, or with which not all was seen, or not when it was owed."""
    pauses = resting(store, now.date())
    found = (_blank(post, now, calendar, store, paused=post.monitor.name in pauses) for post in posts)
    return [each for each in found if each is not None]


def _blank(post: Post, now: datetime, calendar: Calendar, store: Store, *, paused: bool) -> Blank | None:
    rest: Rest | None = "unconfigured" if post.orders.unconfigured else "paused" if paused else None
    found = unseen(post, post.monitor.digests, now, calendar, store)
    if rest is not None and found == "stale":  # which it is for that very reason
        found = None
    if rest is None and found is None:
        return None
    looks = [look for plan in post.monitor.digests if (look := last_look(post, plan, store))]
    telling = [look for look in looks if look.state == "blind"] if found == "blind" else looks
    return Blank(post, rest, found, min((look.finished_at for look in telling), default=None, key=utc))
