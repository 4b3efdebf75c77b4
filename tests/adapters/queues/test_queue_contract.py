"""What every queue does, whatever it lies in."""

from dataclasses import replace
from itertools import chain

from tests.adapters.queues.building import MADRID, NOW, STAMP, pending, stamp_of, the_row

from sereno.adapters.queues.kinds import PAGE


def test_a_row_is_read_with_all_it_says(place):
    place.put(
        7,
        DestinatariosConCopia="jefa@example.com",
        DestinatariosConCopiaOculta="archivo@example.com",
        URLAdjunto=r"\\servidor\a ñ.pdf;C:\b.pdf",
    )
    (row,) = pending(place.open())
    copies = {"cc": "jefa@example.com", "bcc": "archivo@example.com"}
    assert row == the_row(7, attachments=r"\\servidor\a ñ.pdf;C:\b.pdf", **copies)


def test_blank_texts_are_empty_and_others_stay_as_they_are(place):
    place.put(1, Asunto="  ", Cuerpo="", URLAdjunto=" ", DestinatariosConCopia=None)
    place.put(2, Cuerpo="  \n cuerpo \n ", FechaGrabacion=None)
    first, second = pending(place.open())
    assert (first.subject, first.body, first.attachments, first.cc) == ("", "", "", "")
    assert (second.body, second.recorded_at, second.recorded_as) == ("  \n cuerpo \n ", None, "")


def test_a_mail_has_the_same_fingerprint_in_every_queue_and_at_every_look(place):
    place.put(1)
    queue = place.open()
    prints = {row.fingerprint for row in chain(pending(queue), pending(queue), queue.rows([1]))}
    assert prints == {the_row(1).fingerprint}


def test_pending_mail_comes_by_number_and_without_what_is_stamped(place):
    place.put(5, 1, 3, 4)
    place.fill(3)
    queue = place.open()
    assert [row.number for row in pending(queue)] == [1, 4, 5]
    assert [row.number for row in queue.rows([5, 3, 1, 99])] == [1, 5]
    assert queue.rows([]) == []


def test_an_empty_queue_has_no_pages(place):
    assert list(place.open().pending()) == []


def test_rows_that_share_a_number_are_all_read_across_the_end_of_a_page(place):
    border = PAGE - 1
    numbers = [*range(1, border), border, border, border, *range(border + 1, 2 * PAGE + 5)]
    place.put(*numbers)
    pages = [[row.number for row in page] for page in place.open().pending()]
    assert list(chain.from_iterable(pages)) == numbers
    assert len(pages) > 2
    assert max(map(len, pages)) <= PAGE


def test_more_rows_than_a_page_may_share_one_number(place):
    place.put(1, *[2] * (PAGE + 20), 3)
    assert [row.number for row in pending(place.open())] == [1, *[2] * (PAGE + 20), 3]


def test_what_is_stamped_holds_the_local_time_to_the_second_and_nothing_else_is(place):
    place.put(1, 2, 3)
    queue = place.open()
    asked = {stamp_of(the_row(1)), stamp_of(the_row(3))}
    assert queue.stamp(asked, NOW) == asked
    assert place.sent() == [(1, STAMP), (2, None), (3, STAMP)]
    assert [row.number for row in pending(queue)] == [2]


def test_many_rows_are_stamped_and_found_stamped(place):
    place.put(*range(1, 251))
    queue = place.open()
    asked = {stamp_of(the_row(number)) for number in range(1, 251)}
    assert queue.stamped(asked) == frozenset()
    assert queue.stamp(asked, NOW) == asked
    assert {at for _, at in place.sent()} == {STAMP}
    assert queue.stamped(asked) == asked


def test_a_stamp_is_never_written_over(place):
    place.put(1)
    queue = place.open()
    asked = {stamp_of(the_row(1))}
    queue.stamp(asked, NOW)
    assert queue.stamp(asked, NOW.replace(year=2027)) == asked
    assert place.sent() == [(1, STAMP)]


