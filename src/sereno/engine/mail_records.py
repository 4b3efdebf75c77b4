"""What the store tells of mail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sereno.domain.foreign import QueueRow
from sereno.domain.outbox import WAITING, State, Verdict
from sereno.domain.redaction import without_secrets


@dataclass(frozen=True, slots=True)
class Hold:
    """Tell that no mail leaves, since when and why."""

    since: datetime
    why: str


@dataclass(frozen=True, slots=True)
class MailSummary:
    """Tell how the outbox stands."""

    counts: Mapping[State, int] = field(default_factory=dict)
    """Deliveries by state, but for those accepted; a state without any is left out."""
    accepted_since: int = 0
    awaiting: int = 0
    """Of those held, how many wait for attachments, and for nobody's decision."""
    oldest: datetime | None = None
    """When the oldest of what is to leave was queued."""
    hold: Hold | None = None

    def of(self, *states: State) -> int:
        """Count the deliveries in these states."""
        return sum(self.counts.get(state, 0) for state in states)

    @property
    def pending(self) -> int:
        """Count what leaves by itself."""
        return self.of(*WAITING, "sending")

    @property
    def _kept_back(self) -> int:
        return self.of("held") - self.awaiting

    @property
    def stuck(self) -> int:
        """Count what leaves only when somebody decides."""
        return self.of("dead", "unknown") + self._kept_back

    @property
    def stuck_in_words(self) -> str:
        """Count in words what leaves only when somebody decides; empty where nothing does."""
        counts = (
            (self.of("dead"), "rechazado", "rechazados"),
            (self.of("unknown"), "del que no se sabe si salió", "de los que no se sabe si salieron"),
            (self._kept_back, "retenido", "retenidos"),
        )
        return ", ".join(f"{number} {one if number == 1 else many}" for number, one, many in counts if number)


@dataclass(frozen=True, slots=True)
class MailLine:
    """Show a delivery in a list."""

    id: str
    message_id: str
    origin: str
    subject: str
    recipients: tuple[str, ...]
    state: State
    queued_at: datetime
    attempts: int
    next_attempt_at: datetime | None
    settled_at: datetime | None
    answer: str


@dataclass(frozen=True, slots=True)
class Sieve:
    """Say which deliveries are asked for, and in which order."""

    states: frozenset[State]
    origin: str | None = None
    queued_by: datetime | None = None
    """By when they were queued, at the latest."""
    oldest_first: bool = False


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """Tell how an attempt ended."""

    at: datetime
    verdict: Verdict
    answer: str


@dataclass(frozen=True, slots=True)
class MailSheet:
    """Show all that is known of a delivery."""

    line: MailLine
    sender: str
    refused: Mapping[str, str]
    past: tuple[PastAttempt, ...]
    data: bytes | None
    """The bytes, but for a reader's personal link or code, which nobody is shown; `None` where nothing is
    composed, or they are no longer kept."""
    draft: QueueRow | None
    """What is not composed."""

    def __post_init__(self) -> None:
        """Cover what is for the reader alone: nothing that shows mail can forget to."""
        if self.data is not None:
            object.__setattr__(self, "data", without_secrets(self.data, self.line.origin))
