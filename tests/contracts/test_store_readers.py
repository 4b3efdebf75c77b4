"""What every store keeps for readers' own pages."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from tests.contracts.building import (
    MINUTE,
    NOW,
    TODAY,
    a_message,
    a_run,
    accepted,
    an_entry,
    claim,
    counts,
    tell,
    told,
)
from tests.mailing import settle

from sereno.domain.errors import AlreadyComplete
from sereno.domain.ledger import Snooze
from sereno.domain.outbox import Envelope
from sereno.domain.personal import MOST_TRIES
from sereno.engine.keeper import Gone
from sereno.engine.reader_ports import Named, Request

ANA, LUIS = "ana@example.com", "luis@example.com"
SNOOZE = Snooze(TODAY + timedelta(days=5), "Ana Prado", "espera al laboratorio", TODAY)
REQUEST = Request("r1", ANA, "brass", "BR-1", (7,), SNOOZE, "bien", "c1", NOW)
HOUR = timedelta(hours=1)


@pytest.fixture
def readers(store):
    store.record(a_run(messages=0, sent=False), [], [an_entry()])
    return store.readers


def a_code(name="c1"):
    return a_message(
        name, kind="notice", envelope=Envelope("s@example.com", (ANA,)), data=b"Subject: x\r\n\r\n"
    )


def ask(readers, **changes):
    request = replace(REQUEST, **changes)
    return readers.ask(request, a_code(request.message_id), request.asked_at - HOUR, 5)


def deliver(store, at=NOW):
    settle(store, [accepted(each) for each in claim(store, 9, at)], at)


def snoozed(store):
    return store.ledger("brass")["BR-1", (7,)].snooze


def test_there_is_no_key_until_one_is_needed_and_then_the_first_stays(place, store):
    assert store.readers.known_key() is None
    assert store.readers.key(b"a" * 32) == b"a" * 32
    assert place.die().readers.key(b"b" * 32) == b"a" * 32
    assert store.readers.known_key() == b"a" * 32


def test_of_many_that_make_the_key_at_once_all_get_the_same(place):
    store, start, found = place.open(), Barrier(4), []

    def make(number):
        start.wait()
        found.append(store.readers.key(bytes([number]) * 32))

    threads = [Thread(target=make, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_each_revocation_begins_another_generation_of_that_address_alone(place, readers):
    assert readers.generation(ANA) == 0
    readers.revoke(ANA)
    readers.revoke(ANA)
    assert place.die().readers.generation(ANA) == 2
    assert readers.generation(LUIS) == 0


def test_a_request_queues_its_mail_and_is_kept_as_it_was_asked(place, store, readers):
    assert ask(readers)
    assert counts(store)["queued"] == 1
    assert place.die().readers.request("r1") == REQUEST
    assert readers.request("r2") is None


def test_a_sixth_code_within_the_hour_is_neither_kept_nor_mailed(store, readers):
    for number in range(5):
        assert ask(readers, id=f"r{number}", message_id=f"c{number}", asked_at=NOW + number * MINUTE)
    assert not ask(readers, id="r6", message_id="c6", asked_at=NOW + 6 * MINUTE)
    assert readers.request("r6") is None
    assert counts(store)["queued"] == 5
    assert ask(readers, id="r7", message_id="c7", address=LUIS, asked_at=NOW + 6 * MINUTE)
    assert ask(readers, id="r8", message_id="c8", asked_at=NOW + HOUR + MINUTE)


def test_the_right_code_puts_the_finding_off_once(place, store, readers):
    ask(readers)
    deliver(store)
    assert readers.redeem("r1", "bien", NOW + MINUTE) == "done"
    assert snoozed(place.die()) == SNOOZE
    assert readers.request("r1").used_at == NOW + MINUTE
    assert readers.redeem("r1", "bien", NOW + MINUTE) == "used"


def test_a_wrong_code_changes_nothing_and_after_five_the_right_one_comes_too_late(store, readers):
    ask(readers)
    assert [readers.redeem("r1", "mal", NOW) for _ in range(MOST_TRIES)] == ["wrong"] * MOST_TRIES
    assert readers.redeem("r1", "bien", NOW) == "spent"
    assert snoozed(store) is None


def test_a_code_is_good_for_ten_minutes_after_its_mail_was_accepted(store, readers):
    ask(readers)
    deliver(store, NOW + HOUR)
    assert readers.redeem("r1", "mal", NOW + HOUR + 10 * MINUTE) == "wrong"
    assert readers.redeem("r1", "bien", NOW + HOUR + 10 * MINUTE + timedelta(seconds=1)) == "expired"
    assert snoozed(store) is None


def test_a_code_whose_mail_never_left_is_over_after_three_hours(readers):
    ask(readers)
    assert readers.redeem("r1", "bien", NOW + 3 * HOUR + MINUTE) == "expired"


def test_a_code_that_nobody_asked_for_is_good_for_nothing(readers):
    assert readers.redeem("r1", "bien", NOW) == "expired"


def test_a_revocation_voids_the_codes_of_that_address(store, readers):
    ask(readers)
    ask(readers, id="r2", message_id="c2", address=LUIS)
    readers.revoke(ANA)
    assert readers.redeem("r1", "bien", NOW) == "expired"
    assert readers.redeem("r2", "bien", NOW) == "done"


def test_two_that_give_one_code_at_once_put_it_off_once(place):
    store, start, said = place.open(), Barrier(2), []
    store.record(a_run(messages=0, sent=False), [], [an_entry()])
    ask(store.readers)

    def give():
        start.wait()
        said.append(store.readers.redeem("r1", "bien", NOW))

    threads = [Thread(target=give) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(said) == ["done", "used"]


def test_a_calendar_is_found_by_its_mark_until_another_takes_its_place(place, readers):
    assert readers.feed_since(ANA) is None
    readers.make_feed(ANA, "m1", NOW, 0)
    assert place.die().readers.feed_owner("m1") == ANA
    assert readers.feed_since(ANA) == NOW
    readers.make_feed(ANA, "m2", NOW + MINUTE, 0)
    assert readers.feed_owner("m1") is None
    assert readers.feed_owner("m2") == ANA


def test_a_calendar_that_is_taken_away_is_nobodys_and_the_links_stay(readers):
    readers.make_feed(ANA, "m1", NOW, 0)
    assert readers.end_feed(ANA)
    assert not readers.end_feed(ANA)
    assert not readers.end_feed(LUIS)
    assert (readers.feed_owner("m1"), readers.feed_since(ANA)) == (None, None)
    assert readers.generation(ANA) == 0


def test_a_revocation_takes_the_calendar_of_that_address_too(place, readers):
    assert readers.make_feed(ANA, "m1", NOW, 0)
    assert readers.make_feed(LUIS, "m2", NOW, 0)
    assert readers.revoke(ANA)
    assert not readers.revoke(ANA)
    again = place.die().readers
    assert (again.feed_owner("m1"), again.feed_since(ANA)) == (None, None)
    assert again.feed_owner("m2") == LUIS


def test_a_link_that_was_revoked_makes_no_calendar_any_more(readers):
    assert readers.make_feed(ANA, "m1", NOW, 0)
    readers.revoke(ANA)
    assert not readers.make_feed(ANA, "m2", NOW, 0)
    assert readers.feed_owner("m2") is None
    assert readers.make_feed(ANA, "m3", NOW, 1)


def test_whom_rows_name_is_replaced_as_a_whole(place, readers):
    assert readers.named("riesgos", "tecnico") is None
    store, run = place.die(), a_run(monitor="riesgos", forced=True)
    first = Named(NOW, {"ana": [("RI-T1", (7, "a"))], "luis": []})
    store.record(run, (), named={"tecnico": first})
    last = Named(NOW + MINUTE, {"caro\0": (("RI-T1", (8, None)),)})
    store.record(replace(run, id="otra"), (), named={"tecnico": last, "otro": first})
    assert place.die().readers.named("riesgos", "tecnico") == last
    assert place.die().readers.named("riesgos", "otro").at == NOW


def test_of_a_run_that_is_refused_no_names_are_noted(place, readers):
    store, run = place.die(), a_run(monitor="riesgos", digest="tecnico")
    store.record(run, (), named={"tecnico": Named(NOW, {"ana": ()})})
    with pytest.raises(AlreadyComplete):
        store.record(replace(run, id="otra"), (), named={"tecnico": Named(NOW + MINUTE, {})})
    assert readers.named("riesgos", "tecnico").at == NOW


def test_codes_go_a_day_after_they_were_asked_for(store, readers):
    ask(readers)
    ask(readers, id="r2", message_id="c2", asked_at=NOW + 2 * MINUTE)
    assert sum(store.keeper.prune("codes", NOW + MINUTE, 9), Gone()).rows == 1
    assert readers.request("r1") is None
    assert readers.request("r2") is not None


def test_how_a_finding_was_last_told_is_found(store):
    tell(store, told((7,)), replace(told((8, "a"), "m2"), text="antes"))
    tell(store, replace(told((8, "a"), "m3"), text="después"))
    places = [("BR-1", (7,)), ("BR-1", (8, "a")), ("BR-1", (9,))]
    texts = store.readers.told_texts("brass", places)
    assert texts == {("BR-1", (7,)): "B-7 | Multímetro", ("BR-1", (8, "a")): "después"}
    assert store.readers.told_texts("brass", []) == {}
