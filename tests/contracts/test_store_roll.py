"""The roll of what is open, as every store keeps it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.contracts.building import NOW, TODAY, a_message, a_run, an_entry, claim, told
from tests.mailing import settle

from sereno.domain.ledger import Snooze
from sereno.domain.outbox import Attempt
from sereno.engine.roll import Inquiry, Lot, PlacedLot, Tally

DAY = timedelta(days=1)
BR_1, BR_2 = Lot("brass", "BR-1", "BR-1"), Lot("brass", "BR-1", "BR-2")
BOTH = (PlacedLot(BR_1, 0, "Equipos caducados"), PlacedLot(BR_2, 1, "Próxima calibración"))


def write(store, *entries, tellings=(), messages=(), monitor="brass"):
    store.record(a_run(forced=True, monitor=monitor), messages, entries, tellings)


def keys(store, number=99, first=0, **asked):
    inquiry = Inquiry(**{"lots": BOTH, **asked})
    found = [each.entry.key[0] for each in store.roll.listed(store.roll.ids(inquiry, first, number))]
    if number == 99 and first == 0:
        assert store.roll.count(inquiry) == len(found)
        assert [each.entry.key[0] for each in store.roll.every(inquiry)] == found
    return found


def test_what_is_open_is_on_the_roll_and_goes_when_it_ends_and_comes_back_when_it_is_seen_again(place):
    store = place.open()
    write(store, an_entry(("uno",)), an_entry(("dos",)), an_entry(("fuera",), section=None))
    assert keys(place.die()) == ["dos", "uno"]
    write(store, an_entry(("uno",), ended="resolved", ended_on=TODAY))
    assert keys(place.die()) == ["dos"]
    write(store, an_entry(("uno",)), an_entry(("dos",), section=None))
    assert keys(place.die()) == ["uno"]


def test_an_entry_that_changes_changes_on_the_roll(store):
    write(store, an_entry((1,), owner="Ana"))
    write(store, an_entry((1,), owner="Luis", section="BR-2", due=TODAY + DAY, replannings=1))
    assert store.roll.tally() == [Tally(BR_2, "Luis", 1)]
    assert keys(store, owner="Luis") == [1]
    assert keys(store, owner="Ana") == []


def test_the_tally_counts_by_lot_and_owner_of_every_monitor(store):
    write(store, an_entry((1,), owner="Ana"), an_entry((2,), owner="Ana"), an_entry((3,), owner=None))
    write(store, an_entry((1,)), monitor="otro")
    found = {(each.lot.monitor, each.owner): each.number for each in store.roll.tally()}
    assert found == {("brass", "Ana"): 2, ("brass", None): 1, ("otro", None): 1}
    assert keys(store) == [1, 2, 3]


def test_the_order_is_that_of_the_digests(store):
    write(
        store,
        an_entry(("z",), section="BR-2", due=TODAY - 9 * DAY),
        an_entry(("sin fecha",), due=None),
        *(an_entry((cell,)) for cell in ("b", "B", "á", "", None, 10, 9, -1, -2.5, 0.5, "10", 2**60, "b\0")),
        an_entry(("antes",), due=TODAY - DAY),
        an_entry(("después",), due=TODAY + DAY),
    )
    first = ["antes", -2.5, -1, 0.5, 9, 10, 2**60, "", "10", "B", "b", "b\0", "á", None]
    assert keys(store) == [*first, "después", "sin fecha", "z"]
    assert keys(store, number=2, first=3) == [0.5, 9]
    assert keys(store, number=5, first=16) == ["z"]
    assert keys(store, number=5, first=17) == []


def test_lots_stand_where_they_are_placed_and_those_of_one_place_as_one(store):
    write(store, an_entry((1,), due=TODAY), an_entry((2,), due=TODAY - DAY, section="BR-2"))
    assert keys(store, lots=(replace(BOTH[0], place=2), BOTH[1])) == [2, 1]
    assert keys(store, lots=(replace(BOTH[0], place=1), BOTH[1])) == [2, 1]
    assert keys(store, lots=BOTH[1:]) == [2]
    assert keys(store, lots=()) == []


@pytest.mark.parametrize(
    ("order", "rising", "falling"),
    [
        ("due", [2, 1, 4, 3], [4, 1, 2, 3]),
        ("key", [1, 2, 3, 4], [4, 3, 2, 1]),
        ("section", [1, 3, 2, 4], [2, 4, 1, 3]),
        ("owner", [3, 1, 2, 4], [2, 1, 3, 4]),
        ("seen", [4, 1, 3, 2], [1, 3, 2, 4]),
        ("told", [3, 2, 4, 1], [1, 3, 2, 4]),
        ("replannings", [1, 3, 2, 4], [4, 1, 3, 2]),
    ],
)
def test_it_is_sorted_by_what_is_asked_for_and_what_has_no_value_stays_last(store, order, rising, falling):
    seen = {"first_seen": TODAY}
    write(
        store,
        an_entry((1,), owner="ñandú", **seen),
        an_entry((2,), owner="Óscar", section="BR-2", due=TODAY - DAY, **seen),
        an_entry((3,), owner="Álvaro B", due=None, **seen)
        if order != "owner"
        else an_entry((3,), owner="Ana", due=None),
        an_entry((4,), section="BR-2", due=TODAY + DAY, first_seen=TODAY - DAY, replannings=3),
        tellings=[told((1,), None), told((1,), None)],
    )
    assert keys(store, order=order) == rising
    assert keys(store, order=order, falling=True) == falling


def test_a_text_is_looked_for_in_one_line_whatever_its_case(store):
    write(store, an_entry((7, "CÁMARA Straße"), owner="ÍÑIGO Ruiz"), an_entry((8, "otra"), section="BR-2"))
    for text in (
        "cámara",
        "7,CÁM",
        "STRASSE",
        "íñigo ruiz",
        "caducados",
        "straße equipos",
        "BR-1 í",
        "%",
        "_",
    ):
        assert keys(store, text=text) == ([] if text in "%_" else [7]), text
    assert keys(store, text="br-") == [7, 8]
    assert keys(store, text="calibración") == [8]
    assert keys(store, text="camara") == []


def test_age_is_counted_from_when_a_finding_was_first_seen(store):
    write(store, an_entry((1,), first_seen=TODAY), an_entry((2,), first_seen=TODAY - 30 * DAY))
    assert keys(store, seen_by=TODAY - 30 * DAY) == [2]
    assert keys(store, seen_by=TODAY - 31 * DAY) == []


def test_a_finding_of_the_roll_is_the_ledger_s_with_its_tellings_and_its_snooze(store):
    snooze = Snooze(TODAY + DAY, "Ana", "en el laboratorio", TODAY)
    write(store, an_entry(("año", 1)), messages=[a_message("m1")], tellings=[told(("año", 1))])
    store.snooze("brass", "BR-1", ("año", 1), snooze)
    (name,) = store.roll.ids(Inquiry(BOTH), 0, 9)
    (each,) = store.roll.listed([name, "nadie"])
    assert (each.id, each.monitor) == (name, "brass")
    assert each.entry == store.ledger("brass")["BR-1", ("año", 1)]
    assert each.entry.snooze == snooze
    write(store, an_entry(("año", 1), ended="resolved", ended_on=TODAY))
    assert store.roll.listed([name]) == []


def test_the_mark_changes_with_every_round_and_with_nothing_else(store):
    marks = [store.roll.mark()]
    write(store, an_entry((1,)))
    marks.append(store.roll.mark())
    write(store)
    marks.append(store.roll.mark())
    assert len(set(marks)) == 3
    store.snooze("brass", "BR-1", (1,), Snooze(TODAY + DAY, "Ana", "x", TODAY))
    store.count_cycle()
    assert store.roll.mark() == marks[-1]


def test_what_tells_nobody_counts_no_more_in_the_order_nor_under_its_mark(store):
    write(store, an_entry((1,)), an_entry((2,)), messages=[a_message("m1")], tellings=[told((1,))])
    assert keys(store, order="told") == [2, 1]
    before = store.roll.told_mark()
    settle(store, [Attempt(each.id, "dead", "550 no", {}) for each in claim(store, 9, NOW)], NOW)
    assert keys(store, order="told") == [1, 2]
    assert store.roll.told_mark() != before
