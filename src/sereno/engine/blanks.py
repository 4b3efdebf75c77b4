"""Of which monitors the list of open findings may not be all that there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sereno.domain.wallclock import utc
from sereno.engine.agenda import Post
from sereno.engine.neglect import last_look
from sereno.engine.pausing import resting
from sereno.engine.ports import Store
from sereno.engine.records import Run

Why = Literal["unconfigured", "paused", "never", "blind"]


@dataclass(frozen=True, slots=True)
class Blank:
    """Say why a monitor's findings may not all be known."""

    post: Post
    why: Why
    last: Run | None
    """The last round of the digest that was seen least, where there was one."""


def blanks(posts: Sequence[Post], store: Store, today: date) -> list[Blank]:
    """Name the monitors that nobody looks with, or whose last look at a digest saw not all."""
    pauses = resting(store, today)
    found = (_blank(post, store, paused=post.monitor.name in pauses) for post in posts)
    return [each for each in found if each is not None]


def _blank(post: Post, store: Store, *, paused: bool) -> Blank | None:
    looks = [last_look(post, plan, store) for plan in post.monitor.digests]
    blind = [run for run in looks if run is not None and run.state == "blind"]
    last = max((run for run in blind or looks if run), key=lambda run: utc(run.finished_at), default=None)
    if post.orders.unconfigured:
        return Blank(post, "unconfigured", last)
    if paused:
        return Blank(post, "paused", last)
    if blind:
        return Blank(post, "blind", last)
    return Blank(post, "never", last) if None in looks else None
