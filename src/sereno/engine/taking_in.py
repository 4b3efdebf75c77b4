"""Take in what other applications leave in their queues: once, and never history."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sereno.domain.errors import (
    AttachmentUnavailable,
    LetterRefused,
    QueueUnavailable,
    RowsUnidentified,
)
from sereno.domain.foreign import QueueRow, Sight, message_id, sight
from sereno.domain.outbox import State
from sereno.domain.wallclock import seconds_between
from sereno.engine.mail_ports import Composed, Queue, TakenIn
from sereno.engine.post_office import PostOffice

AGAIN = "Ya tenía FechaEnvio, y alguien la ha vaciado: no vuelve a salir mientras nadie lo decida"
OLD = "Ya era antiguo (MAIL_TAKE_IN_DAYS) cuando se vio: se queda como está hasta que alguien decida"

WEIGHT = 16 * 1024 * 1024
"""Bytes of mail that are composed before they are put into the outbox."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Tell what was taken from a queue."""

    origin: str
    first_look: bool = False
    taken: Mapping[State, int] = field(default_factory=dict)
    again: int = 0
    trouble: str = ""
    """Why it could not be looked through to its end, or not all of it be taken; empty where it was."""
    reached: bool = True
    """Whether something of it could be read at all."""
    whole: bool = True
    """Whether it was looked through to its end."""

    @property
    def left_behind(self) -> int:
        """Count what became history after the first look, which nobody expects: Sereno was away."""
        return 0 if self.first_look else self.taken.get("old", 0)


def take_in(queue: Queue, office: PostOffice) -> Intake:
    """Look a queue through; what is new becomes mail of ours, a page (or WEIGHT of it) in one transaction."""
    first_look = not office.intake.was_looked_through(queue.origin)
    taken: Counter[State] = Counter()
    again = 0
    trouble, reached, whole = "", False, False
    try:
        for page in queue.pending():
            reached = True
            seen, anew = _take_page(queue, page, office, first_look=first_look)
            taken += seen
            again += anew
            if office.stop.requested:
                return Intake(queue.origin, first_look, taken, again, whole=False)
        reached = whole = True
    except RowsUnidentified as error:
        trouble, reached, whole = str(error), True, True
    except QueueUnavailable as error:
        trouble = str(error)
    if whole:
        office.intake.looked_through(queue.origin, office.clock.now())
    _finish_drafts(queue.origin, office)
    found = Intake(queue.origin, first_look, taken, again, trouble, reached, whole)
    _log_intake(found, office)
    return found


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
    seen = _sights(origin, page, office, now, first_look=first_look)
    counted: Counter[State] = Counter()
    for batch in _by_weight(_taken(origin, seen, now, office)):
        office.intake.take_in(origin, batch, now)
        counted.update(each.state for each in batch)
    again = [(row.number, row.fingerprint) for row, each in seen if each == "again"]
    if again:
        stamped = queue.stamped(again)  # by another process of ours, since the page was read
        again = [row for row in again if row not in stamped]
        office.intake.ask_again(origin, again, AGAIN, now)
    return counted, len(again)


def _taken(
    origin: str, seen: Sequence[tuple[QueueRow, Sight]], now: datetime, office: PostOffice
) -> Iterator[TakenIn]:
    """Compose what is new, each as it is asked for."""
    for row, each in seen:
        name = message_id(origin, row)
        if each == "old":
            yield TakenIn(name, row, "old", answer=OLD)
        elif each == "new":
            yield composed_as(origin, name, row, now, office)


def _by_weight(taken: Iterable[TakenIn]) -> Iterator[list[TakenIn]]:
    """Gather what is kept at once: a page with an attachment in every mail would not fit the memory."""
    batch: list[TakenIn] = []
    weight = 0
    for each in taken:
        batch.append(each)
        weight += len(each.message.data) if each.message else 0
        if weight >= WEIGHT:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


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


def _log_intake(found: Intake, office: PostOffice) -> None:
    if found.trouble:
        office.log.error("queue.unavailable", queue=found.origin, why=found.trouble)
    if found.taken or found.again:
        taken = {str(state): count for state, count in found.taken.items()}
        office.log.info(
            "queue.taken", queue=found.origin, again=found.again, first=found.first_look, taken=taken
        )


def _left_out(composed: Composed) -> str:
    return "; ".join(f"{text}: {why}" for text, why in composed.refused.items())
