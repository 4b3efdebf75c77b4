"""The mail of the store in memory: what it holds, and what an attempt's end changes."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from threading import RLock

from sereno.domain.foreign import QueueRow
from sereno.domain.outbox import (
    RECIPIENTS_AT_ONCE,
    Delivery,
    Ending,
    Envelope,
    Message,
    State,
    deliveries_of,
    is_sent,
    part_id,
)
from sereno.domain.wallclock import utc
from sereno.engine.mail_records import Hold, PastAttempt

Prove = Callable[[str, Sequence[str], datetime], None]
"""Write a notice of everything that a message told these people."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Hold a message; times in UTC."""

    message: Message
    """Without recipients where it is not composed."""
    composed: bool = True
    draft: QueueRow | None = None
    unheard: bool = False
    """Nobody whom it concerns got it."""
    has_body: bool = True
    """False once its bytes are no longer kept."""
    run_id: str | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """Hold a delivery and how it fares; times in UTC."""

    id: str
    message_id: str
    recipients: tuple[str, ...]
    state: State = "queued"
    attempts: int = 0
    next_attempt_at: datetime | None = None
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    settled_at: datetime | None = None
    answer: str = ""
    refused: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Taken:
    """Remember a row of a queue."""

    message_id: str
    accepted: bool = False
    stamped_at: datetime | None = None


@dataclass(slots=True)
class Shelf:
    """Hold all mail; whoever calls holds the lock."""

    zone: tzinfo
    prove: Prove
    recipients_at_once: int = RECIPIENTS_AT_ONCE
    lock: RLock = field(default_factory=RLock)
    messages: dict[str, Kept] = field(default_factory=dict)
    parcels: dict[str, Parcel] = field(default_factory=dict)
    past: dict[str, list[PastAttempt]] = field(default_factory=lambda: defaultdict(list))
    taken: dict[tuple[str, int, str], Taken] = field(default_factory=dict)
    looked_through: set[str] = field(default_factory=set)
    refused: dict[str, datetime] = field(default_factory=dict)
    hold: Hold | None = None

    def add(self, message: Message, run_id: str | None = None) -> None:
        """Queue a composed message."""
        kept = replace(message, queued_at=utc(message.queued_at))
        self.messages[message.id] = Kept(kept, run_id=run_id)
        for each in deliveries_of(kept, self.recipients_at_once):
            self.put(Parcel(each.id, message.id, each.recipients))

    def put(self, parcel: Parcel) -> None:
        """Keep a delivery as it now stands."""
        self.parcels[parcel.id] = parcel

    def in_states(self, states: Collection[State]) -> list[Parcel]:
        """Return the deliveries in these states."""
        return [each for each in self.parcels.values() if each.state in states]

    def awaits(self, parcel: Parcel) -> bool:
        """Tell whether a held delivery waits for attachments."""
        kept = self.messages[parcel.message_id]
        return kept.has_body and not kept.composed

    def of_message(self, message_id: str) -> list[Parcel]:
        """Return the deliveries of a message."""
        return [each for each in self.parcels.values() if each.message_id == message_id]

    def delivery(self, parcel: Parcel) -> Delivery:
        """Show a delivery as the engine sees it."""
        message = self.messages[parcel.message_id].message
        local = replace(message, queued_at=message.queued_at.astimezone(self.zone))
        return Delivery(parcel.id, local, parcel.recipients, parcel.state, parcel.attempts)

    def further(self, message_id: str, recipients: tuple[str, ...], state: State) -> Parcel:
        """Make one more delivery of a message."""
        name = part_id(message_id, len(self.of_message(message_id)) + 1)
        return Parcel(name, message_id, recipients, state)

    def settle(self, endings: Iterable[Ending], claimer_id: str, now: datetime) -> None:
        """Record endings of what the claimer still holds."""
        for ending in endings:
            parcel = self.parcels.get(ending.attempt.delivery_id)
            if parcel and parcel.claimed_by == claimer_id and parcel.state in {"sending", "unknown"}:
                self._end(parcel, ending, utc(now))

    def set_unheard(self, message_id: str, *, unheard: bool) -> None:
        """Note whether nobody whom a message concerns heard of it."""
        self.messages[message_id] = replace(self.messages[message_id], unheard=unheard)

    def mark_accepted(self, message_id: str) -> None:
        """Note that a queue's row may be stamped: some of its mail was accepted, and none is open."""
        if is_sent({each.state for each in self.of_message(message_id)}):
            for stamp, taken in self.taken.items():
                if taken.message_id == message_id:
                    self.taken[stamp] = replace(taken, accepted=True)

    def _end(self, parcel: Parcel, ending: Ending, now: datetime) -> None:
        attempt, waits = ending.attempt, ending.state == "deferred"
        self.put(
            replace(
                parcel,
                state=ending.state,
                answer=attempt.answer,
                refused=dict(attempt.refused),
                next_attempt_at=ending.next_attempt_at if waits else None,
                settled_at=None if waits else now,
                attempts=parcel.attempts + 1,
                claimed_by=None,
                claimed_until=None,
            )
        )
        if attempt.verdict not in {"accepted", "diverted"}:
            self.past[parcel.id].append(PastAttempt(now, attempt.verdict, attempt.answer))
        if ending.put_off:
            self._put_off(parcel.message_id, ending, now)
        if ending.unheard is not None:
            self.set_unheard(parcel.message_id, unheard=ending.unheard)
        self._tell_addresses(ending, now)
        if ending.state == "accepted":
            self.prove(parcel.message_id, ending.reached, now)
            self.mark_accepted(parcel.message_id)

    def _put_off(self, message_id: str, ending: Ending, now: datetime) -> None:
        words = {each: ending.attempt.refused[each] for each in ending.put_off}
        answer = "; ".join(f"{each}: {said}" for each, said in words.items())
        later = self.further(message_id, ending.put_off, "deferred")
        again = ending.next_attempt_at
        self.put(replace(later, attempts=1, next_attempt_at=again, answer=answer, refused=words))
        self.past[later.id].append(PastAttempt(now, "deferred", answer))

    def _tell_addresses(self, ending: Ending, now: datetime) -> None:
        for address in ending.reached:
            self.refused.pop(address.casefold(), None)
        self.refused.update(dict.fromkeys(ending.refused_for_good, now))


def draft_message(message_id: str, origin: str, subject: str, now: datetime) -> Message:
    """Stand for what is not composed."""
    return Message(message_id, origin, subject, Envelope("", ()), b"", utc(now), kind="queue")
