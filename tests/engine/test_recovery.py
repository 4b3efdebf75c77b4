"""Mail of a process that died is recovered by what its journal tells."""

from datetime import timedelta

import pytest
from tests.engine.post_office import a_message, an_office, queue
from tests.engine.queue_rows import NOW
from tests.mailing import claim

from sereno.adapters.memory import MemoryJournals, MemoryRelay, MemoryStore
from sereno.domain.outbox import Attempt
from sereno.engine.journal_ports import Remains
from sereno.engine.recovery import ABANDONED, DIED, recover

NAMES = ("answered", "begun", "untouched")
MINUTE = timedelta(minutes=1)


class Died(BaseException):
    pass


def die_sending(journals):
    with journals.open() as journal:
        journal.begun("answered")
        journal.ended(Attempt("answered", "accepted", "250 Ok"))
        journal.begun("begun")
        raise Died


def a_death(*, same_boot=True):
    """Let a process die with three deliveries claimed: one answered, one begun, one untouched."""
    store, journals = MemoryStore(NOW), MemoryJournals(lambda: "muerto")
    queue(store, *(a_message(name, NOW) for name in NAMES))
    claim(store, 9, NOW, by="muerto")
    with pytest.raises(Died):
        die_sending(journals)
    if not same_boot:
        journals._left = [Remains(each.claimer_id, same_boot, each.told) for each in journals._left]
    return store, journals


def states(store):
    every = ("queued", "sending", "accepted", "deferred", "unknown", "dead")
    return {line.id: line.state for line in store.desk.lines(every, None, 9)}


def answer(store, name):
    return store.desk.sheet(name).line.answer


def test_what_was_answered_is_recorded_what_was_begun_is_unknown_and_the_rest_waits():
    store, journals = a_death()
    assert recover(an_office(store, MemoryRelay(), NOW, journals=journals)) == 1
    assert states(store) == {"answered": "accepted", "begun": "unknown", "untouched": "queued"}
    assert answer(store, "begun") == DIED


def test_after_a_power_cut_only_answers_are_believed():
    store, journals = a_death(same_boot=False)
    assert recover(an_office(store, MemoryRelay(), NOW, journals=journals)) == 2
    assert states(store) == {"answered": "accepted", "begun": "unknown", "untouched": "unknown"}


def test_a_death_is_recovered_from_once():
    store, journals = a_death()
    office = an_office(store, MemoryRelay(), NOW, journals=journals)
    assert [recover(office), recover(office)] == [1, 0]
    assert list(journals.remains()) == []


def test_a_death_in_the_middle_of_the_recovery_loses_nothing():
    store, journals = a_death()
    office = an_office(store, MemoryRelay(), NOW, journals=journals)

    def dies(*_):
        raise Died

    class Dying:
        def __getattr__(self, name):
            return dies if name == "lose" else getattr(store.outbox, name)

    dying = type(office)(**{each: getattr(office, each) for each in office.__slots__} | {"outbox": Dying()})
    with pytest.raises(Died):
        recover(dying)
    assert recover(office) == 1
    assert states(store) == {"answered": "accepted", "begun": "unknown", "untouched": "queued"}


def test_a_claim_of_another_machine_runs_out():
    store = MemoryStore(NOW)
    queue(store, a_message("m", NOW))
    claim(store, 1, NOW, by="otra")
    assert recover(an_office(store, MemoryRelay(), NOW + 9 * MINUTE)) == 0
    assert recover(an_office(store, MemoryRelay(), NOW + 10 * MINUTE)) == 1
    assert answer(store, "m") == ABANDONED


@pytest.mark.parametrize(("unknown", "state"), [("hold", "unknown"), ("retry", "queued")])
def test_unknown_mail_is_sent_again_by_itself_only_where_that_is_asked_for(unknown, state):
    store, journals = a_death()
    recover(an_office(store, MemoryRelay(), NOW, journals=journals, unknown=unknown))
    assert states(store)["begun"] == "unknown"
    recover(an_office(store, MemoryRelay(), NOW + 30 * MINUTE, journals=journals, unknown=unknown))
    assert states(store)["begun"] == state
