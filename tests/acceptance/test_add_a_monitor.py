"""The page that takes a reader from an empty folder to a digest is followed to the letter."""

import re
import shlex
from email import message_from_bytes
from email.policy import default

import pytest
from tests.acceptance.installation import ROOT, Installation

PAGE = (ROOT / "docs/how-to/add-a-monitor.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"`((?:[\w-]+/)*\.?\w+(?:\.\w+)?)`")


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """Do what the page says, in its order; give the installation and what each command answered."""
    site = Installation(tmp_path_factory.mktemp("home"))
    answers = {}
    for block in BLOCK.finditer(PAGE):
        kind, text = block.groups()
        if kind != "console":
            file = site.home / named_before(block.start())
            file.write_text(text, "utf-8")
            continue
        for line in text.splitlines():
            program, *arguments = shlex.split(line)
            run = site.sereno if program == "sereno" else site.python
            answers[line] = run(*arguments, MONITORS_DIR="", GARANTIAS_TO="", VEHICULOS_DB_URL="")
    return site, answers


def named_before(place):
    """Name the file of a block: the first that its part of the page names, in the heading or the text."""
    above = PAGE[:place].rsplit("\n## ", 1)[1]
    return next(name for name in NAMED.findall(above) if "." in name.rsplit("/", 1)[-1])


def test_every_command_of_the_page_does_what_it_says(followed):
    _, answers = followed
    assert len(answers) == 9
    assert {line: (done.code, done.err) for line, done in answers.items() if done.code} == {}


def test_the_cases_hold_and_nothing_is_amiss(followed):
    _, answers = followed
    assert "3 casos: todos cuadran." in answers["sereno rule test monitores/garantias"].out
    assert answers["sereno rule lint monitores/garantias"].out == "Sin faltas.\n"


def test_the_preview_shows_who_would_be_told_what(followed):
    site, _ = followed
    (text,) = (site.home / "vista").glob("*.txt")
    shown = text.read_text("utf-8")
    assert "Garantías acabadas, o sin fecha (2)" in shown
    assert "Garantías que acaban en 30 días o menos (1)" in shown
    assert ["1234 BCD" in shown, "2345 CDF" in shown, "4567 FGH" in shown] == [True] * 3
    assert ["3456 DFG" in shown, "5678 GHJ" in shown] == [False] * 2


def test_the_master_knows_the_job_and_the_mail_stays_in_the_folder(followed):
    site, answers = followed
    assert "garantias" in answers["sereno master --list-tasks"].out
    mails = [
        message_from_bytes(file.read_bytes(), policy=default)
        for file in (site.home / "var/mail").glob("*.eml")
    ]
    assert {(mail["To"], mail["Subject"]) for mail in mails} == {
        ("taller@example.com", "Garantías de vehículos que acaban")
    }


def test_a_faulty_own_monitor_stops_every_command_naming_file_and_key(tmp_path):
    site = Installation(tmp_path)
    (tmp_path / ".env").write_text("MONITORS_DIR=monitores\n", "utf-8")
    site.sereno("rule", "new", "garantias")
    file = tmp_path / "monitores/garantias/monitor.toml"
    file.write_text(file.read_text("utf-8").replace("cadence", "cadencia"), "utf-8")
    for command in (["job", "brass", "--dry-run"], ["job", "garantias"], ["check", "registers"]):
        done = site.sereno(*command)
        assert done.code == 2
        assert "garantias/monitor.toml, digests.0.cadence" in done.err
    assert site.sereno("job", "--help").code == 0
    assert site.sereno("job", "nada").code == 2


def test_a_cycle_of_the_master_knows_an_own_monitor_that_has_no_script(followed):
    site, answers = followed
    assert "No existe el guion" not in answers["sereno master --single-cycle"].out
    assert site.status["modulos"]["garantias"]["state"] == "en espera"
