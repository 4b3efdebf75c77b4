"""Deliver mail, in this order: recover, take in, send, stamp; each part goes on where another fails."""

from collections.abc import Mapping
from dataclasses import dataclass

from sereno.domain.outbox import Verdict
from sereno.engine.mail_ports import Queue
from sereno.engine.mail_records import MailSummary
from sereno.engine.ports import Store
from sereno.engine.post_office import PostOffice
from sereno.engine.recovery import recover
from sereno.engine.sending import is_quiet, send
from sereno.engine.stamping import stamp_accepted
from sereno.engine.taking_in import Intake, take_in


@dataclass(frozen=True, slots=True)
class MailReport:
    """Tell how a delivery went, and what stands in the outbox after it."""

    ended: Mapping[Verdict, int]
    """Deliveries tried, by how they stand now."""
    refused: int
    """Recipients whom the relay refused while it took the mail for others."""
    intakes: tuple[Intake, ...]
    outbox: MailSummary
    troubles: tuple[str, ...]
    """Why the relay could not be used, or a queue not be read or stamped."""
    quiet: bool = False
    """Digests wait for their hours."""

    @property
    def needs_a_person(self) -> bool:
        """Say whether something does not answer, or mail stays behind that will not leave by itself."""
        left_behind = any(each.left_behind for each in self.intakes)
        return bool(self.troubles or self.refused or self.outbox.stuck or left_behind)


def deliver(office: PostOffice, store: Store) -> MailReport:
    """Deliver once: what waits, and what queues hold; a stop lets what is in hand end."""
    recover(office)
    queues = {} if office.policy.trial else {queue.origin: queue for queue in office.queues}
    before = [stamp_accepted(queue, office) for queue in queues.values()]
    intakes = tuple(take_in(queue, office) for queue in queues.values())
    readable = {each.origin: queues[each.origin] for each in intakes if each.reached}
    sent = send(office, readable)
    after = [stamp_accepted(queue, office) for queue in _reached(queues, before)]
    now = office.clock.now()
    troubles = (*sent.troubles, *before, *(each.trouble for each in intakes), *after)
    return MailReport(
        ended=sent.ended,
        refused=sent.refused,
        intakes=intakes,
        outbox=store.mail_summary(now.replace(hour=0, minute=0, second=0, microsecond=0)),
        troubles=tuple(dict.fromkeys(filter(None, troubles))),
        quiet=is_quiet(office, now),
    )


def _reached(queues: Mapping[str, Queue], troubles: list[str]) -> list[Queue]:
    """Leave out the queues that could not be stamped a moment ago."""
    return [queue for queue, trouble in zip(queues.values(), troubles, strict=True) if not trouble]
