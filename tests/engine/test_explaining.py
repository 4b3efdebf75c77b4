"""Why a digest went out, did not, or will: the calendar, the runs and their mail say so."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from tests.engine.building import BRASS, MADRID, TUESDAY, Department
from tests.mailing import claim, settle

from sereno.adapters.memory import MemoryClock, MemoryLog, MemoryStore
from sereno.domain.cadence import Period, parse_cadence
from sereno.domain.outbox import Attempt
from sereno.domain.pauses import Pause
from sereno.engine.explaining import explain
from sereno.engine.golive import take_over_run
from sereno.engine.housekeeping import Retention, tidy
from sereno.engine.records import JobResult

DAY = TUESDAY.date()


def why(site, day=DAY, cadence="daily", **changes):
    orders = replace(site.orders, cadences={"diario": parse_cadence(cadence)}, **changes)
    return explain(BRASS, BRASS.digests[0], orders, day, site.now, site.calendar, site.store)


def test_a_digest_that_went_out_is_told_with_its_mail_and_how_that_ended():
    site = Department()
    site.round()
    settle(
        site.store,
        [Attempt(each.id, "accepted", "250", {}) for each in claim(site.store, 9, TUESDAY)],
        TUESDAY,
    )
    told = why(site)
    assert told.answer == "Se hizo el martes 24/11/2026 a las 09:00; hallazgos: 2; mensajes: 1."
    (attempt,) = told.attempts
    assert [(line.state, line.recipients) for line in attempt.mail] == [("accepted", ("ana@example.com",))]


def test_a_period_without_a_run_says_that_nobody_watched():
    site = Department().at(9, day=25)
    assert "Sereno no estaba en marcha" in why(site).answer
    site.store.record_job(JobResult("brass", TUESDAY, TUESDAY + timedelta(minutes=30), -2, "tarde"))
    told = why(site)
    assert "la tarea falló 1 veces" in told.answer
    assert [failure.code for failure in told.failures] == [-2]


def test_a_period_of_blind_rounds_says_what_could_not_be_seen():
    site = Department()
    site.registers["brass"] = None
    site.round()
    site.at(13).round()
    told = why(site.at(9, day=25))
    assert "No se completó en su plazo: 2 rondas, la última a ciegas" in told.answer
    assert len(told.attempts) == 2


def test_forced_rounds_are_told_and_do_not_count():
    site = Department()
    site.round(force=True)
    told = why(site.at(9, day=25))
    assert "solo hubo rondas forzadas" in told.answer
    assert told.attempts[0].run.forced


def test_a_round_on_trial_counts_while_on_trial_as_it_does_for_the_calendar():
    site = Department(trial=True)
    site.round()
    site.at(9, day=25)
    assert why(site, trial=True).answer.startswith("Se hizo el martes 24/11/2026 a las 09:00, en prueba;")
    assert "solo hubo rondas forzadas o en prueba" in why(site, trial=False).answer


def test_a_blind_round_on_trial_says_what_it_could_not_see():
    site = Department(trial=True)
    site.registers["brass"] = None
    site.round()
    site.at(9, day=25)
    assert "la última a ciegas" in why(site, trial=True).answer


def test_what_an_older_program_did_is_not_told_as_a_round():
    site = Department()
    take_over_run(BRASS, BRASS.digests[0], DAY, site.orders, site.world())
    assert why(site).answer == "Lo hizo el programa anterior el martes 24/11/2026: Sereno no miró nada."


def paused(site, until, since):
    book = site.store.logbook
    assert book.pause_instead(Pause("brass", until, "ana", "obra", since), book.pauses().get("brass"))


def test_a_pause_answers_only_for_the_hours_that_it_held():
    site = Department()
    until = date(2026, 11, 25)
    paused(site, until, TUESDAY.replace(hour=18))
    answer = why(site.at(9, day=25)).answer
    assert "en pausa hasta el 25/11/2026 (ana: obra)" in answer
    assert "del martes 24/11/2026 a las 18:00 al martes 24/11/2026 a las 20:00" in answer
    assert "En el resto, Sereno no estaba en marcha" in answer
    paused(site, until, TUESDAY.replace(hour=6))
    assert (
        why(site).answer
        == "No se hizo en su plazo: la tarea estuvo en pausa hasta el 25/11/2026 (ana: obra)."
    )
    paused(site, until, TUESDAY.replace(hour=21))
    assert "pausa" not in why(site).answer


def test_a_period_that_is_open_says_what_it_waits_for():
    site = Department()
    assert why(site).answer == "Se debe ahora mismo."
    site.registers["brass"] = None
    site.round()
    assert why(site).answer == "Aún no: se reintenta a las 09:05."


def test_a_day_to_come_is_told_by_the_calendar():
    site = Department(holidays="07/12/2026 - puente\n")
    assert why(site, date(2026, 12, 4)).answer == "Se hará desde el viernes 04/12/2026 a las 07:00."
    off = why(site, date(2026, 12, 7))
    assert "No toca: ese día no se trabaja (puente" in off.answer
    assert "Siguiente: 2026-12-08" in off.grounds[-1]


def test_a_week_whose_day_is_off_says_where_it_went():
    site = Department(holidays="07/12/2026 - puente\n")
    told = why(site, date(2026, 12, 10), "weekly:mon@08:30")
    assert told.answer == "Se hará desde el martes 08/12/2026 a las 08:30."
    assert any("Tocaba el lunes 07/12/2026 y pasa al martes 08/12/2026" in each for each in told.grounds)
    early = why(site, date(2026, 12, 10), "weekly:sun")
    assert any("se adelanta al viernes 11/12/2026" in each for each in early.grounds)
    assert (
        "el mes no tiene"
        in why(replace_holidays(site, "01/01/2027..31/01/2027"), date(2027, 1, 5), "monthly").answer
    )


def replace_holidays(site, text):
    site.holidays = text
    return site


def test_what_was_noted_as_open_counts_whatever_the_calendar_says_by_now():
    site = Department(holidays="24/11/2026\n")
    assert "no se trabaja" in why(site).answer
    opens = TUESDAY.replace(hour=7)
    site.store.open_period("brass", "diario", Period("2026-11-24", opens, opens.replace(hour=20)))
    told = why(site)
    assert told.answer == "Se debe ahora mismo."
    assert any("vale lo que se anotó" in each for each in told.grounds)


def test_a_monitor_without_its_register_says_what_is_missing():
    assert "falta BRASS_DB_URL" in why(Department(), unconfigured=("BRASS_DB_URL",)).answer


def test_on_a_calendar_without_working_days_it_says_no_more_than_it_knows():
    site = Department(
        holidays="01/01/2026..31/12/2026\n01/01/2027..31/12/2027\n01/01/2028..31/12/2028\n"
        + "".join(f"01/01/{y}..31/12/{y}\n" for y in range(2029, 2033))
    )
    assert why(site).grounds[-1].startswith("Cadencia")


def test_a_digest_of_long_ago_is_still_told_once_its_mail_has_gone():
    site = Department()
    site.round()
    settle(
        site.store,
        [Attempt(each.id, "accepted", "250", {}) for each in claim(site.store, 9, TUESDAY)],
        TUESDAY,
    )
    later = datetime(2028, 1, 10, 9, tzinfo=MADRID)
    tidy(site.store.keeper, Retention(), MemoryClock(later), MemoryLog())
    site.now = later
    told = why(site)
    assert "Se hizo el martes 24/11/2026" in told.answer
    assert len(told.attempts[0].mail) == 1
    assert isinstance(site.store, MemoryStore)


def test_a_period_noted_under_another_cadence_is_not_this_days():
    site = Department()
    opens = TUESDAY.replace(hour=7)
    site.store.open_period(
        "brass", "diario", Period("2026-W48", opens - timedelta(days=1), opens + timedelta(days=3))
    )
    assert any("Periodo: 2026-11-24" in each for each in why(site).grounds)


def test_a_period_recorded_as_missed_says_since_when():
    site = Department()
    period = Period("2026-11-24", TUESDAY.replace(hour=7), TUESDAY.replace(hour=20))
    site.store.logbook.account("brass", "diario", site.at(9, day=25).now, (period,), site.now)
    told = why(site)
    assert "Consta como periodo sin servir desde el miércoles 25/11/2026 a las 09:00" in told.grounds
