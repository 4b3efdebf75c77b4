"""What delivering mail works with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sereno.domain.calendar import Calendar
from sereno.domain.mail_policy import MailPolicy
from sereno.engine.journal_ports import Journals
from sereno.engine.mail_ports import ComposeRow, Desk, Intake, Outbox, Queue, Relay
from sereno.engine.ports import Clock, Log, Stop


@dataclass(frozen=True, slots=True)
class PostOffice:
    """Gather what delivering mail works with."""

    outbox: Outbox
    intake: Intake
    desk: Desk
    queues: Sequence[Queue]
    compose: ComposeRow
    relay: Relay
    journals: Journals
    calendar: Callable[[], Calendar]
    policy: MailPolicy
    clock: Clock
    stop: Stop
    log: Log
