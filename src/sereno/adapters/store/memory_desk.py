"""What the store in memory remembers of queues, and how a person sees its mail."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sereno.adapters.store.memory_mail import Kept, Parcel, Shelf, Taken, draft_message
from sereno.domain.foreign import Known, long_name
from sereno.domain.outbox import DROPPABLE, HOLDABLE, RETRIABLE, State, leaves_unheard
from sereno.domain.wallclock import utc
from sereno.engine.mail_ports import Stamp, TakenIn
from sereno.engine.mail_records import Hold, MailLine, MailSheet, Sieve


@dataclass(frozen=True, slots=True)
class MemoryIntake:
    """Remember what was taken from queues."""

    shelf: Shelf

    def was_looked_through(self, origin: str) -> bool:
        """Tell whether a queue was ever looked through to its end."""
        return origin in self.shelf.looked_through

    def looked_through(self, origin: str, now: datetime) -> None:  # noqa: ARG002  the port's
        """Note that a queue was looked through to its end."""
        self.shelf.looked_through.add(origin)

    def known(self, origin: str, rows: Collection[Stamp]) -> Mapping[Stamp, Known]:
        """Return what is known of those rows that were seen before."""
        with self.shelf.lock:
            found = {row: self.shelf.taken.get((origin, *row)) for row in rows}
        return {row: Known(taken.stamped_at is not None) for row, taken in found.items() if taken is not None}

    def rows_of(self, origin: str, message_ids: Collection[str]) -> Mapping[str, Stamp]:
        """Return the row from which each of these messages was taken."""
        with self.shelf.lock:
            return {
                taken.message_id: (number, mark)
                for (name, number, mark), taken in self.shelf.taken.items()
                if name == origin and taken.message_id in message_ids
            }

    def take_in(self, origin: str, taken: Sequence[TakenIn], now: datetime) -> None:
        """Put mail of a queue into the outbox; what is known already stays as it is."""
        with self.shelf.lock:
            for each in taken:
                stamp = (origin, each.row.number, each.row.fingerprint)
                if each.message_id not in self.shelf.messages:
                    self.shelf.taken[stamp] = Taken(each.message_id)
                    self._put(origin, each, now)

    def ask_again(self, origin: str, rows: Sequence[Stamp], answer: str, now: datetime) -> None:
        """Add a held delivery for mail that was stamped and is wanted again; from now on it is unstamped."""
        shelf = self.shelf
        with shelf.lock:
            for row in rows:
                taken = shelf.taken.get((origin, *row))
                if taken and taken.stamped_at:
                    everybody = shelf.messages[taken.message_id].message.envelope.recipients
                    held = shelf.further(taken.message_id, everybody, "held")
                    shelf.put(replace(held, answer=answer, settled_at=utc(now)))
                    shelf.taken[origin, *row] = replace(taken, accepted=False, stamped_at=None)

    def drafts(self, origin: str) -> list[tuple[datetime, TakenIn]]:
        """Return the held mail that waits for attachments, and since when it does."""
        found: list[tuple[datetime, TakenIn]] = []
        with self.shelf.lock:
            for parcel in self.shelf.in_states({"held"}):
                kept = self.shelf.messages[parcel.message_id]
                if kept.message.origin == origin and kept.draft is not None and not kept.composed:
                    since = kept.message.queued_at.astimezone(self.shelf.zone)
                    found.append((since, TakenIn(parcel.id, kept.draft, "held", answer=parcel.answer)))
        return found

    def finish(self, origin: str, taken: TakenIn, now: datetime) -> bool:
        """Put into a draft's place what has become of it; False where another, or a drop, was first."""
        with self.shelf.lock:
            parcels = self.shelf.of_message(taken.message_id)
            composed = self.shelf.messages[taken.message_id].composed
            if composed or not any(each.state in {"held", "dead", "old"} for each in parcels):
                return False  # what another process has finished may have left
            for parcel in parcels:
                del self.shelf.parcels[parcel.id]
            self._put(origin, taken, now)
            return True

    def to_stamp(self, origin: str, limit: int, after: Stamp) -> list[Stamp]:
        """Return, in order, rows beyond `after` whose mail was accepted and that we have not stamped yet."""
        with self.shelf.lock:
            due = [
                (number, fingerprint)
                for (name, number, fingerprint), taken in self.shelf.taken.items()
                if name == origin and taken.accepted and not taken.stamped_at
            ]
        return sorted(row for row in due if row > after)[:limit]

    def stamped(self, origin: str, rows: Collection[Stamp], now: datetime) -> None:
        """Note that these rows are stamped."""
        with self.shelf.lock:
            for row in rows:
                taken = self.shelf.taken[origin, *row]
                self.shelf.taken[origin, *row] = replace(taken, stamped_at=utc(now))

    def keep_bytes(self, message_id: str, data: bytes) -> None:
        """Keep a message's bytes again, composed anew; those that are there stay."""
        with self.shelf.lock:
            kept = self.shelf.messages[message_id]
            if not kept.has_body:
                whole = replace(kept.message, data=data)
                self.shelf.messages[message_id] = replace(kept, message=whole, composed=True, has_body=True)

    def _put(self, origin: str, taken: TakenIn, now: datetime) -> None:
        name, shelf = taken.message_id, self.shelf
        if taken.message is None:
            draft = None if taken.state == "old" else taken.row
            shelf.messages[name] = Kept(
                draft_message(name, origin, taken.row.subject, now), composed=False, draft=draft
            )
            shelf.put(Parcel(name, name, ()))
        else:
            shelf.add(taken.message)
        ended = utc(now) if taken.state in {"dead", "held", "old"} else None
        told = replace(shelf.parcels[name], state=taken.state, answer=taken.answer, settled_at=ended)
        shelf.put(replace(told, refused=dict(taken.refused)))


