"""What two processes, or a process and a person, do to the same mail at the same time."""

from datetime import timedelta

import pytest
from tests.engine.post_office import ScriptedRelay
from tests.engine.queue_rows import NOW, Place, a_row, name_of

from sereno.adapters.attachments import AttachmentPolicy
from sereno.engine import mail_desk
from sereno.engine.deliver import deliver
from sereno.engine.taking_in import take_in


def interrupted(office, meanwhile):
    """Let something happen once while a row is composed."""
    left = [meanwhile]

    def compose(*what):
        composed = office.compose(*what)
        while left:
            left.pop()()
        return composed

    fields = {name: getattr(office, name) for name in office.__slots__}
    return type(office)(**fields | {"compose": compose})


@pytest.fixture
def draft(tmp_path):
    """Mail that waited for its file, which is there now."""
    place = Place(a_row(attachments=str(tmp_path / "a.pdf")))
    files = AttachmentPolicy((tmp_path,), 1000)
    take_in(place.queue, place.office(files=files))
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    return place, place.office(files=files)


def test_mail_that_two_processes_finish_at_once_is_sent_once(draft):
    place, office = draft
    deliver(interrupted(office, lambda: deliver(office, place.store)), place.store)
    assert len(place.relay.accepted) == 1


def test_mail_that_is_dropped_while_it_is_finished_stays_dropped(draft):
    place, office = draft
    name = name_of(place.queue.held[0][0])
    deliver(interrupted(office, lambda: mail_desk.drop(name, "", place.store.desk, NOW)), place.store)
    assert (place.relay.accepted, place.states()) == ([], {"dropped": 1})


def test_a_row_stamped_by_others_before_all_was_sent_is_asked_for_again_when_its_stamp_goes():
    place = Place(a_row(cc="luis@example.com"))
    later = ScriptedRelay(refused={"luis@example.com": "450 luego"})
    deliver(place.office(relay=later), place.store)
    place.queue.fill(1, NOW)
    deliver(place.office(NOW + timedelta(minutes=2)), place.store)
    assert place.states() == {"accepted": 1, "dropped": 1}
    place.queue.held = [(row, None) for row, _ in place.queue.held]
    report = deliver(place.office(NOW + timedelta(minutes=4)), place.store)
    assert report.intakes[0].again or place.stamped() == [1]
