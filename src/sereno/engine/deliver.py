"""Hand the outbox to the relay, message by message, each end recorded before the next begins."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sereno.domain.errors import RelayUnavailable
from sereno.domain.outbox import Delivery, Message, Verdict
from sereno.engine.ports import Clock, Log, Relay, Store

BATCH = 25
LEASE = timedelta(hours=1)
"""How long a claimed message may wait for its end before it counts as unknown: a batch at a slow relay."""


@dataclass(frozen=True, slots=True)
class MailReport:
    """Tell how a delivery went."""

    verdicts: Mapping[Verdict, int]
    lost_sight_of: int
    """Messages whose sender died while sending them: unknown, never sent again by themselves."""
    trouble: str
    """Why the relay could not be used; empty when it could."""

    @property
    def needs_a_person(self) -> bool:
        """Say whether mail stays behind that will not leave by itself, or a relay does not answer."""
        return bool(
            self.trouble or self.lost_sight_of or self.verdicts.get("dead") or self.verdicts.get("unknown")
        )


def deliver(store: Store, relay: Relay, clock: Clock, log: Log) -> MailReport:
    """Send what is queued, each message at most once in this call."""
    lost = store.recover(clock.now())
    if lost:
        log.error("mail.unknown", messages=lost)
    verdicts: Counter[Verdict] = Counter()
    tried: set[str] = set()
    while batch := store.claim(BATCH, clock.now(), LEASE):
        again = [message.id for message in batch if message.id in tried]
        store.release(again)
        fresh = [message for message in batch if message.id not in tried]
        if not fresh:
            break
        tried |= {message.id for message in fresh}
        trouble = _send(fresh, verdicts, store, relay, clock, log)
        if trouble:
            return MailReport(verdicts, lost, trouble)
    return MailReport(verdicts, lost, "")


def _send(
    batch: Sequence[Message], verdicts: Counter[Verdict], store: Store, relay: Relay, clock: Clock, log: Log
) -> str:
    """Try the batch; return why the relay stopped it, or nothing."""
    waiting = {message.id: message for message in batch}
    try:
        for delivery in relay.deliver(batch):
            store.settle([delivery], clock.now())
            verdicts[delivery.verdict] += 1
            _log_delivery(delivery, waiting.pop(delivery.message_id), log)
    except RelayUnavailable as error:
        store.release(waiting)
        log.error("relay.unavailable", why=str(error), waiting=len(waiting))
        return str(error)
    return ""


def _log_delivery(delivery: Delivery, message: Message, log: Log) -> None:
    told = log.info if delivery.verdict in {"accepted", "diverted"} else log.error
    told(
        f"mail.{delivery.verdict}",
        message=delivery.message_id,
        origin=message.origin,
        recipients=len(message.envelope.recipients) - len(delivery.refused),
        refused=len(delivery.refused),
        answer=delivery.answer,
    )
    log.debug("mail.subject", message=delivery.message_id, subject=message.subject)
