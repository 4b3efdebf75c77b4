"""Texts that others wrote: nothing of them becomes markup, a formula, or turns the text around them."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.engine.building import TUESDAY, Department, equipment
from tests.web.asking import ask
from tests.web.readings import NOW, PAGES, alive, reading_in_memory

from sereno.domain.cadence import Period
from sereno.domain.foreign import QueueRow, message_id
from sereno.domain.ledger import Snooze
from sereno.engine.mail_ports import TakenIn
from sereno.engine.records import JobResult
from sereno.web.reading import ShownSetting, TriedCase, TriedCases

EVIL = "\"><img src=x onerror=alert(1)><script>alert('x')</script>{{7*7}}\u202etxt.exe\u2066\x00</td></table>"
MARKUP = re.compile(r"<img src=x|<script|onerror=alert\(1\)>|\{\{7\*7\}\}(?=<)|[\x00\u202e\u2066]")


@pytest.fixture(scope="module")
def department():
    """Have a round over instruments, mail and jobs that all bear the hostile text."""
    department = Department(
        registers={"brass": evil_equipment(), "lanzadera": Department().registers["lanzadera"]}
    )
    department.round(force=False)
    store = department.store
    store.record_job(JobResult("brass", TUESDAY, TUESDAY + timedelta(hours=1), 1, EVIL))
    for entry in store.ledger("brass").values():
        until = NOW.date() + timedelta(days=5)
        store.snooze("brass", entry.rule, entry.track, Snooze(until, EVIL, EVIL, entry.due))
    store.intake.take_in("correos", [evil_mail()], NOW)
    (run,) = store.runs("brass", "diario", "2026-11-24")
    store.record(
        replace(run, id="otra", state="blind", sent=False, forced=True, why=EVIL, counts={EVIL: 3}), []
    )
    earlier = Period(EVIL, TUESDAY - timedelta(days=2), TUESDAY - timedelta(days=1))
    store.logbook.account("brass", "diario", TUESDAY, [earlier], NOW)
    store.desk.hold_mail(EVIL, NOW)
    return department


def evil_equipment():
    tables = equipment(caducado=-3, proximo=12)
    tables["TbEquiposMedida"] = [{**row, "Nombre": EVIL, "Modelo": EVIL} for row in tables["TbEquiposMedida"]]
    return tables


def evil_mail():
    row = QueueRow(
        7, EVIL, EVIL, EVIL, "", EVIL, EVIL, html=True, attachments=EVIL, recorded_at=NOW, recorded_as="x"
    )
    return TakenIn(message_id("correos", row), row, "held", answer=EVIL)


@pytest.fixture(scope="module")
def reading(department):
    return reading_in_memory(
        department,
        alive(pid=EVIL, host=EVIL, version=EVIL, last_error=EVIL, cycle=EVIL, timestamp=EVIL),
        warnings=lambda: [EVIL],
        settings=lambda: [ShownSetting(EVIL, EVIL, EVIL, EVIL, written=True)],
        cases=lambda _monitor, _seconds: TriedCases([TriedCase("BR", EVIL, (EVIL,))]),
    )


def every_page(reading):
    """Walk from page to page as far as links lead."""
    waiting, walked = [*PAGES, "/rondas/brass/diario/2026-11-24"], {}
    while waiting:
        address = waiting.pop()
        if address not in walked:
            walked[address] = ask(reading, address.replace("&amp;", "&"))
            if walked[address].headers["content-type"].startswith("text/html"):
                waiting += re.findall(r'(?:href|src)="(/[^"]*)"', walked[address].text)
    return walked


def test_no_page_lets_a_hostile_text_be_more_than_a_text(reading):
    walked = every_page(reading)
    assert len(walked) > 20
    shown = [
        answer.text for answer in walked.values() if answer.headers["content-type"].startswith("text/html")
    ]
    assert sum("&lt;img src=x" in text for text in shown) >= 8
    for address, answer in walked.items():
        framed = re.fullmatch(r"/correo/[^/]*/html", address)  # its frame and its policy keep it
        if framed or any(kind in answer.headers["content-type"] for kind in ("json", "spreadsheet")):
            continue
        assert MARKUP.findall(answer.text) == [], address
        assert answer.status in {200, 404, 503}, address


def test_a_hostile_filter_comes_back_as_a_text():
    reading = reading_in_memory(Department())
    for address in ("/hallazgos?texto=", "/hallazgos?orden=", "/correo?estado=", "/correo?origen="):
        shown = ask(reading, address + "%22%3E%3Cscript%3Ealert(1)%3C/script%3E%00%E2%80%AE")
        assert shown.status == 200
        assert MARKUP.findall(shown.text) == []


def test_a_digest_shows_in_its_frame_a_hostile_instrument_as_a_text(department, reading):
    (line,) = department.store.desk.lines({"queued"}, "brass/diario", 9)
    framed = ask(reading, f"/correo/{line.id}/html")
    assert framed.status == 200
    assert re.findall("<script|<img src=x", framed.text) == []
    assert framed.headers["content-security-policy"].startswith("sandbox; default-src 'none'; img-src data:")
    assert framed.text.startswith(
        '<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy"'
    )


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_the_sheet_is_a_formula(formula):
    department = Department()
    department.round()
    (entry, *_) = department.store.ledger("brass").values()
    changed = replace(entry, owner=formula, key=(formula, 1), tellings=(), snooze=None)
    run = department.store.last_run("brass", "diario")
    department.store.record(replace(run, id="otra", forced=True), [], [changed])
    sheet = ask(reading_in_memory(department), "/hallazgos.csv")
    assert sheet.status == 200
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in sheet.headers["content-disposition"]
    cells = [cell.strip('"') for line in sheet.text.split("\r\n") for cell in line.split(";")]
    assert any(formula.strip() in cell for cell in cells)
    assert [
        cell for cell in cells if cell.lstrip("\ufeff").startswith(("=", "+", "-", "@", "\t", "\r"))
    ] == []
