"""The life of a message: its states, what moves it from one to the next, and why.

A message has one delivery, or several where it has more recipients than fit one; each has a life of its own.

    from               by                                 to         because
    -----------------  ---------------------------------  ---------  --------------------------------------
    (new)              composed                           queued
    (new)              attachments are not there yet      held       it is never sent without them
    (new)              nobody to write to, a line break   dead       no relay would take it; shown until
                       in a header                                   somebody decides
    (new)              recorded long before it was seen   old        going live must not send history
    queued, deferred   claimed, once due                  sending    on disk before any of it is sent: no
                                                                     other process claims it
    sending            taken by the relay                 accepted   it is the relay's now
    sending            kept in the trial's folder         diverted   nobody was told
    sending            4xx; the connection lost before    deferred   trouble that passes: waits BACK_OFF
                       the final dot
    sending            4xx, having waited MAX_AGE in all  dead       somebody should hear of it
    sending            5xx for every recipient, or for    dead       trying again would change nothing
                       the data
    sending            no answer after the final dot;     unknown    it may have left: sending it again is
                       the process or the machine died               for a person to decide
                       there
    sending            not tried (stop, relay down,       as before  nothing has left, and no attempt
                       death before its data)                        counts
    sending            an address that is not allowed     held       MAIL_ALLOW_DOMAINS
    sending            stamped by somebody in its queue   dropped    it has been sent by other means
    accepted           its stamp taken away in its queue  held       somebody wants it again: a further
                                                                     delivery, once a person agrees
    unknown            MAIL_UNKNOWN=retry, after a delay  queued
    queued, deferred   `mail hold` with its name          held       somebody wants to look at it first
    held, dead,        `mail retry`                       queued     somebody has looked at it
    unknown, deferred
    old                `mail adopt`                       queued
    old                `mail ignore`                      dropped
    all that has not   `mail drop`                        dropped    nothing is ever deleted; what it would
    left and is not                                                  have told counts as not told
    leaving

The age that MAX_AGE bounds is the time waited between attempts that a relay answered, as BACK_OFF orders it:
a hold, quiet hours and a relay that is down let no such attempt happen, and so do not age anything.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from sereno.domain.redaction import has_link, without_secrets
from sereno.domain.wallclock import utc

State = Literal[
    "queued",
    "sending",
    "accepted",
    "deferred",
    "dead",
    "unknown",
    "held",
    "old",
    "diverted",
    "dropped",
]
Verdict = Literal["accepted", "diverted", "deferred", "dead", "unknown"]
Kind = Literal["digest", "queue", "notice"]
"""A digest, mail of another application's queue, a word to the operators."""

WAITING: frozenset[State] = frozenset({"queued", "deferred"})
"""What will leave by itself."""
HOLDABLE = WAITING
RETRIABLE: frozenset[State] = frozenset({"held", "dead", "unknown", "deferred"})
DROPPABLE: frozenset[State] = frozenset({"queued", "deferred", "held", "dead", "unknown", "old"})
TOLD_NOBODY: frozenset[State] = frozenset({"dead", "diverted", "dropped"})
"""What a delivery that ended so would have told has been told to nobody."""

RECIPIENTS_AT_ONCE = 100
"""How many recipients a delivery has at most, unless SMTP_RECIPIENTS_PER_MESSAGE says otherwise."""
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180))
THEN_EVERY = timedelta(hours=6)
UNKNOWN_WAITS = timedelta(minutes=30)
"""How long MAIL_UNKNOWN=retry waits before it sends again what may have left."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Name who sends and who receives, as the relay is told; Bcc lives here alone."""

    sender: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """Hold one e-mail, composed once: the exact RFC 5322 bytes that are sent, and their envelope."""

    id: str
    origin: str
    """`<monitor>/<digest>`, or the queue."""
    subject: str
    envelope: Envelope
    data: bytes
    queued_at: datetime
    trial: bool = False
    """Composed on trial: it may only go to the trial's folder or address."""
    kind: Kind = "digest"


@dataclass(frozen=True, slots=True)
class Delivery:
    """Name those of a message's recipients who get it in one transaction, and how that fares."""

    id: str
    """The message's own; further ones end in `.2`, `.3`…"""
    message: Message
    recipients: tuple[str, ...]
    state: State = "queued"
    attempts: int = 0
    """Those that a relay answered."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Tell how one attempt to send a delivery ended."""

    delivery_id: str
    verdict: Verdict
    answer: str
    """The relay's own words, or what went wrong."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Recipients that the relay refused, with its words; where it took the message, it did for the others."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Say what an attempt makes of its delivery."""

    attempt: Attempt
    state: Verdict
    """What the attempt's own verdict makes of it: deferred too long is dead."""
    next_attempt_at: datetime | None = None
    reached: tuple[str, ...] = ()
    """For whom the relay took it."""
    put_off: tuple[str, ...] = ()
    """Refused for now while others got it: tried again in a delivery of their own."""
    unheard: bool | None = None
    """Whether the message told nobody whom it concerns; `None` where this delivery does not decide it."""

    @property
    def refused_for_good(self) -> frozenset[str]:
        """Return the addresses at which nobody will ever get mail (5xx), case-folded."""
        if self.state not in {"accepted", "dead"}:
            return frozenset()  # what was deferred is tried again
        return frozenset(
            each.casefold() for each, words in self.attempt.refused.items() if words.startswith("5")
        )


