import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.acceptance.installation import Installation
from tests.monitors.cases import MONITORS

from sereno.adapters.demo.check import hold_claims
from sereno.adapters.demo.estate import make_estate
from sereno.adapters.directory import directory_tables, read_directory
from sereno.adapters.holidays import HolidayCalendar
from sereno.adapters.memory import MemoryClock
from sereno.adapters.registers import DepartmentRegisters
from sereno.adapters.sources.database import open_source
from sereno.domain.directory import members

MADRID = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 11, 24, 9, tzinfo=MADRID)
REGISTERS = ("brass", "expedientes", "riesgos", "no_conformidades", "lanzadera", "correos", "tareas")
EACH = pytest.mark.parametrize("monitor", MONITORS.values(), ids=lambda monitor: monitor.name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("estate")


@pytest.fixture(scope="module")
def estate(folder):
    return make_estate(folder, NOW)


def registers_of(folder, now=NOW):
    sources = {name: open_source(name, f"sqlite:///{folder / name}.sqlite", None, 5) for name in REGISTERS}
    calendar = HolidayCalendar("ES", "MD", folder / "Festivos.txt").calendar()
    return DepartmentRegisters(sources, MemoryClock(now), MADRID, calendar)


def verdicts(folder, estate, *monitors, now=NOW):
    thresholds = {monitor.name: monitor.settings for monitor in monitors}
    return hold_claims(monitors, registers_of(folder, now), now.date(), thresholds, estate.placed)


def ask(folder, register, sql):
    with closing(sqlite3.connect(folder / f"{register}.sqlite")) as database:
        return database.execute(sql).fetchall()


@EACH
def test_every_section_finds_something_and_barely_misses_something(folder, estate, monitor):
    held = verdicts(folder, estate, monitor)
    assert [each.section for each in held] == [s for rule in monitor.rules for s in rule.sections]
    assert {each.section: each.faults for each in held if each.faults} == {}
    assert all(each.findings and each.near_misses for each in held)


@pytest.mark.parametrize(
    "now", [datetime(2028, 2, 29, 23, tzinfo=MADRID), datetime(2027, 1, 1, tzinfo=MADRID)]
)
def test_the_estate_is_anchored_on_whatever_day_it_is_made(tmp_path, now):
    held = verdicts(tmp_path, make_estate(tmp_path, now, seed=7), *MONITORS.values(), now=now)
    assert [fault for each in held for fault in each.faults] == []


def test_a_band_that_is_a_day_too_wide_is_told_with_the_record_it_should_leave_out(folder, estate):
    (rule,) = MONITORS["brass"].rules
    wider = replace(rule, bands=(rule.bands[0], replace(rule.bands[1], until=31)))
    *_, verdict = verdicts(folder, estate, replace(MONITORS["brass"], rules=(wider,)))
    assert verdict.faults == ("no debería hallar IDEquipoMedida 4",)


def test_a_band_that_is_a_day_too_narrow_is_told_with_the_record_it_should_find(folder, estate):
    (rule,) = MONITORS["brass"].rules
    narrower = replace(rule, bands=(rule.bands[0], replace(rule.bands[1], until=29)))
    *_, verdict = verdicts(folder, estate, replace(MONITORS["brass"], rules=(narrower,)))
    assert verdict.faults == ("debería hallar IDEquipoMedida 3",)


def test_a_section_without_findings_or_near_misses_is_at_fault(folder, estate):
    (rule,) = MONITORS["brass"].rules
    unknown = replace(
        rule, bands=(replace(rule.bands[0], id="BR-9", since=9_000, until=9_001, undated=False),)
    )
    (verdict,) = verdicts(folder, estate, replace(MONITORS["brass"], rules=(unknown,)))
    assert verdict.faults == ("no halla nada", "ningún registro se queda a las puertas")


def test_what_cannot_be_evaluated_is_at_fault_and_never_empty(tmp_path, folder, estate):
    held = verdicts(tmp_path, estate, MONITORS["brass"])
    assert all(fault.startswith("a ciegas: ") for each in held for fault in each.faults)
    assert all(each.faults for each in held)


def test_every_table_and_column_that_a_monitor_declares_is_there_under_its_own_name(folder, estate):
    declared = [table for monitor in MONITORS.values() for table in monitor.tables]
    for table in (*declared, *directory_tables()):
        there = {name for _, name, *_ in ask(folder, table.register, f"PRAGMA table_info({table.name})")}
        assert {column.name for column in table.columns} <= there, table.name


@pytest.mark.parametrize(
    ("register", "table"),
    [
        ("correos", "TbCorreosEnviados"),
        ("tareas", "TbCorreosEnviados"),
        ("tareas", "TbTareas"),
        ("no_conformidades", "TbNCARAvisos"),
    ],
)
def test_the_tables_that_no_monitor_reads_are_filled_too(folder, estate, register, table):
    assert ask(folder, register, f"SELECT count(*) > 0 FROM {table}") == [(1,)]


def test_the_same_seed_and_day_give_the_same_bytes(tmp_path, folder, estate):
    make_estate(tmp_path, NOW + timedelta(hours=5))
    for name in REGISTERS:
        assert (tmp_path / f"{name}.sqlite").read_bytes() == (folder / f"{name}.sqlite").read_bytes()


def test_another_seed_gives_other_people(tmp_path, folder, estate):
    make_estate(tmp_path, NOW, seed=2)
    names = "SELECT Nombre FROM TbUsuariosAplicaciones"
    assert ask(tmp_path, "lanzadera", names) != ask(folder, "lanzadera", names)


def test_scale_1_is_a_department(folder, estate):
    tasks = ask(folder, "no_conformidades", "SELECT count(*) FROM TbNCAccionesRealizadas")[0][0]
    plans = sum(
        ask(folder, "riesgos", f"SELECT count(*) FROM TbRiesgosPlan{kind}Detalle")[0][0]
        for kind in ("Mitigacion", "Contingencia")
    )
    assert 1_400 <= tasks + plans <= 1_600
    assert 38 <= ask(folder, "riesgos", "SELECT count(*) FROM TbProyectos")[0][0] <= 42
    assert ask(folder, "lanzadera", "SELECT count(*) FROM TbUsuariosAplicaciones") == [(60,)]


def test_a_larger_scale_adds_records_and_moves_no_case(tmp_path):
    small, large = (make_estate(tmp_path / str(scale), NOW, scale=scale) for scale in (1, 4))
    tasks = "SELECT count(*) FROM TbNCAccionesRealizadas"
    (few,), (many,) = (ask(tmp_path / str(scale), "no_conformidades", tasks)[0] for scale in (1, 4))
    assert many > 3.5 * few
    assert small.placed == large.placed


def test_everybody_is_invented(folder, estate):
    addresses = ask(folder, "lanzadera", "SELECT CorreoUsuario FROM TbUsuariosAplicaciones")
    written = [address for (address,) in addresses if address and "@" in address]
    assert len(written) == 58
    assert all(address.endswith("@example.com") for address in written)


def test_every_role_has_people_and_near_misses(folder, estate):
    lanzadera = open_source("lanzadera", f"sqlite:///{folder}/lanzadera.sqlite", None, 5)
    directory = read_directory(lanzadera, NOW.date(), MADRID)
    held = {
        role: [each.id for each in members(directory, role, 8)] for role in ("admin", "calidad", "tramitador")
    }
    assert held == {"admin": [1, 2], "calidad": [5, 6, 7], "tramitador": [11, 12, 13]}


def test_the_command_proves_a_fresh_estate_and_leaves_nothing(tmp_path):
    installation = Installation(tmp_path)
    done = installation.sereno("demo", "check", COLUMNS="160")
    assert done.code == 0, done.out + done.err
    assert "BR-2" in done.out
    assert list(tmp_path.iterdir()) == []


def test_the_command_makes_an_estate_of_the_scale_asked_for(tmp_path):
    done = Installation(tmp_path).sereno("demo", "init", "finca", "--scale", "2", "--seed", "5")
    assert done.code == 0, done.err
    assert len(list((tmp_path / "finca").glob("*.sqlite"))) == 7


def test_a_scale_of_nothing_is_wrong_usage(tmp_path):
    assert Installation(tmp_path).sereno("demo", "init", "--scale", "0").code == 2
