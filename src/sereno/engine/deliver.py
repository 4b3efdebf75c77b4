"""Hand the outbox to the relay, message by message, each end recorded before the next begins."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile

from sereno.domain.errors import RelayUnavailable
from sereno.domain.outbox import Delivery, Message, Verdict
from sereno.engine.ports import Clock, Log, Relay, Stop, Store
from sereno.engine.records import MailSummary

BATCH = 10
LEASE = timedelta(hours=3)
"""How long a claimed message may wait for its end before it counts as unknown: a batch at a slow relay."""


@dataclass(frozen=True, slots=True)
class MailReport:
    """Tell how a delivery went, and what stands in the outbox after it."""

    verdicts: Mapping[Verdict, int]
    refused: int
    """Recipients whom the relay refused while it took the message for others."""
    outbox: MailSummary
    trouble: str
    """Why the relay could not be used; empty when it could."""

    @property
    def needs_a_person(self) -> bool:
        """Say whether a relay does not answer, or mail stays behind that will not leave by itself."""
        return bool(self.trouble or self.refused or self.outbox.dead or self.outbox.unknown)


@dataclass(frozen=True, slots=True)
class Post:
    """Gather what a delivery works with."""

    store: Store
    relay: Relay
    clock: Clock
    stop: Stop
    log: Log
    trial: bool
    """Whether the relay is the trial's folder: it gets trial mail alone, and no other relay does."""


def deliver(post: Post) -> MailReport:
    """Send what is queued, each message at most once in this call; a stop lets the one in hand end."""
    lost = post.store.recover(post.clock.now())
    if lost:
        post.log.error("mail.lost", messages=lost)
    ended: list[Delivery] = []
    tried: set[str] = set()
    trouble = ""
    while not trouble and not post.stop.requested and (batch := _claim(post, tried)):
        tried |= {message.id for message in batch}
        trouble = _send(batch, ended, post)
    now = post.clock.now()
    return MailReport(
        verdicts=Counter(delivery.verdict for delivery in ended),
        refused=sum(len(each.refused) for each in ended if each.verdict == "accepted"),
        outbox=post.store.mail_summary(now.replace(hour=0, minute=0, second=0, microsecond=0)),
        trouble=trouble,
    )


def _claim(post: Post, tried: set[str]) -> list[Message]:
    """Claim messages that this call has not tried yet; give back the others."""
    batch = post.store.claim(BATCH, post.clock.now(), LEASE, trial=post.trial)
    post.store.release(message.id for message in batch if message.id in tried)
    return [message for message in batch if message.id not in tried]


def _send(batch: Sequence[Message], ended: list[Delivery], post: Post) -> str:
    """Try the batch; return why the relay stopped it, or nothing. What was not tried is given back."""
    waiting = {message.id: message for message in batch}
    trouble = ""
    try:
        for delivery in post.relay.deliver(takewhile(lambda _: not post.stop.requested, batch)):
            message = waiting.pop(delivery.message_id)  # whatever happens now, it was tried
            post.store.settle([delivery], post.clock.now())
            ended.append(delivery)
            _log_delivery(delivery, message, post.log)
    except RelayUnavailable as error:
        trouble = str(error)
        post.log.error("relay.unavailable", why=trouble, waiting=len(waiting))
    post.store.release(waiting)
    return trouble


def _log_delivery(delivery: Delivery, message: Message, log: Log) -> None:
    well = delivery.verdict in {"accepted", "diverted"} and not delivery.refused
    told = log.info if well else log.error
    told(
        f"mail.{delivery.verdict}",
        message=delivery.message_id,
        origin=message.origin,
        recipients=len(message.envelope.recipients) - len(delivery.refused),
        refused=len(delivery.refused),
        answer=delivery.answer,
    )
    log.debug("mail.subject", message=delivery.message_id, subject=message.subject)
