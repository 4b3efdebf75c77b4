from contextlib import closing
from datetime import timedelta

import pytest
from tests.engine.told_operators import MINUTE, OPERATORS, TUESDAY, Watchroom, opened
from tests.engine.watching import Site

from sereno.adapters.memory import MemoryStore
from sereno.adapters.store.opening import open_store
from sereno.domain.cadence import Period
from sereno.domain.errors import StoreUnavailable
from sereno.engine.conditions import Happenings
from sereno.engine.operators import ON_TRIAL, happenings

MADE = TUESDAY - timedelta(days=30)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    if request.param == "memory":
        yield MemoryStore(MADE)
        return
    with closing(open_store(f"sqlite:///{tmp_path}/sereno.sqlite", MADE)) as kept:
        yield kept


@pytest.fixture
def room(store):
    return Watchroom(store)


def test_operators_of_whom_nothing_is_to_be_told_get_no_mail(room):
    room.job(0)
    room.run("complete")
    assert room.said() == []
    assert room.own_mail() == []


def test_a_job_is_told_when_it_begins_to_fail_at_its_third_failure_in_a_row_and_when_it_recovers(room):
    told = []
    for code in (1, 1, 1, 1, 0, 0):
        room.job(code)
        told.append(room.said())
    first, third, over = ([(words, "Tarea brass")] for words in ("Fallo", "Fallo repetido", "Resuelto"))
    assert told == [first, [], third, [], over, []]


def test_a_failure_says_its_code_in_words_and_the_end_of_what_was_printed(room):
    room.job(-2, "\n".join(f"línea {number}" for number in range(200)))
    ((item,),) = (bulletin.items for bulletin in room.tell())
    assert "tiempo agotado" in item.text
    assert item.detail.splitlines() == [f"línea {number}" for number in range(170, 200)]


def test_a_tail_of_megabytes_is_cut(room):
    room.job(1, "x" * 5_000_000)
    room.tell()
    assert len(room.own_mail()[0].data) < 40_000


def test_all_that_changes_in_a_cycle_is_one_mail_with_the_worst_first(room):
    room.mail("dead", "a")
    room.job(1)
    room.run("blind", "brass: no contesta")
    room.calendar_faults = ("Festivos.txt, línea 4: no vale",)
    (bulletin,) = room.tell()
    titles = ["Tarea brass", "Informe brass/diario", "Correo rechazado", "Calendario laboral"]
    assert [item.title for item in bulletin.items] == titles
    assert bulletin.subject == "Sereno: fallo: tarea brass y 3 más"
    (message,) = room.own_mail()
    assert message.envelope.recipients == OPERATORS
    mail = opened(message)
    assert mail["Subject"] == bulletin.subject
    assert mail["From"] == "Sereno <sereno@example.com>"
    assert mail["List-Id"] == "<sereno.operadores.example.com>"


def test_mail_to_operators_leaves_outside_the_hours_of_digests(room):
    room.job(1)
    room.tell()
    assert room.own_mail()[0].kind == "notice"


def test_on_trial_mail_to_operators_stays_in_the_trial(store):
    room = Watchroom(store, trial=True)
    room.job(1)
    room.tell()
    assert [message.trial for message in room.own_mail()] == [True]


def test_a_register_that_cannot_be_read_is_told_with_its_reason_once_and_when_it_is_read_again(room):
    room.run("blind", "brass: no contesta")
    ((item,),) = (bulletin.items for bulletin in room.tell())
    assert "a ciegas" in item.text
    assert "brass: no contesta" in item.text
    room.run("blind", "brass: sigue sin contestar")
    assert room.said() == []
    room.run("complete")
    assert room.said() == [("Resuelto", "Informe brass/diario")]


def test_a_monitor_that_is_no_longer_configured_is_not_told_to_have_recovered(room):
    room.job(1)
    room.run("blind", "no contesta")
    room.tell()
    room.unconfigured = ("BRASS_DB_URL",)
    assert room.said() == []
    room.unconfigured = ()
    assert room.said() == [("Fallo", "Tarea brass"), ("Fallo", "Informe brass/diario")]


