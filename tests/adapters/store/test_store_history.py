"""What a turn of delivering costs does not grow with the mail that was sent before."""

from datetime import timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event
from tests.adapters.store.building import NOW
from tests.mailing import LEASE, claim, settle

from sereno.adapters.store.opening import open_store
from sereno.domain.foreign import QueueRow, message_id
from sereno.domain.outbox import Attempt, Envelope, Message
from sereno.engine.mail_ports import TakenIn

MADRID = ZoneInfo("Europe/Madrid")
STEPS = 50
"""Of SQLite's machine, from one count to the next."""


def a_row(number):
    return QueueRow(
        number,
        "Pedidos",
        "ana@example.com",
        "",
        "",
        "Asunto",
        "Cuerpo",
        html=False,
        attachments="",
        recorded_at=NOW,
        recorded_as=str(NOW),
    )


def stamp_of(number):
    return number, a_row(number).fingerprint


def take_in(store, numbers):
    taken = []
    for row in map(a_row, numbers):
        name = message_id("correos", row)
        envelope = Envelope("a@example.com", ("ana@example.com",))
        message = Message(name, "correos", "Asunto", envelope, b"datos", NOW, kind="queue")
        taken.append(TakenIn(name, row, "queued", message))
    store.intake.take_in("correos", taken, NOW)


def send(store, numbers):
    take_in(store, numbers)
    claimed = claim(store, len(numbers), NOW)
    settle(store, [Attempt(each.id, "accepted", "250", {}) for each in claimed], NOW)
    store.intake.stamped("correos", list(map(stamp_of, numbers)), NOW)


def cost(store, do):
    """Count the steps that SQLite takes for it."""
    counted = count()

    def watch(connection, _record, _proxy):
        connection.set_progress_handler(lambda: next(counted) and 0, STEPS)

    event.listen(store.outbox.engine, "checkout", watch)
    do()
    event.remove(store.outbox.engine, "checkout", watch)
    return next(counted)


def settle_one(store):
    (claimed,) = claim(store, 1, NOW)
    return lambda: settle(store, [Attempt(claimed.id, "accepted", "250", {})], NOW)


TURNS = {
    "claiming": lambda store: lambda: claim(store, 1, NOW),
    "recording": settle_one,
    "seeing a page of numbers far apart": lambda store: (
        lambda: store.intake.known("correos", [stamp_of(1), stamp_of(900_000)])
    ),
    "looking rows up": lambda store: (
        lambda: store.intake.rows_of(
            "correos", [message_id("correos", a_row(number)) for number in (1, 2, 3, 900_000)]
        )
    ),
    "looking for what to stamp": lambda store: lambda: store.intake.to_stamp("correos", 9, (0, "")),
    "dropping": lambda store: (
        lambda: store.desk.drop(message_id("correos", a_row(900_000)), "no hace falta", NOW)
    ),
    "counting": lambda store: lambda: store.mail_summary(NOW + timedelta(days=1)),
    "recovering": lambda store: lambda: store.outbox.lose_abandoned("nadie contesta", NOW + 2 * LEASE),
}


@pytest.mark.parametrize("turn", TURNS.values(), ids=TURNS)
def test_a_turn_costs_the_same_however_much_was_sent_before(tmp_path, turn):
    costs = []
    for sent in (10, 2000):
        store = open_store(f"sqlite:///{tmp_path}/{sent}.sqlite", NOW.astimezone(MADRID))
        send(store, range(1, sent + 1))
        take_in(store, [900_000])
        costs.append(cost(store, turn(store)))
        store.close()
    few, many = costs
    assert many <= few + 20
