"""A person decides about mail that does not leave by itself."""

from datetime import timedelta

import pytest
from tests.engine.post_office import ScriptedRelay
from tests.engine.queue_rows import NOW, Place, a_row, name_of

from sereno.adapters.attachments import AttachmentPolicy
from sereno.domain.errors import SerenoError
from sereno.engine import mail_desk
from sereno.engine.deliver import deliver
from sereno.engine.mail_desk import DROPPED, HELD

LONG_AGO = NOW - timedelta(days=9)


def ended(verdict, *rows, **changes):
    place = Place(*rows or [a_row()])
    deliver(
        place.office(relay=ScriptedRelay(dict.fromkeys(map(name_of, rows or [a_row()]), verdict))),
        place.store,
    )
    return place


def sent_to(place):
    deliver(place.office(), place.store)
    return [message.envelope.recipients for message in place.relay.accepted]


@pytest.mark.parametrize("verdict", ["dead", "unknown", "deferred"])
def test_what_did_not_leave_is_sent_again_when_somebody_says_so(verdict):
    place = ended(verdict)
    assert "en cola" in mail_desk.retry(name_of(a_row()), None, place.office())
    assert sent_to(place) == [("ana@example.com",)]


def test_what_has_left_is_not():
    place = ended("accepted")
    with pytest.raises(SerenoError, match="«accepted»: no se puede reenviar"):
        mail_desk.retry(name_of(a_row()), None, place.office())
    with pytest.raises(SerenoError, match="no se puede descartar"):
        mail_desk.drop(name_of(a_row()), "", place.store.desk, NOW)


@pytest.mark.parametrize("to", [None, "ana@example.com"])
def test_what_was_dropped_before_it_was_ever_composed_is_not_composed_any_more(to):
    row = a_row(to="nadie")
    place = Place(row)
    deliver(place.office(), place.store)
    mail_desk.drop(name_of(row), "no hace falta", place.store.desk, NOW)
    with pytest.raises(SerenoError, match="«dropped»: no se puede reenviar"):
        mail_desk.retry(name_of(row), to, place.office())
    assert sent_to(place) == []


def test_mail_without_anybody_to_write_to_is_composed_for_the_address_that_is_given():
    row = a_row(to="nadie")
    place = Place(row)
    deliver(place.office(), place.store)
    with pytest.raises(SerenoError, match="ningún destinatario"):
        mail_desk.retry(name_of(row), None, place.office())
    mail_desk.retry(name_of(row), "ana@example.com", place.office())
    assert sent_to(place) == [("ana@example.com",)]
    assert place.stamped() == [1]


def test_mail_that_waits_for_a_file_is_composed_at_once_where_the_file_is_there(tmp_path):
    files, path = AttachmentPolicy((tmp_path,), 1000), tmp_path / "a.pdf"
    row = a_row(attachments=str(path))
    place = Place(row)
    deliver(place.office(files=files), place.store)
    with pytest.raises(SerenoError, match="queda retenido: "):
        mail_desk.retry(name_of(row), None, place.office(files=files))
    path.write_bytes(b"%PDF")
    assert "en cola" in mail_desk.retry(name_of(row), None, place.office(files=files))
    assert sent_to(place) == [("ana@example.com",)]


def test_what_is_dropped_says_who_and_why():
    place = ended("dead")
    mail_desk.drop(name_of(a_row()), "repetido", place.store.desk, NOW)
    (line,) = place.store.desk.lines({"dropped"}, None, 9)
    assert line.answer == f"{DROPPED}: repetido"
    assert sent_to(place) == []


def test_what_is_held_says_who_and_why_and_what_has_left_is_not_held():
    place = ended("deferred")
    mail_desk.hold(name_of(a_row()), "lleva un error", place.store.desk, NOW)
    (line,) = place.store.desk.lines({"held"}, None, 9)
    assert line.answer == f"{HELD}: lleva un error"
    with pytest.raises(SerenoError, match="«held»: no se puede retener"):
        mail_desk.hold(name_of(a_row()), "", place.store.desk, NOW)


@pytest.mark.parametrize("decide", [mail_desk.retry, mail_desk.drop, mail_desk.hold])
def test_mail_that_is_not_there_is_said_so(decide):
    place = Place()
    others = (None, place.office()) if decide is mail_desk.retry else ("", place.store.desk, NOW)
    with pytest.raises(SerenoError, match="El correo nada ya no está"):
        decide("nada", *others)


def old_mail(*rows):
    place = Place(*rows)
    deliver(place.office(), place.store)
    return place


def adopt(place, old):
    rows = mail_desk.rows_now("correos", [old], place.office())
    return mail_desk.adopt("correos", old, rows, place.office())


def test_adopted_mail_is_sent_and_stamped_and_ignored_mail_never_is():
    rows = [a_row(number, recorded_at=LONG_AGO) for number in (1, 2)]
    place = old_mail(*rows)
    (first,) = mail_desk.chosen_old("correos", [1], place.office())
    assert adopt(place, first).endswith(": en cola.")
    (ignored,) = mail_desk.chosen_old("correos", None, place.office())
    assert mail_desk.ignore(ignored, place.office()).endswith(": descartado.")
    assert len(sent_to(place)) == 1
    assert place.stamped() == [1]
    assert mail_desk.chosen_old("correos", None, place.office()) == []


def test_a_number_that_is_no_old_mail_s_is_refused():
    place = old_mail(a_row(1, recorded_at=LONG_AGO), a_row(2))
    with pytest.raises(SerenoError, match="IDCorreo 2, 7"):
        mail_desk.chosen_old("correos", [1, 2, 7], place.office())


def test_old_mail_that_has_become_another_is_not_adopted():
    place = old_mail(a_row(recorded_at=LONG_AGO))
    (chosen,) = mail_desk.chosen_old("correos", None, place.office())
    place.queue.remove([1])
    place.queue.put(a_row(body="Otro"))
    with pytest.raises(SerenoError, match="ha cambiado"):
        adopt(place, chosen)
    assert place.states() == {"old": 1}


def test_old_mail_about_which_somebody_decided_first_is_not_adopted():
    place = old_mail(a_row(recorded_at=LONG_AGO))
    (chosen,) = mail_desk.chosen_old("correos", None, place.office())
    mail_desk.ignore(chosen, place.office())
    with pytest.raises(SerenoError, match="ya había decidido"):
        adopt(place, chosen)
    assert sent_to(place) == []


def test_only_a_queue_that_is_configured_has_mail_to_adopt():
    place = old_mail(a_row(recorded_at=LONG_AGO))
    with pytest.raises(SerenoError, match="tareas no está configurada"):
        mail_desk.rows_now("tareas", [], place.office())
