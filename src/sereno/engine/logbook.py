"""What the master has the store remember of its watch: who leads, what runs, what was missed, who knows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sereno.domain.alarms import Alarm
from sereno.domain.cadence import Period
from sereno.domain.outbox import Message
from sereno.domain.pauses import Pause

__all__ = ["Alarm", "DigestName", "Lease", "Logbook", "Missed", "Pause", "Process", "Running"]

DigestName = tuple[str, str]
"""A monitor and one of its digests."""


@dataclass(frozen=True, slots=True)
class Process:
    """Name a process for good: numbers are used again, and a machine starts again."""

    pid: int
    born: float
    """When it started, by a clock of its system that nobody sets."""
    boot: str
    """Of its system, since it was started last; empty where that cannot be told."""
    host: str


@dataclass(frozen=True, slots=True)
class Lease:
    """Say who leads the watch over this store, and until when nobody else may take the lead."""

    holder: Process
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Running:
    """Say that a job was started and nobody has recorded its end."""

    job: str
    worker: Process
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Missed:
    """Record that a period ended unserved."""

    monitor: str
    digest: str
    period: str
    closed_at: datetime
    noted_at: datetime


class Logbook(Protocol):
    """Keep the master's own records; every call may raise StoreUnavailable."""

    def made_at(self) -> datetime:
        """Tell when the store was made: periods are owed from that day."""
        ...

    def lease(self) -> Lease | None:
        """Return who leads, or led last and did not let go."""
        ...

    def take(self, lease: Lease, instead_of: Lease | None) -> bool:
        """Take, or renew, the lead; False, and nothing changes, where the lease is no longer `instead_of`."""
        ...

    def let_go(self, holder: Process) -> None:
        """Give up the lead, if that process has it."""
        ...

    def job_started(self, running: Running) -> None:
        """Note that a job was started, in the place of what was noted of it; `record_job` ends the note."""
        ...

    def running(self) -> list[Running]:
        """Return the jobs whose end nobody has recorded, in the order in which they started."""
        ...

    def accounts(self) -> Mapping[DigestName, datetime]:
        """Return until when the periods of each digest that have ended are accounted for."""
        ...

    def account(
        self, monitor: str, digest: str, until: datetime, missed: Sequence[Period], now: datetime
    ) -> None:
        """Note that every period that ended up to `until` was served, or is one of the `missed`.

        In one transaction; a period is missed once, however often it is noted. `until` never goes back.
        """
        ...

    def closed_periods(self, monitor: str, digest: str, after: datetime, until: datetime) -> list[Period]:
        """Return the noted periods that ended after `after`, at `until` at the latest, in that order."""
        ...

    def missed(self, since: datetime) -> list[Missed]:
        """Return the missed periods noted at or after `since`, in the order in which they ended."""
        ...

    def pauses(self) -> Mapping[str, Pause]:
        """Return the last pause of each job that had one, also one that is over."""
        ...

    def pause_instead(self, pause: Pause, of: Pause | None) -> bool:
        """Let a job rest where the pause that it had is still that one; else False, and nothing changes."""
        ...

    def alarms(self) -> Mapping[str, Alarm]:
        """Return by subject what the operators know and what is not over."""
        ...

    def tell(self, alarms: Sequence[Alarm], over: Collection[str], message: Message | None) -> None:
        """Write what the operators are told, and the mail that tells it, in one transaction.

        An alarm takes the place of its subject's; the subjects that are `over` are forgotten.
        """
        ...
