"""What is read lately: kept while it is fresh, never waited for twice, and no failure taken for an answer."""

import threading
from threading import Event

import pytest

from sereno.adapters import latest
from sereno.adapters.latest import Latest
from sereno.domain.errors import RegisterEmpty, SerenoError, SourceUnavailable


def reader(*answers):
    left = list(answers)

    def read():
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Latest(read)


def test_a_reading_is_kept_while_it_is_fresh():
    known = reader("uno", "dos")
    assert [known.ask(60), known.ask(60)] == ["uno", "uno"]
    assert 0 <= known.age < 60


def test_a_reading_that_is_no_longer_fresh_is_made_again(monkeypatch):
    monkeypatch.setattr(latest, "FRESH", -1.0)
    known = reader("uno", "dos")
    assert [known.ask(60), known.ask(60)] == ["uno", "dos"]


def test_a_failure_is_raised_and_never_answered_with_what_was_read_before(monkeypatch):
    monkeypatch.setattr(latest, "FRESH", -1.0)
    known = reader("uno", RegisterEmpty("no hay nadie"))
    assert known.ask(60) == "uno"
    for _ in range(2):
        with pytest.raises(RegisterEmpty, match="no hay nadie"):
            known.ask(60)


def test_after_a_failure_it_is_read_again_soon(monkeypatch):
    monkeypatch.setattr(latest, "FRESH_FAULT", -1.0)
    known = reader(SourceUnavailable("bloqueado"), "uno")
    with pytest.raises(SourceUnavailable, match="bloqueado"):
        known.ask(60)
    assert known.ask(60) == "uno"


def test_one_that_hangs_is_told_and_not_begun_a_second_time():
    goes_on, begun = Event(), []

    def read():
        begun.append(1)
        assert goes_on.wait(60)
        return "al fin"

    known = Latest(read)
    for _ in range(3):
        with pytest.raises(SourceUnavailable, match="No ha terminado de leerse"):
            known.ask(0.01)
    goes_on.set()
    assert known.ask(60) == "al fin"
    assert begun == [1]


def test_a_defect_is_told_as_one_and_is_no_answer(monkeypatch):
    monkeypatch.setattr(threading, "excepthook", lambda _args: None)
    with pytest.raises(SerenoError, match="defecto"):
        reader(ZeroDivisionError()).ask(60)
    for thread in threading.enumerate():
        if thread.name == "directorio":
            thread.join()
