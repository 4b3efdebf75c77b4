"""The life of a message: its states, and what moves it from one to the next."""

#     queued ──claim──▶ sending ──▶ accepted    the relay took it: it is the relay's now
#       ▲                  │ ├────▶ diverted    trial mail: kept in a folder, told to nobody
#       │                  │ ├────▶ dead        refused for good (5xx): shown until somebody decides
#       └────deferred──────┘ └────▶ unknown     nobody can tell whether it left: never sent again by itself

from collections.abc import Mapping
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
    """Recipients that the relay refused while it took the others, with its words."""
