"""What every store promises, whether it keeps things in memory, in a file or on a server."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, make_url, text

from sereno.adapters.memory import MemoryStore
from sereno.adapters.store.sql import open_store
from sereno.domain.cadence import Period
from sereno.domain.errors import AlreadyComplete, StoreUnavailable
from sereno.domain.findings import Datum
from sereno.domain.outbox import Delivery, Envelope, Message
from sereno.engine.ports import JobResult, JobTotals, Run, Store

MADRID = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 11, 24, 9, 0, 0, 123456, tzinfo=MADRID)
LONG_AGO = NOW - timedelta(days=999)
LEASE = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
DAY = Period("2026-11-24", NOW.replace(hour=7, minute=0), NOW.replace(hour=20, minute=0))


@dataclass(frozen=True)
class Place:
    """Where a store lives: opened again, it holds what it held."""

    open: Callable[[], Store]

    def die(self) -> Store:
        """Lose the process, and start again."""
        return self.open()


@pytest.fixture
def database_url(request) -> Iterator[str]:
    server = make_url(request.getfixturevalue("postgres_url"))
    name = f"store_{uuid.uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with closing(admin.connect()) as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield admin.url.set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(
    params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.external)],
)
def place(request, tmp_path) -> Iterator[Place]:
    if request.param == "memory":
        kept = MemoryStore(NOW)
        yield Place(lambda: kept)
        return
    url = f"sqlite:///{tmp_path}/var/sereno.sqlite"
    if request.param == "postgresql":
        url = request.getfixturevalue("database_url")
    opened = []

    def reopen() -> Store:
        opened.append(open_store(url, NOW))
        return opened[-1]

    yield Place(reopen)
    for each in opened:
        each.close()


@pytest.fixture
def store(place) -> Store:
    return place.open()


def a_run(**changes) -> Run:
    fresh = Run(
        id=uuid.uuid4().hex,
        monitor="brass",
        digest="diario",
        period=DAY.id,
        state="complete",
        started_at=NOW,
        finished_at=NOW + timedelta(seconds=2),
        findings=3,
        messages=1,
        why="",
        sent=True,
    )
    return replace(fresh, **changes)


def a_message(name: str, **changes) -> Message:
    fresh = Message(
        id=name,
        origin="brass/diario",
        subject="Equipos por calibrar: 3 · año",
        envelope=Envelope("brass@example.com", ("ana@example.com", "luis@example.com")),
        data=b"Subject: =?utf-8?q?a=C3=B1o?=\r\n\r\n\x00\xff cuerpo\r\n",
        queued_at=NOW,
    )
    return replace(fresh, **changes)


def queue(store: Store, *messages: Message) -> None:
    store.record(a_run(forced=True, messages=len(messages)), messages)


def ids(messages) -> list[str]:
    return [message.id for message in messages]


def counts(store: Store) -> dict[str, int]:
    summary, queued = store.mail_summary(LONG_AGO), len(store.pending())
    told = {
        "queued": queued,
        "sending": summary.pending - queued,
        "accepted": summary.accepted_since,
        "diverted": summary.diverted,
        "dead": summary.dead,
        "unknown": summary.unknown,
    }
    return {state: count for state, count in told.items() if count}


def accepted(message: Message) -> Delivery:
    return Delivery(message.id, "accepted", "250 2.0.0 Ok", {})


def test_a_store_remembers_when_it_was_made(place):
    place.open()
    assert place.open().made_at() == NOW


def test_a_store_that_is_opened_later_was_not_made_later(place):
    made = place.open().made_at()
    assert place.die().made_at() == made


def test_cycles_are_counted(store):
    assert store.cycles() == 0
    store.count_cycle()
    store.count_cycle()
    assert store.cycles() == 2


def test_times_come_back_equal_and_in_the_zone_of_the_store(store):
    store.record(a_run(), [a_message("m1", queued_at=NOW)])
    run = store.last_run("brass", "diario")
    (message,) = store.pending()
    for time in (store.made_at(), run.started_at, message.queued_at):
        assert time == NOW
        assert time.utcoffset() == timedelta(hours=1)


def test_a_time_given_in_another_zone_is_the_same_instant(store):
    store.record(a_run(finished_at=NOW.astimezone(UTC)), [])
    assert store.runs_since(NOW) == store.runs("brass", "diario", DAY.id)
    assert store.last_run("brass", "diario").finished_at.isoformat() == NOW.isoformat()


def test_the_two_halves_of_the_repeated_hour_are_kept_apart(store):
    first = datetime(2026, 10, 25, 2, 30, tzinfo=MADRID)
    second = first.replace(minute=10, fold=1)
    store.record(a_run(id="second", forced=True, finished_at=second), [])
    store.record(a_run(id="first", forced=True, finished_at=first), [])
    runs = store.runs("brass", "diario", DAY.id)
    assert [run.id for run in runs] == ["first", "second"]
    assert [run.finished_at.isoformat() for run in runs] == [first.isoformat(), second.isoformat()]


@pytest.mark.parametrize(
    "act",
    [
        lambda store, when: store.record(a_run(started_at=when), []),
        lambda store, when: store.record(a_run(finished_at=when), []),
        lambda store, when: store.record(a_run(), [a_message("m1", queued_at=when)]),
        lambda store, when: store.open_period("brass", "diario", replace(DAY, opens=when)),
        lambda store, when: store.opened_periods("brass", "diario", when),
        lambda store, when: store.runs_since(when),
        lambda store, when: store.claim(1, when, LEASE),
        lambda store, when: store.settle([accepted(a_message("m1"))], when),
        lambda store, when: store.recover(when),
        lambda store, when: store.mail_summary(when),
        lambda store, when: store.record_job(JobResult("brass", when, NOW, 0, "")),
    ],
    ids=[
        "started",
        "finished",
        "queued",
        "opens",
        "looked",
        "since",
        "claim",
        "settle",
        "recover",
        "summary",
        "job",
    ],
)
def test_a_time_without_a_zone_is_refused_and_nothing_is_written(store, act):
    with pytest.raises(ValueError, match="without a zone"):
        act(store, NOW.replace(tzinfo=None))
    assert (store.runs_since(NOW), counts(store), store.job_results("brass", 9)) == ([], {}, [])


def test_everything_about_a_run_comes_back(place):
    datum = Datum("brass", "TbEquipos", ("B-7", 3, 2.5, None), "FechaFin", "31/02/2026")
    run = a_run(state="blind", why="brass: falta «TbEquipos»", sent=False, data_errors=(datum, datum))
    place.open().record(run, [])
    assert place.die().runs("brass", "diario", DAY.id) == [run]


def test_everything_about_a_message_comes_back_byte_for_byte(place):
    message = a_message("m1")
    place.open().record(a_run(), [message])
    assert place.die().pending() == [message]


def test_words_that_no_database_takes_are_recorded_all_the_same(store):
    store.record_job(JobResult("brass", NOW, NOW, 1, "antes\0\udcff después"))
    (result,) = store.job_results("brass", 9)
    assert result.tail.startswith("antes")
    assert result.tail.endswith("después")


def test_a_noted_period_is_open_from_its_first_instant_to_before_its_last(store):
    store.open_period("brass", "diario", DAY)
    moments = [DAY.opens - MINUTE, DAY.opens, DAY.closes - MINUTE, DAY.closes]
    assert [store.opened_periods("brass", "diario", now) for now in moments] == [[], [DAY], [DAY], []]


def test_a_period_is_noted_once_and_stays_as_first_noted(store):
    store.open_period("brass", "diario", DAY)
    store.open_period("brass", "diario", replace(DAY, closes=DAY.closes + MINUTE))
    assert store.opened_periods("brass", "diario", NOW) == [DAY]


def test_noted_periods_belong_to_their_digest_and_come_oldest_first(store):
    week = Period("2026-W48", DAY.opens - timedelta(days=1), DAY.closes + timedelta(days=3))
    for monitor, digest, period in [
        ("brass", "diario", DAY),
        ("brass", "diario", week),
        ("otro", "diario", DAY),
    ]:
        store.open_period(monitor, digest, period)
    assert store.opened_periods("brass", "diario", NOW) == [week, DAY]
    assert store.opened_periods("brass", "semanal", NOW) == []


def test_runs_come_in_the_order_in_which_they_ended_then_in_that_of_writing(store):
    late, early = a_run(id="late", state="blind", finished_at=NOW + MINUTE), a_run(id="early", state="blind")
    same = a_run(id="a-same", state="blind")
    for run in (late, early, same):
        store.record(run, [])
    assert store.runs("brass", "diario", DAY.id) == [early, same, late]
    assert store.runs_since(late.finished_at) == [late]
    assert store.last_run("brass", "diario") == late


def test_the_last_run_may_be_asked_for_by_its_state(store):
    complete, blind = a_run(), a_run(state="blind", finished_at=NOW + MINUTE)
    store.record(complete, [])
    store.record(blind, [])
    assert store.last_run("brass", "diario", state="complete") == complete
    assert store.last_run("brass", "diario", state="unaddressed") is None
    assert store.last_run("brass", "semanal") is None


def test_a_period_is_completed_once(store):
    store.record(a_run(), [a_message("m1")])
    with pytest.raises(AlreadyComplete, match="2026-11-24"):
        store.record(a_run(), [a_message("m2")])
    assert len(store.runs("brass", "diario", DAY.id)) == 1
    assert ids(store.pending()) == ["m1"]


def test_the_same_period_of_another_digest_is_completed_by_itself(store):
    for changes in ({}, {"digest": "semanal"}, {"monitor": "otro"}, {"period": "2026-11-25"}):
        store.record(a_run(**changes), [])
    assert len(store.runs_since(NOW)) == 4


@pytest.mark.parametrize(
    "changes", [{"state": "blind"}, {"state": "unaddressed"}, {"trial": True}, {"forced": True}], ids=str
)
def test_runs_that_satisfy_nothing_may_be_many_beside_the_complete_one(store, changes):
    for run in (a_run(**changes), a_run(), a_run(**changes)):
        store.record(run, [])
    assert len(store.runs("brass", "diario", DAY.id)) == 3


def test_of_many_that_complete_a_period_at_once_one_succeeds(store):
    def complete(number: int) -> bool:
        try:
            store.record(a_run(), [a_message(f"m{number}")])
        except AlreadyComplete:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(complete, range(6))) == 1
    assert len(store.pending()) == 1


def test_a_run_whose_second_message_fails_leaves_nothing(store):
    queue(store, a_message("m1"))
    before = store.runs_since(NOW)
    with pytest.raises(StoreUnavailable, match="no se ha escrito nada"):
        store.record(a_run(), [a_message("m2"), a_message("m1")])
    assert store.runs_since(NOW) == before
    assert ids(store.pending()) == ["m1"]


def test_two_messages_of_one_name_in_one_run_leave_nothing(store):
    with pytest.raises(StoreUnavailable):
        store.record(a_run(), [a_message("m1"), a_message("m1")])
    assert (store.runs_since(NOW), store.pending()) == ([], [])


def test_a_run_is_not_written_twice(store):
    store.record(a_run(id="r1", state="blind"), [])
    with pytest.raises(StoreUnavailable):
        store.record(a_run(id="r1", state="blind"), [])
    assert len(store.runs_since(NOW)) == 1


def test_messages_are_claimed_oldest_first_and_no_more_than_asked_for(store):
    queue(store, a_message("b"), a_message("a"), a_message("old", queued_at=NOW - MINUTE))
    claimed = store.claim(2, NOW, LEASE)
    assert ids(claimed) == ["old", "a"]
    assert {message.state for message in claimed} == {"sending"}
    assert ids(store.pending()) == ["b"]
    assert counts(store) == {"sending": 2, "queued": 1}


def test_what_was_tried_before_is_claimed_after_what_was_not(store):
    queue(store, a_message("failing"))
    store.claim(1, NOW, LEASE)
    store.settle([Delivery("failing", "deferred", "451 más tarde", {})], NOW)
    queue(store, a_message("newer", queued_at=NOW + MINUTE), a_message("newest", queued_at=NOW + 2 * MINUTE))
    assert ids(store.pending()) == ["failing", "newer", "newest"]
    assert ids(store.claim(2, NOW, LEASE)) == ["newer", "newest"]
    assert ids(store.claim(2, NOW, LEASE)) == ["failing"]


def test_untried_mail_keeps_its_turn(store):
    queue(store, a_message("a"), a_message("b"))
    store.release(ids(store.claim(1, NOW, LEASE)))
    assert ids(store.claim(1, NOW, LEASE)) == ["a"]


def test_the_summary_counts_what_was_accepted_since_an_instant(store):
    queue(store, a_message("m1"), a_message("m2"))
    for moment in (NOW, NOW + MINUTE):
        store.settle(list(map(accepted, store.claim(1, moment, LEASE))), moment)
    since = [NOW, NOW + MINUTE, NOW + 2 * MINUTE]
    assert [store.mail_summary(moment).accepted_since for moment in since] == [2, 1, 0]


def test_the_summary_tells_when_the_oldest_pending_message_was_queued(store):
    assert store.mail_summary(NOW).oldest is None
    queue(store, a_message("m1"), a_message("m2", queued_at=NOW + MINUTE))
    store.claim(1, NOW, LEASE)
    assert store.mail_summary(NOW).oldest.isoformat() == NOW.isoformat()
    store.settle([accepted(a_message("m1"))], NOW)
    assert store.mail_summary(NOW).oldest == NOW + MINUTE


def test_nothing_is_claimed_where_nothing_is_queued(store):
    assert store.claim(10, NOW, LEASE) == []


def test_no_message_is_claimed_twice_by_claimers_at_work_at_once(place):
    queue(place.open(), *(a_message(f"m{number:03}") for number in range(60)))

    def drain(store: Store) -> list[str]:
        return list(chain.from_iterable(map(ids, iter(partial(store.claim, 4, NOW, LEASE), []))))

    with ThreadPoolExecutor(4) as threads:
        claimed = list(chain.from_iterable(threads.map(drain, [place.open() for _ in range(4)])))
    assert sorted(claimed) == [f"m{number:03}" for number in range(60)]


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        ("accepted", "accepted"),
        ("diverted", "diverted"),
        ("deferred", "queued"),
        ("dead", "dead"),
        ("unknown", "unknown"),
    ],
)
def test_a_verdict_settles_a_message_in_its_state(store, verdict, state):
    queue(store, a_message("m1"))
    store.claim(1, NOW, LEASE)
    store.settle([Delivery("m1", verdict, "respuesta", {"luis@example.com": "550 no existe"})], NOW)
    assert counts(store) == {state: 1}
    assert store.recover(NOW + LEASE) == 0


def test_deferred_mail_is_claimed_again_as_it_was(store):
    queue(store, a_message("m1"))
    first = store.claim(1, NOW, LEASE)
    store.settle([Delivery("m1", "deferred", "451 más tarde", {})], NOW)
    assert store.claim(1, NOW + MINUTE, LEASE) == first


@pytest.mark.parametrize("verdict", ["accepted", "deferred", "dead"])
def test_what_is_not_being_sent_cannot_be_settled(store, verdict):
    queue(store, a_message("claimed"), a_message("queued"))
    (message,) = store.claim(1, NOW, LEASE)
    store.settle([accepted(message)], NOW)
    late = [Delivery(name, verdict, "", {}) for name in ("claimed", "queued", "unheard-of")]
    store.settle(late, NOW)
    assert counts(store) == {"accepted": 1, "queued": 1}


def test_deliveries_may_come_from_a_relay_that_uses_the_store_meanwhile(store):
    queue(store, a_message("m1"), a_message("m2"))

    def deliver() -> Iterator[Delivery]:
        for message in store.claim(2, NOW, LEASE):
            store.record(a_run(state="blind"), [])
            yield accepted(message)

    store.settle(deliver(), NOW)
    assert counts(store) == {"accepted": 2}


def test_untried_mail_returns_to_the_queue(store):
    queue(store, a_message("m1"), a_message("m2"), a_message("m3"))
    tried, *untried = store.claim(3, NOW, LEASE)
    store.settle([accepted(tried)], NOW)
    store.release(iter(ids([tried, *untried])))
    assert ids(store.pending()) == ["m2", "m3"]
    assert counts(store) == {"accepted": 1, "queued": 2}


def test_nothing_settled_and_nothing_released_is_no_fault(store):
    store.settle([], NOW)
    store.release([])
    assert counts(store) == {}


def test_mail_of_a_process_that_died_while_sending_is_unknown_once_its_lease_is_over(place):
    queue(place.open(), a_message("m1"), a_message("m2"))
    place.open().claim(1, NOW, LEASE)
    after = place.die()
    assert after.recover(NOW + LEASE - MINUTE) == 0
    assert after.recover(NOW + LEASE) == 1
    assert counts(after) == {"unknown": 1, "queued": 1}
    assert ids(after.claim(9, NOW + LEASE, LEASE)) == ["m2"]


def test_a_late_answer_does_not_bring_recovered_mail_back(store):
    queue(store, a_message("m1"))
    (message,) = store.claim(1, NOW, LEASE)
    store.recover(NOW + LEASE)
    store.settle([accepted(message)], NOW + LEASE)
    store.release(["m1"])
    assert counts(store) == {"unknown": 1}


def test_a_lease_lasts_its_length_across_a_clock_change(store):
    before = datetime(2026, 10, 25, 2, 55, tzinfo=MADRID)
    queue(store, a_message("m1"))
    store.claim(1, before, LEASE)
    after_nine, after_ten = ((before.astimezone(UTC) + n * MINUTE).astimezone(MADRID) for n in (9, 10))
    assert store.recover(after_nine) == 0
    assert store.recover(after_ten) == 1


def test_results_of_a_job_come_in_the_order_in_which_they_started(store):
    first = JobResult("brass", NOW, NOW + 5 * MINUTE, 0, "listo")
    second = JobResult("brass", NOW + MINUTE, NOW + 2 * MINUTE, -2, "se agotó el tiempo\nfin")
    for result in (second, first, replace(first, job="riesgos")):
        store.record_job(result)
    assert store.job_results("brass", 9) == [first, second]
    assert store.job_results("nadie", 9) == []


def test_the_last_results_of_a_job_may_be_few(store):
    results = [JobResult("brass", NOW + n * MINUTE, NOW + n * MINUTE, n, "") for n in range(4)]
    for result in results:
        store.record_job(result)
    assert store.job_results("brass", 2) == results[-2:]


def test_totals_count_every_result_and_tell_when_a_job_last_did_well(store):
    assert store.job_totals() == {}
    for minute, code in enumerate([0, 0, 1]):
        store.record_job(JobResult("brass", NOW, NOW + minute * MINUTE, code, ""))
    store.record_job(JobResult("riesgos", NOW, NOW, -3, ""))
    totals = store.job_totals()
    assert totals == {"brass": JobTotals(3, 2, NOW + MINUTE), "riesgos": JobTotals(1, 0, None)}
    assert totals["brass"].last_success.utcoffset() == timedelta(hours=1)
