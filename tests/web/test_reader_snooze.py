"""Putting a finding off from one's own page: by forms alone, with a code that was mailed."""

import re
from datetime import timedelta

import pytest
from tests.engine.nonconformities import task
from tests.web.reader_site import TODAY, Site, text_of

from sereno.domain.outbox import for_its_readers
from sereno.domain.personal import Pass, signed
from sereno.domain.redaction import CODES_MAIL

UNTIL = (TODAY + timedelta(days=5)).isoformat()


@pytest.fixture
def site():
    return Site()


def snoozed(site):
    return [each.snooze for each in site.store.ledger("no_conformidades").values() if each.snooze]


def asked(site, **typed):
    """Ask for a code for the finding that may be put off; return what was answered, and the form."""
    path = site.link() if not hasattr(site, "path") else site.path
    site.path = path
    place = re.search(rf'href="({path}/hallazgo/\w+)"', site.get(path).text)[1]
    form = site.get(place)
    fields = {"hasta": UNTIL, "motivo": "Espera  al laboratorio"} | typed
    return site.post(place, form, **fields), place


def test_a_code_that_is_mailed_puts_the_finding_off(site):
    answer, _ = asked(site)
    assert answer.status == 303
    place = answer.headers["location"]
    page = site.get(place)
    assert "ana@example.com" in page.text
    done = site.post(place, page, codigo=site.code())
    assert (done.status, done.headers["location"]) == (303, place)
    assert "Pospuesto hasta el 29/11/2026" in site.get(place).text
    (snooze,) = snoozed(site)
    assert (snooze.by, snooze.reason) == ("Ana Prado", "Espera al laboratorio")
    assert snooze.until.isoformat() == UNTIL
    assert "pospuesto hasta el 29/11/2026" in site.get(site.path).text
    assert site.noted == [
        ("ana@example.com", "code_asked"),
        ("ana@example.com", "code_given"),
    ]
    site.now += timedelta(days=1)
    site.department.registers["no_conformidades"] = task((1, TODAY + timedelta(days=12)), (3, TODAY))
    (served,) = site.round().served
    assert "Ana Prado: Espera al laboratorio" in text_of(served.messages[0])


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_whoever_follows_every_link_changes_nothing(site, method):
    answer, place = asked(site)
    site.arrive()
    pages = [site.path, place, answer.headers["location"]]
    actions = [f"{site.path}/calendario", f"{site.path}/calendario/anular", f"{site.path}/anular"]
    noted = site.noted
    for _ in range(3):
        assert {site.get(each, method=method).status for each in pages} == {200}
        assert {site.get(each, method=method).status for each in actions} == {405}
    assert snoozed(site) == []
    assert site.arrive() == []
    assert site.store.readers.generation("ana@example.com") == 0
    assert site.store.readers.feed_since("ana@example.com") is None
    assert site.noted == noted


def test_the_code_stands_in_the_body_alone(site):
    asked(site)
    (mail,) = [each.message for each in site.arrive() if each.message.kind == "notice"]
    head, _, _ = mail.data.partition(b"\r\n\r\n")
    code = re.search(r"\d{4} \d{4}", text_of(mail))[0]
    assert code in text_of(mail, "html")
    assert code.encode() not in head
    assert mail.envelope.recipients == ("ana@example.com",)


def test_a_code_that_an_operator_looks_at_or_sends_elsewhere_is_covered(site):
    asked(site)
    (name,) = [each.id for each in site.store.desk.lines(["queued"], CODES_MAIL, 9)]
    assert b"4821" not in site.store.desk.sheet(name).data
    site.store.desk.send_to(name, ("operador@example.com",))
    codes = [each for each in site.arrive() if each.message.origin == CODES_MAIL]
    sent = {each.recipients: for_its_readers(each).message.data for each in codes}
    assert b"4821" in sent["ana@example.com",]
    assert b"4821" not in sent["operador@example.com",]


def test_a_wrong_code_is_told_with_how_many_tries_are_left(site):
    answer, _ = asked(site)
    site.arrive()
    place = answer.headers["location"]
    page = site.get(place)
    wrong = site.post(place, page, codigo="0000 0000")
    assert wrong.status == 422
    assert "quedan 4 intentos" in wrong.text
    for _ in range(4):
        site.post(place, page, codigo="x")
    spent = site.post(place, page, codigo="4821 0003")
    assert "demasiados intentos" in spent.text
    assert "Espera al laboratorio" in spent.text  # nothing that was typed is lost
    assert snoozed(site) == []


def test_a_code_that_is_over_is_told_and_another_can_be_asked_for(site):
    answer, _ = asked(site)
    code, place = site.code(), answer.headers["location"]
    page = site.get(place)
    site.now += timedelta(minutes=11)
    late = site.post(place, page, codigo=code)
    assert "ha caducado" in late.text
    again = re.search(r'action="([^"]+/hallazgo/\w+)"', late.text)[1]
    fields = dict(re.findall(r'name="(hasta|motivo)" value="([^"]*)"', late.text))
    second = site.post(again, late, **fields)
    assert second.status == 303
    place = second.headers["location"]
    assert site.post(place, site.get(place), codigo=site.code()).status == 303
    assert len(snoozed(site)) == 1


def test_a_code_is_used_once(site):
    answer, _ = asked(site)
    code, place = site.code(), answer.headers["location"]
    page = site.get(place)
    site.post(place, page, codigo=code)
    assert "Pospuesto hasta el" in site.post(place, page, codigo=code).text
    assert len(snoozed(site)) == 1


