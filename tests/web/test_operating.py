"""What the operating role may have done: done once, recorded first, refused where it is no longer so."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from tests.engine.building import BRASS, Department
from tests.mailing import claim, let_mail_go, settle
from tests.web.readings import NOW, broken_store, reading_in_memory
from tests.web.visiting import department_with, entered

from sereno.adapters.memory_errands import MemoryErrands
from sereno.domain.outbox import Attempt
from sereno.domain.pauses import Pause
from sereno.engine.errands import compare
from sereno.engine.logbook import Process, Running
from sereno.engine.open_findings import open_findings
from sereno.engine.records import JobResult

ANA = ("ana", "operate")
SOON = (NOW.date() + timedelta(days=3)).isoformat()


@pytest.fixture
def department() -> Department:
    made = department_with(ANA)
    made.round()
    return made


@pytest.fixture
def errands():
    return MemoryErrands(lambda: NOW)


@pytest.fixture
def door(department, errands):
    return entered(reading_in_memory(department, errands=errands), "ana")


def hidden(page, action):
    """Return the fields that a form of the page carries unseen."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.DOTALL)[0]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def deeds(department):
    kept = department.store.audit.deeds(NOW - timedelta(days=1), 100)
    return [(each.who, each.action, each.subject, each.detail) for each in kept if each.action != "entered"]


def send(door, action, page="/operar", **fields):
    """Send a form as the page shows it, filled in."""
    return door.send(action, **{**hidden(door.ask(page).text, action), **fields})


def test_a_round_is_made_now_and_the_page_tells_how_it_goes(door, department, errands):
    errands.tail = "3 hallazgos"
    answer = send(door, "/operar/tareas/brass/ronda", forzar="1")
    assert (answer.status, answer.headers["location"]) == (303, "/operar/encargo/encargo1")
    assert errands.known["encargo1"].force
    page = door.ask("/operar/encargo/encargo1").text
    assert "brass: ronda, forzada" in page
    assert "3 hallazgos" in page
    assert "próximo ciclo" in page
    assert deeds(department) == [("ana", "job_started", "brass", "forzada")]


def test_what_is_under_way_renews_itself_and_is_not_started_twice_from_another_tab(door, department, errands):
    errands.lasting = True
    send(door, "/operar/tareas/brass/ronda")
    page = door.ask("/operar/encargo/encargo1").text
    assert '<meta http-equiv="refresh"' in page
    assert "en marcha" in page
    again = send(door, "/operar/tareas/brass/ronda")
    assert again.status == 409
    assert "brass ya está en marcha" in again.text
    assert deeds(department)[0][3].startswith("no se hizo: ")


class Breaking(MemoryErrands):
    def start(self, *_order, **_how):
        raise OSError("/secreto: no queda memoria")


def test_what_breaks_unforeseen_is_recorded_as_not_done_without_what_it_says(department):
    door = entered(reading_in_memory(department, errands=Breaking(lambda: NOW)), "ana")
    assert send(door, "/operar/tareas/brass/ronda").status == 500
    assert [detail for *_, detail in deeds(department)] == ["no se hizo: OSError", ""]


def test_a_job_that_the_watch_is_running_is_not_run_beside_it(door, department):
    department.store.logbook.job_started(Running("brass", Process(1, 1.0, "a", "b"), NOW))
    answer = send(door, "/operar/tareas/brass/ronda")
    assert answer.status == 409
    assert "La vigilancia tiene brass en marcha" in answer.text


def a_document(*rows, outcome="findings", why=""):
    rules = [{"rule": "BR", "outcome": outcome, "why": why, "rows": list(rows)}]
    digest = {"name": "diario", "owed": True, "period": "2026-11-24", "reason": "", "messages": []}
    mail = {"to": ["ana@example.com"], "cc": [], "bcc": [], "subject": "Equipos <b>", "sections": []}
    return {"digests": [{**digest, "messages": [mail]}], "rules": rules, "unaddressed": []}


def a_row(key, due, section="BR-1"):
    return {"key": [key], "track": [key], "due": due, "section": section}


