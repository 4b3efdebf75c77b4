"""`.env.example` and the reference name every variable there is, with its default."""

import re
from pathlib import Path

import pytest

from sereno.adapters.monitors import shipped_monitors
from sereno.settings import load_settings, variables

ROOT = Path(__file__).parents[1]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
MONITORS = shipped_monitors()


@pytest.fixture
def load(tmp_path):
    def load(env=""):
        (tmp_path / ".env").write_text(env, encoding="utf-8")
        return load_settings(MONITORS, purpose="check", environ={"SERENO_HOME": str(tmp_path)})

    return load


def test_every_name_is_unique():
    names = [variable.name for variable in variables(MONITORS)]
    assert len(names) == len(set(names))


def test_the_example_file_explains_every_variable_with_its_default():
    explained = [
        (found[2], found[3], " ".join(found[1].replace("#", "").split()))
        for paragraph in EXAMPLE.split("\n\n")
        if (found := re.fullmatch(r"((?:# .*\n)+)# ([A-Z_]+)=(.*)", paragraph.strip()))
    ]
    assert explained == [(each.name, each.default, each.meaning) for each in variables(MONITORS)]


def test_the_example_file_changes_nothing_until_it_is_edited(load):
    assert load(EXAMPLE) == load()


def test_the_example_file_uncommented_gives_the_defaults(load):
    lines = re.findall(r"^# ((?!SERENO_HOME|SERENO_ENV_FILE)[A-Z_]+=.*)$", EXAMPLE, re.MULTILINE)
    settings, defaults = load("\n".join(lines)), load()
    assert settings.audiences == {"brass/diario": "admin"}
    assert settings.cadences == {
        f"{monitor.name}/{plan.name}": plan.cadence for monitor in MONITORS for plan in monitor.digests
    }
    names = ("cycle_times", "night", "thresholds", "state_db_url", "mail", "smtp", "registers", "warnings")
    assert [getattr(settings, name) for name in names] == [getattr(defaults, name) for name in names]


def test_the_reference_lists_every_variable_with_its_default():
    text = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:—|`(.+)`) \| \S", text, re.MULTILINE)
    assert rows == [(each.name, each.default) for each in variables(MONITORS)]
