"""What the store in memory keeps for readers' own pages."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sereno.adapters.store.memory_ledger import MemoryLedger
from sereno.adapters.store.memory_mail import Shelf
from sereno.adapters.store.zones import moved
from sereno.domain.outbox import Message
from sereno.domain.wallclock import utc
from sereno.engine.reader_ports import Named, Place, Redeemed, Request
from sereno.engine.redeeming import judge_code


@dataclass(slots=True)
class MemoryReaders:
    """Keep what readers' own pages need; times in UTC."""

    shelf: Shelf
    ledger: MemoryLedger
    secret: bytes | None = field(default=None, repr=False)
    generations: dict[str, int] = field(default_factory=dict)
    feeds: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    codes: dict[str, Request] = field(default_factory=dict)
    whose: dict[tuple[str, str], Named] = field(default_factory=dict)

    def key(self, fresh: bytes) -> bytes:
        """Return the key that signs links; where there is none yet, it is `fresh` from now on."""
        with self.shelf.lock:
            self.secret = self.secret or fresh
        return self.secret

    def known_key(self) -> bytes | None:
        """Return the key, None where no link was ever written."""
        return self.secret

    def generation(self, address: str) -> int:
        """Return which links of an address open."""
        return self.generations.get(address, 0)

    def revoke(self, address: str) -> bool:
        """Begin another generation; what the one before was sent, or made, is void."""
        with self.shelf.lock:
            self.generations[address] = self.generation(address) + 1
            self.codes = {name: each for name, each in self.codes.items() if each.address != address}
            return self.end_feed(address)

    def note_named(self, monitor: str, digest: str, named: Named) -> None:
        """Note whom a personal digest's rows name, in the place of what was noted before."""
        self.whose[monitor, digest] = moved(named, UTC, "at")

    def named(self, monitor: str, digest: str) -> Named | None:
        """Return whom its rows named; None where that was never noted."""
        noted = self.whose.get((monitor, digest))
        return noted and moved(noted, self.shelf.zone, "at")

    def told_texts(self, monitor: str, places: Collection[Place]) -> Mapping[Place, str]:
        """Return how each of these findings was last told, in one line; without those that never were."""
        with self.shelf.lock:
            texts = {place: self.ledger.text_of((monitor, *place)) for place in places}
        return {place: text for place, text in texts.items() if text is not None}

    def ask(self, request: Request, message: Message, since: datetime, most: int) -> bool:
        """Write a request and queue its code at once; False where the address had `most` since."""
        with self.shelf.lock:
            mine = [each for each in self.codes.values() if each.address == request.address]
            if sum(each.asked_at >= utc(since) for each in mine) >= most:
                return False
            self.codes[request.id] = moved(request, UTC, "asked_at")
            self.shelf.add(message)
            return True

    def request(self, request_id: str) -> Request | None:
        """Return a request."""
        found = self.codes.get(request_id)
        if found is None:
            return None
        local = moved(found, self.shelf.zone, "asked_at")
        return replace(local, used_at=local.used_at and local.used_at.astimezone(self.shelf.zone))

    def redeem(self, request_id: str, proof: str, now: datetime) -> Redeemed:
        """Count a try, and where the code is right write the snooze, at once."""
        with self.shelf.lock:
            if request_id not in self.codes:
                return "expired"
            found = self.codes[request_id]
            found = self.codes[request_id] = replace(found, tries=found.tries + 1)
            verdict = judge_code(found, proof, self._accepted_at(found.message_id), now)
            if verdict == "done":
                self.codes[request_id] = replace(found, used_at=utc(now))
                self.ledger.snooze(found.monitor, found.rule, found.track, found.snooze)
            return verdict

    def make_feed(self, address: str, mark: str, now: datetime, generation: int) -> bool:
        """Give an address a calendar, in the place of an earlier one; False where links of another open."""
        with self.shelf.lock:
            if generation != self.generation(address):
                return False
            self.feeds[address] = mark, utc(now)
            return True

    def end_feed(self, address: str) -> bool:
        """Take an address's calendar away; False where it had none."""
        return self.feeds.pop(address, None) is not None

    def feed_since(self, address: str) -> datetime | None:
        """Tell since when an address has its calendar."""
        return self.feeds[address][1].astimezone(self.shelf.zone) if address in self.feeds else None

    def feed_owner(self, mark: str) -> str | None:
        """Return whose calendar it is."""
        return next((address for address, (known, _) in self.feeds.items() if known == mark), None)

    def _accepted_at(self, message_id: str) -> datetime | None:
        of_message = self.shelf.of_message(message_id)
        return next((each.settled_at for each in of_message if each.state == "accepted"), None)