@pytest.mark.parametrize(
    ("verdict", "title"), [("dead", "Correo rechazado"), ("unknown", "Correo que no se sabe si salió")]
)
def test_mail_that_does_not_leave_is_told_with_its_newest_and_again_only_when_there_is_more(
    room, verdict, title
):
    room.mail(verdict, "a", "b")
    ((item,),) = (bulletin.items for bulletin in room.tell())
    assert (item.title, "2" in item.text) == (title, True)
    assert "«Pedido a» para a@example.com: 550 5.1.1 No such user" in item.detail
    assert room.said(after=2 * HOUR) == []
    room.mail(verdict, "c")
    assert room.said() == [("Aviso", title)]


def test_that_fewer_mails_are_stuck_is_not_told_and_one_more_from_there_is(room):
    room.mail("dead", "a", "b")
    room.tell()
    for name in ("a", "b"):
        room.store.desk.drop(name, "visto", room.now)
        assert room.said(after=2 * HOUR) == []
    room.mail("dead", "c")
    assert room.said() == [("Aviso", "Correo rechazado")]


def test_mail_to_operators_that_dies_causes_two_more_at_the_most(room):
    room.job(1)
    room.tell()
    room.let_all_end("dead")
    said = []
    for _ in range(12):
        room.job(1, name="email_services")  # as it says while any mail is stuck
        said += room.said(after=HOUR)
        room.let_all_end("dead")
    assert [subject for _, subject in said] == ["Tarea email_services"] * 2


def test_stuck_mail_of_others_is_counted_without_the_operators_own(room):
    room.job(1)
    room.tell()
    room.let_all_end("dead")
    room.mail("dead", "a")
    ((item,),) = (bulletin.items for bulletin in room.tell())
    assert item.title == "Correo rechazado"
    assert ": 1." in item.text
    assert "aviso" not in item.detail


def test_a_stuck_mail_shows_on_one_line_whatever_its_subject_holds(room):
    room.mail("dead", "a\n24/11 correos «falso» para nadie")
    ((item,),) = (bulletin.items for bulletin in room.tell())
    assert len(item.detail.splitlines()) == 1


def test_a_relay_that_does_not_answer_is_told_by_the_mail_that_waits_for_it(room):
    room.job(1, "No se llega a correo.example.com", name="email_services")
    assert room.said() == [("Fallo", "Tarea email_services")]
    assert len(room.own_mail()) == 1


def missed(room, *names, days=1):
    """Note periods to have ended unserved, as the cycle does before it tells."""
    for number, name in enumerate(names):
        closed = room.now - days * DAY + number * HOUR
        room.store.logbook.account("brass", "diario", closed, [Period(name, closed - DAY, closed)], room.now)
    return Happenings(missed=tuple(room.store.logbook.missed(room.now)))


def test_missed_periods_are_told_once_in_one_paragraph(room):
    (bulletin,) = room.tell(missed(room, "2026-11-20", "2026-11-23"))
    (item,) = bulletin.items
    assert "terminaron 2 periodos sin servirse: brass/diario (2)." in item.text
    assert [line.split()[:2] for line in item.detail.splitlines()] == [
        ["brass/diario", "2026-11-20"],
        ["brass/diario", "2026-11-23"],
    ]
    assert room.said() == []
    assert room.said(missed(room, "2026-11-19")) == [("Fallo", "Periodos sin servir")]


def test_a_daemon_that_was_down_for_weeks_tells_so_in_a_sentence(room):
    names = [f"2026-{10 + day // 30}-{day % 30 + 1:02}" for day in range(40)]
    (bulletin,) = room.tell(missed(room, *names, days=20))
    assert "terminaron 40 periodos sin servirse: brass/diario (40)" in bulletin.items[0].text
    assert len(bulletin.items[0].text) < 400


def test_a_period_missed_in_a_cycle_that_died_before_telling_is_told_by_the_next(room):
    missed(room, "2026-11-23")
    assert room.said() == [("Fallo", "Periodos sin servir")]


def test_without_operators_nothing_is_remembered_so_that_they_are_told_once_there_are_some(store):
    room = Watchroom(store, operators=())
    room.job(1)
    assert room.said(missed(room, "2026-11-23")) == []
    assert store.logbook.alarms() == {}
    room.operators = OPERATORS
    told = room.said()
    assert ("Fallo", "Tarea brass") in told
    assert ("Fallo", "Periodos sin servir") in told


