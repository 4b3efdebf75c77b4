"""The finding ledger, as every store keeps it."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.contracts.building import NOW, TODAY, a_message, a_run, an_entry, deliver, tell, told

from sereno.domain.errors import AlreadyComplete, StoreUnavailable
from sereno.domain.ledger import Snooze
from sereno.engine.records import Owned

WEEK = timedelta(days=7)
SNOOZE = Snooze(TODAY + WEEK, "Ana Núñez", "en el laboratorio hasta el día 30", TODAY + 2 * WEEK)


def the_entry(store, track=(7,)):
    return store.ledger("brass")["BR-1", track]


def days_told(store, track=(7,)):
    return [telling.on for telling in the_entry(store, track).tellings]


def test_a_monitor_that_follows_nothing_has_an_empty_ledger(store):
    assert store.ledger("brass") == {}


def test_everything_about_an_entry_comes_back(place):
    whole = an_entry(
        (7, "año"),
        key=(7.5, None),
        last_seen=TODAY + WEEK,
        owner="Ana Núñez",
        replanned_from=TODAY - WEEK,
        replannings=2,
        ended="expired",
        ended_on=TODAY + WEEK,
    )
    bare = an_entry((), due=None, section=None)
    place.open().record(a_run(), [], [whole, bare])
    assert place.die().ledger("brass") == {("BR-1", (7, "año")): whole, ("BR-1", ()): bare}


@pytest.mark.parametrize(
    "track",
    [
        (None,),
        (0,),
        (-(2**53), 2**63 - 1),
        (0.1, -1e300, 5e-324),
        ("",),
        ("Ñandú «3.ª» \U0001f6e0", "a'b\"c\\d\n", "1"),
        ("con\0nulo", "\udcff"),
        (random.Random(3).randbytes(40_000).hex(),),
    ],
    ids=["none", "zero", "integers", "reals", "blank", "accents", "no text", "long"],
)
def test_a_track_comes_back_whatever_a_register_holds(store, track):
    store.record(a_run(), [], [an_entry(track)], [told(track, None)])
    assert list(store.ledger("brass")) == [("BR-1", track)]
    assert days_told(store, track) == [TODAY]


def test_texts_and_numbers_that_look_alike_are_followed_apart(store):
    tracks = [("1",), (1,), (None,), ("None",), ("null",), (), ("",), (1, 2), ("1,2",), (12,)]
    store.record(a_run(), [], list(map(an_entry, tracks)))
    assert {track for _, track in store.ledger("brass")} == set(tracks)


def test_a_whole_number_is_the_same_however_a_register_writes_it(store):
    store.record(a_run(), [], [an_entry((1.0, -0.0), owner="antes")])
    store.record(a_run(forced=True), [], [an_entry((1, 0), owner="ahora")], [told((1.0, 0), None)])
    assert the_entry(store, (1, 0)).owner == "ahora"
    assert days_told(store, (1, 0)) == [TODAY]
    assert len(store.ledger("brass")) == 1


def test_an_entry_replaces_the_one_before_and_its_tellings_and_snooze_stay(store):
    tell(store, told())
    store.snooze("brass", "BR-1", (7,), SNOOZE)
    before = the_entry(store)
    gone = an_entry(ended="resolved", ended_on=TODAY + WEEK, owner="Luis")
    store.record(a_run(), [], [gone])
    assert the_entry(store) == replace(gone, tellings=before.tellings, snooze=SNOOZE)
    assert len(before.tellings) == 1


def test_tellings_and_snooze_are_not_written_with_an_entry(store):
    telling = told().telling
    store.record(a_run(), [], [an_entry(tellings=(telling,), snooze=SNOOZE)])
    assert the_entry(store) == an_entry()


def test_of_two_entries_for_one_finding_in_one_run_the_later_counts(store):
    store.record(a_run(), [], [an_entry(owner="antes"), an_entry((8,)), an_entry(owner="ahora")])
    assert the_entry(store).owner == "ahora"


def test_a_finding_belongs_to_its_monitor_and_its_rule(store):
    other = an_entry(rule="BR-2", owner="Luis")
    store.record(a_run(), [], [an_entry(), other], [told(message=None)])
    store.record(a_run(monitor="otro"), [], [an_entry(owner="Eva")])
    store.snooze("otro", "BR-1", (7,), SNOOZE)
    ledger = store.ledger("brass")
    assert ledger["BR-1", (7,)] == an_entry(tellings=(told().telling,))
    assert ledger["BR-2", (7,)] == other
    assert store.ledger("otro") == {("BR-1", (7,)): an_entry(owner="Eva", snooze=SNOOZE)}


def test_tellings_come_oldest_first_and_those_of_a_day_in_the_order_of_writing(store):
    tell(store, told(message=None, on=TODAY + WEEK), told(message=None))
    tell(store, told(message=None, section="BR-2"))
    tellings = the_entry(store).tellings
    assert [(each.on, each.section) for each in tellings] == [
        (TODAY, "BR-1"),
        (TODAY, "BR-2"),
        (TODAY + WEEK, "BR-1"),
    ]


def test_everything_about_a_telling_comes_back(place):
    undated = told(message=None, due=None, digest="semanal", period="2026-W48", section="BR-2").telling
    tell(place.open(), told(), replace(told(message=None), telling=undated))
    assert the_entry(place.die()).tellings == (told().telling, undated)


@pytest.mark.parametrize(
    ("verdict", "tellings"), [("accepted", 1), ("deferred", 1), ("unknown", 1), ("dead", 0), ("diverted", 0)]
)
def test_what_was_told_in_dead_or_diverted_mail_was_told_to_nobody(store, verdict, tellings):
    tell(store, told())
    assert len(days_told(store)) == 1
    deliver(store, verdict)
    assert len(days_told(store)) == tellings


def test_what_waits_to_be_told_on_trial_was_told_to_nobody(store):
    store.record(a_run(trial=True), [a_message("m1", trial=True)], [an_entry()], [told()])
    assert days_told(store) == []


def test_a_dead_message_voids_its_own_tellings_alone(store):
    tell(store, told(on=TODAY - WEEK), told((8,)))
    deliver(store, "dead")
    tell(store, told(message="m2"), told(message=None, on=TODAY + WEEK))
    deliver(store, "accepted")
    assert days_told(store) == [TODAY, TODAY + WEEK]
    assert days_told(store, (8,)) == []


def test_mail_that_is_tried_again_still_counts_as_told(store):
    tell(store, told())
    for verdict in ("deferred", "deferred", "accepted"):
        deliver(store, verdict)
        assert days_told(store) == [TODAY]


def test_a_later_snooze_replaces_an_earlier_one(place):
    tell(place.open(), told())
    longer = replace(SNOOZE, until=TODAY + 2 * WEEK, by="luis", reason="sigue allí", due=None)
    for snooze in (SNOOZE, longer):
        place.open().snooze("brass", "BR-1", (7,), snooze)
    assert the_entry(place.die()).snooze == longer


def test_what_ended_before_a_day_may_be_left_out(store):
    ended = {"ended": "resolved", "ended_on": TODAY}
    entries = [an_entry((1,)), an_entry((2,), **ended), an_entry((3,), **ended | {"ended_on": TODAY - WEEK})]
    store.record(a_run(), [], entries, [told((n,), None) for n in (1, 2, 3)])
    store.snooze("brass", "BR-1", (1,), SNOOZE)
    everything = store.ledger("brass")
    assert len(everything) == 3
    lately = {name: entry for name, entry in everything.items() if entry.track != (3,)}
    assert store.ledger("brass", TODAY) == lately


def test_a_run_that_is_refused_leaves_no_trace_in_the_ledger(store):
    tell(store, told(), run=a_run())
    before = store.ledger("brass")
    with pytest.raises(AlreadyComplete):
        store.record(
            a_run(), [a_message("m2")], [an_entry(owner="Luis"), an_entry((8,))], [told(message="m2")]
        )
    with pytest.raises(StoreUnavailable, match="no se ha escrito nada"):
        store.record(
            a_run(forced=True),
            [a_message("m1")],
            [an_entry(owner="Luis"), an_entry((8,))],
            [told(message=None)],
        )
    assert store.ledger("brass") == before


def test_a_telling_of_a_message_that_does_not_exist_leaves_nothing(store):
    with pytest.raises(StoreUnavailable, match="no se ha escrito nada"):
        store.record(a_run(), [a_message("m1")], [an_entry()], [told(), told(message="perdido")])
    assert (store.ledger("brass"), store.runs_since(NOW), store.pending()) == ({}, [], [])


def test_runs_that_write_the_same_findings_at_once_all_come_through(place):
    stores = [place.open() for _ in range(4)]
    tracks = [(number,) for number in range(40)]

    def record(number: int) -> None:
        ordered = tracks if number % 2 else tracks[::-1]
        entries = [an_entry(track, owner=str(number)) for track in ordered]
        stores[number % 4].record(a_run(forced=True), [], entries, [told(track, None) for track in ordered])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(record, range(8)))
    ledger = stores[0].ledger("brass")
    assert len({entry.owner for entry in ledger.values()}) == 1
    assert {sum(each.times for each in entry.tellings) for entry in ledger.values()} == {8}


def test_what_is_open_is_counted_by_whom_its_rows_name(store):
    entries = [
        an_entry((1,), owner="Ana"),
        an_entry((2,), owner="Ana"),
        an_entry((3,), owner=None),
        an_entry((4,), owner="Ana", section="BR-2"),
        an_entry((5,), owner="Ana", section=None),
        an_entry((6,), owner="Ana", ended="resolved", ended_on=TODAY),
        an_entry((7,), owner="ana ñ\u202e"),
    ]
    assert store.open_owners() == []
    store.record(a_run(), [], entries)
    store.record(a_run(monitor="riesgos"), [], entries[:1])
    assert store.open_owners() == [
        Owned("brass", "BR-1", "BR-1", None, 1),
        Owned("brass", "BR-1", "BR-1", "Ana", 2),
        Owned("brass", "BR-1", "BR-1", "ana ñ\u202e", 1),
        Owned("brass", "BR-1", "BR-2", "Ana", 1),
        Owned("riesgos", "BR-1", "BR-1", "Ana", 1),
    ]
