"""The store in memory and the one on disk do the same, whatever is asked of them."""

import tempfile
from contextlib import closing
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.adapters.store.building import LEASE, NOW, a_message, a_run, an_entry, told
from tests.mailing import claim, recover, release, settle

from sereno.adapters.memory import MemoryStore
from sereno.adapters.store.opening import open_store
from sereno.domain.errors import AlreadyComplete, StoreUnavailable
from sereno.domain.ledger import Snooze
from sereno.domain.outbox import Attempt
from sereno.engine.ports import Store

LATER = NOW + timedelta(days=1)
TOMORROW = LATER.date()
NAMES = st.sampled_from(["m1", "m2", "m3"])
MOMENTS = st.integers(0, 30).map(lambda minutes: NOW + timedelta(minutes=minutes))
STATES = st.sampled_from(
    [
        {},
        {"state": "blind"},
        {"state": "blind", "sent": False},
        {"state": "unaddressed"},
        {"trial": True},
        {"forced": True},
    ]
)
TRACKS = st.sampled_from([(1,), (1.0,), ("1",), ("año", None)])
ENDS = st.sampled_from([{}, {"ended": "resolved", "ended_on": NOW.date()}])
ENTRIES = st.builds(
    lambda track, owner, end: an_entry(track, owner=owner, **end),
    TRACKS,
    st.sampled_from(["ana", None]),
    ENDS,
)
TELLINGS = st.builds(told, TRACKS, st.none() | NAMES, st.sampled_from(["BR-1", "BR-2"]))
SNOOZES = st.builds(
    Snooze, st.just(NOW.date()), st.sampled_from(["ana", "luis"]), st.just("fuera"), st.none()
)
REFUSED = st.sampled_from([{}, {"b@example.com": "550 no existe"}])
VERDICTS = st.sampled_from(["accepted", "diverted", "deferred", "dead", "unknown"])
STEPS = st.one_of(
    st.tuples(
        st.just("record"),
        st.sampled_from("rstuv"),
        STATES,
        MOMENTS,
        st.lists(NAMES, max_size=2),
        st.lists(ENTRIES, max_size=3),
        st.lists(TELLINGS, max_size=3),
    ),
    st.tuples(st.just("snooze"), TRACKS, SNOOZES),
    st.tuples(st.just("claim"), st.integers(0, 3), MOMENTS, st.booleans()),
    st.tuples(st.just("settle"), st.lists(st.tuples(NAMES, VERDICTS, REFUSED), max_size=3), MOMENTS),
    st.tuples(st.just("release"), st.lists(NAMES, max_size=2)),
    st.tuples(st.just("recover"), MOMENTS),
)


def take(store: Store, step: tuple) -> object:
    match step:
        case "record", name, changes, moment, mail, entries, tellings:
            run = a_run(name, finished_at=moment, **changes)
            messages = [a_message(each, queued_at=moment, trial=run.trial) for each in mail]
            try:
                store.record(run, messages, entries, tellings)
            except (AlreadyComplete, StoreUnavailable) as error:
                return type(error)
        case "snooze", track, snooze:
            store.snooze("brass", "BR-1", track, snooze)
        case "claim", limit, moment, trial:
            return claim(store, limit, moment, LEASE, trial=trial)
        case "settle", ends, moment:
            settle(store, [Attempt(name, verdict, "", refused) for name, verdict, refused in ends], moment)
        case "release", names:
            release(store, names)
        case "recover", moment:
            return recover(store, moment)
    return None


@pytest.mark.long
@settings(deadline=None, max_examples=60)
@given(steps=st.lists(STEPS, max_size=12))
def test_the_store_in_memory_and_the_one_on_disk_never_differ(steps):
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_store(f"sqlite:///{folder}/s", NOW)) as on_disk,
    ):
        in_memory = MemoryStore(NOW)
        for step in steps:
            assert take(in_memory, step) == take(on_disk, step)
            assert in_memory.mail_summary(NOW) == on_disk.mail_summary(NOW)
            assert in_memory.pending() == on_disk.pending()
            assert in_memory.runs_since(NOW) == on_disk.runs_since(NOW)
            done = in_memory.completed_periods("brass", "diario", 9)
            assert done == on_disk.completed_periods("brass", "diario", 9)
            assert in_memory.last_run("brass", "diario") == on_disk.last_run("brass", "diario")
            assert in_memory.ledger("brass") == on_disk.ledger("brass")
            assert in_memory.ledger("brass", TOMORROW) == on_disk.ledger("brass", TOMORROW)
            assert in_memory.notices(NOW, LATER, None) == on_disk.notices(NOW, LATER, None)