def test_an_unforeseen_fault_is_told_once_and_its_end_never(room):
    fault = Happenings(faults=("RuntimeError('boom')",))
    assert room.said(fault) == [("Fallo", "Ciclo del maestro")]
    assert room.said(fault) == []
    assert room.said() == []
    assert room.said(fault) == []


def test_faulty_settings_are_told_as_themselves_and_when_they_are_right_again(room):
    fault = "Los ajustes nuevos no valen: SMTP_PORT"
    happened = Happenings(faults=(fault,), settings_fault=fault)
    assert room.said(happened) == [("Fallo", "Ajustes")]
    assert room.said(happened) == []
    assert room.said() == [("Resuelto", "Ajustes")]


def test_a_clock_that_jumped_is_told(room):
    jump = "El reloj marca el 24/11/2027"
    assert room.said(Happenings(faults=(jump,), clock_jump=jump)) == [("Aviso", "Reloj")]
    assert room.said() == []


def test_a_calendar_without_next_year_is_told_once_and_what_is_mended_silently(room):
    room.calendar_faults = ("línea 4: no vale", "Nadie ha confirmado los festivos de 2027.")
    assert room.said() == [("Aviso", "Calendario laboral")]
    room.calendar_faults = room.calendar_faults[1:]
    assert room.said() == []
    room.calendar_faults = ()
    (bulletin,) = room.tell()
    assert [(item.badge.words, item.title) for item in bulletin.items] == [
        ("Ya no se avisa", "Calendario laboral")
    ]
    assert bulletin.title == "Algo ha cambiado"


def test_a_year_that_begins_unconfirmed_is_not_told_to_be_solved(room):
    room.calendar_faults = ("Nadie ha confirmado los festivos de 2027.",)
    room.tell()
    room.calendar_faults, room.now = (), room.now.replace(year=2027, month=1, day=1)
    bulletin, _overview = room.tell()
    assert "resuelt" not in (bulletin.title + bulletin.subject + bulletin.summary).lower()


def test_a_store_that_fails_leaves_operators_untold_and_nothing_queued(room):
    room.job(1)
    room.tell()
    known, ids, (queued,) = room.store.logbook.alarms(), room.ids, room.own_mail()
    room.ids = iter([queued.id.removeprefix("aviso-")])  # the next mail cannot be written
    room.job(0)
    with pytest.raises(StoreUnavailable):
        room.tell()
    assert room.store.logbook.alarms() == known
    assert room.own_mail() == [queued]
    room.ids = ids
    assert room.said() == [("Resuelto", "Tarea brass")]


def test_what_was_told_is_logged_by_subject_alone(room):
    room.mail("dead", "a")
    room.tell()
    (event,) = [each for each in room.log.events if each.name == "operators.told"]
    assert event.fields == {"subjects": "mail/dead"}


def weeks(room, *moments):
    """Return the titles told at these moments."""
    told = []
    for at in moments:
        room.now = at - 5 * MINUTE
        told.append([bulletin.title for bulletin in room.tell()])
    return told


MONDAY = TUESDAY.replace(day=30, hour=7)


def test_the_overview_comes_once_a_week_in_the_first_cycle_from_seven_of_its_first_working_day(room):
    told = weeks(room, MONDAY - 5 * MINUTE, MONDAY, MONDAY + HOUR, MONDAY + DAY, MONDAY + 7 * DAY)
    assert told == [[], ["Resumen de la semana 2026-W49"], [], [], ["Resumen de la semana 2026-W50"]]


def test_a_holiday_on_monday_moves_the_overview_to_tuesday(room):
    room.holidays = "30/11/2026"
    assert weeks(room, MONDAY, MONDAY + DAY) == [[], ["Resumen de la semana 2026-W49"]]


def test_a_daemon_that_was_down_on_monday_sends_the_overview_on_wednesday(room):
    assert weeks(room, MONDAY + 2 * DAY + 3 * HOUR) == [["Resumen de la semana 2026-W49"]]


