"""Mail leaves the outbox once, and what goes wrong is recorded where it went wrong."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.engine.post_office import ScriptedRelay, Stop, a_message, an_office, queue
from tests.mailing import claim, let_mail_go

from sereno.adapters.memory import MemoryClock, MemoryJournals, MemoryLog, MemoryRelay, MemoryStore
from sereno.domain.errors import RelayUnavailable, StoreUnavailable
from sereno.domain.mail_policy import MailHours
from sereno.domain.outbox import Attempt, Envelope
from sereno.engine.deliver import deliver
from sereno.engine.sending import CLAIMED_A_LINE

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=ZoneInfo("Europe/Madrid"))
MINUTE = timedelta(minutes=1)
DAY_HOURS = MailHours(datetime.min.time().replace(hour=7), datetime.min.time().replace(hour=20))


def store_with(*names: str, **changes) -> MemoryStore:
    store = MemoryStore(NOW)
    queue(store, *(a_message(name, NOW + timedelta(seconds=at), **changes) for at, name in enumerate(names)))
    return store


def send(store, relay, now=NOW, **office):
    return deliver(an_office(store, relay, now, **office), store)


def waiting(store):
    return [message.id for message in store.pending()]


def test_everything_queued_is_sent_once_in_order():
    names = [f"m{number:03d}" for number in range(2 * CLAIMED_A_LINE * 4 + 3)]
    store, relay = store_with(*names), ScriptedRelay()
    assert send(store, relay).ended == {"accepted": len(names)}
    assert relay.seen == names
    assert send(store, relay).ended == {}


def test_no_more_is_claimed_than_a_power_cut_may_make_unknown():
    store = store_with(*(f"m{number:03d}" for number in range(300)))
    most = []

    class Counting(ScriptedRelay):
        def deliver(self, deliveries, journal):
            for attempt in super().deliver(deliveries, journal):
                most.append(store.mail_summary(NOW).of("sending"))
                yield attempt

    send(store, Counting(), connections=2)
    assert max(most) <= 2 * CLAIMED_A_LINE


def test_a_deferred_message_waits_and_holds_nobody_up():
    store, relay = store_with("a", "b", "c"), ScriptedRelay({"a": "deferred"})
    report = send(store, relay)
    assert relay.seen == ["a", "b", "c"]
    assert report.ended == {"deferred": 1, "accepted": 2}
    assert not report.needs_a_person
    assert waiting(store) == ["a"]
    assert send(store, relay, NOW + MINUTE / 2).ended == {}
    assert send(store, ScriptedRelay(), NOW + MINUTE).ended == {"accepted": 1}


def test_what_is_deferred_again_and_again_dies_when_it_has_waited_long_enough():
    store, relay, at = store_with("a"), ScriptedRelay({"a": "deferred"}), NOW
    waits = []
    while store.mail_summary(NOW).of("deferred", "queued"):
        report = send(store, relay, at)
        (line,) = store.desk.lines({"deferred", "dead"}, None, 9)
        if line.next_attempt_at:
            waits.append((line.next_attempt_at - at) / MINUTE)
            at = line.next_attempt_at
    assert waits[:7] == [1, 5, 15, 60, 180, 360, 360]
    assert timedelta(hours=72) <= at - NOW <= timedelta(hours=78)
    assert report.outbox.of("dead") == 1
    assert report.needs_a_person


def test_an_outage_ages_nothing():
    store = store_with("a")
    send(store, ScriptedRelay({"a": "deferred"}))
    for days in range(1, 30):
        assert send(store, ScriptedRelay({"a": None}), NOW + timedelta(days=days)).troubles
    assert send(store, ScriptedRelay(), NOW + timedelta(days=30)).ended == {"accepted": 1}


def test_a_relay_that_breaks_stops_the_batch_and_nothing_is_lost_or_counted_as_tried():
    store, relay = store_with("a", "b", "c"), ScriptedRelay({"b": None})
    report = send(store, relay)
    assert report.troubles == ("el servidor no contesta",)
    assert report.needs_a_person
    assert waiting(store) == ["b", "c"]
    assert [line.attempts for line in store.desk.lines({"queued"}, None, 9)] == [0, 0]


def test_mail_at_whose_sight_the_relay_breaks_off_holds_nobody_up():
    class Fussy(ScriptedRelay):
        def deliver(self, deliveries, journal):
            for each in deliveries:
                if each.id == "a":
                    raise RelayUnavailable("cortó la conexión", "a")
                yield from super().deliver([each], journal)

    store, relay = store_with("a", "b", "c"), Fussy()
    assert send(store, relay).ended == {}
    for minutes in (1, 2):
        report = send(store, relay, NOW + minutes * MINUTE)
        assert report.troubles == ("cortó la conexión",)
    assert relay.seen == ["b", "c"]
    (line,) = store.desk.lines({"deferred"}, None, 9)
    assert line.attempts == 0


def test_refused_and_unanswered_messages_need_a_person_and_are_not_sent_again():
    store = store_with("a", "b")
    report = send(store, ScriptedRelay({"a": "dead", "b": "unknown"}))
    assert report.needs_a_person
    assert report.outbox.counts == {"dead": 1, "unknown": 1}
    again = send(store, MemoryRelay(), NOW + timedelta(days=1))
    assert again.ended == {}
    assert again.needs_a_person


def test_unknown_mail_is_sent_again_after_a_while_where_that_is_asked_for():
    store = store_with("a")
    send(store, ScriptedRelay({"a": "unknown"}), unknown="retry")
    assert send(store, MemoryRelay(), NOW + 29 * MINUTE, unknown="retry").ended == {}
    assert send(store, MemoryRelay(), NOW + 30 * MINUTE, unknown="retry").ended == {"accepted": 1}


def test_a_stop_lets_the_message_in_hand_end_and_gives_the_others_back():
    stop = Stop()

    class Stopping(ScriptedRelay):
        def deliver(self, deliveries, journal):
            for each in deliveries:
                stop.requested = True
                yield Attempt(each.id, "accepted", "")

    store = store_with("a", "b", "c")
    report = send(store, Stopping({}), stop=stop)
    assert report.ended == {"accepted": 1}
    assert waiting(store) == ["b", "c"]


def test_a_recipient_refused_beside_accepted_ones_needs_a_person():
    envelope = Envelope("s@example.com", ("ana@example.com", "luis@example.com"))
    log = MemoryLog()
    relay = ScriptedRelay(refused={"luis@example.com": "550 no"})
    report = send(store_with("a", envelope=envelope), relay, log=log)
    assert report.refused == 1
    assert report.needs_a_person
    assert ("error", "mail.accepted") in [(event.level, event.name) for event in log.events]


def test_trial_mail_reaches_no_relay_and_real_mail_never_ends_in_the_trial_s_folder():
    store = store_with("real")
    assert send(store, MemoryRelay(), trial=True).ended == {}
    assert waiting(store) == ["real"]
    assert send(store, MemoryRelay()).ended == {"accepted": 1}


def test_digests_wait_for_their_hours_and_working_days_and_the_report_says_so():
    store = store_with("a")
    for quiet in (NOW.replace(hour=6), NOW.replace(hour=20), NOW + timedelta(days=4)):
        report = send(store, MemoryRelay(), quiet, hours=DAY_HOURS)
        assert (report.ended, report.quiet) == ({}, True)
    assert send(store, MemoryRelay(), hours=DAY_HOURS).ended == {"accepted": 1}


@pytest.mark.parametrize(
    ("hour", "minute", "leave"), [(6, 30, False), (7, 30, True), (19, 30, True), (20, 30, False)]
)
def test_the_hours_of_digests_are_those_of_the_clock_on_the_wall(hour, minute, leave):
    summer = datetime(2026, 7, 1, hour, minute, tzinfo=ZoneInfo("Europe/Madrid"))  # two hours ahead of UTC
    store = store_with("a")
    assert send(store, MemoryRelay(), summer, hours=DAY_HOURS).ended == ({"accepted": 1} if leave else {})


def test_a_hold_really_holds_until_it_ends():
    store, relay = store_with("a"), MemoryRelay()
    store.desk.hold_mail("mudanza", NOW)
    report = send(store, relay)
    assert (report.ended, report.outbox.hold.why) == ({}, "mudanza")
    let_mail_go(store)
    assert send(store, relay).ended == {"accepted": 1}


def test_a_hold_in_the_middle_stops_what_is_not_claimed_yet():
    store = store_with(*(f"m{number:03d}" for number in range(300)))

    class Holding(ScriptedRelay):
        def deliver(self, deliveries, journal):
            for attempt in super().deliver(deliveries, journal):
                store.desk.hold_mail("ya", NOW)
                yield attempt

    report = send(store, Holding(), connections=1)
    assert report.ended == {"accepted": CLAIMED_A_LINE}


def test_who_may_not_be_written_to_is_held_with_the_reason():
    store = store_with("a", envelope=Envelope("s@example.com", ("ana@example.com", "eva@fuera.example")))
    queue(store, a_message("b", NOW, envelope=Envelope("s@example.com", ("ana@EXAMPLE.com",))))
    report = send(store, MemoryRelay(), allowed=("example.com",))
    assert report.ended == {"accepted": 1}
    assert report.needs_a_person
    (line,) = store.desk.lines({"held"}, None, 9)
    assert "MAIL_ALLOW_DOMAINS no permite eva@fuera.example" in line.answer


def test_the_rate_spaces_mail_out():
    clock = MemoryClock(NOW)
    store = store_with("a", "b", "c")
    deliver(an_office(store, MemoryRelay(), clock=clock, per_minute=6), store)
    assert clock.rests == [10, 10]


def test_a_store_that_fails_after_the_relay_took_the_message_is_recovered_from_the_journal():
    store, journals = store_with("a", "b"), MemoryJournals(lambda: "uno")
    turn = store.outbox.turn

    class Failing:
        def __getattr__(self, name):
            return getattr(store.outbox, name)

        def turn(self, endings, *others):
            if endings:
                raise StoreUnavailable("el disco está lleno")
            return turn(endings, *others)

    office = an_office(store, MemoryRelay(), NOW, journals=journals)
    broken = type(office)(
        **{name: getattr(office, name) for name in office.__slots__} | {"outbox": Failing()}
    )
    with pytest.raises(StoreUnavailable):
        deliver(broken, store)
    assert waiting(store) == []
    relay = MemoryRelay()
    deliver(an_office(store, relay, NOW, journals=journals), store)
    assert relay.accepted == []
    assert store.mail_summary(NOW - MINUTE).accepted_since == 2


def test_mail_of_a_machine_that_never_came_back_is_unknown_when_its_claim_runs_out():
    store = store_with("a")
    claim(store, 9, NOW, by="otra máquina")
    assert send(store, MemoryRelay(), NOW + 9 * MINUTE).outbox.of("unknown") == 0
    report = send(store, MemoryRelay(), NOW + 10 * MINUTE)
    assert report.outbox.of("unknown") == 1
    assert report.needs_a_person


def test_no_subject_reaches_the_log_but_at_debug():
    log = MemoryLog()
    send(store_with("a"), MemoryRelay(), log=log)
    send(store_with("b"), ScriptedRelay({"b": "dead"}), log=log)
    told = [event for event in log.events if "Asunto" in str(event.fields)]
    assert [event.level for event in told] == ["debug"]


def test_a_hold_stops_claimed_mail_too_where_it_leaves_slowly():
    clock, store = MemoryClock(NOW), store_with("a", "b", "c", "d")

    class Holding(ScriptedRelay):
        def deliver(self, deliveries, journal):
            for attempt in super().deliver(deliveries, journal):
                if attempt.delivery_id == "b":
                    store.desk.hold_mail("ya", NOW)
                yield attempt

    relay = Holding()
    deliver(an_office(store, relay, clock=clock, per_minute=1), store)
    assert relay.seen == ["a", "b"]
    assert waiting(store) == ["c", "d"]


def test_mail_that_was_tried_before_is_not_kept_waiting_by_one_at_whose_sight_the_relay_breaks_off():
    class Fussy(ScriptedRelay):
        def deliver(self, deliveries, journal):
            for each in deliveries:
                if each.id == "a":
                    raise RelayUnavailable("cortó la conexión", "a")
                yield from super().deliver([each], journal)

    store, relay = store_with("a", "b"), Fussy({"b": "deferred"})
    for minutes in (0, 5, 10):
        send(store, relay, NOW + minutes * MINUTE)
    relay.answers.clear()
    send(store, relay, NOW + 15 * MINUTE)
    assert (relay.seen, waiting(store)) == (["b", "b"], ["a"])