def test_a_rehearsal_is_held_against_what_the_ledger_holds(door, department, errands):
    (overdue, soon) = open_findings([BRASS], department.store, NOW.date())
    same = a_row(overdue.entry.key[0], overdue.entry.due.isoformat(), overdue.entry.section)
    errands.document = a_document(same, a_row("nuevo", "2026-12-01"), a_row("lejano", "2030-01-01", None))
    errands.pages = {"001-brass.html": "<p onclick=x>Equipos</p>"}
    answer = send(door, "/operar/tareas/brass/ensayo")
    page = door.ask(answer.headers["location"]).text
    assert "Equipos &lt;b&gt;" in page
    assert "1 hallazgos siguen igual" in page
    assert "lejano" not in page
    assert page.index("Aparecerían") < page.index("nuevo") < page.index("Ya no se hallarían")
    assert str(soon.entry.key[0]) in page[page.index("Ya no se hallarían") : page.index("Saldrían de las")]
    framed = door.ask("/operar/encargo/encargo1/001-brass.html")
    assert framed.headers["content-security-policy"].startswith("sandbox;")
    assert door.ask("/operar/encargo/encargo1/..%2Fx").status == 404
    assert deeds(department) == [("ana", "job_rehearsed", "brass", "")]


def test_what_a_rehearsal_could_not_see_is_said_and_is_not_taken_for_resolved(department):
    known = open_findings([BRASS], department.store, NOW.date())
    compared = compare(a_document(outcome="blind", why="el fichero no está"), known)
    assert compared.blind == (("BR", "el fichero no está"),)
    assert (compared.gone, compared.new, compared.same) == ((), (), 0)


def test_another_due_date_and_another_section_are_moves(department):
    (first, second) = open_findings([BRASS], department.store, NOW.date())
    rows = [
        a_row(first.entry.key[0], "2030-01-01", first.entry.section),
        a_row(second.entry.key[0], second.entry.due.isoformat(), "otra"),
    ]
    compared = compare(a_document(*rows), [first, second])
    assert {(each.before, each.after) for each in compared.moved} == {
        (first.entry.due.isoformat(), "2030-01-01"),
        (second.entry.due.isoformat(), second.entry.due.isoformat()),
    }


def test_a_finding_that_was_replanned_moves_though_its_key_is_another(department):
    (first, _) = open_findings([BRASS], department.store, NOW.date())
    planned = replace(first, entry=replace(first.entry, key=("obra", "2026-11-21"), track=(7.0,)))
    row = {**a_row(None, "2030-01-01", "BR-2"), "key": ["obra", "2030-01-01"], "track": [7]}
    compared = compare(a_document(row), [planned])
    assert (compared.new, compared.gone, compared.same) == ((), (), 0)
    (moved,) = compared.moved
    assert (moved.key, moved.section, moved.before, moved.after) == (
        "obra,2030-01-01",
        "BR-2",
        first.entry.due.isoformat(),
        "2030-01-01",
    )


def test_what_is_still_found_and_in_no_list_any_more_is_told_apart_from_what_is_gone(
    door, department, errands
):
    (first, second) = open_findings([BRASS], department.store, NOW.date())
    errands.document = a_document(a_row(first.entry.key[0], "2031-05-06", None))
    compared = compare(errands.document, [first, second])
    assert [each.key for each in compared.gone] == [str(second.entry.key[0])]
    (each,) = compared.unlisted
    assert (each.key, each.section, each.after) == (
        str(first.entry.key[0]),
        first.entry.section,
        "2031-05-06",
    )
    page = door.ask(send(door, "/operar/tareas/brass/ensayo").headers["location"]).text
    assert page.index("Ya no se hallarían") < page.index("Saldrían de las listas") < page.index("2031-05-06")


@pytest.mark.parametrize("rules", [[], [{"rule": "BR2", "outcome": "none", "why": "", "rows": []}]])
def test_of_rules_that_a_rehearsal_did_not_judge_nothing_is_gone_and_that_is_said(
    door, department, errands, rules
):
    errands.document = {**a_document(), "rules": rules}
    compared = compare(errands.document, open_findings([BRASS], department.store, NOW.date()))
    assert (compared.gone, compared.unjudged) == ((), ("BR",))
    page = door.ask(send(door, "/operar/tareas/brass/ensayo").headers["location"]).text
    assert "El ensayo no juzgó BR." in page


def test_a_rehearsal_that_gave_nothing_says_so(door, errands):
    errands.code = 2
    send(door, "/operar/tareas/brass/ensayo")
    page = door.ask("/operar/encargo/encargo1").text
    assert "no llegó a su fin" in page
    assert "terminó con el código 2" in page