def test_a_week_that_is_in_doubt_is_not_told(room):
    room.now = MONDAY
    assert [each.title for each in room.tell(Happenings(clock_jump="El reloj ha saltado"))] == [
        "Algo ha cambiado"
    ]
    assert [each.title for each in room.tell()] == ["Resumen de la semana 2026-W49"]


def overview(room):
    room.now = MONDAY - 5 * MINUTE
    return room.tell()[-1]


def test_an_overview_of_a_week_without_trouble_says_so(room):
    room.job(0)
    room.run("complete")
    told = overview(room)
    assert told.summary == "En orden."
    assert [section.id for section in told.sections] == ["jobs", "digests", "mail"]


def test_an_overview_never_says_that_all_is_well_while_something_is_open(room):
    room.job(1)
    room.tell()
    told = overview(room)
    assert told.summary.startswith("NO está en orden: una cosa necesita a una persona")
    assert told.subject == "Sereno: resumen semanal: NO está en orden"
    assert [item.title for item in told.items] == ["Tarea brass"]


def test_an_overview_says_that_mail_to_the_operators_died_which_nothing_else_tells_them(room):
    room.job(1)
    room.tell()
    room.let_all_end("dead")
    room.job(0)
    room.job(1, name="email_services")
    room.tell()
    told = overview(room)
    assert told.summary.startswith("NO está en orden: 2 cosas necesitan a una persona")
    assert [item.title for item in told.items] == ["Tarea email_services", "Correo para los operadores"]


def test_an_overview_is_not_well_while_all_mail_is_held(room):
    room.store.desk.hold_mail("mudanza", room.now)
    told = overview(room)
    assert told.summary.startswith("NO está en orden")
    assert [item.title for item in told.items] == ["Salida de todo el correo"]


def test_an_overview_on_trial_says_that_nobody_is_told(store):
    assert overview(Watchroom(store, trial=True)).notes == (ON_TRIAL,)


def test_an_overview_counts_what_was_missed_in_the_week(room):
    room.tell(missed(room, "2026-11-23"))
    told = overview(room)
    assert "No todo está en orden: un periodo sin servir" in told.summary
    assert "missed" in [section.id for section in told.sections]


def test_an_overview_says_what_is_not_watched(room):
    room.unconfigured = ("BRASS_DB_URL",)
    told = overview(room)
    assert told.summary == "En orden lo que se vigila, que no es todo: el correo."
    assert told.notes == ("brass: sin configurar, falta BRASS_DB_URL. No se vigila.",)


def test_an_overview_reminds_of_the_year_that_nobody_has_confirmed(room):
    room.calendar_faults = ("Nadie ha confirmado los festivos de 2027.",)
    room.tell()
    assert [item.text for item in overview(room).items] == ["Nadie ha confirmado los festivos de 2027."]


def test_an_overview_counts_the_rounds_of_the_week_alone(room):
    for code in (0, 1, 0):
        room.job(code)
        room.now += DAY
    told = overview(room)
    jobs = next(section for section in told.sections if section.id == "jobs")
    assert [(line.cells[0], *line.cells[3:]) for line in jobs.lines] == [
        ("brass", "3", "1"),
        ("email_services", "0", "0"),
    ]
    room.now = MONDAY + 7 * DAY
    later = room.tell()[-1]
    assert [line.cells[3] for line in later.sections[0].lines] == ["0", "0"]


def cycle_told(site):
    """Turn one cycle whose operators are told; return what each thing said was about."""
    room = Watchroom(site.store, now=site.start - HOUR)

    def tell(order, state, calendar):
        room.tell_from(happenings(order, state), calendar, site.clock.now())

    site.tell = tell
    site.once()
    return [(item.title, item.text) for bulletin in room.bulletins for item in bulletin.items]


def test_a_cycle_tells_of_its_jobs_once_they_have_ended():
    ((title, text),) = cycle_told(Site(codes={"brass": 3}))
    assert title == "Tarea brass"
    assert text.endswith("código 3.")


def test_a_cycle_tells_what_nobody_foresaw_in_it():
    told = dict(cycle_told(Site(codes={"brass": RuntimeError("se acabó el papel")})))
    assert told == {"Ciclo del maestro": "RuntimeError('se acabó el papel')"}
