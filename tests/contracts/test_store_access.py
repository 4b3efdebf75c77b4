"""Who may enter the console, who is in and who did what, in every store."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from tests.contracts.building import LONG_AGO, MINUTE, NOW

from sereno.engine.access import Deed, User
from sereno.engine.keeper import Gone

ANA, LUIS = User("ana", "operate", "clave", NOW), User("Óscar", "read", None, NOW)
DEED = Deed(NOW, "ana", "entered", "ana", "127.0.0.1")


@pytest.fixture
def access(store):
    return store.access


def test_a_user_is_kept_to_the_letter_and_found_by_that_name_alone(place, access):
    access.add_user(ANA)
    assert place.die().access.user("ana") == ANA
    assert [access.user(name) for name in ("Ana", "an", "", "ana ")] == [None] * 4


def test_users_come_by_name(access):
    for user in (LUIS, ANA, replace(ANA, name="Zoe")):
        access.add_user(user)
    assert [each.name for each in access.users()] == ["Zoe", "ana", "Óscar"]


def test_who_is_in_is_in_until_then(place, access):
    access.add_user(ANA)
    assert access.enter("t1", ANA, NOW + MINUTE)
    assert place.die().access.inside("t1", NOW) == ANA
    assert access.inside("t1", NOW + MINUTE) is None
    assert access.inside("t2", NOW) is None


def test_who_leaves_is_out_and_others_stay_in(access):
    access.add_user(ANA)
    for token in ("t1", "t2"):
        access.enter(token, ANA, NOW + MINUTE)
    access.leave("t1")
    access.leave("never there")
    assert (access.inside("t1", NOW), access.inside("t2", NOW)) == (None, ANA)


def test_a_change_of_a_user_and_their_going_end_their_sessions_and_nobody_elses(access):
    for user in (ANA, LUIS):
        access.add_user(user)
        access.enter(user.name, user, NOW + MINUTE)
    assert access.change_user(replace(ANA, role="read"), ANA)
    assert access.inside("ana", NOW) is None
    access.enter("again", ANA, NOW + MINUTE)
    assert access.remove_user("ana")
    assert not access.remove_user("ana")
    assert (access.inside("again", NOW), access.user("ana")) == (None, None)
    assert access.inside(LUIS.name, NOW) == LUIS


def test_who_is_there_is_not_added_over(access):
    assert access.add_user(ANA)
    access.enter("in", ANA, NOW + MINUTE)
    assert not access.add_user(replace(ANA, role="read", password="otra"))
    assert (access.user("ana"), access.inside("in", NOW)) == (ANA, ANA)


@pytest.mark.parametrize(
    "since",
    [{"role": "read"}, {"password": "otra"}, {"password": None}, {"made_at": NOW + MINUTE}],
    ids=["another role", "another password", "no password", "removed and added again"],
)
def test_a_change_of_a_user_who_is_no_longer_so_changes_nothing(access, since):
    theirs = replace(ANA, **since)
    access.add_user(theirs)
    access.enter("in", theirs, NOW + MINUTE)
    assert not access.change_user(replace(ANA, password="mía"), ANA)
    assert (access.user("ana"), access.inside("in", NOW)) == (theirs, theirs)


def test_a_change_of_who_was_removed_brings_nobody_back(access):
    assert not access.change_user(replace(ANA, role="read"), ANA)
    assert access.users() == []


def test_who_has_no_password_is_changed_as_others_are(place, access):
    access.add_user(LUIS)
    assert access.change_user(replace(LUIS, role="operate"), LUIS)
    assert place.die().access.users() == [replace(LUIS, role="operate")]


def test_of_two_who_change_a_user_at_once_one_does(place):
    first, second = place.open().access, place.open().access
    first.add_user(ANA)
    together, changed = Barrier(2), [replace(ANA, role="read"), replace(ANA, password="otra")]
    with ThreadPoolExecutor(2) as both:
        done = [
            both.submit(_after, together, each.change_user, user, ANA)
            for each, user in zip((first, second), changed, strict=True)
        ]
    told = [each.result() for each in done]
    assert sorted(told) == [False, True]
    assert first.users() == [changed[told.index(True)]]


def test_nobody_enters_with_a_password_of_before_nor_who_is_no_user_any_more(access):
    access.add_user(ANA)
    access.change_user(replace(ANA, password="otra"), ANA)
    assert not access.enter("old", ANA, NOW + MINUTE)
    assert access.enter("new", replace(ANA, password="otra"), NOW + MINUTE)
    access.remove_user("ana")
    assert not access.enter("gone", replace(ANA, password="otra"), NOW + MINUTE)
    access.add_user(replace(ANA, password=None))
    assert not access.enter("by proxy alone", ANA, NOW + MINUTE)
    assert [access.inside(token, NOW) for token in ("old", "new", "gone", "by proxy alone")] == [None] * 4


def test_no_session_of_an_old_password_outlives_its_change_whoever_is_first(place):
    access, other = place.open().access, place.open().access
    for at in range(40):
        old, new = replace(ANA, password=f"clave {at}"), replace(ANA, password=f"otra {at}")
        assert access.add_user(old)
        together = Barrier(2)
        with ThreadPoolExecutor(2) as both:
            entry = both.submit(_after, together, other.enter, f"t{at}", old, NOW + MINUTE)
            change = both.submit(_after, together, access.change_user, new, old)
        assert entry.result() in {True, False}
        assert change.result()
        assert access.inside(f"t{at}", NOW) is None
        access.remove_user("ana")


def _after(together, act, *facts):
    together.wait()
    return act(*facts)


def test_deeds_come_newest_first_those_of_one_kind_where_asked_and_no_more_than_asked(place, store):
    other = Deed(NOW + MINUTE, "sistema/root", "user_added", "ana", "\0 y más")
    for deed in (DEED, other, DEED):
        store.audit.note(deed)
    kept = replace(other, detail="\ufffd y más")
    audit = place.die().audit
    told = [replace(each, detail=each.detail.replace("\0", "\ufffd")) for each in audit.deeds(NOW, 10)]
    assert told == [kept, DEED, DEED]
    assert audit.deeds(NOW, 10, action="entered") == [DEED, DEED]
    assert len(audit.deeds(NOW, 1)) == 1
    assert audit.deeds(NOW + 2 * MINUTE, 10) == []


def test_refusals_are_those_of_the_window(store):
    refused = replace(DEED, action="entry_refused", who="")
    store.audit.note(replace(refused, at=NOW - 20 * MINUTE))
    store.audit.note(refused)
    store.audit.note(DEED)
    assert list(store.audit.refusals(NOW - 15 * MINUTE)) == [refused]


def test_sessions_go_when_they_are_over_and_deeds_after_their_time(place, store):
    store.access.add_user(ANA)
    store.access.enter("over", ANA, NOW - MINUTE)
    store.access.enter("in", ANA, NOW + MINUTE)
    store.audit.note(replace(DEED, at=LONG_AGO))
    store.audit.note(DEED)
    assert list(store.keeper.prune("sessions", NOW, 10)) == [Gone(1)]
    assert list(store.keeper.prune("deeds", NOW - timedelta(days=1), 10)) == [Gone(1)]
    after = place.die()
    assert after.access.inside("in", NOW) == ANA
    assert after.audit.deeds(LONG_AGO, 10) == [DEED]
