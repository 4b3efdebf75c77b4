"""How every store claims mail: what is held or another's stays, and all comes back as it was put in."""

import pytest
from sqlalchemy import create_engine, text
from tests import mailing
from tests.contracts.building import LEASE, MINUTE, NOW, a_message, accepted, claim, counts, ids, queue
from tests.mailing import ME, let_mail_go, queue_row, release

from sereno.adapters.store.opening import open_store
from sereno.domain.foreign import message_id
from sereno.domain.outbox import Ending
from sereno.engine.mail_ports import Claimer, TakenIn, Wanted

OFTEN = 8
"""More often than a driver asks a server the same before it prepares the statement."""
NAMES = ('a"b', "c\\\\d", "{x,y}", "NULL", "", "[1]")


def take_in(store, *numbers):
    rows = [queue_row(number, NOW) for number in numbers]
    names = [message_id("correos", row) for row in rows]
    messages = [a_message(name, origin="correos", kind="queue") for name in names]
    taken = [TakenIn(*each) for each in zip(names, rows, ["queued"] * len(rows), messages, strict=True)]
    store.intake.take_in("correos", taken, NOW)


def test_nothing_is_claimed_while_mail_is_held_and_what_ended_is_recorded(store):
    queue(store, a_message("m1"), a_message("m2"))
    (sent,) = claim(store, 1)
    store.desk.hold_mail("mudanza", NOW)
    ended = [Ending(accepted(sent), "accepted", reached=sent.recipients)]
    wanted, claimer = Wanted(trial=False), Claimer(ME, NOW + LEASE)
    assert store.outbox.turn(ended, 5, wanted, claimer, NOW) == []
    assert counts(store) == {"accepted": 1, "queued": 1}
    let_mail_go(store)
    assert ids(claim(store, 5)) == ["m2"]


def test_a_hold_leaves_alone_what_is_claimed(store):
    queue(store, a_message("m1"))
    claimed = claim(store, 1)
    store.desk.hold_mail("mudanza", NOW)
    assert ids(store.outbox.claims(ME)) == ids(claimed)
    release(store, ids(claimed))
    assert counts(store) == {"queued": 1}


def test_mail_of_a_queue_is_claimed_only_where_that_queue_can_be_looked_at(store):
    queue(store, *(a_message(f"m{number}") for number in range(OFTEN)))
    take_in(store, 7)
    for number in range(OFTEN):
        seen = NAMES[: number % (len(NAMES) + 1)]  # none, and then more and more of them
        assert ids(mailing.claim(store, 1, NOW, queues=seen)) == [f"m{number}"]
    assert mailing.claim(store, 9, NOW, queues=NAMES) == []
    assert len(mailing.claim(store, 9, NOW, queues=(*NAMES, "correos"))) == 1


def test_however_often_it_is_claimed_a_message_comes_back_as_it_was(store):
    messages = [a_message(f"m{number}", data=bytes(range(256))) for number in range(OFTEN)]
    queue(store, *messages)
    for message in messages:
        (claimed,) = claim(store, 1)
        assert claimed.message == message
        assert (type(claimed.message.data), claimed.message.trial) == (bytes, False)
        assert claimed.message.queued_at.tzinfo == NOW.tzinfo
        assert (claimed.recipients, claimed.state, claimed.attempts) == (
            message.envelope.recipients,
            "sending",
            0,
        )


@pytest.mark.external
def test_what_another_is_changing_is_left_for_a_later_claim(database_url):
    store, other = open_store(database_url, NOW), create_engine(database_url)
    queue(store, *(a_message(name, queued_at=NOW + at * MINUTE) for at, name in enumerate("abc")))
    with other.connect() as session:
        session.execute(text("UPDATE deliveries SET answer = '' WHERE id = 'a'"))
        assert ids(claim(store, 9)) == ["b", "c"]
        session.commit()
    assert ids(claim(store, 9)) == ["a"]
    other.dispose()
    store.close()
