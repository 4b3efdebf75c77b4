"""The ledger's commands, as processes, on the demo estate."""

import csv
import io
import json
import sqlite3
from datetime import date, timedelta
from zipfile import ZipFile

import pytest
from tests.acceptance.installation import Installation


@pytest.fixture(scope="module")
def served(first_cycle):
    """Look at an estate that has turned one cycle; nothing is written to it."""
    return first_cycle[0]


@pytest.fixture
def whole(made, tmp_path) -> Installation:
    return made.copy(tmp_path)


def command(site, *arguments):
    return site.sereno(*arguments, SERENO_ENV_FILE=str(site.demo / "demo.env"), COLUMNS="160")


def listed(site, *arguments):
    done = command(site, "findings", "--json", *arguments)
    assert done.code == 0, done.err
    return json.loads(done.out)


def ahead(site):
    """Name a finding of BRASS that is still to fall due, and today."""
    each = next(each for each in listed(site, "--monitor", "brass") if (each["days"] or 0) > 2)
    today = date.fromisoformat(each["due"]) - timedelta(days=each["days"])
    return each["rule"], ",".join(map(str, each["key"])), today


def tellings(site):
    database = sqlite3.connect(f"file:{site.demo / 'sereno.sqlite'}?mode=ro", uri=True)
    try:
        return database.execute("SELECT COUNT(*), COUNT(message_id) FROM tellings").fetchone()
    finally:
        database.close()


def test_findings_are_listed_section_by_section_with_the_overdue_first(served):
    found = listed(served, "--monitor", "brass")
    assert [each["section"] for each in found] == sorted(each["section"] for each in found)
    dated = [each["days"] for each in found if each["section"] == "BR-1" and each["due"]]
    assert dated == sorted(dated)
    assert dated[0] < 0
    assert all(each["told"] == 1 for each in found)
    table = command(served, "findings", "--monitor", "brass")
    assert len([line for line in table.out.splitlines() if line.startswith("BR-")]) == len(found)


def test_findings_are_chosen_by_rule_section_band_and_person(served):
    everything = listed(served)
    overdue = listed(served, "--rule", "nc-t", "--band", "vencida")
    assert {each["section"] for each in overdue} == {"NC-T3"}
    assert listed(served, "--rule", "NC-T3") == overdue
    theirs = listed(served, "--owner", "U0021")
    spellings = {each["owner"] for each in theirs}
    assert "u0021" in spellings
    assert len(spellings) > 1  # by login here, by name or Id there
    assert theirs == [each for each in everything if each["owner"] in spellings]


def test_an_unknown_rule_or_monitor_is_refused_naming_those_that_there_are(served):
    for option, known in (("--rule", "NC-T3"), ("--monitor", "riesgos")):
        done = command(served, "findings", option, "nada")
        assert done.code == 2
        assert known in done.err


def test_before_the_first_round_there_are_no_findings_and_no_store_is_made(whole):
    before = whole.tree()
    done = command(whole, "findings")
    assert (done.code, "no tiene hallazgos" in done.out) == (0, True)
    assert whole.tree() == before


def test_notices_name_everybody_who_was_told_of_what(served):
    done = command(served, "notices", "--format", "csv")
    text = done.out.removeprefix("\ufeff")
    assert text != done.out
    headings, *rows = csv.reader(io.StringIO(text), delimiter=";")
    assert headings[:5] == ["Aceptado", "Destinatario", "Vigilante", "Sección", "Clave"]
    told = {row[1] for row in rows}
    assert told >= {to.strip() for mail in served.digests for to in str(mail["To"]).split(",")}
    assert all("Fin de calibración" in row[7] for row in rows if row[2] == "brass" and row[5])


def test_notices_are_chosen_by_person_and_day(served):
    person = command(served, "notices", "--person", "u0001", "--format", "csv").out
    assert command(served, "notices", "--person", "U0001@example.com", "--format", "csv").out == person
    assert person.count("u0001@example.com") > 1
    assert "u0002@example.com" not in person
    assert command(served, "notices", "--to", "2001-01-01", "--format", "csv").out.count("\n") == 1
    unknown = command(served, "notices", "--person", "Quién Sabe")
    assert (unknown.code, "nadie se llama así" in unknown.err) == (2, True)