def test_a_job_is_paused_and_resumed_and_each_is_told(door, department):
    answer = send(door, "/operar/tareas/brass/pausa", hasta=SOON, motivo=" obras  en  el\nlaboratorio ")
    assert answer.headers["location"] == "/operar?hecho=pausada"
    (pause,) = department.store.logbook.pauses().values()
    assert (pause.who, pause.why, pause.until.isoformat()) == ("ana", "obras en el laboratorio", SOON)
    page = door.ask("/operar?hecho=pausada").text
    assert "La tarea queda en pausa." in page
    assert "obras en el laboratorio" in page
    assert "No se vigila" in door.ask("/").text
    assert send(door, "/operar/tareas/brass/reanudar").status == 303
    assert not department.store.logbook.pauses()["brass"].holds(NOW.date())
    assert [each[1] for each in deeds(department)] == ["job_resumed", "job_paused"]


@pytest.mark.parametrize(
    ("hasta", "motivo", "words"),
    [
        ("ayer", "obras", "una fecha AAAA-MM-DD"),
        ("", "obras", "una fecha AAAA-MM-DD"),
        (NOW.date().isoformat(), "obras", "un día después de hoy"),
        ("2030-01-01", "obras", "90 días"),
        (SOON, "  ", "por qué"),
        (SOON, "x" * 501, "hasta 500 caracteres"),
    ],
)
def test_a_pause_that_nobody_could_mean_is_refused_in_words_and_nothing_is_paused(
    door, department, hasta, motivo, words
):
    answer = send(door, "/operar/tareas/brass/pausa", hasta=hasta, motivo=motivo)
    assert answer.status == 400
    assert words in answer.text
    assert department.store.logbook.pauses() == {}
    assert deeds(department) == []


def test_of_two_who_pause_at_once_the_second_is_told(door, department):
    fields = hidden(door.ask("/operar").text, "/operar/tareas/brass/pausa")
    department.store.logbook.pause_instead(
        Pause("brass", NOW.date() + timedelta(days=9), "luis", "otra cosa", NOW), None
    )
    answer = door.send("/operar/tareas/brass/pausa", **fields, hasta=SOON, motivo="obras")
    assert answer.status == 409
    assert "Otra persona lo ha cambiado" in answer.text
    assert department.store.logbook.pauses()["brass"].who == "luis"


def test_of_two_who_resume_at_once_the_second_is_told(door):
    send(door, "/operar/tareas/brass/pausa", hasta=SOON, motivo="obras")
    fields = hidden(door.ask("/operar").text, "/operar/tareas/brass/reanudar")
    assert door.send("/operar/tareas/brass/reanudar", **fields).status == 303
    assert door.send("/operar/tareas/brass/reanudar", **fields).status == 409


def test_mail_is_held_and_let_go_once_each(door, department):
    assert send(door, "/operar/correo/retener", motivo="cambio de servidor").status == 303
    assert department.store.desk.held().why == "ana: cambio de servidor"
    assert "cambio de servidor" in door.ask("/operar").text
    assert door.send("/operar/correo/retener", motivo="otra vez").status == 409
    assert send(door, "/operar/correo/soltar").status == 303
    assert door.send("/operar/correo/soltar").status == 409
    assert department.store.desk.held() is None
    assert [each[1] for each in deeds(department)] == ["mail_let_go", "mail_held"]


def test_an_old_tab_does_not_let_go_what_somebody_held_since(door, department):
    desk = department.store.desk
    desk.hold_mail("luis: la primera vez", NOW)
    shown = hidden(door.ask("/operar").text, "/operar/correo/soltar")
    let_mail_go(department.store)
    desk.hold_mail("eva: no lo suelten", NOW + timedelta(minutes=1))
    assert door.send("/operar/correo/soltar", **shown).status == 409
    assert desk.held().why == "eva: no lo suelten"


def test_a_round_is_not_forced_twice_from_two_tabs(door, department):
    action = "/operar/tareas/brass/ronda"
    shown = hidden(door.ask("/operar").text, action)
    assert door.send(action, **shown, forzar="1").status == 303
    department.store.record_job(JobResult("brass", NOW, NOW + timedelta(seconds=3), 0, ""), watched=False)
    again = door.send(action, **shown, forzar="1")
    assert again.status == 409
    assert "Otra persona lo ha cambiado" in again.text
    assert door.send(action, **shown).status == 303  # which serves nobody twice


def dead_mail(department):
    (each,) = claim(department.store, 9, NOW)
    settle(department.store, [Attempt(each.id, "dead", "550 no existe", {})], NOW)
    return each.id


