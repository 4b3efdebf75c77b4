"""A user's own monitors: begun so that they work, and told what is wrong with them."""

import pytest

from sereno.adapters.monitors import own_monitors
from sereno.adapters.workshop import SKELETON, Workshop
from sereno.domain.errors import FaultyInput, MonitorError, SettingsError

RESERVED = frozenset({"master"})


@pytest.fixture
def workshop(tmp_path):
    return Workshop(tmp_path / "monitores", RESERVED)


@pytest.fixture
def made(workshop):
    return workshop.make("garantias")


def edit(folder, file, old, new):
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")


def test_a_new_monitor_loads_holds_its_cases_and_has_no_faults(workshop, made):
    (monitor,) = own_monitors(made.parent, RESERVED)
    assert (monitor.name, monitor.prefix, monitor.registers) == ("garantias", "GARANTIAS", ("garantias",))
    assert [each.differences for each in workshop.try_cases(made)] == [(), (), ()]
    assert workshop.lint(made) == ()
    assert {file.name for file in made.iterdir()} == {*SKELETON}


@pytest.mark.parametrize("name", ["brass", "master", "Garantías", "mis-cosas", "2a", "../fuera", ""])
def test_a_name_that_cannot_be_a_job_is_refused(workshop, name):
    with pytest.raises(FaultyInput):
        workshop.make(name)
    assert not workshop.folder.exists()


def test_a_monitor_is_never_written_over(workshop, made):
    edit(made, "cases.toml", "Uno", "Dos")
    with pytest.raises(FaultyInput, match="ya existe"):
        workshop.make("garantias")
    assert "Dos" in (made / "cases.toml").read_text("utf-8")


def test_without_a_folder_it_says_which_setting_is_missing():
    with pytest.raises(SettingsError, match="MONITORS_DIR"):
        Workshop(None, RESERVED).make("garantias")


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("queries.sql", "Descripcion, ", "", "no da la columna Descripcion"),
        ("queries.sql", "FROM TbRegistros", "FROM TbOtros", "TbOtros"),
        ("queries.sql", "Cerrado IS NOT 1", "Cerrado IS NOT :cerrado", "rule: VENCE"),
        ("queries.sql", "WHERE Cerrado IS NOT 1", "", "nada lee la columna Cerrado"),
        (
            "queries.sql",
            "-- rule",
            "-- people: jefes\n-- Los jefes.\nSELECT 1 AS Persona;\n\n-- rule",
            "jefes",
        ),
        (
            "queries.sql",
            "-- rule",
            "-- check: raros\n-- Lo raro.\nSELECT 1 AS registro;\n\n-- rule",
            "no da la columna valor",
        ),
        (
            "queries.sql",
            "-- rule",
            "-- count: dos\n-- Dos.\nSELECT 1, 2;\n\n-- rule",
            "una sola, con un número",
        ),
        ("queries.sql", "-- rule", "-- figure: mes\n-- Mes.\nSELECT 1 AS now;\n\n-- rule", "label"),
        ("monitor.toml", "dias_aviso = 30", "dias_aviso = 30\notro = 1", "settings.otro"),
        ("monitor.toml", "{dias_aviso}", "{dias_otros}", "dias_otros"),
        ("monitor.toml", 'sections = ["VENCIDO", "PROXIMO"]', 'sections = ["VENCIDO"]', "muestra PROXIMO"),
        ("monitor.toml", 'to = "admin"\nto_variable = "GARANTIAS_TO"', 'to = "owner"', "rules.VENCE.owner"),
        ("monitor.toml", 'heading = "ID"', 'heading = "ID", only = ["OTRA"]', "OTRA"),
        ("monitor.toml", 'to = "admin"', 'to = "jefes"', "digests.diario.to"),
        ("monitor.toml", 'to = "admin"', 'to = "owner"', "digests.diario.to_variable"),
        ("monitor.toml", 'to = "admin"', 'to = "admin"\nbcc = "jefes"', "digests.diario.bcc"),
        (
            "monitor.toml",
            'due = "Fecha',
            'escalate = { after = 5, to = "jefe" }\ndue = "Fecha',
            "escalate.to",
        ),
        ("monitor.toml", 'due = "Fecha', 'due = "Otra', "no da la columna Otra"),
        ("monitor.toml", 'register = "garantias"', 'register = "otro"', "register"),
        ("monitor.toml", 'name = "garantias"', 'name = "otra"', "el nombre de su carpeta"),
        ("monitor.toml", "dias_aviso = 30", "dias_aviso = 30\nhoy = 1", "settings.hoy"),
        ("monitor.toml", "dias_aviso = 30", "dias_aviso = -30", "settings.dias_aviso"),
        ("monitor.toml", 'id = "PROXIMO"', 'id = "VENCIDO"', "VENCIDO está dos veces"),
        ("cases.toml", 'rule = "VENCE"', 'rule = "VENCER"', "VENCER"),
    ],
)
def test_lint_names_what_is_wrong(workshop, made, file, old, new, told):
    edit(made, file, old, new)
    faults = "\n".join(map(str, workshop.lint(made)))
    assert told in faults


