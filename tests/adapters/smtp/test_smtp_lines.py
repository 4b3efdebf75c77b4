"""Several connections at once, each refilled as it goes, none left behind."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.adapters.smtp.building import (
    NotedJournal,
    account,
    as_sent,
    begin,
    compose,
    dealt,
    deliver,
    gather,
    raw,
    verdicts,
)
from tests.smtp_server import AFTER_NEXT, CLOSE, HANG, PIPELINING, scripted_server, smtp_server

from sereno.adapters.smtp import IN_HAND, SmtpRelay
from sereno.domain.errors import RelayUnavailable, StoreUnavailable


def several(number):
    return [compose(f"m{each}") for each in range(number)]


def threads_left():
    return [each.name for each in threading.enumerate() if each.name.startswith("smtp")]


def test_one_message_opens_one_connection():
    with scripted_server() as server:
        assert verdicts(deliver(server.port, compose(), connections=4)) == ["accepted"]
    assert server.connections == 1


def test_a_backlog_is_sent_over_as_many_connections_as_are_allowed(greets):
    together = threading.Barrier(4)

    def all_of_them():
        together.wait(10)

    with scripted_server(EHLO=greets, dot=[all_of_them] * 4) as server:
        attempts = deliver(server.port, *several(30), connections=4)
    assert sorted(each.delivery_id for each in attempts) == sorted(each.id for each in several(30))
    assert verdicts(attempts) == ["accepted"] * 30
    assert server.connections == 4
    assert sorted(server.bodies) == sorted(map(as_sent, several(30)))


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_several_connections_carry_mail_over_tls(security, ca_file):
    messages = several(40)
    with smtp_server(security=security) as server:
        attempts = deliver(server.port, *messages, connections=4, security=security, ca_file=ca_file)
    assert verdicts(attempts) == ["accepted"] * 40
    assert sorted(each.data for each in server.received) == sorted(each.data for each in messages)


def test_a_relay_that_limits_connections_is_served_over_those_it_allows(greets):
    with scripted_server(EHLO=greets, greeting=["220 hi", *["421 too many connections"] * 3]) as server:
        attempts = deliver(server.port, *several(30), connections=4)
    assert verdicts(attempts) == ["accepted"] * 30
    assert len(server.bodies) == 30


def test_a_slow_message_holds_nobody_else_up():
    rest = threading.Event()

    def slowly():
        assert rest.wait(10)

    def count():
        if len(server.bodies) >= 9:
            rest.set()

    with scripted_server(dot=[slowly, *[count] * 9]) as server:
        attempts = deliver(server.port, *several(10), connections=2)
    assert verdicts(attempts) == ["accepted"] * 10
    assert attempts[0].delivery_id != "m0"  # told as they end, in any order


def test_what_opens_the_next_message_comes_behind_the_content_before_its_answer():
    with scripted_server(EHLO=PIPELINING, dot=[AFTER_NEXT] * 4) as server:
        attempts = deliver(server.port, *several(5))
    assert verdicts(attempts) == ["accepted"] * 5


def test_a_connection_is_replaced_after_so_many_messages(greets):
    with scripted_server(EHLO=greets) as server:
        attempts = deliver(server.port, *several(5), per_connection=2)
    assert verdicts(attempts) == ["accepted"] * 5
    assert server.connections == 3
    assert server.heard.count("QUIT") == 3


def test_no_more_is_asked_for_than_lines_will_soon_need():
    asked = []

    def source():
        for each in dealt(*several(3 * IN_HAND)):
            asked.append(each.id)
            yield each

    def held():
        assert len(asked) <= IN_HAND

    with scripted_server(dot=[held]) as server:
        attempts = SmtpRelay(account(server.port), 1).deliver(source(), NotedJournal())
        assert next(attempts).verdict == "accepted"
        assert len(asked) <= IN_HAND + 1
        assert verdicts(attempts) == ["accepted"] * (3 * IN_HAND - 1)


def test_lines_work_while_the_next_delivery_is_waited_for():
    first, second = dealt(compose("uno"), compose("dos"))
    taken = threading.Event()

    def source():
        yield first
        assert taken.wait(10)
        yield second

    with scripted_server(dot=[taken.set]) as server:
        attempts = list(SmtpRelay(account(server.port), 2).deliver(source(), NotedJournal()))
    assert verdicts(attempts) == ["accepted", "accepted"]


def test_content_leaves_once_the_journal_knows_and_its_end_is_noted_before_it_is_told(greets):
    journal = NotedJournal()
    noted = []
    with scripted_server(EHLO=greets, dot=lambda: noted.append(list(journal.notes))) as server:
        for attempt in begin(server.port, *several(3), journal=journal):
            assert ("accepted", attempt.delivery_id) in journal.notes
    assert noted[0] == [("begun", "m0")]
    assert noted[1] == [("begun", "m0"), ("accepted", "m0"), ("begun", "m1")]
    assert noted[2][2:] == [("begun", "m1"), ("accepted", "m1"), ("begun", "m2")]


def test_a_refused_sender_lets_the_others_end_what_they_have_in_hand(greets):
    refused, replies = threading.Event(), iter(["250 ok", "250 ok", "451 no"])

    def mail():
        reply = next(replies, "451 no")
        if reply.startswith("451"):
            refused.set()
        return reply

    with scripted_server(EHLO=greets, MAIL=mail, dot=lambda: refused.wait(10) and None) as server:
        known, error = gather(begin(server.port, *several(30), connections=3))
    assert sorted(verdicts(known)) in (
        ["accepted"] * 2 + ["deferred"] * count for count in (1, 2, 3)
    )  # those with something open meanwhile may be refused as well
    assert isinstance(error, RelayUnavailable)
    assert len([body for body in server.bodies if body]) == 2
    assert threads_left() == []


@pytest.mark.parametrize("error", [StoreUnavailable("no cabe"), ZeroDivisionError("nadie lo esperaba")])
def test_what_cannot_be_noted_is_not_sent_and_the_error_is_told(error, greets):
    class Full(NotedJournal):
        def begun(self, delivery_id):
            super().begun(delivery_id)
            if delivery_id == "m2":
                raise error

    known = []
    with scripted_server(EHLO=greets) as server, pytest.raises(type(error)) as raised:
        known.extend(begin(server.port, *several(5), journal=(journal := Full())))
    assert raised.value is error
    assert server.bodies == [as_sent(each) for each in several(2)]
    assert ("begun", "m3") not in journal.notes
    assert threads_left() == []


def test_an_end_that_cannot_be_noted_is_told_all_the_same():
    class Full(NotedJournal):
        def ended(self, attempt):
            raise StoreUnavailable("no cabe")

    with scripted_server() as server:
        known, error = gather(begin(server.port, *several(3), journal=Full()))
    assert verdicts(known) == ["accepted"]
    assert isinstance(error, StoreUnavailable)


def test_an_error_of_the_source_ends_every_thread():
    def source():
        yield from dealt(*several(5))
        raise KeyboardInterrupt

    with scripted_server() as server:
        relay = SmtpRelay(account(server.port), 2)
        with pytest.raises(KeyboardInterrupt):
            list(relay.deliver(source(), NotedJournal()))
        assert threads_left() == []


def test_who_stops_listening_leaves_nothing_begun_without_an_end(greets):
    journal = NotedJournal()
    with scripted_server(EHLO=greets) as server:
        attempts = begin(server.port, *several(50), connections=3, journal=journal)
        next(attempts)
        attempts.close()
        assert threads_left() == []
    begun = [name for what, name in journal.notes if what == "begun"]
    assert sorted(begun) == sorted(name for what, name in journal.notes if what == "accepted")
    assert len(begun) < 50
    assert len(server.bodies) == len(begun)


def test_who_stops_listening_does_not_wait_for_a_relay_that_is_silent():
    journal = NotedJournal()
    with scripted_server(dot=["250 ok", HANG]) as server:
        attempts = begin(server.port, *several(5), journal=journal, timeout=0.3, data_timeout=60.0)
        next(attempts)
        while not journal.notes.count(("begun", "m1")):
            threading.Event().wait(0.01)
        attempts.close()
        assert threads_left() == []
    assert journal.notes[-1] == ("unknown", "m1")


@pytest.mark.timeout(30)
def test_who_reads_the_ends_slowly_waits_for_no_line_that_was_opened_after_trouble():
    with scripted_server(MAIL=[None, "550 5.7.1 no"]) as server:
        attempts = begin(server.port, *several(12), connections=3, per_connection=1)
        known = [next(attempts)]
        while len([body for body in server.bodies if body]) < 11:  # the lines have gone on meanwhile
            threading.Event().wait(0.01)
        more, error = gather(attempts)
        assert threads_left() == []
    assert isinstance(error, RelayUnavailable)
    assert sorted(verdicts(known + more)) == ["accepted"] * 11 + ["deferred"]


REPLIES = st.lists(st.sampled_from(["250 ok", "450 no", "550 no", "421 bye", "what?", CLOSE]), max_size=8)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(["250 aqui", PIPELINING]),
    st.fixed_dictionaries({"MAIL": REPLIES, "RCPT": REPLIES, "DATA": REPLIES, "dot": REPLIES}),
    st.integers(1, 3),
    st.integers(1, 4),
)
def test_whatever_the_relay_answers_nothing_is_sent_twice_and_nothing_ends_unsaid(
    greets, replies, connections, per_connection
):
    replies = {
        step: [None if each == "250 ok" else each for each in every] for step, every in replies.items()
    }
    messages = [raw(b"Subject: m%d\r\n\r\n.\r\n" % number, f"m{number}") for number in range(7)]
    journal = NotedJournal()
    with scripted_server(EHLO=greets, **replies) as server:
        known, error = gather(
            begin(
                server.port,
                *messages,
                connections=connections,
                per_connection=per_connection,
                journal=journal,
            )
        )
        assert threads_left() == []
    bodies = [body for body in server.bodies if body]
    ends = {each.delivery_id: each.verdict for each in known}
    begun = [name for what, name in journal.notes if what == "begun"]
    assert len(ends) == len(known)
    assert error is None or isinstance(error, RelayUnavailable)
    assert error is not None or len(ends) == 7
    assert len(set(begun)) == len(begun)
    assert set(begun) <= ends.keys()
    assert {(verdict, name) for name, verdict in ends.items()} == set(journal.notes) - {
        ("begun", name) for name in begun
    }
    assert sorted(bodies) == sorted(as_sent(each) for each in messages if each.id in begun)
    assert {name for name, verdict in ends.items() if verdict in {"accepted", "unknown"}} <= set(begun)