@pytest.mark.parametrize(
    ("act", "fields", "state"),
    [
        ("reenviar", {}, "queued"),
        ("descartar", {"motivo": "x"}, "dropped"),
        ("retener", {"motivo": "x"}, "held"),
    ],
)
def test_mail_is_sent_again_dropped_or_held_once(door, department, act, fields, state):
    (waiting,) = department.store.pending()
    name = waiting.id if act == "retener" else dead_mail(department)
    page = f"/correo/{name}"
    shown = hidden(door.ask(page).text, f"{page}/{act}")
    assert door.send(f"{page}/{act}", **shown, **fields).status == 303
    assert department.store.desk.sheet(name).line.state == state
    again = door.send(f"{page}/{act}", **shown, **fields)
    assert again.status == 409
    assert "Otra persona lo ha cambiado" in again.text
    assert len(deeds(department)) == 1


def test_one_mail_can_be_held_while_the_others_leave(door, department):
    (waiting,) = department.store.pending()
    page = f"/correo/{waiting.id}"
    shown = hidden(door.ask(page).text, f"{page}/retener")
    assert door.send(f"{page}/retener", **shown).status == 400  # without a reason
    assert door.send(f"{page}/retener", **shown, motivo="lleva un error").status == 303
    assert department.store.pending() == []
    assert department.store.desk.held() is None
    assert "Retenido por una persona: ana: lleva un error" in door.ask(page).text
    assert "1 retenido." in door.ask("/").text
    shown = hidden(door.ask(page).text, f"{page}/reenviar")
    assert door.send(f"{page}/reenviar", **shown).status == 303
    assert [each.id for each in department.store.pending()] == [waiting.id]
    assert [each[1] for each in deeds(department)] == ["mail_retried", "mail_kept_back"]


def test_a_job_or_a_mail_that_there_is_not_is_told(door):
    assert door.send("/operar/tareas/nada/ronda").status == 400
    assert door.send("/correo/nada/reenviar").status == 409
    assert door.ask("/operar/encargo/nada").status == 404


def test_a_job_without_its_register_is_not_run(department):
    orders = replace(department.orders, unconfigured=("BRASS_DB_URL",))
    reading = reading_in_memory(department)
    reading = replace(reading, posts=tuple(replace(post, orders=orders) for post in reading.posts))
    door = entered(reading, "ana")
    answer = door.send("/operar/tareas/brass/ronda")
    assert answer.status == 409
    assert "BRASS_DB_URL" in answer.text
    assert "BRASS_DB_URL" in door.ask("/operar").text


@pytest.mark.parametrize("act", ["tareas/brass/ronda", "correo/retener"])
def test_what_cannot_be_recorded_is_not_done(department, errands, act):
    inside = entered(reading_in_memory(department), "ana")
    door = replace(inside, reading=reading_in_memory(department, errands=errands, change=broken_store))
    answer = door.send(f"/operar/{act}", motivo="x")
    assert answer.status == 503
    assert (errands.known, department.store.desk.held()) == ({}, None)


@dataclass
class Meanwhile:
    """Keep the register of deeds, and let somebody else act once between the look and the act."""

    audit: object
    act: object

    def note(self, deed):
        self.audit.note(deed)
        act, self.act = self.act, lambda: None
        act()

    def deeds(self, since, most):
        return self.audit.deeds(since, most)


def luis_pauses(store):
    store.logbook.pause_instead(
        Pause("brass", NOW.date() + timedelta(days=9), "luis", "otra cosa", NOW), None
    )


def somebody_resumes(store):
    (pause,) = store.logbook.pauses().values()
    store.logbook.pause_instead(replace(pause, until=NOW.date()), pause)


@pytest.mark.parametrize(
    ("before", "act", "fields", "theirs"),
    [
        ((), "correo/retener", {"motivo": "x"}, lambda store: store.desk.hold_mail("luis: y", NOW)),
        (("correo/retener",), "correo/soltar", {}, let_mail_go),
        ((), "tareas/brass/pausa", {"motivo": "x", "hasta": SOON}, luis_pauses),
        (("tareas/brass/pausa",), "tareas/brass/reanudar", {}, somebody_resumes),
    ],
)
def test_what_somebody_does_between_the_look_and_the_act_is_not_overwritten(
    door, department, before, act, fields, theirs
):
    for each in before:
        assert send(door, f"/operar/{each}", motivo="x", hasta=SOON).status == 303
    shown = hidden(door.ask("/operar").text, f"/operar/{act}")
    store = department.store
    store.audit = Meanwhile(store.audit, lambda: theirs(store))
    answer = door.send(f"/operar/{act}", **shown, **fields)
    assert answer.status == 409
    assert "Otra persona lo ha cambiado" in answer.text
    assert deeds(department)[0][3].startswith("no se hizo: ")
