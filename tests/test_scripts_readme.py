"""scripts/README.md names every script with every option, and no option that is not there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"
README = (SCRIPTS / "README.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (\S+\.py)$\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL))
SHARED = {"launch.py"}
"""What scripts import and nobody types."""
ON_ALL = {"--help"}
"""Told once, at the head of the page."""
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")


def typed_scripts() -> set[str]:
    return {str(file.relative_to(SCRIPTS).as_posix()) for file in SCRIPTS.rglob("*.py")} - SHARED


def options_of(script: str, home: Path) -> set[str]:
    """Ask the script itself, from another folder."""
    path = os.pathsep.join(filter(None, [str(SCRIPTS.parent / "src"), os.environ.get("PYTHONPATH")]))
    answer = subprocess.run(
        [sys.executable, str(SCRIPTS / script), "--help"],
        env={**os.environ, "SERENO_HOME": str(home), "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
        cwd=home,
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    leading = re.findall(r"^  (-.*?)(?:  |$)", answer.stdout, re.MULTILINE)
    return {option for line in leading for option in OPTION.findall(line)}


def test_every_script_has_a_section_and_every_section_a_script():
    assert set(SECTIONS) == typed_scripts()


@pytest.mark.parametrize("script", sorted(SECTIONS))
def test_a_section_names_exactly_the_options_of_its_script(script, tmp_path):
    told = set(OPTION.findall(SECTIONS[script]))
    assert told == options_of(script, tmp_path) - ON_ALL


@pytest.mark.parametrize("script", sorted(SECTIONS))
def test_the_command_lines_of_a_section_call_its_script(script):
    (block,) = re.findall(r"^```\n(.*?)^```$", SECTIONS[script], re.MULTILINE | re.DOTALL)
    assert all(line.startswith(f"python scripts/{script}") for line in block.splitlines())
