"""The unit for systemd says what the program does, and systemd understands it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sereno.engine.vigil import SLICE

UNIT = Path(__file__).parents[1] / "deploy/sereno.service"


def directives():
    lines = [line for line in UNIT.read_text("utf-8").splitlines() if "=" in line and line[0] != "#"]
    return dict(line.split("=", 1) for line in lines if not line.startswith("Environment="))


def test_systemd_waits_longer_for_a_sign_of_life_than_a_rest_keeps_silent():
    minutes = int(directives()["WatchdogSec"].removesuffix("min"))
    assert minutes * 60 >= 2 * SLICE


def test_the_unit_starts_a_script_that_is_there():
    _, script = directives()["ExecStart"].split()
    assert (UNIT.parents[1] / script.removeprefix("/opt/sereno/")).is_file()


def test_a_master_that_died_is_started_again_unless_its_settings_are_at_fault():
    unit = directives()
    assert (unit["Restart"], unit["RestartPreventExitStatus"]) == ("always", "2")
    assert unit["StartLimitIntervalSec"] == "0"


@pytest.mark.external
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="external: systemd")
def test_systemd_understands_every_line_of_the_unit(tmp_path):
    here = UNIT.read_text("utf-8").replace("/opt/sereno/.venv/bin/python", sys.executable)
    (tmp_path / UNIT.name).write_text(here, "utf-8")
    command = ["systemd-analyze", "verify", str(tmp_path / UNIT.name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
