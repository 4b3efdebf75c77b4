"""What a person decides about mail that does not leave by itself."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sereno.domain.errors import SerenoError
from sereno.domain.foreign import QueueRow, short_name
from sereno.domain.outbox import RETRIABLE
from sereno.engine.mail_ports import Desk, Queue, Stamp, TakenIn
from sereno.engine.mail_records import MailSheet
from sereno.engine.post_office import PostOffice
from sereno.engine.taking_in import composed_as

DROPPED, HELD = "Descartado por una persona", "Retenido por una persona"
OVERTAKEN = "otro proceso, u otra persona, ya había decidido sobre él; se queda como está."
NOT_KEPT = (
    "su contenido ya no se guarda (RETENTION_BYTES_DAYS, RETENTION_FOREIGN_DAYS), y no hay de dónde volver "
    "a componerlo."
)
Old = tuple[str, Stamp]


def retry(name: str, to: str | None, office: PostOffice) -> str:
    """Return a delivery to the queue, or send its message to one address alone; say what was done.

    What was never composed is composed now, to that address where one is given. Raises SerenoError where the
    state of the delivery does not allow it, or it still cannot be composed.
    """
    sheet = _sheet_of(name, office.desk)
    if sheet.data is None and (sheet.draft is not None or sheet.line.state == "old"):
        return _compose_again(sheet, to, office)
    if sheet.data is None:
        _compose_from_queue(sheet, office)
    if to is not None:
        further = office.desk.send_to(sheet.line.message_id, (to,))
        return f"{short_name(further)}: en cola, solo para {to}."
    if not office.desk.retry(name):
        raise SerenoError(_not_allowed(sheet, "reenviar"))
    return f"{short_name(name)}: de nuevo en cola."


def hold(name: str, reason: str, desk: Desk, now: datetime) -> str:
    """Keep one delivery from leaving until somebody decides; raise SerenoError where it does not wait."""
    sheet = _sheet_of(name, desk)
    if not desk.hold(name, f"{HELD}: {reason}" if reason else HELD, now):
        raise SerenoError(_not_allowed(sheet, "retener"))
    return f"{short_name(name)}: retenido. «sereno mail retry» lo devuelve a la cola."


def drop(name: str, reason: str, desk: Desk, now: datetime) -> str:
    """Give a delivery up; say so. Raises SerenoError where its state does not allow it."""
    sheet = _sheet_of(name, desk)
    if not desk.drop(name, f"{DROPPED}: {reason}" if reason else DROPPED, now):
        raise SerenoError(_not_allowed(sheet, "descartar"))
    return f"{short_name(name)}: descartado."


def chosen_old(origin: str, numbers: Collection[int] | None, office: PostOffice) -> list[Old]:
    """Find a queue's old mail; raise SerenoError for a number that is none of it. `None` chooses all."""
    old = office.desk.old(origin)
    if numbers is None:
        return old
    unknown = sorted(set(numbers) - {number for _, (number, _) in old})
    if unknown:
        raise SerenoError(f"{origin}: no hay correo antiguo con IDCorreo {', '.join(map(str, unknown))}.")
    return [(name, stamp) for name, stamp in old if stamp[0] in numbers]


def adopt(origin: str, chosen: Sequence[Old], office: PostOffice) -> Iterator[str]:
    """Compose old mail from its rows as they stand now; yield what became of each."""
    queue = _queue_of(origin, office)
    if queue is None:
        raise SerenoError(f"La cola {origin} no está configurada.")
    rows = _pending(queue, [number for _, (number, _) in chosen])
    for name, stamp in chosen:
        if stamp not in rows:
            why = "su fila ya no está pendiente en la cola, o ha cambiado"
            yield f"{short_name(name)}: {why}; se queda como está."
            continue
        taken = composed_as(origin, name, rows[stamp], office.clock.now(), office)
        done = office.intake.finish(origin, taken, office.clock.now())
        yield f"{short_name(name)}: {_became(taken) if done else OVERTAKEN}"


def ignore(origin: str, chosen: Sequence[Old], office: PostOffice) -> Iterator[str]:  # noqa: ARG001  as adopt
    """Drop old mail; its rows stay as they are in their queue."""
    for name, _ in chosen:
        yield drop(name, "correo antiguo", office.desk, office.clock.now())


def _sheet_of(name: str, desk: Desk) -> MailSheet:
    sheet = desk.sheet(name)
    if sheet is None:
        raise SerenoError(f"El correo {name} ya no está.")
    return sheet


def _queue_of(origin: str, office: PostOffice) -> Queue | None:
    return next((each for each in office.queues if each.origin == origin), None)


def _pending(queue: Queue, numbers: Sequence[int]) -> dict[Stamp, QueueRow]:
    """Read those rows as they stand now, where they are pending still."""
    return {(row.number, row.fingerprint): row for row in queue.rows(numbers)}


def _compose_again(sheet: MailSheet, to: str | None, office: PostOffice) -> str:
    if sheet.draft is None or sheet.line.state not in RETRIABLE:
        raise SerenoError(_not_allowed(sheet, "reenviar"))
    row: QueueRow = sheet.draft if to is None else replace(sheet.draft, to=to, cc="", bcc="")
    now = office.clock.now()
    taken = composed_as(sheet.line.origin, sheet.line.message_id, row, now, office)
    if taken.state == "dead":
        raise SerenoError(f"{short_name(sheet.line.id)}: {taken.answer}")
    done = office.intake.finish(sheet.line.origin, replace(taken, row=sheet.draft), now)
    return f"{short_name(sheet.line.id)}: {_became(taken) if done else OVERTAKEN}"


def _compose_from_queue(sheet: MailSheet, office: PostOffice) -> None:
    """Compose anew mail whose bytes are no longer kept, where its row waits in its queue again."""
    origin, name = sheet.line.origin, sheet.line.message_id
    stamp = office.intake.rows_of(origin, [name]).get(name)
    queue = _queue_of(origin, office)
    row = _pending(queue, [stamp[0]]).get(stamp) if queue is not None and stamp is not None else None
    if row is None:
        raise SerenoError(f"{short_name(sheet.line.id)}: {NOT_KEPT}")
    composed = office.compose(origin, name, row, office.clock.now())
    office.intake.keep_bytes(name, composed.message.data)


def _became(taken: TakenIn) -> str:
    words = {"held": "sigue retenido", "dead": "rechazado"}
    return "en cola." if taken.state == "queued" else f"{words[taken.state]}: {taken.answer}"


def _not_allowed(sheet: MailSheet, what: str) -> str:
    return f"{short_name(sheet.line.id)} está en «{sheet.line.state}»: no se puede {what}."