def test_notices_are_written_as_a_workbook_to_a_named_file_alone(served, tmp_path):
    file = tmp_path / "avisos.xlsx"
    assert command(served, "notices", "--format", "xlsx", "--output", str(file)).code == 0
    with ZipFile(file) as book:
        assert b"u0001@example.com" in book.read("xl/sharedStrings.xml")
    assert command(served, "notices", "--format", "xlsx").code == 2
    assert command(served, "notices", "--format", "csv", "--output", str(tmp_path)).code == 2


def test_people_shows_roles_and_the_owners_whom_nobody_can_find(served):
    done = command(served, "people", "--monitor", "no_conformidades")
    assert done.code == 0, done.err
    for words in ("admin", "calidad", "u0001@example.com", "está de baja", "dos personas se llaman así"):
        assert words in done.out
    assert "tramitador" not in done.out


def test_a_finding_is_put_off_for_a_reason_and_shown_as_such(served, tmp_path):
    site = served.copy(tmp_path)
    rule, key, today = ahead(site)
    done = command(site, "snooze", rule, key, "--until", str(today + timedelta(2)), "--reason", "en camino")
    assert done.code == 0, done.err
    put_off = [each for each in listed(site, "--rule", rule) if each["snoozed_until"]]
    assert [",".join(map(str, each["key"])) for each in put_off] == [key]


def test_what_cannot_be_put_off_is_refused_in_words(served, tmp_path):
    site = served.copy(tmp_path)
    rule, key, today = ahead(site)
    late = next(each for each in listed(site, "--rule", rule) if (each["days"] or 0) < 0)
    soon = str(today + timedelta(5))
    refusals = {
        "90 días": (rule, key, "--until", str(today + timedelta(91)), "--reason", "x"),
        "posterior a hoy": (rule, key, "--until", str(today), "--reason", "x"),
        "está vacío": (rule, key, "--until", soon, "--reason", " "),
        "hallazgo abierto": (rule, "999999", "--until", soon, "--reason", "x"),
        "no haya vencido": (rule, str(late["key"][0]), "--until", soon, "--reason", "x"),
    }
    for words, arguments in refusals.items():
        done = command(site, "snooze", *arguments)
        assert done.code == 2
        assert words in done.err
    assert not any(each["snoozed_until"] for each in listed(site))


def test_a_baseline_mails_nobody_and_a_round_tells_no_engineer_what_is_known(whole):
    done = command(whole, "baseline")
    assert done.code == 0, done.err
    written = tellings(whole)
    assert written[0] > 100
    assert written[1] == 0
    assert whole.mails == []
    assert command(whole, "baseline").code == 0
    assert tellings(whole) == written
    whole.on_demo("run_no_conformidades.py", "--digest", "tecnico")
    assert tellings(whole) == written
    assert "complete" in {state for state, _, forced in whole.runs() if not forced}


def test_a_baseline_refuses_what_it_cannot_see(whole):
    (whole.demo / "brass.sqlite").unlink()
    done = command(whole, "baseline")
    assert done.code == 1
    assert "la regla BR no se ha podido comprobar" in done.out
    assert "riesgos/tecnico" in done.out
    assert not any(each["monitor"] == "brass" for each in listed(whole))


def test_the_older_ledger_is_imported_once(whole):
    tareas = f"sqlite:///{whole.demo / 'tareas.sqlite'}"
    done = command(whole, "import-ledger", "--tareas", tareas)
    assert done.code == 0, done.err
    assert "no_conformidades/tecnico: 2 hallazgos" in done.out
    written, runs = tellings(whole), whole.runs()
    assert {"complete"} == {state for state, *_ in runs}
    again = command(whole, "import-ledger", "--tareas", tareas)
    assert again.code == 0
    assert (tellings(whole), whole.runs()) == (written, runs)
    assert "no cambia nada" in again.out


def test_an_older_ledger_that_cannot_be_read_is_said_and_exits_with_1(whole):
    done = command(whole, "import-ledger", "--tareas", f"sqlite:///{whole.demo / 'nada.sqlite'}")
    assert done.code == 1
    assert "nada.sqlite" in done.out
