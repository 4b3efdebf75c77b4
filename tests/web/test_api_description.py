"""The API held against its own description by Schemathesis: all that it allows, and much that it does not."""

import subprocess
import sysconfig
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import SystemRandom

import pytest
from tests.browser.consoles import answering
from tests.web.asking import ask
from tests.web.readings import NOW, alive, broken_store, reading_in_memory
from tests.web.test_roles import basic
from tests.web.visiting import SECRET, department_with

pytestmark = pytest.mark.long
PROGRAM = Path(sysconfig.get_path("scripts")) / "schemathesis"
OPTIONS = ("--checks", "all", "--generation-database", "none", "--no-color", "--continue-on-failure")
KNOWN = ("--auth", f"luis:{SECRET}")


def house(*users):
    """Make a house in which a round was gone, and a minute passes at each request: nobody waits for long."""
    department, minutes = department_with(*users), count()
    department.round(force=False)
    reading = reading_in_memory(department)
    return replace(reading, now=lambda: NOW + timedelta(minutes=next(minutes)))


def asked(reading, folder, *options):
    """Let Schemathesis ask; what it prints, its seed too, is shown where it finds something."""
    seed = str(SystemRandom().randrange(10**9))
    with answering(reading) as url:
        command = [PROGRAM, "run", f"{url}/api/v1/openapi.json", "--seed", seed, *OPTIONS, *options]
        done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Seed: {seed}" in done.stdout
    return done.stdout


def test_who_is_known_is_answered_as_described_whatever_is_asked(tmp_path):
    said = asked(house(("luis", "read")), tmp_path, "--max-examples", "12", *KNOWN)
    assert "4 selected / 4 total" in said


@pytest.mark.parametrize(
    "who", [(), ("--auth", "luis:no es la suya"), ("--header", "Authorization: Basic %")]
)
def test_who_is_not_known_is_kept_out_as_described(tmp_path, who):
    asked(house(("luis", "read")), tmp_path, "--phases", "fuzzing", "--max-examples", "4", *who)


def test_a_store_that_cannot_be_read_is_told_as_described(tmp_path):
    reading = reading_in_memory(department_with(), alive(), look_at_store=broken_store)
    unable = (
        "--exclude-checks",
        "not_a_server_error,ignored_auth",
    )  # 503 is described; status is for anybody
    asked(reading, tmp_path, "--phases", "fuzzing", "--max-examples", "4", *unable)


def test_any_day_may_be_asked_from():
    reading = house(("luis", "read"))
    assert len(rounds_since(reading, "0001-01-01")) == 1
    assert rounds_since(reading, "9999-12-31") == []


def rounds_since(reading, day):
    return ask(reading, f"/api/v1/runs?since={day}", headers=[basic("luis", SECRET)]).json
