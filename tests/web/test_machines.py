"""What programs are told: health, metrics, and the answers of the API."""

import json
import re
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.contracts.building import DAY
from tests.engine.building import TUESDAY, Department
from tests.web.asking import ask
from tests.web.readings import NOW, alive, broken_store, reading_in_memory

from sereno.engine.records import JobResult
from sereno.engine.standing import Published

REFERENCE = Path(__file__).parents[2] / "docs/reference/console.md"
FACTS = ("/api/v1/runs", "/api/v1/findings", "/api/v1/messages")


@pytest.fixture
def department():
    department = Department()
    department.round()
    return department


def test_healthz_is_200_only_while_somebody_watches_over_a_store_that_can_be_read(department):
    well = ask(reading_in_memory(department), "/healthz")
    assert (well.status, well.json["healthy"], well.json["well"], well.json["reason"]) == (
        200,
        True,
        True,
        "",
    )
    stale = alive(valid_until=(NOW - timedelta(seconds=1)).isoformat())
    for reading, reason in (
        (reading_in_memory(department, stale), "no da señales"),
        (
            reading_in_memory(department, Published(None, "no hay fichero de estado")),
            "no hay fichero de estado",
        ),
        (reading_in_memory(department, alive(running=False)), "parado"),
        (reading_in_memory(department, look_at_store=broken_store), "dañado"),
        (reading_in_memory(department, look_at_store=lambda: nullcontext(None)), "Aún no hay almacén"),
    ):
        ill = ask(reading, "/healthz")
        assert (ill.status, ill.json["healthy"]) == (503, False)
        assert reason in ill.json["reason"]


def test_healthz_stays_200_while_a_register_is_blind_and_says_that_not_all_is_well(department):
    department.registers["brass"] = None
    department.at(9, day=25).round()
    answer = ask(reading_in_memory(department, now=NOW), "/healthz")
    assert (answer.status, answer.json["healthy"], answer.json["well"]) == (200, True, False)


def samples(reading):
    text = ask(reading, "/metrics").text
    families = text_string_to_metric_families(text)
    return {
        (s.name, *(value for _, value in sorted(s.labels.items()))): s.value
        for family in families
        for s in family.samples
    }


def test_the_metrics_tell_of_the_master_its_jobs_its_mail_and_what_was_missed(department):
    store = department.store
    store.record_job(JobResult("brass", TUESDAY, TUESDAY + timedelta(seconds=4), 0, ""))
    for hours in (1, 2):
        started = TUESDAY + timedelta(hours=hours)
        store.record_job(JobResult("brass", started, started + timedelta(seconds=9), -2, ""))
    store.logbook.account("brass", "diario", NOW, [DAY], NOW)
    told = samples(reading_in_memory(department))
    assert told["sereno_master_alive",] == 1
    assert told["sereno_store_readable",] == 1
    assert told["sereno_last_cycle_age_seconds",] == 60
    assert (
        told["sereno_job_last_success_timestamp_seconds", "brass"]
        == (TUESDAY + timedelta(seconds=4)).timestamp()
    )
    assert told["sereno_job_consecutive_failures", "brass"] == 2
    assert told["sereno_job_duration_seconds", "brass"] == 9
    assert told["sereno_mail", "queued"] == 1
    assert told["sereno_mail", "dead"] == 0
    assert told["sereno_mail_oldest_pending_seconds",] == 3600
    assert told["sereno_missed_periods", "diario", "brass"] == 1


def test_the_metrics_say_nothing_of_the_failures_of_a_job_that_never_ran():
    assert [name for name in samples(reading_in_memory(Department())) if "failures" in name[0]] == []


def test_the_metrics_of_an_unreadable_store_say_so_and_claim_nothing_about_mail():
    told = samples(reading_in_memory(Department(), look_at_store=broken_store))
    assert told["sereno_store_readable",] == 0
    assert told["sereno_master_alive",] == 0
    assert not [name for name in told if name[0].startswith(("sereno_mail", "sereno_job", "sereno_missed"))]


