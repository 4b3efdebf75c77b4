"""Mail leaves the outbox once, and what goes wrong is recorded where it went wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sereno.adapters.memory import MemoryClock, MemoryLog, MemoryRelay, MemoryStore
from sereno.domain.errors import RelayUnavailable, StoreUnavailable
from sereno.domain.outbox import Delivery, Envelope, Message
from sereno.engine.deliver import BATCH, LEASE, Post, deliver
from sereno.engine.records import Run

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=ZoneInfo("Europe/Madrid"))
DAY = NOW - timedelta(hours=9)


def store_with(*names: str) -> MemoryStore:
    store = MemoryStore(NOW)
    envelope = Envelope("sereno@example.com", ("ana@example.com",))
    messages = [
        Message(name, "brass/diario", "Asunto", envelope, b"", NOW + timedelta(seconds=at))
        for at, name in enumerate(names)
    ]
    run = Run("r", "brass", "diario", "2026-11-24", "complete", NOW, NOW, 0, len(messages), "", sent=True)
    store.record(run, messages)
    return store


@dataclass
class ScriptedRelay:
    """Answers each message as told; None breaks the relay."""

    answers: dict[str, str | None]
    seen: list[str] = field(default_factory=list)

    def deliver(self, messages) -> Iterator[Delivery]:
        for message in messages:
            self.seen.append(message.id)
            verdict = self.answers.get(message.id, "accepted")
            if verdict is None:
                raise RelayUnavailable("el servidor no contesta")
            yield Delivery(message.id, verdict, "respuesta", {})


@dataclass
class Stop:
    requested: bool = False
    reason: str = ""


def send(store, relay, now=NOW, log=None, *, stop=None, trial=False):
    return deliver(Post(store, relay, MemoryClock(now), stop or Stop(), log or MemoryLog(), trial=trial))


def test_everything_queued_is_sent_once_in_order():
    names = [f"m{number:03d}" for number in range(2 * BATCH + 3)]
    store, relay = store_with(*names), MemoryRelay()
    assert send(store, relay).verdicts == {"accepted": len(names)}
    assert [message.id for message in relay.accepted] == names
    assert send(store, relay).verdicts == {}


def test_a_deferred_message_is_tried_once_a_call_and_holds_nobody_up():
    store, relay = store_with("a", "b", "c"), ScriptedRelay({"a": "deferred"})
    report = send(store, relay)
    assert relay.seen == ["a", "b", "c"]
    assert report.verdicts == {"deferred": 1, "accepted": 2}
    assert not report.needs_a_person
    assert [message.id for message in store.pending()] == ["a"]


def test_a_batch_of_deferred_messages_does_not_hide_those_behind_it():
    names = [f"m{number:03d}" for number in range(BATCH + 5)]
    store = store_with(*names)
    relay = ScriptedRelay(dict.fromkeys(names[:BATCH], "deferred"))
    send(store, relay)
    assert relay.seen == names


def test_a_relay_that_breaks_stops_the_batch_and_nothing_is_lost_or_counted_as_tried():
    store, relay = store_with("a", "b", "c"), ScriptedRelay({"b": None})
    report = send(store, relay)
    assert report.trouble == "el servidor no contesta"
    assert report.needs_a_person
    assert [message.id for message in store.pending()] == ["b", "c"]


def test_refused_and_unanswered_messages_need_a_person_and_are_not_sent_again():
    store = store_with("a", "b")
    report = send(store, ScriptedRelay({"a": "dead", "b": "unknown"}))
    assert report.needs_a_person
    summary = store.mail_summary(DAY)
    assert (summary.pending, summary.dead, summary.unknown) == (0, 1, 1)
    again = send(store, MemoryRelay())
    assert again.verdicts == {}
    assert again.needs_a_person


def test_a_stop_lets_the_message_in_hand_end_and_gives_the_others_back():
    stop = Stop()

    class Stopping(ScriptedRelay):
        def deliver(self, messages):
            for message in messages:
                stop.requested = True
                yield Delivery(message.id, "accepted", "", {})

    store = store_with("a", "b", "c")
    report = send(store, Stopping({}), stop=stop)
    assert report.verdicts == {"accepted": 1}
    assert [message.id for message in store.pending()] == ["b", "c"]


def test_a_recipient_refused_beside_accepted_ones_needs_a_person():
    class Choosy(ScriptedRelay):
        def deliver(self, messages):
            for message in messages:
                yield Delivery(message.id, "accepted", "", {"luis@example.com": "450 espere"})

    log = MemoryLog()
    report = send(store_with("a"), Choosy({}), log=log)
    assert report.refused == 1
    assert report.needs_a_person
    assert ("error", "mail.accepted") in [(event.level, event.name) for event in log.events]


def test_trial_mail_reaches_no_relay_and_real_mail_never_ends_in_the_trial_s_folder():
    store = store_with("real")
    assert send(store, MemoryRelay(), trial=True).verdicts == {}
    assert [message.id for message in store.pending()] == ["real"]
    assert send(store, MemoryRelay()).verdicts == {"accepted": 1}


def test_a_store_that_fails_after_the_relay_took_the_message_never_gives_it_back():
    class Failing(MemoryStore):
        def settle(self, deliveries, now):
            raise StoreUnavailable("el disco está lleno")

    store = store_with("a", "b")
    store.__class__ = Failing
    with pytest.raises(StoreUnavailable):
        send(store, MemoryRelay())
    assert store.pending() == []


def test_messages_whose_sender_died_become_unknown_when_their_claim_runs_out():
    store = store_with("a")
    store.claim(BATCH, NOW, LEASE, trial=False)
    assert send(store, MemoryRelay(), NOW + LEASE / 2).outbox.unknown == 0
    report = send(store, MemoryRelay(), NOW + LEASE)
    assert report.outbox.unknown == 1
    assert report.needs_a_person
    assert store.mail_summary(DAY).unknown == 1


def test_no_subject_reaches_the_log_but_at_debug():
    log = MemoryLog()
    send(store_with("a"), MemoryRelay(), log=log)
    told = [event for event in log.events if "Asunto" in str(event.fields)]
    assert [event.level for event in told] == ["debug"]
