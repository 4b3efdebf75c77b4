"""The life of a message: its states, and what moves it from one to the next."""

#     queued ──claim──▶ sending ──▶ accepted    the relay took it: it is the relay's now
#       ▲                  │ ├────▶ diverted    trial mail: kept in a folder, told to nobody
#       │                  │ ├────▶ dead        refused for good (5xx): shown until somebody decides
#       └────deferred──────┘ └────▶ unknown     nobody can tell whether it left: never sent again by itself

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["queued", "sending", "accepted", "diverted", "dead", "unknown"]
Verdict = Literal["accepted", "diverted", "deferred", "dead", "unknown"]

AFTER: Mapping[Verdict, State] = {
    "accepted": "accepted",
    "diverted": "diverted",
    "deferred": "queued",  # trouble that passes: tried again in the next cycle
    "dead": "dead",
    "unknown": "unknown",  # the answer after the final dot never came, or the process died while sending
}


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
    """`<monitor>/<digest>`."""
    subject: str
    envelope: Envelope
    data: bytes
    queued_at: datetime
    state: State = "queued"
    trial: bool = False
    """Composed on trial: it may only go to the trial's folder."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Tell how one attempt to send a message ended."""

    message_id: str
    verdict: Verdict
    answer: str
    """The relay's own words, or what went wrong."""
    refused: Mapping[str, str]
    """Recipients that the relay refused, with its words; where it took the message, it did for the others."""

    def reached(self, recipients: Sequence[str]) -> tuple[str, ...]:
        """Return those of a message's recipients for whom the relay took it."""
        if self.verdict != "accepted":
            return ()
        return tuple(address for address in recipients if address not in self.refused)

    def is_unheard(self, recipients: Sequence[str]) -> bool:
        """Tell whether the first reader was refused for good: copies alone tell nobody whom it concerns."""
        return recipients[0].casefold() in self.refused_for_good

    @property
    def refused_for_good(self) -> frozenset[str]:
        """Return the addresses at which nobody will ever get mail (5xx), case-folded."""
        if self.verdict not in {"accepted", "dead"}:
            return frozenset()  # what was deferred is tried again
        return frozenset(each.casefold() for each, words in self.refused.items() if words.startswith("5"))
