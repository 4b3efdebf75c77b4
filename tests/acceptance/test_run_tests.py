"""The front to the tests: what it chooses, the tables it shows, and its codes; on a small tree of its own."""

import re
import shutil
import signal
import subprocess
import sys

import pytest
from tests.acceptance.installation import ROOT, SCRIPTS

SCRIPT = "scripts/development/run_tests.py"
TESTS = {
    "domain/test_days.py": "from sereno.domain.cycle import parse_interval\n\n\n"
    "def test_five_minutes():\n    assert parse_interval('5').total_seconds() == 300\n",
    "adapters/test_riesgos_file.py": "import pytest\n\n\ndef test_good():\n    pass\n\n\n"
    "@pytest.mark.skip\ndef test_skipped():\n    pass\n",
    "test_top.py": "def test_top():\n    pass\n",
}


@pytest.fixture
def tree(tmp_path):
    """A project with three tests, and the script among them."""
    script = tmp_path / SCRIPT
    script.parent.mkdir(parents=True)
    shutil.copy(ROOT / SCRIPT, script)
    for name, text in TESTS.items():
        file = tmp_path / "tests" / name
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_text(text, "utf-8")
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\naddopts = "-p no:cacheprovider"\n')
    return tmp_path


def run(tree, *arguments):
    command = [sys.executable, str(tree / SCRIPT), *arguments]
    folder = tree.parent  # not its own
    done = subprocess.run(command, check=False, cwd=folder, capture_output=True, encoding="utf-8", timeout=90)
    return done.returncode, done.stdout + done.stderr


def rows(text):
    """Return each module's numbers: tests, good, bad, left out."""
    found = re.findall(r"^(\S+) +(\d+) +(\d+) +(\d+) +(\d+) +[\d.]+$", text, re.MULTILINE)
    return {name: tuple(map(int, numbers)) for name, *numbers in found}


def test_all_tests_are_run_and_counted_by_folder(tree):
    code, text = run(tree)
    assert code == 0, text
    assert rows(text) == {
        "domain": (1, 1, 0, 0),
        "adapters": (2, 1, 0, 1),
        "tests": (1, 1, 0, 0),
        "Total": (4, 3, 0, 1),
    }
    table = text[text.index("Módulo") :]
    assert max(map(len, table.splitlines())) == 80
    assert "Sin fallos." in table


def test_unit_and_integration_share_the_tests_out(tree):
    unit, integration = rows(run(tree, "--unit")[1]), rows(run(tree, "--integration")[1])
    assert unit.keys() == {"domain", "Total"}
    assert integration.keys() == {"adapters", "tests", "Total"}
    assert rows(run(tree, "--unit", "--integration")[1])["Total"][0] == 4


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("domain", "domain/test_days.py"),
        ("days", "domain/test_days.py"),
        ("domain.days", "domain/test_days.py"),
        ("tests/adapters/test_riesgos_file.py", "adapters/test_riesgos_file.py"),
        ("riesgos", "adapters/test_riesgos_file.py"),
        ("top", "test_top.py"),
    ],
)
def test_a_module_is_chosen_by_folder_file_or_part_of_a_name_and_shown_by_file(tree, name, file):
    code, text = run(tree, "--module", name)
    assert code == 0, text
    assert rows(text).keys() == {file, "Total"}


def test_a_module_that_is_none_is_wrong_usage(tree):
    code, text = run(tree, "--module", "day")
    assert code == 2
    assert "«day»" in text
    assert run(tree, "--unit", "--module", "riesgos")[0] == 1


def test_a_failing_test_and_a_file_that_cannot_be_read_end_with_one(tree):
    (tree / "tests/test_top.py").write_text("def test_top():\n    assert 1 == 2\n", "utf-8")
    code, text = run(tree)
    assert (code, rows(text)["tests"]) == (1, (1, 0, 1, 0))
    assert "assert 1 == 2" in text
    (tree / "tests/test_top.py").write_text("import nada\n", "utf-8")
    code, text = run(tree)
    assert (code, rows(text)["tests"]) == (1, (1, 0, 1, 0))
    assert "Sin fallos" not in text


HEEDING = (
    "import runpy, signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "del sys.argv[0]; "
    "runpy.run_path(sys.argv[0], run_name='__main__')"
)
"""Starts a script that hears Ctrl+C even where whoever runs these tests has children ignore it."""


def test_what_an_interrupt_ends_is_shown_as_such(tree):
    begun = tree / "begun"
    # Briefly, and often: a signal that comes just before a sleep is heeded after it.
    waits = f"    pathlib.Path({str(begun)!r}).touch()\n    for _ in range(1200):\n        time.sleep(0.05)\n"
    (tree / "tests/test_top.py").write_text(f"import time, pathlib\n\n\ndef test_top():\n{waits}", "utf-8")
    command = [sys.executable, "-c", HEEDING, str(tree / SCRIPT)]
    process = subprocess.Popen(command, cwd=tree, stdout=subprocess.PIPE, encoding="utf-8")
    try:
        while not begun.exists():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
    finally:
        process.kill()
        process.communicate()  # or it would be a zombie to other tests
    assert process.returncode == 130
    assert rows(out)["domain"] == (1, 1, 0, 0)
    assert "Interrumpidas." in out


def test_coverage_is_shown_by_package_and_its_detail_left_as_html(tree):
    code, text = run(tree, "--module", "days", "--html")
    assert code == 0, text
    table = text[text.index("Paquete") :]
    assert re.search(r"^domain +\d+ +\d+ +\d+ +\d+%$", table, re.MULTILINE)
    assert max(map(len, table.splitlines())) == 80
    assert (tree / "htmlcov/index.html").is_file()


def test_pytest_finds_nothing_to_run_among_the_scripts(tmp_path):
    scripts = sorted(SCRIPTS.glob("development/test_*.py"))
    assert len(scripts) == 4
    for asked in ([str(SCRIPTS)], list(map(str, scripts))):
        command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "--collect-only", *asked]
        done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, encoding="utf-8")
        assert done.returncode == 5, done.stdout + done.stderr
        assert "no tests collected" in done.stdout


def test_every_folder_of_tests_is_of_one_kind():
    """A folder that is renamed would silently change sides."""
    text = (ROOT / SCRIPT).read_text("utf-8")
    (named,) = re.findall(r"^UNIT = \((.*)\)$", text, re.MULTILINE)
    assert all((ROOT / "tests" / name.strip(' "')).is_dir() for name in named.split(","))
