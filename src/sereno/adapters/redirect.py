"""Send every mail to one address instead of those it is for: MAIL_REDIRECT_TO."""

from collections.abc import Collection, Generator, Iterable
from dataclasses import dataclass, replace
from email.header import Header

from sereno.domain.outbox import Attempt, Delivery
from sereno.engine.journal_ports import Journal
from sereno.engine.mail_ports import Relay

_HEADER = "X-Original-To"


@dataclass(frozen=True, slots=True)
class RedirectedRelay:
    """Hand mail to another relay, for one address alone; whom it was for stands in `X-Original-To`."""

    relay: Relay
    address: str

    def deliver(self, deliveries: Iterable[Delivery], journal: Journal) -> Generator[Attempt]:
        """Try each delivery as the other relay does; what that takes is diverted. Raises as that does."""
        redirected = (_redirected(each, self.address) for each in deliveries)
        for attempt in self.relay.deliver(redirected, _DivertedJournal(journal)):
            yield _diverted(attempt)


@dataclass(frozen=True, slots=True)
class _DivertedJournal:
    """Note what is recovered after a crash as it would have been told."""

    journal: Journal

    @property
    def claimer_id(self) -> str:
        return self.journal.claimer_id

    def begun(self, delivery_id: str) -> None:
        self.journal.begun(delivery_id)

    def ended(self, attempt: Attempt) -> None:
        self.journal.ended(_diverted(attempt))

    def settled(self, delivery_ids: Collection[str]) -> None:
        self.journal.settled(delivery_ids)


def _redirected(delivery: Delivery, address: str) -> Delivery:
    shown = ",\r\n ".join(map(_plain, delivery.recipients))
    message = replace(delivery.message, data=f"{_HEADER}: {shown}\r\n".encode() + delivery.message.data)
    return replace(delivery, message=message, recipients=(address,))


def _plain(address: str) -> str:
    """Write an address as any header may hold it."""
    if address.isascii() and address.isprintable():
        return address
    return Header(address, "utf-8", header_name=_HEADER).encode(linesep="\r\n")


def _diverted(attempt: Attempt) -> Attempt:
    """Tell what it means to those it was for: none of them was written to, so none of them refused it."""
    verdict = "diverted" if attempt.verdict == "accepted" else attempt.verdict
    return Attempt(attempt.delivery_id, verdict, attempt.answer)
