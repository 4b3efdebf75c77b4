"""The master's own records that every store keeps."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.contracts.building import DAY, LONG_AGO, MINUTE, NOW, a_message, counts

from sereno.domain.alarms import Alarm
from sereno.domain.errors import StoreUnavailable
from sereno.engine.logbook import Lease, Missed, Process, Running
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


def test_a_mail_that_cannot_be_queued_leaves_the_operators_untold(store, book):
    book.tell([], (), a_message("aviso"))
    with pytest.raises(StoreUnavailable):
        book.tell([ALARM], (), a_message("aviso"))
    assert book.alarms() == {}
    assert counts(store) == {"queued": 1}
