"""Each engineer hears of what is newly due, once; nobody is forgotten, and what dies is told again."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from tests.engine.building import TUESDAY
from tests.engine.nonconformities import STAFF, department, task
from tests.mailing import claim, settle

from sereno.domain.ledger import Snooze
from sereno.domain.outbox import Attempt

TODAY = TUESDAY.date()


def due(*days):
    return [(number, TODAY + timedelta(days=n)) for number, n in enumerate(days, 1)]


def technical(site, **options):
    (served,) = site.round(digest="tecnico", **options).served
    return served


def text(message):
    return message_from_bytes(message.data, policy=default).get_body(("plain",)).get_content()


def accept(site, verdict="accepted"):
    messages = claim(site.store, 99, site.now, timedelta(hours=1), trial=False)
    settle(site.store, [Attempt(m.id, verdict, "", {}) for m in messages], site.now)


def test_each_engineer_gets_one_mail_with_the_most_urgent_table_first():
    served = technical(department(task(*due(12, -3, 5))))
    (message,) = served.messages
    assert message.envelope.recipients[0] == "ana@example.com"
    body = text(message)
    assert body.index("Caducadas") < body.index("A menos de 7") < body.index("A menos de 15")
    assert "hable con el responsable de calidad" in body


def test_the_first_digest_says_so_and_copies_nobody():
    served = technical(department(task(*due(-3))))
    (message,) = served.messages
    assert "Primer aviso" in text(message)
    assert "NUEVO" not in text(message)
    assert "caro@example.com" not in message.envelope.recipients
    assert "jefa@example.com" in message.envelope.recipients  # the administrators, in Bcc


def test_later_the_quality_owner_is_copied_on_what_is_urgent_or_overdue_alone():
    site = department(task(*due(30)))
    site.registers["no_conformidades"] = task(*due(12))
    technical(site)
    site.at(9, day=25).registers["no_conformidades"] = task(*due(12, 3))
    (message,) = technical(site).messages
    assert "caro@example.com" in message.envelope.recipients
    assert message_from_bytes(message.data, policy=default)["Cc"] == "caro@example.com"
    assert "NUEVO" in text(message)
    site.at(9, day=26).registers["no_conformidades"] = task(*due(12, 3, 13))
    (message,) = technical(site).messages
    assert "caro@example.com" not in message.envelope.recipients


def test_what_was_told_is_not_told_again_the_next_day():
    site = department(task(*due(12)))
    technical(site)
    assert technical(site.at(9, day=25)).messages == ()


@pytest.mark.parametrize(
    ("engineer", "why"),
    [("Nadie Conocido", "Nadie Conocido"), ("", "responsable"), ("baja", "baja")],
    ids=["unknown", "blank", "has left"],
)
def test_what_reaches_nobody_goes_to_the_administrators_naming_who_is_missing(engineer, why):
    site = department(task(*due(-3), engineer=engineer))
    gone = {"Id": 9, "UsuarioRed": "baja", "Nombre": "Se Fue", "FechaBaja": "01/01/2020"}
    site.registers["lanzadera"] = {
        **STAFF, "TbUsuariosAplicaciones": [*STAFF["TbUsuariosAplicaciones"], gone]
    }  # fmt: skip
    (message,) = technical(site).messages
    assert message.envelope.recipients == ("jefa@example.com",)
    assert "Sin destinatario" in text(message)
    assert why in text(message)


def test_a_name_that_two_people_share_is_nobody_s():
    site = department(task(*due(-3), engineer="Ana Prado"))
    twin = {"Id": 9, "UsuarioRed": "ana2", "Nombre": "ANA PRADO", "CorreoUsuario": "ana2@example.com"}
    site.registers["lanzadera"] = {
        **STAFF, "TbUsuariosAplicaciones": [*STAFF["TbUsuariosAplicaciones"], twin]
    }  # fmt: skip
    (message,) = technical(site).messages
    assert "Sin destinatario" in text(message)


def test_without_fallback_and_operators_the_run_needs_a_person_and_the_others_are_told_once():
    rows = task(*due(-3), engineer="nadie")
    mine = task(*due(-3))
    for table in rows:
        rows[table] = [*rows[table], *({**row, **shifted(row)} for row in mine[table])]
    site = department(rows)
    site.registers["lanzadera"] = {**STAFF, "TbUsuariosAplicacionesTareas": []}
    site.operators = ()
    served = technical(site)
    assert served.run.state == "unaddressed"
    assert [message.envelope.recipients for message in served.messages] == [("ana@example.com",)]
    again = technical(site.at(9, 30))
    assert again.run.state == "unaddressed"
    assert again.messages == ()


def shifted(row):
    """Give a second nonconformity, action and task numbers of their own; the engineer of `task`."""
    numbers = {name: 2 for name in row if name.startswith("ID")}
    return numbers | ({"RESPONSABLETELEFONICA": "ana"} if "RESPONSABLETELEFONICA" in row else {})


def test_the_tellings_of_a_message_that_dies_are_void_and_its_findings_are_told_again():
    site = department(task(*due(-3)))
    technical(site)
    accept(site, "dead")
    again = technical(site.at(9, day=25))
    assert len(again.messages) == 1
    accept(site)
    assert technical(site.at(9, day=26)).messages == ()


def test_only_what_a_relay_accepted_leaves_a_notice():
    site = department(task(*due(-3)))
    technical(site)
    since, until = site.now - timedelta(days=1), site.now + timedelta(days=1)
    assert site.store.notices(since, until, None) == []
    accept(site)
    notices = site.store.notices(since, until, "ana@example.com")
    assert [(notice.rule, notice.section, notice.key) for notice in notices] == [("NC-T", "NC-T3", (1,))]
    assert "Tarea 1" in notices[0].text


def test_a_trial_tells_nobody():
    site = department(task(*due(-3)))
    site.trial = True
    technical(site)
    site.trial = False
    assert len(technical(site.at(9, 30)).messages) == 1


def test_a_snoozed_task_is_not_told_and_comes_back_by_itself():
    site = department(task(*due(12)))
    technical(site)
    entry = next(entry for entry in site.store.ledger("no_conformidades").values() if entry.rule == "NC-T")
    snooze = Snooze(TODAY + timedelta(days=2), "caro", "espera piezas", entry.due)
    site.registers["no_conformidades"] = task(*due(12))
    site.store.snooze("no_conformidades", "NC-T", entry.track, snooze)
    assert technical(site.at(9, day=25)).messages == ()


def test_a_blind_day_resolves_nothing_and_announces_nothing_again():
    site = department(task(*due(12)))
    technical(site)
    site.registers["no_conformidades"] = None
    assert technical(site.at(9, day=25)).run.state == "blind"
    site.registers["no_conformidades"] = task(*due(12))
    assert technical(site.at(9, day=26)).messages == ()
    (entry,) = [each for each in site.store.ledger("no_conformidades").values() if each.rule == "NC-T"]
    assert entry.ended is None
