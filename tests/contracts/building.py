"""What the contract's tests work with: runs and mail to keep, and ways to look at them."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

from tests import mailing

from sereno.domain.cadence import Period
from sereno.domain.ledger import Entry, Telling, Track
from sereno.domain.outbox import Attempt, Delivery, Envelope, Message, Verdict
from sereno.engine.ports import Store
from sereno.engine.records import Run, Told

MADRID = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 11, 24, 9, 0, 0, 123456, tzinfo=MADRID)
LONG_AGO = NOW - timedelta(days=999)
LEASE = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
TODAY = NOW.date()
DAY = Period("2026-11-24", NOW.replace(hour=7, minute=0), NOW.replace(hour=20, minute=0))


@dataclass(frozen=True)
class Place:
    """Where a store lives: opened again, it holds what it held."""

    open: Callable[[], Store]

    def die(self) -> Store:
        """Lose the process, and start again."""
        return self.open()


def a_run(**changes) -> Run:
    fresh = Run(
        id=uuid.uuid4().hex,
        monitor="brass",
        digest="diario",
        period=DAY.id,
        state="complete",
        started_at=NOW,
        finished_at=NOW + timedelta(seconds=2),
        findings=3,
        messages=1,
        why="",
        sent=True,
    )
    return replace(fresh, **changes)


def a_failure(**changes) -> Run:
    """Make a blind run that told nobody: there may be many in a period."""
    return a_run(**{"state": "blind", "sent": False, **changes})


def a_message(name: str, **changes) -> Message:
    fresh = Message(
        id=name,
        origin="brass/diario",
        subject="Equipos por calibrar: 3 · año",
        envelope=Envelope("brass@example.com", ("ana@example.com", "luis@example.com")),
        data=b"Subject: =?utf-8?q?a=C3=B1o?=\r\n\r\n\x00\xff cuerpo\r\n",
        queued_at=NOW,
    )
    return replace(fresh, **changes)


def queue(store: Store, *messages: Message) -> None:
    store.record(a_run(forced=True, messages=len(messages)), messages)


def ids(messages) -> list[str]:
    return [message.id for message in messages]


def counts(store: Store) -> dict[str, int]:
    summary = store.mail_summary(LONG_AGO)
    told = {**summary.counts, "accepted": summary.accepted_since}
    return {state: count for state, count in told.items() if count}


def claim(store: Store, limit: int, now: datetime = NOW, *, trial: bool = False) -> list[Delivery]:
    return mailing.claim(store, limit, now, LEASE, trial=trial)


def accepted(message: Message | Delivery) -> Attempt:
    return Attempt(message.id, "accepted", "250 2.0.0 Ok", {})


def an_entry(track: Track = (7,), **changes) -> Entry:
    return replace(Entry("BR-1", track, track, TODAY, TODAY, TODAY, "BR-1"), **changes)


def told(track: Track = (7,), message: str | None = "m1", **changes) -> Told:
    telling = Telling("diario", DAY.id, "BR-1", TODAY, TODAY)
    return Told("BR-1", track, track, replace(telling, **changes), message, "B-7 | Multímetro")


def tell(store: Store, *tellings: Told, run: Run | None = None) -> None:
    """Record what was told, with the entries and the messages that it needs."""
    entries = {each.track: an_entry(each.track) for each in tellings}
    names = sorted({each.message_id for each in tellings if each.message_id})
    store.record(run or a_run(forced=True), list(map(a_message, names)), list(entries.values()), tellings)


def deliver(store: Store, verdict: Verdict, now: datetime = NOW, **refused: str) -> None:
    """Let every queued message end with that verdict."""
    claimed = claim(store, 99, now)
    refusals = {f"{name}@example.com": words for name, words in refused.items()}
    mailing.settle(store, [Attempt(message.id, verdict, "", refusals) for message in claimed], now)


def at_once(place, acts):
    """Let each act upon a store of its own at the same moment; return what each was told."""
    stores, start, told = [place.die() for _ in acts], Barrier(len(acts)), [None] * len(acts)

    def act(number):
        start.wait()
        told[number] = acts[number](stores[number])

    threads = [Thread(target=act, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told
