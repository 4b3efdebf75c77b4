"""What delivering mail asks of the world: the outbox, the queues of other applications, relay and journal."""

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sereno.domain.foreign import Known, QueueRow
from sereno.domain.outbox import Attempt, Delivery, Ending, Message, State
from sereno.engine.journal_ports import Journal
from sereno.engine.mail_records import Hold, MailLine, MailSheet, Sieve

Stamp = tuple[int, str]
"""A row of a queue: its number and fingerprint."""


@dataclass(frozen=True, slots=True)
class Claimer:
    """Say who claims mail, and until when nobody else may take the claim for abandoned."""

    id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Say which waiting mail may leave now."""

    trial: bool
    """Mail composed on trial, or real mail: never both."""
    digests: bool = True
    """False in quiet hours, which hold digests back and nothing else."""
    queues: Collection[str] = ()
    """Those that can be looked at: the mail of any other waits."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """Say what became of a row of a queue when it was seen first, or when its attachments were there."""

    message_id: str
    row: QueueRow
    state: State
    message: Message | None = None
    """`None` where it is not composed (yet)."""
    answer: str = ""
    """Why it is held, dead or old."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Addresses that are none, with what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Composed:
    """Hold what was composed of a row, and whom nobody can write to."""

    message: Message
    refused: Mapping[str, str]
    """Texts that stand among the recipients and are no address."""


class Outbox(Protocol):
    """Keep mail on its way; `sending` belongs to its claimer, and nobody else changes it while it lives."""

    def turn(
        self, endings: Sequence[Ending], limit: int, wanted: Wanted, claimer: Claimer, now: datetime
    ) -> list[Delivery]:
        """Record how attempts ended and claim up to `limit` more, in one transaction that is then on disk.

        What waits for no hour comes first, then what has been due for longest, the least often tried, the
        oldest: what keeps failing holds nobody up. Nothing is claimed while mail is held. An ending counts
        where the claimer still holds the delivery (as `sending`, or as `unknown` where others took it for
        dead); any other changes nothing. A notice is written for every finding that a message tells and
        every recipient reached.
        """
        ...

    def renew(self, claimer: Claimer) -> None:
        """Let what the claimer holds last until `claimer.until`."""
        ...

    def release(self, delivery_ids: Iterable[str], claimer_id: str) -> None:
        """Let claimed deliveries that were not tried stand as they stood before."""
        ...

    def postpone(self, delivery_id: str, claimer_id: str, until: datetime) -> None:
        """Let a claimed delivery that was not tried wait, behind all others; no attempt counts."""
        ...

    def hold(self, reasons: Mapping[str, str], claimer_id: str, now: datetime) -> None:
        """Hold claimed deliveries, each for its reason."""
        ...

    def withdraw(self, reasons: Mapping[str, str], claimer_id: str, now: datetime) -> None:
        """Drop claimed deliveries that have been sent by other means."""
        ...

    def claims(self, claimer_id: str) -> list[Delivery]:
        """Return what a claimer holds, without bytes."""
        ...

    def lose(self, delivery_ids: Iterable[str], claimer_id: str, answer: str, now: datetime) -> None:
        """Turn claimed deliveries into `unknown`."""
        ...

    def lose_abandoned(self, answer: str, now: datetime) -> int:
        """Turn deliveries whose claim has run out into `unknown`; return how many."""
        ...

    def try_unknown_again(self, settled_before: datetime) -> int:
        """Return to the queue what has been `unknown` since before then; return how many."""
        ...

    def waiting(self) -> list[Delivery]:
        """Return what is queued or deferred, oldest first."""
        ...


class Intake(Protocol):
    """Remember what was taken from the queues of other applications."""

    def was_looked_through(self, origin: str) -> bool:
        """Tell whether a queue was ever looked through to its end."""
        ...

    def looked_through(self, origin: str, now: datetime) -> None:
        """Note that a queue was looked through to its end."""
        ...

    def known(self, origin: str, rows: Collection[Stamp]) -> Mapping[Stamp, Known]:
        """Return what is known of those rows that were seen before."""
        ...

    def rows_of(self, origin: str, message_ids: Collection[str]) -> Mapping[str, Stamp]:
        """Return the row from which each of these messages was taken."""
        ...

    def take_in(self, origin: str, taken: Sequence[TakenIn], now: datetime) -> None:
        """Put mail of a queue into the outbox in one transaction; what is known already stays as it is."""
        ...

    def ask_again(self, origin: str, rows: Sequence[Stamp], answer: str, now: datetime) -> None:
        """Add a held delivery for mail that was stamped and is wanted again; from now on it is unstamped."""
        ...

    def drafts(self, origin: str) -> list[tuple[datetime, TakenIn]]:
        """Return the held mail that waits for attachments, and since when it does."""
        ...

    def finish(self, origin: str, taken: TakenIn, now: datetime) -> bool:
        """Put into a draft's place what has become of it; False where another, or a drop, was first."""
        ...

    def keep_bytes(self, message_id: str, data: bytes) -> None:
        """Keep a message's bytes again, composed anew; those that are there stay."""
        ...

    def to_stamp(self, origin: str, limit: int, after: Stamp) -> list[Stamp]:
        """Return, in order, rows beyond `after` whose mail was accepted and that we have not stamped yet."""
        ...

    def stamped(self, origin: str, rows: Collection[Stamp], now: datetime) -> None:
        """Note that these rows are stamped."""
        ...


