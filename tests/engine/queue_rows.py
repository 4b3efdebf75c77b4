"""Rows of queues, offices with queues, and queues that cannot be reached."""

from datetime import datetime
from zoneinfo import ZoneInfo

from tests.engine.post_office import an_office
from tests.mailing import queue_row

from sereno.adapters.memory import MemoryQueue, MemoryRelay, MemoryStore
from sereno.domain.errors import QueueUnavailable
from sereno.domain.foreign import message_id

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=ZoneInfo("Europe/Madrid"))


def a_row(number=1, **changes):
    return queue_row(number, NOW, **changes)


def stamp_of(row):
    return row.number, row.fingerprint


def name_of(row, origin="correos"):
    return message_id(origin, row)


class BrokenQueue:
    """A queue of which some calls fail."""

    def __init__(self, real, *calls):
        self._real, self._calls = real, calls

    def __getattr__(self, name):
        if name in self._calls:
            raise QueueUnavailable(f"{self._real.origin}: {name} no se alcanza")
        return getattr(self._real, name)


class Place:
    """A store, a queue and a relay, and an office that works with them."""

    def __init__(self, *rows, origin="correos", now=NOW):
        self.store, self.queue, self.relay = MemoryStore(now), MemoryQueue(origin, rows), MemoryRelay()

    def office(self, now=NOW, *, queues=None, **changes):
        relay = changes.pop("relay", self.relay)
        return an_office(self.store, relay, now, queues=[self.queue] if queues is None else queues, **changes)

    def states(self):
        counted = self.store.mail_summary(NOW.replace(year=2000))
        told = {**counted.counts, "accepted": counted.accepted_since}
        return {state: count for state, count in told.items() if count}

    def stamped(self):
        return [row.number for row, at in self.queue.held if at is not None]
