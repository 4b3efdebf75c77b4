"""What a console that was killed left of its rehearsals goes; what may be in use stays."""

import json
import os
import tempfile
from dataclasses import asdict, replace
from datetime import datetime, timedelta

import pytest

from sereno.adapters.machine import this_process
from sereno.adapters.rehearsal_folders import WHOSE, clear_left, make_folder

NOW = datetime.fromisoformat("2026-11-24T09:00:00+01:00")
DEAD = replace(this_process(), born=0.0)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return make_folder()


def left(folder, maker=DEAD, *, hours=25):
    """Make a folder as if that process had left it so many hours ago."""
    if maker is not None:
        (folder / WHOSE).write_text(json.dumps(asdict(maker)), "utf-8")
    when = (NOW - timedelta(hours=hours)).timestamp()
    os.utime(folder, (when, when))
    clear_left(NOW)
    return folder.exists()


def test_what_a_console_left_that_is_no_more_goes_after_a_day(folder):
    assert left(folder, hours=23)
    (folder / "1.html").write_text("<p>", "utf-8")
    assert not left(folder)


def test_what_belongs_to_a_console_that_is_there_stays(folder):
    assert left(folder, maker=None)


def test_what_may_belong_to_another_machine_s_console_stays(folder):
    assert left(folder, replace(DEAD, host="otra", boot="otra"))


def test_what_does_not_say_whose_it_is_goes_and_what_cannot_be_read_stays(folder):
    (folder / WHOSE).write_text("[1]", "utf-8")
    assert left(folder, maker=None)
    (folder / WHOSE).unlink()
    assert not left(folder, maker=None)


def test_a_link_is_not_followed(folder, tmp_path):
    real = tmp_path / "real"
    folder.rename(real)
    folder.symlink_to(real)
    clear_left(NOW + timedelta(days=9999))
    assert real.exists()
