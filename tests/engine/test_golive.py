"""Going live: a backlog of years is known before anybody is mailed, and blindness is never taken for it."""

from datetime import date, timedelta

from tests.engine.building import MADRID, TUESDAY, Department, equipment
from tests.engine.nonconformities import NC, department, task

from sereno.adapters.memory import MemorySource
from sereno.adapters.monitors import shipped_monitors
from sereno.adapters.older_ledger import DIGESTS, SCHEMA, SECTIONS, SourcedLedger
from sereno.adapters.schema import parse_schema
from sereno.engine.golive import PastRun, PastTelling, take_baseline, take_over_run, take_over_tellings

TODAY = TUESDAY.date()


def due(days):
    return TODAY + timedelta(days=days)


def baseline(site):
    return take_baseline(site.monitor, site.orders, site.world())


def take_over(site, *tellings):
    return take_over_tellings(site.monitor, tellings, site.orders, site.world())


def told(report, digest):
    (served,) = (each for each in report.served if each.plan.name == digest)
    return sum(len(parcel.items) for parcel in served.parcels)


def older(**tables):
    sources = {
        table.register: MemorySource([table], {table.name: tables.get(table.name, [])})
        for table in parse_schema(SCHEMA, "test")
    }
    return SourcedLedger(sources, MADRID, TODAY)


def test_a_baseline_makes_the_backlog_known_and_mails_nobody():
    site = department(task((1, due(-400)), (2, due(5)), (3, due(40))))
    taken = baseline(site)
    assert (taken.known["tecnico"], taken.blind) == (2, ())
    assert site.store.pending() == []
    assert told(site.round(), "tecnico") == 0


def test_digests_that_list_everything_still_do_after_a_baseline_with_nothing_marked_as_new():
    site = Department()
    baseline(site)
    (served,) = site.round().served
    assert served.period == "2026-11-24"
    assert {item.mark for parcel in served.parcels for item in parcel.items} == {"known"}
    assert "Primer aviso" not in served.digests[0].summary


def test_after_a_baseline_a_new_band_a_new_date_and_a_new_task_are_told():
    site = department(task((1, due(8)), (2, due(-3)), (3, due(16))))
    baseline(site)
    site.registers["no_conformidades"] = task((1, due(8)), (2, due(12)), (3, due(16)), (4, due(0)))
    report = site.at(9, day=25).round()
    marks = {item.finding.key[0]: item.mark for each in report.served[0].parcels for item in each.items}
    assert marks == {1: "moved", 2: "replanned", 3: "new", 4: "new"}


def test_overdue_findings_follow_the_repeat_ladder_from_the_baseline_on():
    site = department(task((1, due(-90))))
    baseline(site)
    assert told(site.at(9, day=30).round(), "tecnico") == 0
    site.now = TUESDAY + timedelta(days=7)
    assert told(site.round(), "tecnico") == 1


def test_a_baseline_serves_no_period():
    site = Department()
    baseline(site)
    assert [run.forced for run in site.store.runs("brass", "diario", "2026-11-24")] == [True]
    assert site.round().served[0].run.state == "complete"


def test_a_second_baseline_writes_nothing():
    site = Department()
    baseline(site)
    assert set(baseline(site).known.values()) == {0}
    assert len(site.store.runs("brass", "diario", "2026-11-24")) == 1


def test_a_blind_rule_is_named_and_nothing_of_it_is_known():
    site = Department()
    site.registers["brass"] = None
    taken = baseline(site)
    assert [blind.rule for blind in taken.blind] == ["BR"]
    assert taken.known == {"diario": 0}
    site.registers["brass"] = equipment(caducado=-3)
    (served,) = site.round().served
    assert [item.mark for parcel in served.parcels for item in parcel.items] == ["new"]


def test_a_baseline_that_could_not_see_a_rule_is_blind_and_says_why():
    site = Department()
    site.registers["brass"] = None
    baseline(site)
    run = site.store.last_run("brass", "diario")
    assert (run.state, run.forced, run.sent) == ("blind", True, False)
    assert "brass.sqlite" in run.why


def test_a_baseline_that_saw_one_rule_of_a_digest_and_not_another_is_blind():
    site = department(task((1, due(-3))))
    site.registers["expedientes"] = None
    blind = {each.rule for each in baseline(site).blind}
    for plan in NC.digests:
        mine = {rule.id for rule in NC.rules if set(rule.sections) & set(plan.sections)}
        run = site.store.last_run(NC.name, plan.name)
        assert (run.state == "blind") == bool(mine & blind), plan.name
    assert blind


def test_data_to_correct_are_still_told_after_a_baseline():
    site = department(task((1, due(-3))))
    site.registers["no_conformidades"]["TbNCAccionesRealizadas"][0]["FechaInicio"] = "31/02/2026"
    baseline(site)
    (served, _) = site.round().served
    assert [doubt.column for parcel in served.parcels for doubt in parcel.doubts] == ["FechaInicio"]


