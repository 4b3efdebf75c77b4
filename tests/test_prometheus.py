"""The alarms and the dashboard in deploy/ say what they claim, of metrics that the console has."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from sereno.web.metrics import HELP

DEPLOY = Path(__file__).parents[1] / "deploy"
RULES = DEPLOY / "prometheus/sereno.rules.yml"
CASES = DEPLOY / "prometheus/sereno.rules.test.yml"
DASHBOARD = json.loads((DEPLOY / "grafana/sereno.json").read_text("utf-8"))
METRIC = re.compile(r"\bsereno_\w+")
LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"")

external = pytest.mark.skipif(shutil.which("promtool") is None, reason="external: prometheus (promtool)")


def alarms():
    """Return the text of each alarm by its name."""
    parts = re.split(r"^      - alert: (\w+)$", RULES.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def targets():
    return [target for panel in DASHBOARD["panels"] for target in panel["targets"]]


def expressions():
    return [target["expr"] for target in targets()]


def promtool(*arguments, cwd):
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False, cwd=cwd)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.external
@external
def test_prometheus_takes_the_rules():
    code, said = promtool("check", "rules", RULES.name, cwd=RULES.parent)
    assert code == 0, said
    assert f"{len(alarms())} rules found" in said


@pytest.mark.long
@pytest.mark.external
@external
def test_every_alarm_is_raised_where_it_must_and_only_there():
    code, said = promtool("test", "rules", CASES.name, cwd=CASES.parent)
    assert code == 0, said


@pytest.mark.long
@pytest.mark.external
@external
def test_an_alarm_that_would_not_be_raised_fails_the_tests(tmp_path):
    for file in (RULES, CASES):
        shutil.copy(file, tmp_path)
    blunt = RULES.read_text("utf-8").replace("sereno_master_alive == 0", "sereno_master_alive == 7")
    (tmp_path / RULES.name).write_text(blunt, "utf-8")
    code, said = promtool("test", "rules", CASES.name, cwd=tmp_path)
    assert code != 0
    assert "SerenoNadieVigila" in said


def test_every_alarm_has_a_case_in_which_it_is_raised():
    raised = re.findall(r"alertname: (\w+)\n\s+exp_alerts:\n", CASES.read_text("utf-8"))
    assert set(raised) == set(alarms())


def test_the_alarms_name_only_metrics_that_the_console_has():
    named = {name for text in alarms().values() for name in METRIC.findall(text)}
    assert named <= set(HELP)
    spared = {
        "sereno_job_last_success_timestamp_seconds",  # a job runs only when it owes something
        "sereno_job_duration_seconds",
    }
    assert named == set(HELP) - spared


def test_the_dashboard_names_only_metrics_that_the_console_has_and_shows_them_all():
    named = {name for each in expressions() for name in METRIC.findall(each)}
    assert named == set(HELP)


@pytest.mark.parametrize("expression", expressions())
def test_the_dashboard_asks_only_for_labels_that_there_are(expression):
    known = {"instance", "job", "exported_job", "state", "monitor", "digest"}
    assert set(LABEL.findall(expression)) <= known
    assert '{instance=~"$consola"' in expression


@pytest.mark.parametrize("target", targets(), ids=lambda target: target["expr"])
def test_the_legends_of_the_dashboard_name_labels_of_their_metric(target):
    (metric,) = set(METRIC.findall(target["expr"]))
    labels = {"exported_job" if label == "job" else label for label in HELP[metric][1]} | {"instance"}
    assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= labels


@pytest.mark.external
@external
def test_prometheus_understands_every_expression_of_the_dashboard(tmp_path):
    rules = [
        {"record": f"panel:{number}", "expr": each.replace("$consola", ".*")}
        for number, each in enumerate(expressions())
    ]
    wrapped = {"groups": [{"name": "panels", "rules": rules}]}
    (tmp_path / "panels.yml").write_text(json.dumps(wrapped), "utf-8")  # JSON is YAML
    code, said = promtool("check", "rules", "panels.yml", cwd=tmp_path)
    assert code == 0, said


def test_a_number_that_is_missing_is_not_shown_as_a_good_one():
    for panel in DASHBOARD["panels"]:
        if panel["type"] == "stat":
            assert panel["fieldConfig"]["defaults"]["noValue"] == "no se sabe"
            (special,) = [
                each for each in panel["fieldConfig"]["defaults"]["mappings"] if each["type"] == "special"
            ]
            assert special["options"] == {"match": "null", "result": {"text": "no se sabe", "color": "red"}}


def test_the_panels_do_not_lie_on_each_other():
    taken = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24
