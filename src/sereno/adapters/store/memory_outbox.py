"""The outbox of the store in memory, under the same contract as the one in a database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sereno.adapters.store.memory_mail import Parcel, Shelf
from sereno.domain.outbox import WAITING, Delivery, Ending, State
from sereno.domain.wallclock import utc
from sereno.engine.mail_ports import Claimer, Wanted

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class MemoryOutbox:
    """Keep mail on its way."""

    shelf: Shelf

    def turn(
        self, endings: Sequence[Ending], limit: int, wanted: Wanted, claimer: Claimer, now: datetime
    ) -> list[Delivery]:
        """Record how attempts ended and claim up to `limit` more."""
        shelf, at = self.shelf, utc(now)
        with shelf.lock:
            shelf.settle(endings, claimer.id, at)
            if shelf.hold is not None:
                return []
            due = [each for each in shelf.in_states(WAITING) if self._leaves(each, wanted, at)]
            claimed = [
                replace(each, state="sending", claimed_by=claimer.id, claimed_until=utc(claimer.until))
                for each in sorted(due, key=self._turn)[: max(0, limit)]
            ]
            for parcel in claimed:
                shelf.put(parcel)
            return [shelf.delivery(parcel) for parcel in claimed]

    def renew(self, claimer: Claimer) -> None:
        """Let what the claimer holds last until `claimer.until`."""
        with self.shelf.lock:
            for parcel in self._held_by(claimer.id):
                self.shelf.put(replace(parcel, claimed_until=utc(claimer.until)))

    def release(self, delivery_ids: Iterable[str], claimer_id: str) -> None:
        """Let claimed deliveries that were not tried stand as they stood before."""
        with self.shelf.lock:
            for parcel in self._held_by(claimer_id, delivery_ids):
                stood: State = "deferred" if parcel.next_attempt_at else "queued"
                self.shelf.put(replace(parcel, state=stood, claimed_by=None, claimed_until=None))

    def postpone(self, delivery_id: str, claimer_id: str, until: datetime) -> None:
        """Let a claimed delivery that was not tried wait, behind all others; no attempt counts."""
        with self.shelf.lock:
            for parcel in self._held_by(claimer_id, [delivery_id]):
                free = replace(parcel, state="deferred", claimed_by=None, claimed_until=None)
                self.shelf.put(replace(free, next_attempt_at=utc(until)))

    def hold(self, reasons: Mapping[str, str], claimer_id: str, now: datetime) -> None:
        """Hold claimed deliveries, each for its reason."""
        self._end(reasons, claimer_id, "held", now)

    def withdraw(self, reasons: Mapping[str, str], claimer_id: str, now: datetime) -> None:
        """Drop claimed deliveries that have been sent by other means."""
        self._end(reasons, claimer_id, "dropped", now)

    def claims(self, claimer_id: str) -> list[Delivery]:
        """Return what a claimer holds, without bytes."""
        with self.shelf.lock:
            held = sorted(self._held_by(claimer_id), key=self._turn)
            found = [self.shelf.delivery(parcel) for parcel in held]
        return [replace(each, message=replace(each.message, data=b"")) for each in found]

    def lose(self, delivery_ids: Iterable[str], claimer_id: str, answer: str, now: datetime) -> None:
        """Turn claimed deliveries into `unknown`."""
        self._end(dict.fromkeys(delivery_ids, answer), claimer_id, "unknown", now)

    def lose_abandoned(self, answer: str, now: datetime) -> int:
        """Turn deliveries whose claim has run out into `unknown`; who claimed them may still say better."""
        at, shelf = utc(now), self.shelf
        with shelf.lock:
            sending = shelf.in_states({"sending"})
            lost = [each for each in sending if each.claimed_until and each.claimed_until <= at]
            for each in lost:
                shelf.put(replace(each, state="unknown", answer=answer, settled_at=at, claimed_until=None))
        return len(lost)

    def try_unknown_again(self, settled_before: datetime) -> int:
        """Return to the queue what has been `unknown` since before then."""
        before, shelf = utc(settled_before), self.shelf
        with shelf.lock:
            unknown = shelf.in_states({"unknown"})
            again = [each for each in unknown if each.settled_at and each.settled_at <= before]
            for each in again:
                shelf.put(
                    replace(each, state="queued", next_attempt_at=None, claimed_by=None, claimed_until=None)
                )
        return len(again)

    def waiting(self) -> list[Delivery]:
        """Return what is queued or deferred, oldest first."""
        with self.shelf.lock:
            found = [self.shelf.delivery(parcel) for parcel in self.shelf.in_states(WAITING)]
        return sorted(found, key=lambda each: (utc(each.message.queued_at), each.id))

    def _leaves(self, parcel: Parcel, wanted: Wanted, now: datetime) -> bool:
        message = self.shelf.messages[parcel.message_id].message
        due = parcel.next_attempt_at is None or parcel.next_attempt_at <= now
        kinds = (message.kind != "queue" or message.origin in wanted.queues) and (
            wanted.digests or message.kind != "digest"
        )
        return due and kinds and message.trial == wanted.trial

    def _turn(self, parcel: Parcel) -> tuple[datetime, int, datetime, str]:
        queued_at = self.shelf.messages[parcel.message_id].message.queued_at
        return parcel.next_attempt_at or LONG_AGO, parcel.attempts, queued_at, parcel.id

    def _held_by(self, claimer_id: str, ids: Iterable[str] | None = None) -> list[Parcel]:
        mine = [
            each for each in self.shelf.in_states({"sending", "unknown"}) if each.claimed_by == claimer_id
        ]
        wanted = None if ids is None else set(ids)
        return [each for each in mine if wanted is None or each.id in wanted]

    def _end(self, reasons: Mapping[str, str], claimer_id: str, state: State, now: datetime) -> None:
        with self.shelf.lock:
            for parcel in self._held_by(claimer_id, reasons):
                ended = replace(parcel, state=state, answer=reasons[parcel.id], settled_at=utc(now))
                self.shelf.put(replace(ended, claimed_by=None, claimed_until=None))
                self.shelf.mark_accepted(parcel.message_id)
