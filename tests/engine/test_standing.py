"""How the watch stands is told rightly, also of a dead watchman; there is no false all-clear."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.engine.building import BRASS, TUESDAY, Department
from tests.mailing import claim, let_mail_go, settle

from sereno.domain.cadence import Period
from sereno.domain.outbox import Attempt
from sereno.engine.agenda import Post
from sereno.engine.master import MAIL_JOB
from sereno.engine.overview import write_overview
from sereno.engine.records import IMPORTED, JobResult
from sereno.engine.standing import Published, standing, unreadable

RUNNING = {
    "timestamp": TUESDAY.isoformat(),
    "running": True,
    "valid_until": (TUESDAY + timedelta(minutes=10)).isoformat(),
    "next_cycle_at": (TUESDAY + timedelta(minutes=5)).isoformat(),
    "pid": 7,
    "host": "vigia",
    "last_error": None,
    "modulos": {"brass": {"state": "en marcha"}},
}
HERE = Published(RUNNING, here=True)


def look(site, published=HERE, **changes):
    orders = replace(site.orders, **changes)
    return standing(published, [Post(BRASS, orders)], site.calendar, site.store, site.now)


def served():
    site = Department()
    site.round()
    for job in ("brass", MAIL_JOB):
        site.store.record_job(JobResult(job, TUESDAY, TUESDAY, 0, "listo"))
    settle(
        site.store, [Attempt(each.id, "accepted", "", {}) for each in claim(site.store, 9, TUESDAY)], TUESDAY
    )
    return site


def test_a_watch_without_trouble_is_in_order():
    now = look(served())
    assert (now.well, now.tone) == (True, "good")
    assert now.watched
    assert now.sentence == "En orden; próximo ciclo a las 09:05."
    assert [(each.job, each.state) for each in now.jobs] == [("brass", "en marcha"), (MAIL_JOB, "en espera")]
    assert f"{now.jobs[0].next_due:%d/%m %H:%M}" == "25/11 07:00"
    assert now.mail.accepted_since == 1


@pytest.mark.parametrize(
    ("published", "words"),
    [
        (Published(None, "no hay fichero de estado"), "no hay fichero"),
        (
            Published({**RUNNING, "running": False, "stop_reason": "señal SIGTERM"}),
            "está parado desde el 24/11/2026",
        ),
        (Published(RUNNING, here=True, alive=False), r"(7) ya no existe"),
        (Published({**RUNNING, "valid_until": TUESDAY.isoformat()}, here=True), "vive, pero no avanza"),
        (Published({**RUNNING, "valid_until": TUESDAY.isoformat()}), "otra máquina (vigia)"),
        (Published({**RUNNING, "timestamp": "ayer"}), "no se entiende"),
        (Published({**RUNNING, "timestamp": "2026-11-24T09:00:00"}), "no se entiende"),
        (Published({**RUNNING, "valid_until": None}), "no se entiende"),
        (Published({}), "no se entiende"),
    ],
    ids=["absent", "stopped", "dead", "stuck", "elsewhere", "no time", "no zone", "no end", "empty"],
)
def test_a_watchman_who_gives_no_sign_is_told_with_the_reason_and_nothing_is_well(published, words):
    site = served()
    site.now += timedelta(seconds=1)
    now = look(site, published)
    assert not now.well
    assert not now.watched
    assert words in now.troubles[0]
    assert now.sentence == "NO está en orden: una cosa necesita a una persona."
    assert {each.state for each in now.jobs} == {"parada"}


def test_a_cycle_that_failed_is_told():
    assert look(served(), Published({**RUNNING, "last_error": "disco"}, here=True)).troubles == (
        "El último ciclo falló: disco",
    )


def test_a_blind_register_is_told_with_what_could_not_be_seen_and_once():
    site = Department()
    site.registers["brass"] = None
    site.round()
    site.store.record_job(JobResult("brass", TUESDAY, TUESDAY, 1, "algo"))
    now = look(site)
    (trouble,) = now.troubles
    assert trouble.startswith("brass/diario: a ciegas el 24/11 09:00: ")


def test_a_job_that_failed_is_told_with_its_last_words():
    site = served()
    site.store.record_job(
        JobResult("brass", TUESDAY, TUESDAY + timedelta(1), -2, "uno\nSe ha agotado su tiempo\n\n")
    )
    site.store.record_job(JobResult(MAIL_JOB, TUESDAY, TUESDAY + timedelta(1), 1, ""))
    assert [each.partition(": ")[2].partition(": ")[2] for each in look(site).troubles] == [
        "Se ha agotado su tiempo",
        "no dijo nada",
    ]


@pytest.mark.parametrize("verdict", ["dead", "unknown"])
def test_mail_that_does_not_leave_by_itself_is_told(verdict):
    site = Department()
    site.round()
    settle(site.store, [Attempt(each.id, verdict, "", {}) for each in claim(site.store, 9, TUESDAY)], TUESDAY)
    (trouble,) = look(site).troubles
    assert "esperan a una persona: 1" in trouble


def test_a_hold_is_told_until_it_ends():
    site = served()
    site.store.desk.hold_mail("traslado", TUESDAY)
    assert "retenido desde el 24/11/2026" in look(site).troubles[0]
    let_mail_go(site.store)
    assert look(site).well


def test_what_is_not_watched_is_said_and_never_shown_as_well():
    now = look(served(), unconfigured=("BRASS_DB_URL",))
    assert (now.well, now.tone) == (True, "warn")
    assert "no es todo" in now.sentence
    assert "sin configurar, falta BRASS_DB_URL" in now.notes[0]
    assert now.jobs[0].state == "sin configurar"


def test_without_a_store_or_with_one_that_cannot_be_read_nothing_is_well():
    site = served()
    bare = standing(HERE, [Post(BRASS, site.orders)], site.calendar, None, site.now)
    assert (bare.well, bare.tone, bare.jobs, bare.mail) == (False, "bad", (), None)
    broken = unreadable(HERE, [Post(BRASS, site.orders)], site.now, "el almacén está dañado")
    assert broken.troubles == ("el almacén está dañado",)


def missed_yesterday(site):
    period = Period("2026-11-23", TUESDAY - timedelta(days=1), TUESDAY)
    site.store.logbook.account("brass", "diario", TUESDAY, (period,), TUESDAY)


def test_a_period_missed_in_the_last_week_is_in_the_sentence_and_an_older_one_no_more():
    site = served()
    missed_yesterday(site)
    now = look(site)
    assert (now.well, now.tone) == (True, "warn")
    assert now.sentence.startswith("No todo está en orden: un periodo sin servir en los últimos 7 días;")
    assert "Se cerraron sin servir en los últimos 7 días: brass/diario 2026-11-23." in now.notes
    alive = Published({**RUNNING, "valid_until": "2027-01-01T00:00:00+01:00"}, here=True)
    site.at(9, day=30)
    assert look(site, alive).tone == "warn"
    site.now += timedelta(days=9)
    assert (look(site, alive).tone, look(site, alive).notes) == ("good", ())


def test_what_needs_a_person_does_not_hide_what_was_missed():
    site = served()
    missed_yesterday(site)
    site.store.desk.hold_mail("traslado", TUESDAY)
    assert look(site).sentence == (
        "NO está en orden: una cosa necesita a una persona y hay un periodo sin servir en los últimos 7 días."
    )


def test_a_digest_of_which_nothing_was_ever_seen_is_not_in_order():
    now = look(Department())
    assert (now.well, now.tone) == (True, "warn")
    assert now.sentence.startswith("Aún no se ha visto nada: un informe aún sin ninguna ronda;")
    assert now.notes == ("Aún sin ninguna ronda: brass/diario. De lo suyo no se sabe nada.",)


def test_what_was_seen_is_not_said_of_a_digest_of_which_nothing_was():
    site = served()
    posts = [Post(BRASS, site.orders), Post(replace(BRASS, name="otro"), site.orders)]
    now = standing(HERE, posts, site.calendar, site.store, site.now)
    assert now.tone == "warn"
    assert now.sentence.startswith("En orden lo que se ha visto, que no es todo: un informe aún sin ninguna")


def test_a_ledger_that_was_taken_over_is_no_look():
    site = Department()
    site.round()
    (run,) = site.store.runs_since(TUESDAY)
    taken = Department()
    taken.store.record(replace(run, period=IMPORTED, forced=True), [])
    assert look(taken).tone == "warn"


def test_the_page_and_the_mail_of_the_week_say_the_same_of_the_same_facts():
    quiet, missed, never = served(), served(), Department()
    missed_yesterday(missed)
    for site in (quiet, missed, never):
        posts = [Post(BRASS, site.orders)]
        told = write_overview("2026-W48", posts, site.store, [], site.calendar, site.now)
        assert told.summary == f"{look(site).sentence.partition(';')[0]}."