@dataclass(frozen=True, slots=True)
class MemoryDesk:
    """Show mail, and do what a person decides."""

    shelf: Shelf

    def lines(self, states: Collection[State], origin: str | None, limit: int) -> list[MailLine]:
        """Return deliveries, the newest first."""
        return self.leaf(Sieve(frozenset(states), origin), 0, limit)

    def leaf(self, sieve: Sieve, first: int, number: int) -> list[MailLine]:
        """Return a page of the deliveries that are asked for, from the `first` (of 0) on."""
        with self.shelf.lock:
            found = [self._line(each) for each in self.shelf.in_states(sieve.states)]
        wanted = [each for each in found if _passes(each, sieve)]
        wanted.sort(key=lambda each: (utc(each.queued_at), each.id), reverse=not sieve.oldest_first)
        return wanted[first : first + number]

    def origins(self) -> list[str]:
        """Name where mail has come from, in order."""
        with self.shelf.lock:
            return sorted(
                {self.shelf.messages[each.message_id].message.origin for each in self.shelf.parcels.values()}
            )

    def of_run(self, run_id: str) -> list[MailLine]:
        """Return the deliveries of a run's mail, in the order of their ids."""
        with self.shelf.lock:
            of_run = {name for name, kept in self.shelf.messages.items() if kept.run_id == run_id}
            found = [each for each in self.shelf.parcels.values() if each.message_id in of_run]
            return [self._line(each) for each in sorted(found, key=lambda each: each.id)]

    def named(self, text: str) -> list[str]:
        """Return the ids of deliveries that begin with a text, or a queue's row by `origin-number`."""
        whole = long_name(text)
        found = sorted(name for name in self.shelf.parcels if name.startswith(whole))
        return [whole] if whole in found else found[:10]

    def sheet(self, delivery_id: str) -> MailSheet | None:
        """Return all that is known of a delivery."""
        parcel = self.shelf.parcels.get(delivery_id)
        if parcel is None:
            return None
        kept = self.shelf.messages[parcel.message_id]
        past = [
            replace(each, at=each.at.astimezone(self.shelf.zone)) for each in self.shelf.past[delivery_id]
        ]
        data = kept.message.data if kept.composed else None
        sender = kept.message.envelope.sender
        return MailSheet(self._line(parcel), sender, parcel.refused, tuple(past), data, kept.draft)

    def retry(self, delivery_id: str) -> bool:
        """Return a delivery to the queue as if it were new; False also where nothing is composed."""
        with self.shelf.lock:
            parcel = self._in(delivery_id, RETRIABLE)
            if parcel is None:
                return False
            if not self.shelf.messages[parcel.message_id].composed:
                return False
            free = replace(parcel, claimed_by=None, claimed_until=None, settled_at=None)
            self.shelf.put(replace(free, state="queued", attempts=0, next_attempt_at=None))
            self.shelf.set_unheard(parcel.message_id, unheard=False)
            return True

    def send_to(self, message_id: str, recipients: tuple[str, ...]) -> str:
        """Queue a further delivery of a message to these recipients; return its id."""
        with self.shelf.lock:
            further = self.shelf.further(message_id, recipients, "queued")
            self.shelf.put(further)
            return further.id

    def hold(self, delivery_id: str, answer: str, now: datetime) -> bool:
        """Keep a delivery that waits from leaving until a person decides; False where it does not wait."""
        with self.shelf.lock:
            parcel = self._in(delivery_id, HOLDABLE)
            if parcel is None:
                return False
            self.shelf.put(replace(parcel, state="held", answer=answer, settled_at=utc(now)))
            return True

    def drop(self, delivery_id: str, answer: str, now: datetime) -> bool:
        """Give a delivery up for good; what it would have told its first reader counts as not told."""
        with self.shelf.lock:
            parcel = self._in(delivery_id, DROPPABLE)
            if parcel is None:
                return False
            self.shelf.put(replace(parcel, state="dropped", answer=answer, settled_at=utc(now)))
            everybody = self.shelf.messages[parcel.message_id].message.envelope.recipients
            accepted = [each for each in self.shelf.of_message(parcel.message_id) if each.state == "accepted"]
            heard = {each for other in accepted for each in other.recipients if each not in other.refused}
            if leaves_unheard(everybody, parcel.recipients, heard):
                self.shelf.set_unheard(parcel.message_id, unheard=True)
            self.shelf.mark_accepted(parcel.message_id)
            return True

    def old(self, origin: str) -> list[tuple[str, Stamp]]:
        """Return the queue's mail that was recorded long before it was seen: message and row."""
        old = {each.message_id for each in self.shelf.in_states({"old"})}
        rows = [(taken.message_id, stamp) for stamp, taken in self.shelf.taken.items() if stamp[0] == origin]
        found = [(name, (number, mark)) for name, (_, number, mark) in rows if name in old]
        return sorted(found, key=lambda each: each[1])

    def hold_mail(self, why: str, now: datetime) -> bool:
        """Let no mail leave from now on; False, and nothing changes, where it is held already."""
        with self.shelf.lock:
            if self.shelf.hold is not None:
                return False
            self.shelf.hold = Hold(utc(now).astimezone(self.shelf.zone), why)
        return True

    def let_mail_go(self, of: Hold) -> bool:
        """End that hold; False where there is none, or another."""
        with self.shelf.lock:
            held = self.shelf.hold
            if held is None or of.since != held.since:
                return False
            self.shelf.hold = None
            return True

    def held(self) -> Hold | None:
        """Return the hold in force."""
        return self.shelf.hold

    def _in(self, delivery_id: str, states: Collection[State]) -> Parcel | None:
        parcel = self.shelf.parcels.get(delivery_id)
        return parcel if parcel is not None and parcel.state in states else None

    def _line(self, parcel: Parcel) -> MailLine:
        message, zone = self.shelf.messages[parcel.message_id].message, self.shelf.zone
        return MailLine(
            id=parcel.id,
            message_id=parcel.message_id,
            origin=message.origin,
            subject=message.subject,
            recipients=parcel.recipients,
            state=parcel.state,
            queued_at=message.queued_at.astimezone(zone),
            attempts=parcel.attempts,
            next_attempt_at=parcel.next_attempt_at and parcel.next_attempt_at.astimezone(zone),
            settled_at=parcel.settled_at and parcel.settled_at.astimezone(zone),
            answer=parcel.answer,
        )


def _passes(line: MailLine, sieve: Sieve) -> bool:
    late = sieve.queued_by is not None and utc(line.queued_at) > utc(sieve.queued_by)
    return sieve.origin in {None, line.origin} and not late