@dataclass(frozen=True, slots=True)
class Sent:
    """Tell what a journal says of a delivery whose process died."""

    begun: bool
    """Its data may have left."""
    ended: Attempt | None = None


def deliveries_of(message: Message, at_most: int) -> list[Delivery]:
    """Deal the recipients out, as many to a delivery as one transaction takes.

    Whose personal link a digest holds has a delivery alone: the copies go out without it.
    """
    alone = 1 if message.kind == "digest" and has_link(message.data) else 0
    every = message.envelope.recipients
    shares = [every[:alone]] if alone else []
    shares += [every[start : start + at_most] for start in range(alone, len(every), at_most)]
    return [Delivery(part_id(message.id, part), message, share) for part, share in enumerate(shares, 1)]


def for_its_readers(delivery: Delivery) -> Delivery:
    """Leave the personal link, or the code, out where mail goes to anybody but the one whom it is for."""
    message = delivery.message
    if message.kind == "queue" or delivery.recipients == message.envelope.recipients[:1]:
        return delivery
    shown = without_secrets(message.data, message.origin)
    return replace(delivery, message=replace(message, data=shown))


def part_id(message_id: str, part: int) -> str:
    """Name a message's delivery; its first has the message's own name."""
    return message_id if part == 1 else f"{message_id}.{part}"


def ending_of(delivery: Delivery, attempt: Attempt, now: datetime, max_age: timedelta) -> Ending:
    """Decide what becomes of a delivery after an attempt."""
    if attempt.verdict == "accepted":
        return _accepted(delivery, attempt, now)
    if attempt.verdict == "deferred" and waited(delivery.attempts) < max_age:
        return Ending(attempt, "deferred", utc(now) + wait_after(delivery.attempts + 1))
    state: Verdict = "dead" if attempt.verdict == "deferred" else attempt.verdict
    decided = True if state in TOLD_NOBODY and concerns(delivery) else None
    return Ending(attempt, state, unheard=decided)


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts."""
    return BACK_OFF[attempts - 1] if attempts <= len(BACK_OFF) else THEN_EVERY


def waited(attempts: int) -> timedelta:
    """Return how long a delivery with so many attempts behind it has been waiting in all."""
    early = sum(islice(BACK_OFF, attempts), timedelta())
    return early + max(0, attempts - len(BACK_OFF)) * THEN_EVERY


def after_death(told: Sent | None, *, same_boot: bool) -> Attempt | Literal["untried"] | None:
    """Decide about a delivery that a dead process was sending; `None` means that nobody can tell.

    After a power cut the journal may lack its last lines: only what it says was answered is believed.
    """
    if told is not None and told.ended is not None:
        return told.ended
    if same_boot and (told is None or not told.begun):
        return "untried"
    return None


def concerns(delivery: Delivery) -> bool:
    """Tell whether it reaches the first reader: copies alone tell nobody whom a message concerns."""
    return delivery.message.envelope.recipients[0] in delivery.recipients


def leaves_unheard(everybody: Sequence[str], dropped: Sequence[str], heard: Collection[str]) -> bool:
    """Tell whether dropping a delivery leaves without the message the first reader, whom it concerns."""
    return not everybody or (everybody[0] in dropped and everybody[0] not in heard)


def is_sent(states: Collection[State]) -> bool:
    """Tell by its deliveries whether a queue's row may be stamped: some were accepted, and none is open."""
    return "accepted" in states and {"accepted", "dropped"}.issuperset(states)


def _accepted(delivery: Delivery, attempt: Attempt, now: datetime) -> Ending:
    refused = attempt.refused
    reached = tuple(each for each in delivery.recipients if each not in refused)
    put_off = tuple(each for each in delivery.recipients if not refused.get(each, "5").startswith("5"))
    first = delivery.message.envelope.recipients[0]
    decided = None if first not in delivery.recipients or first in put_off else first in refused
    again = utc(now) + wait_after(1) if put_off else None
    return Ending(attempt, "accepted", again, reached, put_off, decided)
