"""Take in what other applications leave in their queues: once, and never history."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sereno.domain.errors import AttachmentUnavailable, LetterRefused, QueueUnavailable
from sereno.domain.foreign import QueueRow, Sight, message_id, sight
from sereno.domain.outbox import State
from sereno.domain.wallclock import seconds_between
from sereno.engine.mail_ports import Composed, Queue, TakenIn
from sereno.engine.post_office import PostOffice

AGAIN = "Ya se envió, y alguien ha vaciado su FechaEnvio: se reenvía solo si alguien lo decide"
OLD = "Se grabó antes de que Sereno vigilara la cola: se queda como está hasta que alguien decida"


@dataclass(frozen=True, slots=True)
class Intake:
    """Tell what was taken from a queue."""

    origin: str
    first_look: bool = False
    taken: Mapping[State, int] = field(default_factory=dict)
    again: int = 0
    trouble: str = ""
    """Why it could not be looked through, or not to its end; empty where it was."""
    reached: bool = True
    """Whether something of it could be read at all."""


def take_in(queue: Queue, office: PostOffice) -> Intake:
    """Look a queue through; what is new becomes mail of ours, in one transaction a page."""
    first_look = not office.intake.was_looked_through(queue.origin)
    taken: Counter[State] = Counter()
    again = 0
    trouble, reached = "", False
    try:
        for page in queue.pending():
            reached = True
            seen, anew = _take_page(queue, page, office, first_look=first_look)
            taken += seen
            again += anew
            if office.stop.requested:
                return Intake(queue.origin, first_look, taken, again)
        office.intake.looked_through(queue.origin, office.clock.now())
        _finish_drafts(queue.origin, office)
    except QueueUnavailable as error:
        trouble = str(error)
        office.log.error("queue.unavailable", queue=queue.origin, why=trouble)
    if taken or again:
        counts = {str(state): count for state, count in taken.items()}
        office.log.info("queue.taken", queue=queue.origin, again=again, first=first_look, taken=counts)
    return Intake(queue.origin, first_look, taken, again, trouble, reached or not trouble)


def composed_as(origin: str, name: str, row: QueueRow, since: datetime, office: PostOffice) -> TakenIn:
    """Compose a row's mail: queued, held while attachments are awaited, or dead."""
    now = office.clock.now()
    try:
        composed = office.compose(origin, name, row, now)
    except AttachmentUnavailable as error:
        waits = seconds_between(since, now) < office.policy.attachment_wait.total_seconds()
        return TakenIn(name, row, "held" if waits else "dead", answer=str(error))
    except LetterRefused as error:
        return TakenIn(name, row, "dead", answer=str(error))
    return TakenIn(name, row, "queued", composed.message, _left_out(composed), composed.refused)


def _take_page(
    queue: Queue, page: Sequence[QueueRow], office: PostOffice, *, first_look: bool
) -> tuple[Counter[State], int]:
    origin, now = queue.origin, office.clock.now()
    seen = [(row, each) for row, each in _sights(origin, page, office, now, first_look=first_look)]
    taken = [
        TakenIn(message_id(origin, row), row, "old", answer=OLD)
        if each == "old"
        else composed_as(origin, message_id(origin, row), row, now, office)
        for row, each in seen
        if each in {"new", "old"}
    ]
    again = [(row.number, row.fingerprint) for row, each in seen if each == "again"]
    office.intake.take_in(origin, taken, now)
    if again:
        stamped = queue.stamped(again)  # by another process of ours, since the page was read
        again = [row for row in again if row not in stamped]
        office.intake.ask_again(origin, again, AGAIN, now)
    return Counter(each.state for each in taken), len(again)


def _sights(
    origin: str, page: Sequence[QueueRow], office: PostOffice, now: datetime, *, first_look: bool
) -> list[tuple[QueueRow, Sight]]:
    known = office.intake.known(origin, [(row.number, row.fingerprint) for row in page])
    oldest = office.policy.oldest
    return [
        (row, sight(row, known.get((row.number, row.fingerprint)), now, oldest, first_look=first_look))
        for row in page
    ]


def _finish_drafts(origin: str, office: PostOffice) -> None:
    """Try again what waits for attachments."""
    for since, draft in office.intake.drafts(origin):
        finished = composed_as(origin, draft.message_id, draft.row, since, office)
        if finished.state != "held":
            office.intake.finish(origin, finished, office.clock.now())


def _left_out(composed: Composed) -> str:
    return "; ".join(f"{text}: {why}" for text, why in composed.refused.items())
