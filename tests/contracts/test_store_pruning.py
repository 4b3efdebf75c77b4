"""What goes from every store once nobody needs it, and what stays however old."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.contracts.building import (
    DAY,
    MINUTE,
    NOW,
    TODAY,
    a_failure,
    a_message,
    a_run,
    an_entry,
    claim,
    counts,
    deliver,
    queue,
    tell,
    told,
)
from tests.contracts.test_store_intake import a_row, due, end, stamp, taken
from tests.mailing import settle

from sereno.domain.cadence import Period
from sereno.domain.foreign import Known
from sereno.domain.outbox import Attempt
from sereno.engine.keeper import KEPT_RESULTS, KEPT_RUNS, Gone
from sereno.engine.records import IMPORTED, JobResult

LATER = NOW + timedelta(days=1000)
YEARS = timedelta(days=900)


def prune(store, what, before=LATER):
    return sum(store.keeper.prune(what, before, 2), Gone())


def sent(store, *names, **changes):
    queue(store, *(a_message(name, **changes) for name in names))
    deliver(store, "accepted")


def test_bytes_go_once_all_of_a_mail_has_ended_and_its_time_is_over(store):
    sent(store, "m1", "m2", "m3")
    data = store.desk.sheet("m1").data
    assert prune(store, "own_bytes", NOW) == Gone()
    assert prune(store, "foreign_bytes") == Gone()
    assert prune(store, "own_bytes") == Gone(3, 3 * len(data))
    assert prune(store, "own_bytes") == Gone()
    assert store.desk.sheet("m2").data is None
    assert counts(store) == {"accepted": 3}


@pytest.mark.parametrize("state", ["queued", "sending", "deferred", "held", "dead", "unknown"])
def test_the_bytes_of_mail_that_has_not_ended_well_stay_however_old(store, state):
    queue(store, a_message("m1"))
    if state != "queued":
        claim(store, 9)
    if state == "held":
        store.outbox.hold({"m1": "no"}, "yo", NOW)
    elif state not in {"queued", "sending"}:
        settle(store, [Attempt("m1", state, "", {})], NOW)
    assert counts(store) == {state: 1}
    assert prune(store, "own_bytes") == Gone()
    assert prune(store, "mail") == Gone()
    assert store.desk.sheet("m1").data


def test_the_bytes_of_a_mail_stay_while_one_of_its_deliveries_is_open(store):
    queue(store, a_message("m1"))
    claim(store, 9)
    settle(store, [Attempt("m1", "accepted", "", {"luis@example.com": "450 luego"})], NOW)
    assert prune(store, "own_bytes") == Gone()
    deliver(store, "accepted", NOW + MINUTE)
    assert prune(store, "own_bytes").rows == 1


def test_dropped_and_trial_mail_goes_as_well(store):
    queue(store, a_message("m1"))
    queue(store, a_message("m2", trial=True))
    assert store.desk.drop("m1", "", NOW)
    claim(store, 9, trial=True)
    settle(store, [Attempt("m2", "diverted", "", {})], NOW)
    assert prune(store, "own_bytes").rows == 2
    assert prune(store, "mail").rows == 2
    assert counts(store) == {}


def test_mail_goes_whole_after_its_bytes_and_what_it_told(store):
    tell(store, told())
    queue(store, a_message("m2"))
    deliver(store, "accepted")
    assert prune(store, "mail") == Gone()
    prune(store, "own_bytes")
    assert prune(store, "mail", NOW) == Gone()
    assert prune(store, "mail") == Gone(1)
    assert store.desk.sheet("m2") is None
    assert len(store.ledger("brass")["BR-1", (7,)].tellings) == 1


def test_the_bytes_of_a_queues_mail_go_by_their_own_time(store):
    store.intake.take_in("correos", [taken(a_row())], NOW)
    end(store)
    assert prune(store, "own_bytes") == Gone()
    assert prune(store, "foreign_bytes").rows == 1


def test_a_row_that_we_have_not_stamped_is_remembered_for_ever(store):
    sent_row, dropped = a_row(1), a_row(2)
    store.intake.take_in("correos", [taken(dropped)], NOW)
    store.desk.drop(taken(dropped).message_id, "", NOW)
    store.intake.take_in("correos", [taken(sent_row)], NOW)
    end(store)
    prune(store, "foreign_bytes")
    assert prune(store, "mail") == Gone()
    rows = [stamp(sent_row), stamp(dropped)]
    assert store.intake.known("correos", rows) == dict.fromkeys(rows, Known(stamped=False))
    assert due(store) == [stamp(sent_row)]


def test_a_row_that_was_stamped_long_ago_is_forgotten_with_its_mail(store):
    row = a_row()
    store.intake.take_in("correos", [taken(row)], NOW)
    end(store)
    prune(store, "foreign_bytes")
    store.intake.stamped("correos", [stamp(row)], NOW + YEARS)
    assert prune(store, "mail", NOW + YEARS) == Gone()
    assert prune(store, "mail") == Gone(1)
    assert store.intake.known("correos", [stamp(row)]) == {}
    store.intake.take_in("correos", [taken(row)], NOW)  # wanted again, it is new mail
    assert counts(store) == {"queued": 1}


def test_a_row_wanted_again_whose_bytes_went_is_composed_anew(store):
    row = a_row()
    name = taken(row).message_id
    store.intake.take_in("correos", [taken(row)], NOW)
    end(store)
    store.intake.stamped("correos", [stamp(row)], NOW)
    prune(store, "foreign_bytes")
    store.intake.ask_again("correos", [stamp(row)], "otra vez", NOW)
    assert (store.mail_summary(NOW).awaiting, store.mail_summary(NOW).stuck) == (0, 1)
    assert store.intake.drafts("correos") == []
    assert not store.desk.retry(f"{name}.2")
    for data in (b"compuesto de nuevo", b"y otra vez"):
        store.intake.keep_bytes(name, data)
    assert store.desk.retry(f"{name}.2")
    (delivery,) = claim(store, 9)
    assert delivery.message.data == b"compuesto de nuevo"


def test_a_draft_that_was_given_up_goes(store):
    dead = taken(a_row(to="nadie"), "dead", message=None)
    store.intake.take_in("correos", [dead], NOW)
    assert prune(store, "foreign_bytes") == Gone()
    store.desk.drop(dead.message_id, "", NOW)
    assert prune(store, "foreign_bytes").rows == 1
    assert store.desk.sheet(dead.message_id).draft is None


def test_tellings_that_count_for_an_open_finding_stay_however_old(store):
    tell(store, told(message=None))
    tell(store, told(message="m1"))
    deliver(store, "accepted")
    before = store.ledger("brass")
    prune(store, "notices")
    assert prune(store, "tellings") == Gone()
    assert store.ledger("brass") == before


def test_tellings_go_long_after_their_finding_has_ended(store):
    tell(store, told(message=None), told((8,), None))
    store.record(a_run(forced=True), [], [an_entry(ended="resolved", ended_on=TODAY + YEARS)])
    assert prune(store, "tellings", NOW + YEARS) == Gone()
    assert prune(store, "tellings") == Gone(1)
    assert store.ledger("brass")["BR-1", (7,)].tellings == ()
    assert len(store.ledger("brass")["BR-1", (8,)].tellings) == 1


def test_what_a_notice_rests_on_stays_with_its_text_as_long_as_the_notice(store):
    tell(store, told())
    deliver(store, "accepted")
    store.record(a_run(forced=True), [], [an_entry(ended="resolved", ended_on=TODAY)])
    prune(store, "own_bytes")
    assert (prune(store, "tellings"), prune(store, "mail")) == (Gone(), Gone())
    assert {each.text for each in store.notices(NOW, LATER, None)} == {"B-7 | Multímetro"}
    assert prune(store, "notices", NOW) == Gone()
    assert prune(store, "notices").rows == 2
    assert store.notices(NOW, LATER, None) == []
    assert prune(store, "tellings") == Gone(1)
    assert prune(store, "mail") == Gone(1)


def test_what_dead_mail_told_stays_until_somebody_decides_and_then_goes(store):
    tell(store, told())
    deliver(store, "dead")
    assert prune(store, "tellings") == Gone()
    store.desk.drop("m1", "", NOW)
    assert prune(store, "tellings") == Gone(1)
    assert list(store.ledger("brass")) == [("BR-1", (7,))]


def test_the_latest_runs_of_each_digest_and_state_stay(store):
    complete = a_run(period="2020-01-01", finished_at=NOW - YEARS)
    store.record(complete, [a_message("m1")])
    failures = [a_failure(finished_at=NOW + n * MINUTE, period=f"p{n}") for n in range(KEPT_RUNS + 3)]
    for each in failures:
        store.record(each, [])
    assert prune(store, "runs") == Gone(3)
    assert store.last_run("brass", "diario", state="complete") == complete
    assert store.completed_periods("brass", "diario", 9) == ["2020-01-01"]
    assert len(store.runs_since(NOW)) == KEPT_RUNS
    assert store.last_run("brass", "diario") == failures[-1]
    assert [each.id for each in store.desk.of_run(complete.id)] == ["m1"]


def test_runs_go_without_the_mail_that_came_of_them(store):
    old = a_failure(finished_at=NOW - YEARS)
    store.record(old, [a_message("m1")])
    for n in range(KEPT_RUNS):
        store.record(a_failure(finished_at=NOW + n * MINUTE), [])
    assert prune(store, "runs", NOW) == Gone(1)
    assert store.desk.of_run(old.id) == []
    assert counts(store) == {"queued": 1}


def test_runs_of_a_period_that_is_open_stay_and_so_does_what_says_that_a_ledger_was_imported(store):
    store.open_period("brass", "diario", replace(DAY, closes=LATER + MINUTE))
    for n in range(KEPT_RUNS + 2):
        store.record(a_failure(finished_at=NOW + n * MINUTE), [])
        store.record(a_run(forced=True, period=IMPORTED, finished_at=NOW + n * MINUTE), [])
    assert prune(store, "runs") == Gone()
    assert prune(store, "runs", LATER + timedelta(days=1)) == Gone(2)


def test_periods_that_closed_long_ago_go(store):
    store.open_period("brass", "diario", DAY)
    store.open_period("brass", "semanal", Period("2026-W48", DAY.opens, LATER))
    assert prune(store, "periods", NOW) == Gone()
    assert prune(store, "periods") == Gone(1)
    assert store.opened_periods("brass", "semanal", NOW) != []


def test_refusals_are_forgotten_after_their_time(store):
    queue(store, a_message("m1"))
    claim(store, 9)
    settle(store, [Attempt("m1", "accepted", "", {"luis@example.com": "550 no existe"})], NOW)
    assert prune(store, "refusals", NOW) == Gone()
    assert prune(store, "refusals") == Gone(1)
    assert store.refused_addresses(NOW - YEARS) == frozenset()


def test_results_of_jobs_go_and_their_totals_stay(store):
    for n in range(KEPT_RESULTS + 5):
        at = NOW + n * MINUTE
        store.record_job(JobResult("brass", at, at, n % 3, "palabras"))
    store.record_job(JobResult("riesgos", NOW, NOW, 0, ""))
    before, latest = store.job_totals(), store.job_results("brass", KEPT_RESULTS)
    assert prune(store, "jobs", NOW + 2 * MINUTE) == Gone(2, 2 * len("palabras"))
    assert prune(store, "jobs").rows == 3
    assert store.job_totals() == before
    assert store.job_results("brass", 999) == latest
    store.record_job(JobResult("brass", NOW, NOW, 0, ""))
    assert prune(store, "jobs").rows == 1
    assert store.job_totals()["brass"].runs == before["brass"].runs + 1


def test_when_a_job_last_did_well_is_known_after_its_results_have_gone(store):
    store.record_job(JobResult("brass", NOW - YEARS, NOW - YEARS, 0, ""))
    for n in range(KEPT_RESULTS):
        store.record_job(JobResult("brass", NOW + n * MINUTE, NOW + n * MINUTE, 1, ""))
    prune(store, "jobs")
    assert store.job_totals()["brass"].last_success == NOW - YEARS


def test_the_mail_of_a_run_is_named(store):
    run = a_run(id=uuid.uuid4().hex)
    store.record(run, [a_message("m1"), a_message("m2")])
    queue(store, a_message("m3"))
    deliver(store, "accepted")
    lines = store.desk.of_run(run.id)
    assert [(line.id, line.state) for line in lines] == [("m1", "accepted"), ("m2", "accepted")]
