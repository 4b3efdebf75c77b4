"""What every store remembers of the queues of other applications."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from tests import mailing
from tests.contracts.building import MINUTE, NOW, a_message, claim, counts
from tests.mailing import queue_row, settle

from sereno.domain.foreign import Known, message_id
from sereno.domain.outbox import Attempt
from sereno.engine.mail_ports import TakenIn

FIRST = (-(2**63), "")


def a_row(number=1, **changes):
    return queue_row(number, NOW, **changes)


def stamp(row):
    return row.number, row.fingerprint


def taken(row, state="queued", **changes):
    name = message_id("correos", row)
    message = a_message(name, kind="queue", origin="correos")
    return replace(TakenIn(name, row, state, message), **changes)


def end(store, verdict="accepted", now=NOW):
    settle(store, [Attempt(each.id, verdict, "palabras", {}) for each in claim(store, 99, now)], now)


def due(store, after=FIRST):
    return store.intake.to_stamp("correos", 99, after)


def test_a_row_is_taken_in_once(store):
    row = a_row()
    for _ in range(2):
        store.intake.take_in("correos", [taken(row), taken(row)], NOW)
    assert counts(store) == {"queued": 1}
    assert store.intake.known("correos", [stamp(row), (2, "x")]) == {stamp(row): Known(stamped=False)}
    assert store.intake.known("tareas", [stamp(row)]) == {}
    assert store.intake.rows_of("correos", [taken(row).message_id]) == {taken(row).message_id: stamp(row)}


def test_a_known_number_with_another_text_is_new_mail(store):
    rows = [a_row(), a_row(body="Otro cuerpo"), a_row(recorded_as="ayer")]
    store.intake.take_in("correos", list(map(taken, rows)), NOW)
    assert counts(store) == {"queued": 3}


def test_mail_of_a_queue_that_cannot_be_looked_at_waits(store):
    store.intake.take_in("correos", [taken(a_row())], NOW)
    assert mailing.claim(store, 9, NOW, queues=["tareas"]) == []
    assert len(mailing.claim(store, 9, NOW, queues=["correos"])) == 1


def test_what_was_accepted_is_to_be_stamped_until_it_is(place):
    store = place.open()
    store.intake.take_in("correos", [taken(a_row(2)), taken(a_row(1)), taken(a_row(3))], NOW)
    assert due(store) == []
    end(store)
    store = place.die()
    assert due(store) == [stamp(a_row(number)) for number in (1, 2, 3)]
    assert due(store, stamp(a_row(1))) == [stamp(a_row(2)), stamp(a_row(3))]
    assert len(store.intake.to_stamp("correos", 2, FIRST)) == 2
    store.intake.stamped("correos", [stamp(a_row(1)), stamp(a_row(2))], NOW)
    assert due(store) == [stamp(a_row(3))]
    assert store.intake.known("correos", [stamp(a_row(1))]) == {stamp(a_row(1)): Known(stamped=True)}


@pytest.mark.parametrize("verdict", ["dead", "unknown", "deferred", "diverted"])
def test_nothing_else_is_stamped(store, verdict):
    store.intake.take_in("correos", [taken(a_row())], NOW)
    end(store, verdict)
    assert due(store) == []


def test_a_row_is_stamped_when_nothing_of_it_is_open(store):
    row = a_row()
    message = a_message(message_id("correos", row), kind="queue", origin="correos")
    store.intake.take_in("correos", [taken(row, message=message)], NOW)
    (delivery,) = claim(store, 9)
    later = {"luis@example.com": "450 luego"}
    settle(store, [Attempt(delivery.id, "accepted", "", later)], NOW)
    assert due(store) == []
    end(store, "dead", NOW + MINUTE)
    assert due(store) == []
    assert store.desk.drop(f"{delivery.id}.2", "", NOW)
    assert due(store) == [stamp(row)]


def test_mail_that_was_stamped_and_is_wanted_again_is_held_once(store):
    row = a_row()
    store.intake.take_in("correos", [taken(row)], NOW)
    end(store)
    store.intake.stamped("correos", [stamp(row)], NOW)
    for _ in range(2):
        store.intake.ask_again("correos", [stamp(row)], "otra vez", NOW)
    assert counts(store) == {"accepted": 1, "held": 1}
    assert store.intake.known("correos", [stamp(row)]) == {stamp(row): Known(stamped=False)}
    assert due(store) == []
    assert store.desk.retry(f"{taken(row).message_id}.2")
    end(store)
    assert due(store) == [stamp(row)]


def test_a_draft_keeps_its_row_until_it_is_composed(place):
    store = place.open()
    draft = taken(a_row(attachments="/no/esta.pdf"), "held", message=None, answer="falta /no/esta.pdf")
    store.intake.take_in("correos", [draft], NOW)
    store = place.die()
    ((since, kept),) = store.intake.drafts("correos")
    assert (since, kept) == (NOW, draft)
    assert kept.row.fingerprint == draft.row.fingerprint
    assert (store.mail_summary(NOW).awaiting, store.mail_summary(NOW).stuck) == (1, 0)
    assert claim(store, 9) == []
    assert not store.desk.retry(draft.message_id)
    store.intake.finish("correos", taken(draft.row), NOW)
    assert store.intake.drafts("correos") == []
    end(store)
    assert due(store) == [stamp(draft.row)]


def test_a_draft_is_finished_once_whoever_is_first(store):
    draft = taken(a_row(), "held", message=None, answer="falta")
    store.intake.take_in("correos", [draft], NOW)
    assert store.intake.finish("correos", taken(draft.row), NOW)
    end(store)
    assert not store.intake.finish("correos", taken(draft.row), NOW)
    assert counts(store) == {"accepted": 1}


def test_a_draft_that_was_dropped_stays_dropped(store):
    draft = taken(a_row(), "held", message=None, answer="falta")
    store.intake.take_in("correos", [draft], NOW)
    store.desk.drop(draft.message_id, "", NOW)
    assert not store.intake.finish("correos", taken(draft.row), NOW)
    assert counts(store) == {"dropped": 1}


def test_rows_that_many_take_in_at_once_are_taken_in_once(place):
    rows = [taken(a_row(number)) for number in range(40)]

    def take(store, part):
        store.intake.take_in("correos", rows[part:], NOW)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(take, [place.open() for _ in range(4)], [0, 0, 10, 20]))
    assert counts(place.open()) == {"queued": 40}


def test_what_was_never_composed_and_cannot_be_is_dead_with_its_row(store):
    dead = taken(a_row(to="nadie"), "dead", message=None, answer="nadie no es una dirección")
    store.intake.take_in("correos", [dead], NOW)
    assert counts(store) == {"dead": 1}
    assert store.desk.sheet(dead.message_id).draft == dead.row
    assert store.intake.drafts("correos") == []
    assert store.desk.drop(dead.message_id, "", NOW)
    assert due(store) == []


def test_old_mail_is_listed_by_row_and_keeps_no_copy(store):
    old = taken(a_row(7), "old", message=None, answer="antiguo")
    store.intake.take_in("correos", [old, taken(a_row(8))], NOW)
    assert store.desk.old("correos") == [(old.message_id, stamp(old.row))]
    assert store.desk.sheet(old.message_id).draft is None
    assert store.desk.drop(old.message_id, "", NOW)
    assert store.desk.old("correos") == []


def test_who_could_not_be_written_to_is_told_beside_those_who_could(store):
    store.intake.take_in("correos", [taken(a_row(), refused={"pepe@": "no es una dirección"})], NOW)
    assert store.desk.sheet(taken(a_row()).message_id).refused == {"pepe@": "no es una dirección"}


def test_a_queue_is_looked_through_for_the_first_time_once(place):
    assert not place.open().intake.was_looked_through("correos")
    for _ in range(2):
        place.open().intake.looked_through("correos", NOW)
    assert place.die().intake.was_looked_through("correos")
    assert not place.open().intake.was_looked_through("tareas")
