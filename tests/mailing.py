"""What tests do with an outbox: claim, settle, release, as a deliverer does."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sereno.domain.foreign import QueueRow
from sereno.domain.outbox import Attempt, Delivery, Envelope, Message, ending_of
from sereno.domain.wallclock import utc
from sereno.engine.mail_ports import Claimer, Wanted
from sereno.engine.ports import Store

LEASE = timedelta(minutes=10)
MAX_AGE = timedelta(hours=72)
ME = "yo"


def claim(
    store: Store,
    limit: int,
    now: datetime,
    lease: timedelta = LEASE,
    *,
    trial: bool = False,
    by: str = ME,
    digests: bool = True,
    queues: Iterable[str] = ("correos", "tareas"),
) -> list[Delivery]:
    wanted = Wanted(trial=trial, digests=digests, queues=tuple(queues))
    return store.outbox.turn([], limit, wanted, Claimer(by, utc(now) + lease), now)


def settle(store: Store, attempts: Iterable[Attempt], now: datetime, *, by: str = ME) -> None:
    """Record ends; of what nobody holds too, as a deliverer does that comes late."""
    ended = list(attempts)  # before: a relay at work must not hold the store
    held = {each.id: each for each in store.outbox.claims(by)}
    endings = [ending_of(held.get(each.delivery_id, _lost(each)), each, now, MAX_AGE) for each in ended]
    store.outbox.turn(endings, 0, Wanted(trial=False), Claimer(by, now), now)


def release(store: Store, names: Iterable[str], *, by: str = ME) -> None:
    store.outbox.release(names, by)


def let_mail_go(store: Store) -> bool:
    hold = store.desk.held()
    return hold is not None and store.desk.let_mail_go(hold)


def recover(store: Store, now: datetime) -> int:
    return store.outbox.lose_abandoned("nadie contesta", now)


def queue_row(number: int, at: datetime, /, **changes: object) -> QueueRow:
    """Return a row as an application leaves it in its queue, with those changes."""
    row = QueueRow(
        number=number,
        application="Pedidos",
        to="ana@example.com",
        cc="",
        bcc="",
        subject="Asunto",
        body="Cuerpo",
        html=False,
        attachments="",
        recorded_at=at,
        recorded_as=str(at),
    )
    return replace(row, **changes)


def message_of(delivery: Delivery, **changes: object) -> Message:
    return replace(delivery.message, **changes)


def _lost(attempt: Attempt) -> Delivery:
    recipients = ("ana@example.com", "luis@example.com")
    epoch = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    message = Message(
        attempt.delivery_id, "brass/diario", "", Envelope("a@example.com", recipients), b"", epoch
    )
    return Delivery(attempt.delivery_id, message, recipients)
