"""What a person decides about mail that does not leave by itself."""

from collections.abc import Collection, Mapping, Sequence
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


def rows_now(origin: str, chosen: Sequence[Old], office: PostOffice) -> Mapping[Stamp, QueueRow]:
    """Read the rows of old mail as they stand now, where they are pending still; raise SerenoError."""
    queue = _queue_of(origin, office)
    if queue is None:
        raise SerenoError(f"La cola {origin} no está configurada.")
    return _pending(queue, [number for _, (number, _) in chosen])


def adopt(origin: str, old: Old, rows: Mapping[Stamp, QueueRow], office: PostOffice) -> str:
    """Compose old mail from its row as it stands now; say what became of it, or raise SerenoError."""
    name, stamp = old
    if stamp not in rows:
        why = "su fila ya no está pendiente en la cola, o ha cambiado"
        raise SerenoError(f"{short_name(name)}: {why}; se queda como está.")
    taken = composed_as(origin, name, rows[stamp], office.clock.now(), office)
    return _finished(origin, name, taken, office)


def ignore(old: Old, office: PostOffice) -> str:
    """Drop old mail; its row stays as it is in its queue. Raises SerenoError."""
    name, _ = old
    return drop(name, "correo antiguo", office.desk, office.clock.now())


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
    said = _finished(sheet.line.origin, sheet.line.id, replace(taken, row=sheet.draft), office)
    if taken.state != "queued":
        raise SerenoError(said)
    return said


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


def _finished(origin: str, name: str, taken: TakenIn, office: PostOffice) -> str:
    """Put a draft's mail in its place and say what has become of it; raise SerenoError for another's."""
    if not office.intake.finish(origin, taken, office.clock.now()):
        raise SerenoError(f"{short_name(name)}: {OVERTAKEN}")
    words = {"held": "queda retenido", "dead": "rechazado"}
    became = "en cola." if taken.state == "queued" else f"{words[taken.state]}: {taken.answer}"
    return f"{short_name(name)}: {became}"


def _not_allowed(sheet: MailSheet, what: str) -> str:
    return f"{short_name(sheet.line.id)} está en «{sheet.line.state}»: no se puede {what}."