def test_rows_that_are_gone_need_no_stamp_and_are_not_stamped(place):
    place.put(1)
    queue = place.open()
    asked = {stamp_of(the_row(1)), stamp_of(the_row(2))}
    place.empty(1)
    assert queue.stamp(asked, NOW) == asked
    assert queue.stamped(asked) == frozenset()


def test_a_number_that_an_emptied_table_gave_to_another_mail_is_not_stamped(place):
    place.put(1)
    queue = place.open()
    (row,) = pending(queue)
    place.empty()
    place.put(1, Asunto="Otro")
    assert queue.stamp([stamp_of(row)], NOW) == {stamp_of(row)}
    assert place.sent() == [(1, None)]
    assert queue.stamped([stamp_of(row)]) == frozenset()


def test_a_mail_is_not_taken_for_stamped_when_another_one_with_its_number_is(place):
    place.put(1, Asunto="Otro")
    place.fill(1)
    place.put(1)
    queue = place.open()
    mail, other = stamp_of(the_row(1)), stamp_of(the_row(1, subject="Otro"))
    assert queue.stamped([mail, other]) == {other}
    assert queue.stamp([mail], NOW) == {mail}
    assert [number for number, at in place.sent() if at == STAMP] == [1]


def test_mail_that_shares_its_number_with_waiting_mail_waits_for_it(place):
    place.put(1, 2)
    place.put(1, Asunto="Otro")
    queue = place.open()
    first, second, other = (
        stamp_of(the_row(1)),
        stamp_of(the_row(2)),
        stamp_of(the_row(1, subject="Otro")),
    )
    assert queue.stamp([first, second], NOW) == {second}
    assert place.sent() == [(1, None), (1, None), (2, STAMP)]
    assert queue.stamp([first, other], NOW) == {first, other}
    assert place.sent() == [(1, STAMP), (1, STAMP), (2, STAMP)]


def test_of_two_mails_with_a_number_one_that_is_gone_needs_nothing_while_the_other_waits(place):
    place.put(1, Asunto="Otro")
    place.put(1, Asunto="Tercero")
    queue = place.open()
    gone, other = stamp_of(the_row(1)), stamp_of(the_row(1, subject="Otro"))
    assert queue.stamp([gone, other], NOW) == {gone}
    assert {at for _, at in place.sent()} == {None}


def test_equal_rows_with_one_number_are_one_mail(place):
    place.put(1, 1)
    queue = place.open()
    assert pending(queue) == [the_row(1)] * 2
    assert queue.stamp([stamp_of(the_row(1))], NOW) == {stamp_of(the_row(1))}
    assert place.sent() == [(1, STAMP), (1, STAMP)]


def test_a_stamp_that_somebody_takes_away_makes_the_mail_pending_again(place):
    place.put(1)
    place.fill(1)
    queue = place.open()
    assert queue.stamped([stamp_of(the_row(1))]) == {stamp_of(the_row(1))}
    place.empty()
    place.put(1)
    assert pending(queue) == [the_row(1)]


def test_mail_that_is_written_while_pages_are_read_is_not_lost(place):
    place.put(*range(1, PAGE + 11))
    queue = place.open()
    pages = queue.pending()
    seen = [row.number for row in next(pages)]
    place.put(PAGE + 11, PAGE + 12)
    place.fill(PAGE + 3)
    seen += [row.number for page in pages for row in page]
    assert seen == [number for number in range(1, PAGE + 13) if number != PAGE + 3]


def test_a_queue_that_was_let_go_of_can_be_used_again(place):
    place.put(1)
    queue = place.open()
    pending(queue)
    queue.close()
    queue.close()
    assert pending(queue) == [the_row(1)]
    assert queue.origin == "correos"


def test_a_time_in_the_hour_that_october_repeats_has_one_fingerprint(place):
    place.put(1, FechaGrabacion="2026-10-25 02:30:00")
    (row,) = pending(place.open())
    assert row.recorded_as == "2026-10-25 02:30:00"
    assert row == replace(the_row(1), recorded_at=row.recorded_at, recorded_as=row.recorded_as)
    assert row.recorded_at.tzinfo == MADRID
