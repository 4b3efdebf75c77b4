"""What a round works with, and what is known of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sereno.domain.calendar import Calendar
from sereno.domain.findings import Look
from sereno.domain.ledger import Entry, Ledger
from sereno.domain.rules import DigestPlan, Monitor
from sereno.domain.steps import Step
from sereno.engine.agenda import Orders
from sereno.engine.ports import Clock, Compose, Log, Registers, Store
from sereno.engine.records import Run
from sereno.engine.traces import Move


@dataclass(frozen=True, slots=True)
class PersonalLinks:
    """Say where readers' own pages are."""

    url: str
    """`CONSOLE_URL`."""
    fresh_key: Callable[[], bytes]
    """Makes a key where the store has none yet."""


@dataclass(frozen=True, slots=True)
class World:
    """Gather what a round works with."""

    clock: Clock
    log: Log
    store: Store
    registers: Registers
    compose: Compose
    calendar: Calendar
    new_id: Callable[[], str]
    links: PersonalLinks | None = None
    """None where readers have no pages of their own."""


@dataclass(frozen=True, slots=True)
class Round:
    """Hold what is known of one digest's round before it is served."""

    monitor: Monitor
    plan: DigestPlan
    period: str
    runs: Sequence[Run]
    """Those that the period has had so far."""
    look: Look
    ledger: Ledger
    """As it stands after this look."""
    changes: Sequence[Entry]
    """What the store does not hold of it yet."""
    steps: Sequence[Step]
    """What became of those."""
    started: datetime
    forced: bool
    orders: Orders
    world: World
    moves: Sequence[Move] = ()
    """What `changes` change."""

    @property
    def today(self) -> date:
        """Return the day of the round."""
        return self.started.date()
