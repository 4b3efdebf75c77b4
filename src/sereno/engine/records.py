"""What the store keeps of runs, tellings and jobs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from sereno.domain.findings import Datum
from sereno.domain.ledger import Telling, Track
from sereno.domain.wallclock import utc

RunState = Literal["complete", "blind", "unaddressed"]

IMPORTED = "importado"
"""Stands for a period in the run that remembers that tellings were taken over, and for the reason of one that
remembers what an older program did."""


@dataclass(frozen=True, slots=True)
class Run:
    """Record one evaluation of one digest for one period."""

    id: str
    monitor: str
    digest: str
    period: str
    state: RunState
    started_at: datetime
    finished_at: datetime
    findings: int
    messages: int
    why: str
    """What made it blind or unaddressed; empty when complete, but for `IMPORTED`."""
    sent: bool
    """Whether it queued a mail (an incomplete digest is sent once a period)."""
    forced: bool = False
    """Asked for by hand: it satisfies no period."""
    trial: bool = False
    """Its mail went to the trial folder: it satisfies no period, and nobody was told."""
    data_errors: tuple[Datum, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    """Findings by section."""

    @property
    def looked(self) -> bool:
        """Tell whether it looked at the registers, seen or not: an older program's did not."""
        return self.why != IMPORTED

    def counts_for(self, *, trial: bool) -> bool:
        """Tell whether it tried to satisfy its period; while on trial one on trial does."""
        return not self.forced and (trial or not self.trial)

    def serves(self, *, trial: bool) -> bool:
        """Tell whether it satisfied its period; while on trial one does that otherwise would have."""
        return self.state == "complete" and self.counts_for(trial=trial)


@dataclass(frozen=True, slots=True)
class Told:
    """Note that a finding was told (or, without a message, was known before): written with its run."""

    rule: str
    track: Track
    key: Track
    telling: Telling
    message_id: str | None
    """`None` where nobody was mailed: a baseline, an imported ledger."""
    text: str
    """The row as it was told, for the proof of notice."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Prove that a person was told of a finding: append-only, written when a relay accepts the message."""

    accepted_at: datetime
    address: str
    monitor: str
    rule: str
    section: str
    key: Track
    due: date | None
    message_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Owned:
    """Count what is open in a section by whom its rows name."""

    monitor: str
    rule: str
    section: str
    owner: str | None
    findings: int

    def place(self) -> tuple[object, ...]:
        """Say where it comes among others: those that name nobody first."""
        return (self.monitor, self.rule, self.section, self.owner or "")


@dataclass(frozen=True, slots=True)
class JobResult:
    """Tell how a job ended; return codes as in docs/reference/daemon.md."""

    job: str
    started_at: datetime
    ended_at: datetime
    code: int
    tail: str
    """The last lines that it printed."""

    def spans(self, run: Run) -> bool:
        """Tell whether a run ended while the job was at it."""
        return utc(self.started_at) <= utc(run.finished_at) <= utc(self.ended_at)


@dataclass(frozen=True, slots=True)
class JobTotals:
    """Count how often a job ran, how often well, and since when it last did well."""

    runs: int
    successes: int
    last_success: datetime | None
