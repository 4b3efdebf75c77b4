"""Errands in processes of their own: each ends, with a code and words, whatever happens."""

import tempfile
import threading
import time
from dataclasses import replace

import pytest
from tests.adapters.processes.job_scripts import make_jobs
from tests.engine.building import TUESDAY

from sereno.adapters.clock import StopSignal
from sereno.adapters.errands import ProcessErrands
from sereno.adapters.memory import MemoryClock
from sereno.adapters.processes import NOT_STARTED

REHEARSED = (
    "import sys, pathlib\n"
    "given = dict(zip(sys.argv, sys.argv[1:]))\n"
    "pathlib.Path(given['--output']).write_text('{\"rules\": []}')\n"
    "pathlib.Path(given['--preview'], '1.html').write_text('<p>')\n"
)


@pytest.fixture
def errands(tmp_path, monkeypatch):
    """Have a job done whose script prints and ends well; what it leaves goes into a folder of the test's."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made = opened(tmp_path)
    yield made
    made.close()


def opened(folder, text="print('hecho')", ended=lambda _errand: ""):
    jobs = make_jobs(folder, brass=text)

    def open_jobs(arguments):
        return replace(jobs, arguments=arguments)

    return ProcessErrands(MemoryClock(TUESDAY), open_jobs, ended, StopSignal("fin"))


@pytest.fixture
def told(monkeypatch):
    """Hear what a thread tells that did not foresee something."""
    heard = []
    monkeypatch.setattr(threading, "excepthook", lambda each: heard.append(each.exc_type))
    return heard


def seen_through(errands, kind):
    """Have the job done and wait for the end."""
    started = errands.start("brass", kind, "ana", force=False)
    deadline = time.monotonic() + 30
    while errands.find(started.id).ended_at is None:
        assert time.monotonic() < deadline, "it never ended"
        time.sleep(0.01)
    return errands.find(started.id)


def test_a_run_ends_with_its_code_and_what_it_printed(errands):
    done = seen_through(errands, "run")
    assert (done.code, done.tail) == (0, "hecho")


def test_a_rehearsal_leaves_its_document_and_its_pages_until_the_console_stops(errands, tmp_path):
    (tmp_path / "run_brass.py").write_text(REHEARSED, "utf-8")
    done = seen_through(errands, "rehearsal")
    assert (done.code, done.document, done.pages) == (0, {"rules": []}, ("1.html",))
    assert errands.page(done.id, "1.html") == "<p>"
    errands.close()
    assert list(tmp_path.glob("sereno-ensayo-*")) == []


def test_a_rehearsal_without_a_folder_ends_in_words_and_the_next_can_begin(errands, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nada"))
    done = seen_through(errands, "rehearsal")
    assert done.code == NOT_STARTED
    assert "No se ha podido empezar" in done.tail
    assert seen_through(errands, "run").code == 0


def test_what_kept_the_end_from_being_recorded_is_told(tmp_path):
    errands = opened(tmp_path, ended=lambda _errand: "el almacén no responde")
    assert seen_through(errands, "run").tail == "hecho\nel almacén no responde"


def test_a_run_whose_end_nobody_could_record_for_a_reason_nobody_foresaw_has_ended(tmp_path, told):
    def ended(_errand):
        raise KeyError("nada")

    errands = opened(tmp_path, ended=ended)
    done = seen_through(errands, "run")
    errands.close()
    assert (done.code, told) == (0, [KeyError])
    assert done.tail.startswith("hecho\nNo se ha podido anotar")


def test_an_errand_of_which_nobody_knows_the_end_has_one(tmp_path, told):
    def open_jobs(_arguments):
        raise KeyError("nada")

    errands = replace(opened(tmp_path), open_jobs=open_jobs)
    done = seen_through(errands, "run")
    errands.close()
    assert (done.code, told) == (1, [KeyError])
    assert "No se sabe" in done.tail
