"""What other applications leave in their queues becomes mail once, and history never by itself."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.engine.post_office import Stop
from tests.engine.queue_rows import NOW, BrokenQueue, Place, a_row, name_of, stamp_of

from sereno.adapters.attachments import AttachmentPolicy
from sereno.adapters.memory import MemoryQueue
from sereno.adapters.store.memory_desk import MemoryIntake
from sereno.domain.errors import RowsUnidentified
from sereno.engine import mail_desk
from sereno.engine.deliver import deliver
from sereno.engine.taking_in import AGAIN, OLD, WEIGHT, take_in

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def look(place, now=NOW, **changes):
    return take_in(place.queue, place.office(now, **changes))


def only_line(place, *states):
    (line,) = place.store.desk.lines(states, None, 9)
    return line


def test_a_row_is_taken_in_once_however_often_it_is_seen():
    place = Place(a_row(1), a_row(2))
    assert look(place).taken == {"queued": 2}
    assert look(place).taken == {}
    assert place.states() == {"queued": 2}


def test_a_number_that_is_used_again_is_new_mail():
    place = Place(a_row())
    look(place)
    place.queue.remove([1])
    place.queue.put(a_row(body="Otro"))
    assert look(place).taken == {"queued": 1}
    assert place.states() == {"queued": 2}


def test_rows_are_sent_by_number():
    place = Place(*(a_row(number) for number in (30, 4, 100)))
    deliver(place.office(), place.store)
    assert [message.id[:18] for message in place.relay.accepted] == [
        f"correos-{number:010d}" for number in (4, 30, 100)
    ]


def test_history_is_listed_and_left_alone():
    rows = (a_row(1, recorded_at=NOW - 4 * DAY), a_row(2, recorded_at=None), a_row(3))
    place = Place(*rows)
    found = look(place)
    assert (found.first_look, found.taken) == (True, {"old": 2, "queued": 1})
    assert {line.answer for line in place.store.desk.lines({"old"}, None, 9)} == {OLD}
    deliver(place.office(), place.store)
    assert [message.id for message in place.relay.accepted] == [name_of(rows[2])]
    assert place.stamped() == [3]


def test_after_the_first_look_a_row_without_a_date_is_mail():
    place = Place()
    look(place)
    place.queue.put(a_row(recorded_at=None))
    found = look(place)
    assert (found.first_look, found.taken) == (False, {"queued": 1})


def test_a_first_look_that_breaks_off_is_not_the_first_look():
    place = Place(a_row(recorded_at=None))
    assert not take_in(BrokenQueue(place.queue, "pending"), place.office()).reached
    assert look(place).taken == {"old": 1}


def test_a_stop_ends_a_look_which_then_was_not_the_first():
    place = Place(*(a_row(number) for number in range(1, 301)))
    assert look(place, stop=Stop(requested=True)).taken
    assert not place.store.intake.was_looked_through("correos")


def test_what_was_stamped_and_is_pending_again_is_held_for_somebody_to_decide():
    place = Place(a_row())
    deliver(place.office(), place.store)
    place.queue.held = [(row, None) for row, _ in place.queue.held]
    report = deliver(place.office(), place.store)
    assert report.intakes[0].again == 1
    assert (only_line(place, "held").answer, len(place.relay.accepted)) == (AGAIN, 1)
    assert place.stamped() == []


def test_a_row_that_another_process_stamps_while_its_page_is_looked_at_is_not_wanted_again():
    place = Place(a_row())
    take_in(place.queue, place.office())

    class Slow(MemoryQueue):
        def pending(self):
            for page in place.queue.pending():
                deliver(place.office(), place.store)  # the other process
                yield page

    slow = Slow("correos")
    slow.held = place.queue.held
    slow.stamped = place.queue.stamped
    assert take_in(slow, place.office()).again == 0
    assert place.states() == {"accepted": 1}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"to": "nadie"}, "ningún destinatario válido"),
        ({"to": ""}, "ningún destinatario"),
        ({"subject": "Hola\r\nBcc: malo@example.com"}, "Asunto"),
        ({"application": "Pedidos\n"}, "Aplicacion"),
    ],
)
def test_what_nobody_can_be_sent_is_dead_with_the_reason_and_stays_pending(changes, why):
    place = Place(a_row(**changes))
    deliver(place.office(), place.store)
    assert why in only_line(place, "dead").answer
    assert (place.relay.accepted, place.stamped()) == ([], [])


def test_mail_waits_for_its_attachment_and_never_leaves_without(tmp_path):
    files = AttachmentPolicy((tmp_path,), 1_000_000)
    place = Place(a_row(attachments=str(tmp_path / "a.pdf")))
    assert look(place, files=files).taken == {"held": 1}
    assert place.store.mail_summary(NOW).stuck == 0
    look(place, NOW + 23 * HOUR, files=files)
    assert place.states() == {"held": 1}
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    deliver(place.office(NOW + 23 * HOUR, files=files), place.store)
    (message,) = place.relay.accepted
    assert b"a.pdf" in message.data
    assert place.stamped() == [1]


def test_an_attachment_that_never_comes_makes_its_mail_dead_after_a_day(tmp_path):
    files = AttachmentPolicy((tmp_path,), 1_000_000)
    place = Place(a_row(attachments=str(tmp_path / "a.pdf")))
    look(place, files=files)
    look(place, NOW + 24 * HOUR, files=files)
    assert "a.pdf" in only_line(place, "dead").answer


def test_a_queue_out_of_reach_stops_neither_the_other_nor_digests():
    place, other = Place(a_row()), MemoryQueue("tareas", [a_row()])
    broken = BrokenQueue(place.queue, "pending", "stamp", "stamped")
    report = deliver(place.office(queues=[broken, other]), place.store)
    assert [each.reached for each in report.intakes] == [False, True]
    assert report.troubles
    assert [message.origin for message in place.relay.accepted] == ["tareas"]


def test_mail_of_a_queue_out_of_reach_waits_for_it():
    place = Place(a_row())
    look(place)
    deliver(place.office(queues=[BrokenQueue(place.queue, "pending")]), place.store)
    assert (place.relay.accepted, place.states()) == ([], {"queued": 1})


def test_mail_whose_queue_goes_out_of_reach_after_the_claim_waits_too():
    place = Place(a_row())
    report = deliver(place.office(queues=[BrokenQueue(place.queue, "stamped")]), place.store)
    assert report.troubles
    assert (place.relay.accepted, place.states()) == ([], {"queued": 1})


def test_mail_that_somebody_else_has_stamped_is_not_sent():
    place = Place(a_row())
    look(place)
    place.queue.fill(1, NOW)
    deliver(place.office(), place.store)
    assert (place.relay.accepted, place.states()) == ([], {"dropped": 1})


def test_on_trial_queues_are_neither_read_nor_stamped():
    place = Place(a_row())
    broken = BrokenQueue(place.queue, "pending", "stamp", "stamped", "rows")
    report = deliver(place.office(queues=[broken], trial=True), place.store)
    assert (report.intakes, report.troubles, place.states()) == ((), (), {})


def test_addresses_that_are_none_are_told_beside_those_who_get_it():
    row = a_row(cc="pepe@")
    place = Place(row)
    look(place)
    sheet = place.store.desk.sheet(name_of(row))
    assert (sheet.line.recipients, list(sheet.refused)) == (("ana@example.com",), ["pepe@"])


def test_a_row_remembers_whence_its_message_came():
    row = replace(a_row(), number=9)
    place = Place(row)
    look(place)
    assert place.store.intake.rows_of("correos", [name_of(row)]) == {name_of(row): stamp_of(row)}


class Strays:
    """A queue in which other rows have no number."""

    def __init__(self, real):
        self._real = real

    def pending(self):
        yield from self._real.pending()
        raise RowsUnidentified("correos: hay filas sin IDCorreo")

    def __getattr__(self, name):
        return getattr(self._real, name)


def test_rows_without_a_number_keep_neither_drafts_nor_undated_mail_back(tmp_path):
    place = Place(a_row(1, attachments=str(tmp_path / "informe.pdf")))
    office = {"queues": [Strays(place.queue)], "files": AttachmentPolicy((tmp_path,), 1000)}
    assert deliver(place.office(**office), place.store).troubles == ("correos: hay filas sin IDCorreo",)
    (tmp_path / "informe.pdf").write_bytes(b"pdf")
    place.queue.put(a_row(2, recorded_at=None))
    report = deliver(place.office(**office), place.store)
    assert (place.states(), report.needs_a_person) == ({"accepted": 2}, True)


def test_mail_waiting_for_a_second_sending_leaves_though_only_rows_without_a_number_are_pending():
    place = Place(a_row())
    deliver(place.office(), place.store)
    place.store.desk.send_to(name_of(a_row()), ("luis@example.com",))
    assert deliver(place.office(queues=[Strays(place.queue)]), place.store).ended == {"accepted": 1}


def test_what_grew_old_while_nobody_looked_needs_a_person_and_so_does_no_first_look():
    place = Place(a_row(1, recorded_at=NOW - 9 * DAY))
    assert not deliver(place.office(), place.store).needs_a_person
    place.queue.put(a_row(2, recorded_at=NOW - 4 * DAY))
    report = deliver(place.office(), place.store)
    assert (report.intakes[0].left_behind, report.needs_a_person) == (1, True)
    assert not deliver(place.office(), place.store).needs_a_person


def test_a_page_with_heavy_attachments_is_not_held_in_memory_at_once(tmp_path):
    file = tmp_path / "plano.bin"
    file.write_bytes(bytes(WEIGHT // 3))
    place = Place(*(a_row(number, attachments=str(file)) for number in range(1, 7)))
    kept = []

    class Counting(MemoryIntake):
        def take_in(self, origin, taken, now):
            kept.append(len(taken))
            super().take_in(origin, taken, now)

    office = place.office(files=AttachmentPolicy((tmp_path,), WEIGHT))
    found = take_in(place.queue, replace(office, intake=Counting(office.intake.shelf)))
    assert (kept, found.taken) == ([3, 3], {"queued": 6})


def test_who_takes_away_a_stamp_that_another_wrote_is_heard():
    place = Place(a_row())
    look(place)
    place.queue.fill(1, NOW)
    deliver(place.office(), place.store)
    assert place.states() == {"dropped": 1}
    place.queue.held = [(row, None) for row, _ in place.queue.held]
    report = deliver(place.office(), place.store)
    assert (place.states(), report.needs_a_person) == ({"dropped": 1, "held": 1}, True)
    mail_desk.retry(only_line(place, "held").id, None, place.office())
    deliver(place.office(), place.store)
    assert (place.states(), place.stamped()) == ({"dropped": 1, "accepted": 1}, [1])
