"""Write `FechaEnvio` back where mail of a queue was accepted, for as long as it takes."""

from sereno.domain.errors import QueueUnavailable
from sereno.engine.mail_ports import Queue, Stamp
from sereno.engine.post_office import PostOffice

AT_ONCE = 100
FIRST: Stamp = (-(2**63), "")


def stamp_accepted(queue: Queue, office: PostOffice) -> str:
    """Stamp what was accepted; return why that is impossible now, or nothing. It is tried again each time."""
    try:
        stamp_due(queue, office)
    except QueueUnavailable as error:
        office.log.error("queue.unstamped", queue=queue.origin, why=str(error))
        return str(error)
    return ""


def stamp_due(queue: Queue, office: PostOffice) -> None:
    """Stamp what was accepted, and note what is stamped; raise QueueUnavailable."""
    after = FIRST
    while due := office.intake.to_stamp(queue.origin, AT_ONCE, after):
        now = office.clock.now()
        office.intake.stamped(queue.origin, queue.stamp(due, now), now)
        after = due[-1]
