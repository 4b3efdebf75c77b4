"""Every monitor that ships keeps the promises of the format."""

import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.monitors.cases import FOLDERS, MONITORS

from sereno.adapters.monitors import load_monitor
from sereno.adapters.schema import parse_schema
from sereno.domain.directory import ROLES
from sereno.domain.errors import MonitorError
from sereno.domain.rules import OWNER, PEOPLE

EACH = pytest.mark.parametrize("monitor", MONITORS.values(), ids=lambda monitor: monitor.name)


@EACH
def test_every_shown_column_is_selected_by_its_rule(monitor):
    database = sqlite3.connect(":memory:")
    for function in ("dias", "dias_habiles", "persona"):
        database.create_function(function, 1, lambda _: None)
    database.executescript(FOLDERS[monitor.name].joinpath("schema.sql").read_text("utf-8"))
    for view in monitor.views:
        database.execute(view)
    for rule in monitor.rules:
        cursor = database.execute(rule.query.sql, {"hoy": "2026-11-24", **monitor.settings})
        selected = {column[0] for column in cursor.description}
        wanted = {*(shown.column for shown in rule.columns), *rule.key, rule.due or rule.key[0]}
        assert wanted <= selected, f"{rule.id} does not select {wanted - selected}"


@EACH
def test_every_audience_is_a_role_or_addresses(monitor):
    for plan in monitor.digests:
        assert plan.to in {*ROLES, OWNER} or plan.to.startswith(PEOPLE) or "@" in plan.to
        assert plan.bcc in {None, *ROLES}


@EACH
def test_every_section_title_shows_only_declared_settings(monitor):
    for rule in monitor.rules:
        for title in (rule.title, *(band.title for band in rule.bands)):
            title.format_map(monitor.settings)


@EACH
def test_every_register_named_by_a_table_has_a_heading_in_the_schema(monitor):
    text = FOLDERS[monitor.name].joinpath("schema.sql").read_text("utf-8")
    tables = parse_schema(text, "schema.sql")
    assert {table.register for table in tables} == set(monitor.registers)


@dataclass(frozen=True)
class Spoiled:
    file: str
    old: str
    new: str
    told: str


SPOILED = [
    Spoiled("monitor.toml", 'name = "brass"', 'nombre = "brass"', "nombre"),
    Spoiled("monitor.toml", "application_id = 6", 'application_id = "seis"', "application_id"),
    Spoiled("monitor.toml", 'cadence = "daily"', 'cadence = "a diario"', "cadence"),
    Spoiled("monitor.toml", 'sections = ["BR-1", "BR-2"]', 'sections = ["BR-1", "BR-9"]', "BR-9"),
    Spoiled("monitor.toml", 'until = "dias_aviso"', 'until = "dias_otros"', "dias_otros"),
    Spoiled("monitor.toml", "TbEquiposMedida = 1", "TbOtra = 1", "TbOtra"),
    Spoiled("monitor.toml", 'key = ["IDEquipoMedida"]', 'key = ["IDOtro"]', "IDOtro"),
    Spoiled("monitor.toml", "[settings]", "[settings", "TOML"),
    Spoiled("queries.sql", "-- rule: BR", "-- rule: BX", "BX"),
    Spoiled("queries.sql", "-- rule: BR", "-- regla: BR", "regla"),
    Spoiled("queries.sql", "SELECT\n    equipo", "DELETE\n    equipo", "SELECT"),
    Spoiled("schema.sql", "Nombre TEXT", "Nombre VARCHAR", "VARCHAR"),
]


@pytest.mark.parametrize("spoiled", SPOILED, ids=lambda each: f"{each.file}: {each.new}")
def test_a_faulty_monitor_is_refused_naming_file_and_key(spoiled, tmp_path):
    folder = tmp_path / "brass"
    shutil.copytree(Path(str(FOLDERS["brass"])), folder)
    file = folder / spoiled.file
    text = file.read_text("utf-8")
    assert spoiled.old in text
    file.write_text(text.replace(spoiled.old, spoiled.new, 1), "utf-8")
    with pytest.raises(MonitorError) as caught:
        load_monitor(folder)
    told = "\n".join(map(str, caught.value.faults))
    assert spoiled.told in told
    assert f"brass/{spoiled.file}" in told or spoiled.file == "queries.sql"


def test_a_missing_file_of_a_monitor_is_named(tmp_path):
    folder = tmp_path / "brass"
    shutil.copytree(Path(str(FOLDERS["brass"])), folder)
    (folder / "schema.sql").unlink()
    with pytest.raises(MonitorError, match=r"brass/schema\.sql"):
        load_monitor(folder)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('key = "IDNoConformidad", whole', 'key = "CodigoNoConformidad", whole', "columnas del mismo tipo"),
        ("FechaFinReal empty", "FechaFinReal empty or FechaFin empty", "TbNCAccionesRealizadas.FechaFin"),
        ("FechaFinReal empty", "FechaFinReal empty xor Responsable empty", "unidas por and y or"),
    ],
)
def test_a_filter_that_could_not_be_applied_is_refused(old, new, told, tmp_path):
    folder = tmp_path / "no_conformidades"
    shutil.copytree(Path(str(FOLDERS["no_conformidades"])), folder)
    file = folder / "monitor.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(MonitorError, match=told):
        load_monitor(folder)
