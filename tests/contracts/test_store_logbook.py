"""The master's own records that every store keeps."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from tests.contracts.building import DAY, LONG_AGO, MADRID, MINUTE, NOW, a_message, at_once, counts, deliver

from sereno.domain.alarms import Alarm
from sereno.domain.errors import StoreUnavailable
from sereno.engine.keeper import Gone
from sereno.engine.logbook import Lease, Missed, Pause, Process, Running
from sereno.engine.records import JobResult

ME = Process(4_001, 1_794_000_000.123456, "arranque-1", "torre")
OTHER = Process(4_001, 1_794_000_000.123457, "arranque-1", "torre")
"""The same number, a microsecond younger."""
LEASE = Lease(ME, NOW, NOW + 10 * MINUTE)
ALARM = Alarm("job/brass", 1, "falla", NOW, NOW)
NEXT = replace(
    DAY, id="2026-11-25", opens=DAY.opens + timedelta(days=1), closes=DAY.closes + timedelta(days=1)
)


@pytest.fixture
def book(store):
    return store.logbook


def test_a_store_knows_when_it_was_made(place, book):
    assert abs(book.made_at() - NOW) < MINUTE
    assert book.made_at().tzinfo is not None
    assert place.die().logbook.made_at() == book.made_at()


def test_nobody_leads_at_first_and_one_who_takes_the_lead_has_it(place, book):
    assert book.lease() is None
    assert book.take(LEASE, None)
    assert book.lease() == LEASE
    assert place.die().logbook.lease() == LEASE


def test_a_lead_that_somebody_has_is_not_taken_by_one_who_did_not_know(book):
    book.take(LEASE, None)
    assert not book.take(replace(LEASE, holder=OTHER), None)
    assert book.lease() == LEASE


def test_the_lead_is_renewed_and_taken_over_only_from_whom_it_was_seen_with(book):
    book.take(LEASE, None)
    renewed = replace(LEASE, until=NOW + 20 * MINUTE)
    assert book.take(renewed, LEASE)
    assert not book.take(replace(LEASE, holder=OTHER), LEASE)
    assert book.take(replace(LEASE, holder=OTHER), renewed)
    assert book.lease().holder == OTHER


def test_whoever_leads_cannot_take_the_lead_as_if_nobody_had_it(book):
    book.take(LEASE, None)
    assert not book.take(LEASE, None)


def test_a_lead_that_nobody_has_any_more_is_not_taken_from_whom_it_was_seen_with(book):
    book.take(LEASE, None)
    book.let_go(ME)
    assert not book.take(replace(LEASE, holder=OTHER), LEASE)
    assert book.lease() is None


@pytest.mark.parametrize(
    "change",
    [
        {"since": NOW - MINUTE},
        {"until": NOW + 9 * MINUTE},
        {"holder": replace(ME, pid=4_002)},
        {"holder": replace(ME, boot="arranque-2")},
        {"holder": replace(ME, host="otra")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_lead_that_differs_in_anything_from_the_one_that_was_seen_is_not_taken(book, change):
    book.take(LEASE, None)
    assert not book.take(replace(LEASE, holder=OTHER), replace(LEASE, **change))
    assert book.lease() == LEASE


def test_the_hour_that_comes_twice_is_two_to_a_lead(book):
    first = datetime(2026, 10, 25, 2, 30, tzinfo=MADRID)
    held = Lease(ME, first, first.replace(fold=1))
    book.take(held, None)
    assert not book.take(LEASE, replace(held, until=first))
    kept = book.lease()
    assert (kept.since.fold, kept.until.fold) == (0, 1)
    assert book.take(LEASE, kept)


def test_of_many_who_take_the_lead_at_once_exactly_one_has_it(place):
    stale = replace(LEASE, holder=replace(ME, pid=1))
    for instead_of in (None, stale):
        book = place.die().logbook
        if instead_of is not None:
            held = book.lease()
            assert book.take(stale, held)
        takers = [replace(ME, pid=n) for n in range(10, 16)]
        takings = [partial(taken, replace(LEASE, holder=each), instead_of) for each in takers]
        won = [each for each, has_it in zip(takers, at_once(place, takings), strict=True) if has_it]
        assert [book.lease().holder] == won


def taken(lease, instead_of, store):
    return store.logbook.take(lease, instead_of)


def test_only_who_leads_lets_the_lead_go(book):
    book.take(LEASE, None)
    book.let_go(OTHER)
    assert book.lease() == LEASE
    book.let_go(ME)
    assert book.lease() is None


def test_a_job_runs_from_its_start_until_its_result_is_recorded(place, store, book):
    later = Running("riesgos", OTHER, NOW + MINUTE)
    for running in (later, Running("brass", OTHER, NOW - MINUTE), Running("brass", ME, NOW)):
        book.job_started(running)
    assert book.running() == [Running("brass", ME, NOW), later]
    store.record_job(JobResult("brass", NOW, NOW + MINUTE, 0, ""))
    assert place.die().logbook.running() == [later]


def test_the_end_of_a_job_that_the_master_did_not_start_leaves_the_note_of_what_it_runs(store, book):
    book.job_started(Running("brass", ME, NOW))
    by_hand = JobResult("brass", NOW - MINUTE, NOW + MINUTE, 0, "a mano")
    store.record_job(by_hand, watched=False)
    assert book.running() == [Running("brass", ME, NOW)]
    assert store.job_results("brass", 9) == [by_hand]


def test_what_is_accounted_for_never_goes_back(place, book):
    assert book.accounts() == {}
    book.account("brass", "diario", NOW, (), NOW)
    book.account("brass", "diario", NOW - MINUTE, (), NOW)
    book.account("riesgos", "calidad", NOW + MINUTE, (), NOW)
    assert place.die().logbook.accounts() == {
        ("brass", "diario"): NOW,
        ("riesgos", "calidad"): NOW + MINUTE,
    }


def test_a_period_is_missed_once_however_often_it_is_noted(book):
    book.account("brass", "diario", NOW, (NEXT, DAY), NOW)
    book.account("brass", "diario", NOW, (DAY,), NOW + MINUTE)
    assert book.missed(LONG_AGO) == [
        Missed("brass", "diario", DAY.id, DAY.closes, NOW),
        Missed("brass", "diario", NEXT.id, NEXT.closes, NOW),
    ]
    assert book.missed(NOW + MINUTE) == []


def test_the_same_period_of_another_digest_is_missed_by_itself(book):
    for monitor, digest in (("brass", "diario"), ("brass", "semanal"), ("riesgos", "diario")):
        book.account(monitor, digest, NOW, (DAY,), NOW)
    assert [(each.monitor, each.digest) for each in book.missed(NOW)] == [
        ("brass", "diario"),
        ("brass", "semanal"),
        ("riesgos", "diario"),
    ]


def test_what_was_missed_is_forgotten_long_after_it_was_noted_and_stays_accounted_for(store, book):
    book.account("brass", "diario", NOW, (DAY,), NOW)
    book.account("brass", "diario", NOW + MINUTE, (NEXT,), NOW + MINUTE)
    assert pruned(store, "missed", NOW) == Gone()
    assert pruned(store, "missed", NOW + MINUTE) == Gone(1)
    assert [each.period for each in book.missed(LONG_AGO)] == [NEXT.id]
    assert book.accounts() == {("brass", "diario"): NOW + MINUTE}


def pruned(store, what, before):
    return sum(store.keeper.prune(what, before, 2), Gone())


def test_noted_periods_are_found_by_when_they_closed(store, book):
    for period in (NEXT, DAY):
        store.open_period("brass", "diario", period)
    store.open_period("riesgos", "calidad", DAY)
    assert book.closed_periods("brass", "diario", LONG_AGO, NEXT.closes) == [DAY, NEXT]
    assert book.closed_periods("brass", "diario", DAY.closes, NEXT.closes) == [NEXT]
    assert book.closed_periods("brass", "diario", LONG_AGO, DAY.closes) == [DAY]


def test_what_the_operators_know_is_replaced_and_forgotten_by_subject(place, book):
    worse, calendar = replace(ALARM, level=2, told_at=NOW + MINUTE), replace(ALARM, subject="calendar")
    book.tell([ALARM, calendar], (), None)
    book.tell([worse], {"calendar", "nunca oída"}, None)
    assert place.die().logbook.alarms() == {"job/brass": worse}


def test_the_mail_that_tells_operators_is_queued_with_what_they_know(store, book):
    book.tell([ALARM], (), a_message("aviso"))
    assert counts(store) == {"queued": 1}
    assert [message.id for message in store.pending()] == ["aviso"]


def test_the_mail_that_tells_operators_goes_in_time_though_no_run_made_it(store, book):
    book.tell([ALARM], (), to_operators("aviso"))
    later = NOW + timedelta(days=999)
    assert pruned(store, "own_bytes", later) == Gone()
    deliver(store, "accepted")
    assert pruned(store, "mail", later) == Gone()
    assert pruned(store, "foreign_bytes", later) == Gone()
    assert pruned(store, "own_bytes", later).rows == 1
    assert pruned(store, "mail", later) == Gone(1)
    assert store.desk.sheet("aviso") is None
    assert book.alarms() == {"job/brass": ALARM}


def to_operators(name, **changes):
    return a_message(name, origin="sereno/operadores", kind="notice", **changes)


def test_a_mail_that_cannot_be_queued_leaves_the_operators_untold(store, book):
    book.tell([], (), a_message("aviso"))
    known = replace(ALARM, subject="calendar")
    book.tell([known], (), None)
    with pytest.raises(StoreUnavailable):
        book.tell([ALARM], {"calendar"}, a_message("aviso"))
    assert book.alarms() == {"calendar": known}
    assert counts(store) == {"queued": 1}


def test_a_job_rests_as_the_last_pause_says_and_others_do_not(place, book):
    first = Pause("brass", DAY.opens.date(), "ana", "mudanza", NOW)
    last = replace(first, until=first.until + timedelta(days=3), why="obras \0")
    assert book.pauses() == {}
    for pause in (first, last, replace(first, job="riesgos")):
        assert book.pause_instead(pause, book.pauses().get(pause.job))
    kept = {
        job: replace(each, why=each.why.replace("\0", "\ufffd"))
        for job, each in place.die().logbook.pauses().items()
    }
    assert kept == {"brass": replace(last, why="obras \ufffd"), "riesgos": replace(first, job="riesgos")}


PAUSE = Pause("brass", DAY.opens.date(), "ana", "mudanza", NOW)


def test_a_pause_takes_the_place_of_the_one_that_was_seen_and_of_no_other(book):
    other, lifted = replace(PAUSE, who="luis"), replace(PAUSE, until=NOW.date() - timedelta(days=1))
    assert book.pause_instead(PAUSE, None)
    assert not book.pause_instead(other, None)
    assert not book.pause_instead(other, lifted)
    assert book.pauses() == {"brass": PAUSE}
    assert book.pause_instead(lifted, book.pauses()["brass"])
    assert not book.pause_instead(lifted, PAUSE)
    assert not book.pause_instead(replace(other, job="riesgos"), replace(other, job="riesgos"))
    assert book.pauses() == {"brass": lifted}


@pytest.mark.parametrize("seen", [None, PAUSE], ids=["none", "one"])
def test_of_many_who_pause_a_job_at_once_exactly_one_does(place, seen):
    book = place.open().logbook
    if seen is not None:
        book.pause_instead(seen, None)
    pauses = [replace(PAUSE, who=str(n)) for n in range(6)]
    paused = at_once(
        place, [lambda store, each=each: store.logbook.pause_instead(each, seen) for each in pauses]
    )
    assert sorted(paused) == [False] * 5 + [True]
    assert book.pauses()["brass"].who == str(paused.index(True))