def test_what_the_older_scripts_told_is_not_told_again():
    site = department(task((1, due(5)), (2, due(5)), (3, due(-1))))
    taken = take_over(site, *(PastTelling("NC-T2", 1, due(-2)), PastTelling("NC-T3", 3, due(-1))))
    assert taken.known == {"tecnico": 2}
    report = site.round()
    keys = {item.finding.key for each in report.served[0].parcels for item in each.items}
    assert keys == {(2,)}


def test_a_band_that_the_older_scripts_had_not_told_is_told():
    site = department(task((1, due(5))))
    take_over(site, PastTelling("NC-T1", 1, due(-8)))
    assert told(site.round(), "tecnico") == 1


def test_tellings_are_taken_over_once_though_tasks_are_replanned_later():
    site = department(task((1, due(5))))
    take_over(site, PastTelling("NC-T2", 1, due(-2)))
    site.registers["no_conformidades"] = task((1, due(6)))
    assert take_over(site, PastTelling("NC-T2", 1, due(-2))).done_before
    assert told(site.round(), "tecnico") == 1


def test_tellings_of_tasks_that_are_done_are_counted_and_left():
    site = department(task((1, due(5))))
    assert take_over(site, PastTelling("NC-T2", 1, TODAY), PastTelling("NC-T2", 9, TODAY)).gone == 1


def test_nothing_is_taken_over_while_the_rule_is_blind_and_it_can_be_done_later():
    site = department(task((1, due(5))))
    rows, site.registers["no_conformidades"] = site.registers["no_conformidades"], None
    taken = take_over(site, PastTelling("NC-T2", 1, TODAY))
    assert [blind.rule for blind in taken.blind] == ["NC-T"]
    site.registers["no_conformidades"] = rows
    assert take_over(site, PastTelling("NC-T2", 1, TODAY)).known == {"tecnico": 1}


def test_a_week_that_the_older_scripts_served_is_not_owed():
    site = department(task((1, due(5))))
    (plan,) = (plan for plan in NC.digests if plan.name == "calidad")
    monday = date(2026, 11, 23)
    assert take_over_run(NC, plan, monday, site.orders, site.world()) == "2026-W48"
    assert take_over_run(NC, plan, monday, site.orders, site.world()) is None
    states = {served.plan.name: served.run is not None for served in site.round().served}
    assert states == {"tecnico": True, "calidad": False}


def test_the_last_time_that_each_task_was_done_counts_under_any_of_its_names():
    rows = [
        {"Tarea": "NCCalidad", "Fecha": "16/11/2026", "Realizado": "Sí"},
        {"Tarea": "noconformidadescalidad", "Fecha": "23/11/2026", "Realizado": "Sí"},
        {"Tarea": "NCCalidad", "Fecha": "24/11/2026", "Realizado": "No"},
        {"Tarea": "BRASSDiario", "Fecha": "24/11/2026", "Realizado": None},
    ]
    past = older(TbTareas=rows).runs()
    assert past.runs == (PastRun("no_conformidades", "calidad", date(2026, 11, 23)),)
    assert past.unclear == ()


def test_what_is_not_understood_is_said_and_serves_nothing():
    rows = [
        {"Tarea": "AGEDOSemanal", "Fecha": "16/11/2026", "Realizado": "Sí"},
        {"Tarea": "NCTecnico", "Fecha": "01/12/2026", "Realizado": "Sí"},
        {"Tarea": "ExpDiario", "Fecha": "ayer", "Realizado": "Sí"},
    ]
    past = older(TbTareas=rows).runs()
    assert past.runs == ()
    said = " ".join(past.unclear)
    for words in ("AGEDOSemanal", "2026-12-01", "ayer"):
        assert words in said


def test_each_mail_of_a_task_is_a_telling_of_its_section():
    rows = [
        {"IDAR": 7, "IDCorreo15": 31, "IDCorreo7": 32, "IDCorreo0": 0, "Fecha": "20/11/2026"},
        {"IDAR": 8, "IDCorreo0": 33, "Fecha": None},
        {"IDAR": None, "IDCorreo0": 34, "Fecha": "20/11/2026"},
    ]
    past = older(TbNCARAvisos=rows).tellings()
    friday = date(2026, 11, 20)
    assert past.tellings == (
        PastTelling("NC-T1", 7, friday),
        PastTelling("NC-T2", 7, friday),
        PastTelling("NC-T3", 8, TODAY),
    )
    assert past.unclear == ("TbNCARAvisos: 1 avisos sin IDAR",)


def test_the_older_names_stand_for_digests_and_sections_that_exist():
    digests = {(monitor.name, plan.name) for monitor in shipped_monitors() for plan in monitor.digests}
    assert set(DIGESTS.values()) <= digests
    assert set(SECTIONS.values()) <= {section for plan in NC.digests for section in plan.sections}