def test_a_form_that_another_site_sends_does_nothing(site):
    _, place = asked(site)
    site.arrive()
    refused = site.post(place, hasta=UNTIL, motivo="x", sello="")
    assert refused.status == 422
    for action in ("calendario", "calendario/anular", "anular"):
        assert site.post(f"{site.path}/{action}", sello="x").status == 403
    assert site.arrive() == []
    assert site.store.readers.generation("ana@example.com") == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"hasta": TODAY.isoformat()}, "Ese día no puede ser"),
        ({"hasta": (TODAY + timedelta(days=91)).isoformat()}, "Ese día no puede ser"),
        ({"hasta": "mañana"}, "Ese día no puede ser"),
        ({"hasta": ""}, "Ese día no puede ser"),
        ({"motivo": "  "}, "Falta el motivo"),
        ({"motivo": "y" * 301}, "demasiado largo"),
    ],
)
def test_what_cannot_be_is_told_with_what_was_typed(site, typed, said):
    answer, _ = asked(site, **typed)
    assert answer.status == 422
    assert said in answer.text
    kept = {"hasta": UNTIL, "motivo": "Espera  al laboratorio"} | typed
    assert kept["motivo"].strip() in answer.text
    assert [each for each in site.arrive() if each.message.kind == "notice"] == []


def test_what_is_due_cannot_be_put_off(site):
    path = site.link()
    page = site.get(path).text
    assert page.count("/hallazgo/") == 1  # of two, one is overdue


def test_a_date_that_changed_meanwhile_voids_the_code(site):
    answer, _ = asked(site)
    code, place = site.code(), answer.headers["location"]
    page = site.get(place)
    site.department.registers["no_conformidades"] = task((1, TODAY + timedelta(days=14)), (2, TODAY))
    site.round(force=True)
    moved = site.post(place, page, codigo=code)
    assert "Su fecha ha cambiado" in moved.text
    assert snoozed(site) == []


def test_what_is_no_longer_open_is_not_put_off(site):
    answer, _ = asked(site)
    code, place = site.code(), answer.headers["location"]
    page = site.get(place)
    site.department.registers["no_conformidades"] = task()
    site.round(force=True)
    assert "ya no está abierto" in site.post(place, page, codigo=code).text
    assert snoozed(site) == []


def test_a_request_of_somebody_else_is_nobodys(site):
    answer, _ = asked(site)
    site.arrive()
    name = answer.headers["location"].rsplit("/", 1)[1]
    token = signed(Pass("luis@example.com", 0, TODAY + timedelta(days=3)), b"k" * 32)
    assert site.get(f"/mi/{token}/codigo/{name}").status == 404


def test_a_sixth_code_within_the_hour_is_refused(site):
    for _ in range(5):
        assert asked(site)[0].status == 303
    refused, _ = asked(site)
    assert refused.status == 429
    assert "Espera  al laboratorio" in refused.text


def test_of_what_the_limit_of_codes_refuses_the_first_alone_is_recorded(site):
    for _ in range(9):
        asked(site)
    assert site.noted == [("ana@example.com", "code_asked")] * 6
    site.store.readers.revoke("ana@example.com")
    site.path = f"/mi/{signed(Pass('ana@example.com', 1, TODAY), b'k' * 32)}"
    assert asked(site)[0].status == 303
    assert site.noted[6:] == [("ana@example.com", "code_asked")]


def test_of_what_is_tried_after_a_code_is_spent_the_first_alone_is_recorded(site):
    answer, _ = asked(site)
    site.arrive()
    place = answer.headers["location"]
    page = site.get(place)
    for _ in range(9):
        assert site.post(place, page, codigo="0000 0000").status == 422
    assert site.noted[1:] == [("ana@example.com", "code_given")] * 6


def test_what_no_reader_sees_of_a_reason_is_not_kept(site):
    answer, _ = asked(site, motivo="Espera\x1b[2J al\u202e laboratorio")
    place = answer.headers["location"]
    assert site.post(place, site.get(place), codigo=site.code()).status == 303
    (snooze,) = snoozed(site)
    assert snooze.reason == "Espera\ufffd[2J al\ufffd laboratorio"


def test_on_trial_no_code_is_asked_for(site):
    path = site.link()
    site.trial, site.path = True, path
    answer, _ = asked(site)
    assert answer.status == 422
    assert "en pruebas" in answer.text


def test_held_mail_is_told_where_a_code_is_waited_for(site):
    site.store.desk.hold_mail("mudanza", site.now)
    answer, _ = asked(site)
    assert "El correo está retenido" in site.get(answer.headers["location"]).text


def test_a_store_that_takes_no_changes_is_told_and_nothing_has_changed(site):
    site.path = site.link()
    site.unwritable = True
    answer, _ = asked(site)
    assert answer.status == 503
    assert "nada ha cambiado" in answer.text
    site.unwritable = False
    answer, _ = asked(site)
    code, place = site.code(), answer.headers["location"]
    page = site.get(place)
    site.unwritable = True
    assert site.post(place, page, codigo=code).status == 503
    site.unwritable = False
    assert site.post(place, page, codigo=code).status == 303


def test_a_form_that_is_too_long_is_refused_before_it_is_read(site):
    _, place = asked(site)
    assert site.post(place, motivo="x" * 20_000).status == 413
    strange = site.post(place, kind="text/plain", motivo="x")  # what another's page can send unasked
    assert (strange.status, "No es lo que envía un formulario" in strange.text) == (415, True)


def test_hostile_text_is_shown_as_text(site):
    answer, _ = asked(site, motivo='<script>alert("x")</script>', hasta="2026-01-01")
    assert "<script>" not in answer.text
    answer, _ = asked(site, motivo='<script>alert("x")</script>')
    assert "<script>" not in site.get(answer.headers["location"]).text