class Desk(Protocol):
    """Let a person see mail, and decide about what does not leave by itself."""

    def lines(self, states: Collection[State], origin: str | None, limit: int) -> list[MailLine]:
        """Return deliveries, the newest first."""
        ...

    def of_run(self, run_id: str) -> list[MailLine]:
        """Return the deliveries of a run's mail, in the order of their ids."""
        ...

    def named(self, text: str) -> list[str]:
        """Return the ids of deliveries that begin with a text, or a queue's row by `origin-number`; few."""
        ...

    def leaf(self, sieve: Sieve, first: int, number: int) -> list[MailLine]:
        """Return a page of the deliveries that are asked for, from the `first` (of 0) on."""
        ...

    def origins(self) -> list[str]:
        """Name where mail has come from, in order."""
        ...

    def sheet(self, delivery_id: str) -> MailSheet | None:
        """Return all that is known of a delivery."""
        ...

    def retry(self, delivery_id: str) -> bool:
        """Return a delivery to the queue as if it were new; False where its state does not allow it."""
        ...

    def send_to(self, message_id: str, recipients: tuple[str, ...]) -> str:
        """Queue a further delivery of a message to these recipients; return its id."""
        ...

    def hold(self, delivery_id: str, answer: str, now: datetime) -> bool:
        """Keep a delivery that waits from leaving until a person decides; False where it does not wait."""
        ...

    def drop(self, delivery_id: str, answer: str, now: datetime) -> bool:
        """Give a delivery up for good; False where its state does not allow it."""
        ...

    def old(self, origin: str) -> list[tuple[str, Stamp]]:
        """Return the queue's mail that was recorded long before it was seen: message and row."""
        ...

    def hold_mail(self, why: str, now: datetime) -> bool:
        """Let no mail leave from now on; False, and nothing changes, where it is held already."""
        ...

    def let_mail_go(self, of: Hold) -> bool:
        """End that hold; False where there is none, or another."""
        ...

    def held(self) -> Hold | None:
        """Return the hold in force."""
        ...


class Queue(Protocol):
    """Read and stamp a table `TbCorreosEnviados` that other programs write to at any moment.

    Every call is a transaction of its own, held for milliseconds. All may raise QueueUnavailable.
    """

    @property
    def origin(self) -> str:
        """Name the queue: `correos`, `tareas`."""
        ...

    def pending(self) -> Iterator[Sequence[QueueRow]]:
        """Yield the rows that nobody has stamped, by number; raise RowsUnidentified, last, of any others."""
        ...

    def rows(self, numbers: Collection[int]) -> list[QueueRow]:
        """Return the rows of these numbers that nobody has stamped."""
        ...

    def stamped(self, rows: Collection[Stamp]) -> frozenset[Stamp]:
        """Return those of these rows that somebody has stamped; a row that is gone is not among them."""
        ...

    def stamp(self, rows: Collection[Stamp], at: datetime) -> frozenset[Stamp]:
        """Write `FechaEnvio`; return the rows that need no more of it.

        Where it is null and the row is still the same mail. Those that are stamped, gone, or have become
        another mail need nothing; those that share their number with another waiting mail, which a stamp
        would hit too, are left out of the answer and of the stamping until that one is in `rows` as well.
        """
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


class Relay(Protocol):
    """Hand mail to whoever carries it on."""

    def deliver(self, deliveries: Iterable[Delivery], journal: Journal) -> Generator[Attempt]:
        """Try each delivery, over reused connections, and yield each end as it is known, in any order.

        `deliveries` is asked for the next whenever one can be tried: asking may take a while, and happens in
        the caller's thread. The journal is told before any data is sent, and of each end.
        Raises RelayUnavailable when nothing more can be tried now, after yielding every end that is known:
        what was asked for and has no end was not sent.
        """
        ...


ComposeRow = Callable[[str, str, QueueRow, datetime], Composed]
"""Compose a row (origin, message id, row, now); raise LetterRefused or AttachmentUnavailable."""
