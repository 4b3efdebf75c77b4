"""Look a mail queue through without taking anything from it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sereno.adapters.queues.table import TableQueue
from sereno.domain.errors import QueueUnavailable
from sereno.domain.foreign import Sight, sight
from sereno.engine.mail_ports import Intake


@dataclass(frozen=True, slots=True)
class Examined:
    """Tell how a queue looks."""

    origin: str
    absent: tuple[str, ...] = ()
    """Columns that would be read and do not exist."""
    waiting: Mapping[Sight, int] = field(default_factory=dict)
    """Rows that nobody has stamped, by what they are to us."""
    fault: str = ""
    """Why it cannot be read or stamped; empty where it can."""


def examine_queue(queue: TableQueue, intake: Intake, now: datetime, oldest: timedelta) -> Examined:
    """Make sure that a queue can be read and stamped, and count what waits; nothing is written.

    `intake` tells what is known of its rows; mail recorded longer ago than `oldest` does not leave by itself.
    """
    waiting: Counter[Sight] = Counter()
    absent: tuple[str, ...] = ()
    try:
        absent = queue.examine()
        first_look = not intake.was_looked_through(queue.origin)
        for page in queue.pending():
            known = intake.known(queue.origin, [(row.number, row.fingerprint) for row in page])
            waiting.update(
                sight(row, known.get((row.number, row.fingerprint)), now, oldest, first_look=first_look)
                for row in page
            )
    except QueueUnavailable as error:
        return Examined(queue.origin, absent, waiting, str(error))
    return Examined(queue.origin, absent, waiting)
