"""FechaEnvio is written where mail was accepted, for as long as it takes, and nowhere else."""

from dataclasses import replace

from tests.engine.post_office import ScriptedRelay
from tests.engine.queue_rows import NOW, BrokenQueue, Place, a_row, name_of

from sereno.engine import mail_desk
from sereno.engine.deliver import deliver
from sereno.engine.stamping import stamp_accepted


def test_only_accepted_mail_is_stamped():
    verdicts = ("accepted", "deferred", "dead", "unknown")
    rows = [a_row(number) for number in range(1, 5)]
    place = Place(*rows)
    relay = ScriptedRelay({name_of(row): said for row, said in zip(rows, verdicts, strict=True)})
    deliver(place.office(relay=relay), place.store)
    assert place.stamped() == [1]


def test_a_stamp_that_fails_is_tried_again_and_the_mail_is_not_sent_again():
    place = Place(a_row())
    report = deliver(place.office(queues=[BrokenQueue(place.queue, "stamp")]), place.store)
    assert (len(place.relay.accepted), place.stamped()) == (1, [])
    assert report.troubles
    deliver(place.office(), place.store)
    assert (len(place.relay.accepted), place.stamped()) == (1, [1])


def test_more_rows_than_are_stamped_at_once_are_all_stamped():
    place = Place(*(a_row(number) for number in range(1, 251)))
    deliver(place.office(), place.store)
    assert place.stamped() == list(range(1, 251))


def test_a_number_that_is_another_mail_s_by_now_is_not_stamped():
    place = Place(a_row())
    deliver(place.office(queues=[BrokenQueue(place.queue, "stamp")]), place.store)
    place.queue.remove([1])
    place.queue.put(a_row(body="Otro"))
    assert stamp_accepted(place.queue, place.office()) == ""
    assert place.stamped() == []


def test_mail_is_stamped_when_nothing_of_it_is_open():
    row = a_row(cc="luis@example.com")
    place = Place(row)
    refused = {"luis@example.com": "450 luego"}
    deliver(place.office(relay=ScriptedRelay(refused=refused)), place.store)
    assert (place.stamped(), place.states()) == ([], {"accepted": 1, "deferred": 1})
    mail_desk.drop(f"{name_of(row)}.2", "", place.store.desk, NOW)
    deliver(place.office(), place.store)
    assert place.stamped() == [1]


def test_mail_of_a_stamped_row_can_be_sent_to_one_address_more():
    row = a_row(cc="luis@example.com")
    place = Place(row)
    deliver(place.office(relay=ScriptedRelay(refused={"luis@example.com": "550 no"})), place.store)
    assert place.stamped() == [1]
    mail_desk.retry(name_of(row), "luis@otra.example.com", place.office())
    report = deliver(place.office(), place.store)
    assert report.ended == {"accepted": 1}


def test_so_it_can_where_its_process_died_before_it_noted_the_stamp():
    row = a_row()
    place = Place(row)
    deliver(place.office(queues=[BrokenQueue(place.queue, "stamp")]), place.store)
    place.queue.fill(1, NOW)  # ours, and not noted
    mail_desk.retry(name_of(row), "luis@example.com", place.office())
    report = deliver(place.office(), place.store)
    assert report.ended == {"accepted": 1}


def test_a_row_that_is_gone_needs_no_stamp():
    place = Place(a_row())
    deliver(place.office(queues=[BrokenQueue(place.queue, "stamp")]), place.store)
    place.queue.remove([1])
    stamp_accepted(place.queue, place.office())
    assert place.store.intake.to_stamp("correos", 9, (0, "")) == []


def test_stamps_are_local_times():
    place = Place(replace(a_row(), number=5))
    deliver(place.office(), place.store)
    ((_, at),) = place.queue.held
    assert (at, at.tzinfo) == (NOW, NOW.tzinfo)