def test_lint_misses_the_cases_of_a_section(workshop, made):
    text = (made / "cases.toml").read_text("utf-8")
    one, *_ = text.split("\n[[cases]]\n")[1:]
    (made / "cases.toml").write_text(f"today = 2026-11-24\n[[cases]]\n{one}", "utf-8")
    faults = "\n".join(map(str, workshop.lint(made)))
    assert "ningún caso halla algo en PROXIMO" in faults
    assert "ningún caso deja VENCIDO sin nada" in faults


def test_a_case_whose_query_is_wrong_is_told_and_the_others_are_tried(workshop, made):
    edit(made, "queries.sql", "Cerrado IS NOT 1", "coalesce(dias(Descripcion), 1) = 1")
    first, *others = workshop.try_cases(made)
    assert "dias()" in " ".join(first.differences)
    assert len(others) == 2


def test_every_fault_of_every_own_monitor_is_told_at_once(workshop, made):
    edit(made, "monitor.toml", 'to = "admin"', 'to = "jefes"')
    edit(workshop.make("otra"), "schema.sql", "TEXT", "VARCHAR")
    made.rename(made.with_name("brass"))
    with pytest.raises(MonitorError) as caught:
        own_monitors(made.parent, RESERVED)
    told = str(caught.value)
    for words in ("digests.diario.to", "VARCHAR", "es el nombre de otra tarea"):
        assert words in told


def test_a_folder_of_monitors_that_is_missing_is_a_fault_and_an_empty_one_is_not(tmp_path):
    assert own_monitors(tmp_path, RESERVED) == ()
    with pytest.raises(MonitorError, match="MONITORS_DIR"):
        own_monitors(tmp_path / "nada", RESERVED)


def test_every_monitor_is_examined_those_that_ship_and_the_users_own(workshop, made):
    examined = list(workshop.examine(None))
    assert [(each.name, each.own) for each in examined[-2:]] == [("riesgos", False), ("garantias", True)]
    assert all(each.rules and each.cases and not each.faults for each in examined)
    (alone,) = workshop.examine("garantias")
    assert (alone.name, alone.cases) == ("garantias", 3)


def test_an_examined_monitor_tells_its_faults_and_each_case_that_does_not_hold(workshop, made):
    edit(made, "cases.toml", "key = [1]", "key = [9]")
    (found,) = workshop.examine("garantias")
    assert any(fault.startswith("caso «") for fault in found.faults)


def test_a_monitor_that_cannot_be_read_or_has_a_taken_name_is_a_fault_of_its_own(workshop, made):
    edit(made, "monitor.toml", "[", "[[[")
    made.rename(made.parent / "master")
    (found,) = workshop.examine("master")
    assert found.cases == 0
    assert any("no es TOML" in fault for fault in found.faults)
    assert any("es el nombre de otra tarea" in fault for fault in found.faults)


def test_a_name_that_no_monitor_has_and_a_folder_that_is_none_are_refused(workshop, made):
    with pytest.raises(FaultyInput, match="brass"):
        workshop.examine("nada")
    with pytest.raises(MonitorError, match="MONITORS_DIR"):
        Workshop(made / "nada", RESERVED).examine(None)
