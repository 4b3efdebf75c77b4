"""The reference says what the code does: events, status keys, and links that lead somewhere."""

import ast
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from sereno.adapters.store.migrations import versions
from sereno.adapters.store.schema import metadata
from sereno.domain.outbox import Verdict
from sereno.engine.records import RunState

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs/reference"
PAGES = sorted(
    [page for each in ("*", "docs/**/*", "scripts/**/*", "deploy/*") for page in ROOT.glob(f"{each}.md")]
)
LEVELS = {"debug", "info", "warning", "error", "exception"}
CHOICES = {"run.state": get_args(RunState), "ending.state": get_args(Verdict)}
"""What may stand in an event whose name is made up as it happens."""


def events_in_the_code() -> dict[str, set[str]]:
    """Gather the events that the package logs, each with all of its fields."""
    events: dict[str, set[str]] = defaultdict(set)
    for file in sorted((ROOT / "src").rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and call.args and _logs(call.func):
                for event in _names(call.args[0]):
                    events[event] |= {field.arg for field in call.keywords if field.arg}
    return dict(events)


def _logs(function: ast.expr) -> bool:
    """Tell whether it is a log's method, or `told`, which is one of two of them."""
    if isinstance(function, ast.Name):
        return function.id == "told"
    return (
        isinstance(function, ast.Attribute)
        and function.attr in LEVELS
        and ast.unparse(function.value).endswith("log")
    )


def _names(event: ast.expr) -> Iterator[str]:
    if isinstance(event, ast.Constant):
        yield event.value
        return
    assert isinstance(event, ast.JoinedStr), f"an event that nobody can look up: {ast.unparse(event)}"
    prefix, varying = event.values
    yield from (prefix.value + choice for choice in CHOICES[ast.unparse(varying.value)])


def events_in_the_reference() -> dict[str, set[str]]:
    text = (REFERENCE / "logs.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z]+\.[a-z]+)` \| [^|]+ \| ([^|]+) \|", text, re.MULTILINE)
    assert len(rows) == len(dict(rows)), "an event is listed twice"
    return {event: set(re.findall(r"`(\w+)`", fields)) for event, fields in rows}


def test_the_reference_lists_every_event_with_its_fields_and_no_other():
    assert events_in_the_reference() == events_in_the_code()


@pytest.fixture(scope="module")
def status_keys(tmp_path_factory):
    """Turn one demo cycle and return the keys of its status file, dotted, jobs by `<job>`."""
    home = tmp_path_factory.mktemp("home")
    command = [sys.executable, "-m", "sereno", "demo", "run", "--single-cycle"]
    path = os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")]))
    environ = {**os.environ, "SERENO_HOME": str(home), "PYTHONPATH": path}
    subprocess.run(command, env=environ, check=True, capture_output=True)
    status = json.loads((home / "logs/run_master_status.json").read_text("utf-8"))
    assert len(status["modulos"]) == 5
    return {re.sub(r"^modulos\.\w+", "modulos.<job>", key) for key in _keys(status)}


def _keys(document: dict[str, object]) -> Iterator[str]:
    for key, value in document.items():
        if isinstance(value, dict):
            yield from (f"{key}.{deeper}" for deeper in _keys(value))
        else:
            yield key


@pytest.mark.long
def test_the_reference_lists_every_key_of_the_status_file_and_no_other(status_keys):
    text = (REFERENCE / "status.md").read_text("utf-8")
    listed = re.findall(r"^\| `([\w.<>]+)` \| \w", text, re.MULTILINE)
    assert sorted(listed) == sorted(status_keys)


def test_the_reference_lists_every_table_of_the_store_and_no_other():
    text = (REFERENCE / "store.md").read_text("utf-8").partition("\n## Tables\n")[2].partition("\n#")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == sorted(metadata.tables)


def test_the_reference_lists_every_version_of_the_store():
    text = (REFERENCE / "store.md").read_text("utf-8").partition("\n### Versions\n")[2].partition("\n#")[0]
    steps = Path(versions.__file__).parent.glob("v*.py")
    assert re.findall(r"^\| (\d+) \|", text, re.MULTILINE) == sorted(step.name[1:5] for step in steps)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_heading_of_this_repository(page):
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        name, _, heading = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.is_relative_to(ROOT), target
        assert file.exists(), target
        assert not heading or heading in _headings(file), target


def _headings(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


def test_the_index_names_every_page():
    index = (ROOT / "docs/README.md").read_text("utf-8")
    linked = {(ROOT / "docs" / target).resolve() for target in re.findall(r"\]\(([^)#]+)\)", index)}
    assert linked == {page for page in PAGES if page.parent.parent == ROOT / "docs"}