def test_the_reference_names_every_metric_with_its_labels_and_no_other(department):
    department.store.record_job(JobResult("brass", TUESDAY, TUESDAY, 0, ""))
    text = ask(reading_in_memory(department), "/metrics").text
    told = {f.name: {*(f.samples[0].labels)} for f in text_string_to_metric_families(text)}
    rows = re.findall(r"^\| `(sereno_\w+)` \|([^|]*)\|", REFERENCE.read_text("utf-8"), re.MULTILINE)
    assert {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows} == told


def test_the_help_of_every_metric_is_what_the_reference_says(department):
    department.store.record_job(JobResult("brass", TUESDAY, TUESDAY, 0, ""))
    text = ask(reading_in_memory(department), "/metrics").text
    told = {family.name: family.documentation for family in text_string_to_metric_families(text)}
    rows = re.findall(r"^\| `(sereno_\w+)` \|[^|]*\| (.*) \|$", REFERENCE.read_text("utf-8"), re.MULTILINE)
    assert {name: f"{about[0].upper()}{about[1:]}.".replace("`", "") for name, about in rows} == told


def test_the_api_tells_what_the_pages_tell(department):
    reading = reading_in_memory(department)
    status = ask(reading, "/api/v1/status").json
    assert (status["well"], status["watched"], status["jobs"][0]["job"]) == (True, True, "brass")
    (run,) = ask(reading, "/api/v1/runs").json
    assert (run["monitor"], run["state"], run["counts"]) == ("brass", "complete", {"BR-1": 1, "BR-2": 1})
    findings = ask(reading, "/api/v1/findings").json
    assert [(each["section"], each["days"]) for each in findings] == [("BR-1", -3), ("BR-2", 12)]
    assert ask(reading, "/api/v1/findings?offset=1&limit=1").json == findings[1:]
    (message,) = ask(reading, "/api/v1/messages?state=queued").json
    assert message["origin"] == "brass/diario"
    assert ask(reading, "/api/v1/messages?state=dead").json == []
    assert ask(reading, "/api/v1/runs?since=2026-11-25").json == []


def test_the_api_lists_the_newest_rounds_first_and_as_many_as_asked(department):
    department.at(9, day=25).round()
    runs = ask(reading_in_memory(department, now=NOW + timedelta(days=1)), "/api/v1/runs?limit=1").json
    assert [run["period"] for run in runs] == ["2026-11-25"]


@pytest.mark.parametrize("address", FACTS)
def test_without_a_store_the_api_answers_503_and_never_an_empty_list(address):
    for store, reason in ((broken_store, "dañado"), (lambda: nullcontext(None), "Aún no hay almacén")):
        answer = ask(reading_in_memory(Department(), look_at_store=store), address)
        assert answer.status == 503
        assert reason in answer.json["detail"]


@pytest.mark.parametrize(
    "query",
    [
        "runs?limit=0",
        "runs?limit=x",
        "runs?since=ayer",
        "runs?since=0",
        "findings?offset=-1",
        "messages?state=otro",
    ],
)
def test_what_the_api_does_not_understand_is_a_422(department, query):
    assert ask(reading_in_memory(department), f"/api/v1/{query}").status == 422


def test_the_openapi_document_describes_every_answer_of_the_api_and_nothing_else(department):
    document = ask(reading_in_memory(department), "/api/v1/openapi.json").json
    assert set(document["paths"]) == {"/api/v1/status", *FACTS}
    assert {method for path in document["paths"].values() for method in path} == {"get"}
    assert "RunForm" in json.dumps(document["paths"]["/api/v1/runs"])


def test_pages_that_load_scripts_from_elsewhere_are_not_there(department):
    for address in ("/docs", "/redoc", "/openapi.json"):
        assert ask(reading_in_memory(department), address).status == 404
