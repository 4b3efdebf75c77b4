"""A post office in memory, of which a test changes what it is about."""

from dataclasses import dataclass, field
from itertools import count

from sereno.adapters.attachments import AttachmentPolicy
from sereno.adapters.memory import MemoryClock, MemoryJournals, MemoryLog
from sereno.adapters.mime import SenderPolicy
from sereno.adapters.queue_letters import compose_row
from sereno.domain.calendar import Calendar, parse_holidays
from sereno.domain.errors import RelayUnavailable
from sereno.domain.mail_policy import MailPolicy
from sereno.domain.outbox import Attempt, Envelope, Message
from sereno.engine.post_office import PostOffice
from sereno.engine.records import Run

NUMBERS = count(1)
FILES = AttachmentPolicy((), 1_000_000)


@dataclass
class Stop:
    requested: bool = False
    reason: str = ""


@dataclass
class ScriptedRelay:
    """Answers each delivery as told; None breaks the relay."""

    answers: dict[str, str | None] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)

    def deliver(self, deliveries, journal):
        for each in deliveries:
            verdict = self.answers.get(each.id, "accepted")
            if verdict is None:
                raise RelayUnavailable("el servidor no contesta")
            journal.begun(each.id)
            self.seen.append(each.id)
            attempt = Attempt(each.id, verdict, "respuesta", self.refused)
            journal.ended(attempt)
            yield attempt


def an_office(store, relay, now=None, *, clock=None, log=None, stop=None, queues=(), journals=None, **policy):
    files = policy.pop("files", FILES)
    return PostOffice(
        outbox=store.outbox,
        intake=store.intake,
        desk=store.desk,
        queues=queues,
        compose=lambda origin, name, row, at: _compose(origin, name, row, at, files),
        relay=relay,
        journals=journals or MemoryJournals(lambda: f"proceso{next(NUMBERS)}"),
        calendar=lambda: Calendar(lambda _year: {}, parse_holidays("")),
        policy=MailPolicy(**policy),
        clock=clock or MemoryClock(now),
        stop=stop or Stop(),
        log=log or MemoryLog(),
    )


def queue(store, *messages: Message) -> None:
    first = messages[0].queued_at
    run = Run(
        messages[0].id,
        "brass",
        "diario",
        "p",
        "complete",
        first,
        first,
        0,
        len(messages),
        "",
        sent=True,
        forced=True,
    )
    store.record(run, messages)


def a_message(name: str, now, **changes) -> Message:
    envelope = changes.pop("envelope", Envelope("sereno@example.com", ("ana@example.com",)))
    return Message(name, changes.pop("origin", "brass/diario"), "Asunto", envelope, b"datos", now, **changes)


def _compose(origin, name, row, at, files):
    return compose_row(origin, name, row, at, sender=SenderPolicy("example.com"), files=files)
