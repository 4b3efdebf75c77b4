"""The rules with how their cases end now: on the files as they are, and never a result of older ones."""

import shutil
from pathlib import Path

import pytest
from tests.engine.building import Department
from tests.web.asking import ask
from tests.web.readings import reading_in_memory
from tests.web.test_hostile import EVIL, MARKUP
from tests.web.test_rounds import text_of

from sereno.adapters.case_bench import CaseBench
from sereno.adapters.monitors import load_monitor, shipped_folders
from sereno.adapters.workshop import Workshop
from sereno.bootstrap.console import reading_of
from sereno.bootstrap.opening import open_site
from sereno.domain.errors import SerenoError
from sereno.web.reading import TriedCase, TriedCases

BRASS = next(Path(str(each)) for each in shipped_folders() if each.name == "brass")


def told(tried):
    shown = ask(reading_in_memory(Department(), cases=lambda _monitor, _seconds: tried), "/reglas")
    assert shown.status == 200
    return text_of(shown.text)


def test_every_case_of_every_monitor_that_ships_is_tried_and_holds(reading):
    for post in reading.posts:
        reading.cases(post.monitor, 120)
    shown = text_of(ask(reading, "/reglas").text)
    assert "casos se cumplen, probados ahora sobre los ficheros tal como están." in shown
    assert shown.count(": se cumple") > 100
    assert "no se cumple" not in shown


def test_a_case_that_does_not_hold_is_told_with_what_was_expected_and_what_came():
    failing = TriedCase("BR", "uno", ("no halla 1 en BR-1", "halla también 2 en BR-2"))
    shown = told(TriedCases([failing, TriedCase("BR", "otro")]))
    assert "1 de 2 casos NO se cumplen" in shown
    assert "uno: no se cumple no halla 1 en BR-1 halla también 2 en BR-2 otro: se cumple" in shown
    assert "Los 2 casos" not in shown


def test_cases_that_are_still_being_tried_are_not_told_as_holding():
    shown = told(TriedCases(pending=True))
    assert "se están probando todavía" in shown
    assert "De 1 vigilantes no se han probado los casos" in shown
    assert "se cumplen" not in shown
    assert "Ningún caso" not in shown


def test_cases_that_could_not_be_tried_are_told_with_the_reason():
    shown = told(TriedCases(fault=f"cases.toml: {EVIL}"))
    assert "Sus casos NO se han podido probar: cases.toml:" in shown
    assert "se cumplen" not in shown
    html = ask(reading_in_memory(Department(), cases=lambda *_: TriedCases(fault=EVIL)), "/reglas").text
    assert MARKUP.findall(html) == []


def test_files_that_changed_since_they_were_read_are_told():
    shown = told(TriedCases([TriedCase("BR", "uno")], changed=True))
    assert "Sus ficheros han cambiado" in shown
    assert "De 1 vigilantes no se han probado los casos de las reglas en vigor" in shown
    assert "Los 1 casos se cumplen" not in shown


@pytest.fixture
def folder(tmp_path) -> Path:
    return Path(shutil.copytree(BRASS, tmp_path / "brass"))


@pytest.fixture
def bench() -> CaseBench:
    return CaseBench(Workshop(None, frozenset()))


def change(folder, name, old, new):
    file = folder / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_cases_are_tried_once_for_each_state_of_the_files(folder, bench):
    first = bench.trial(folder, 60)
    assert bench.trial(folder, 60) is first
    assert not any(each.differences for each in first.tried)
    change(folder, "queries.sql", "SELECT", "SELECT  ")
    again = bench.trial(folder, 60)
    assert again is not first
    assert again.monitor != load_monitor(BRASS)


def test_a_rule_that_finds_something_else_fails_its_cases_at_the_next_look(folder, bench):
    assert not any(each.differences for each in bench.trial(folder, 60).tried)
    change(folder, "cases.toml", "key = [", 'key = ["otro", ')
    assert any("no halla otro" in "".join(each.differences) for each in bench.trial(folder, 60).tried)


def test_a_case_file_that_is_broken_is_a_fault_until_it_is_mended(folder, bench):
    whole = (folder / "cases.toml").read_text("utf-8")
    (folder / "cases.toml").write_text("esto no = es [ TOML", "utf-8")
    for _ in range(2):
        with pytest.raises(SerenoError, match=r"brass/cases\.toml: no es TOML"):
            bench.trial(folder, 60)
    (folder / "cases.toml").write_text(whole, "utf-8")
    assert bench.trial(folder, 60).tried


def test_nobody_waits_longer_than_asked_for_cases_that_take_their_time(folder, bench):
    slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT"
    head, rule, body = (folder / "queries.sql").read_text("utf-8").partition("-- rule: BR")
    sentence, _, sql = body.partition("SELECT")
    text = f"{head}{rule}{sentence}{slow} (SELECT max(i) FROM n) AS n, {sql}"
    (folder / "queries.sql").write_text(text, "utf-8")
    assert bench.trial(folder, 0.01) is None
    assert bench.trial(folder, 300) is not None


def test_a_monitor_whose_folder_has_gone_is_told_so(bare, tmp_path):
    own = tmp_path / "propios"
    Workshop(own, frozenset()).make("brazo")
    environ = bare.environ(MONITORS_DIR=str(own))
    reading = reading_of(open_site("check", environ=environ), environ)
    post = next(post for post in reading.posts if post.monitor.name == "brazo")
    assert not reading.cases(post.monitor, 60).fault
    shutil.rmtree(own / "brazo")
    assert reading.cases(post.monitor, 60) == TriedCases(fault="su carpeta ya no está")
