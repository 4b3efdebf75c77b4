"""Settings of who watches the watchman, and of how the master works."""

import pytest
from tests.settings.building import ENOUGH

from sereno.settings import advice

URL = "https://avisos.example.com/ping/0a1b2c"


def test_the_heartbeat_is_an_address_and_may_stand_in_a_file_of_its_own(load, tmp_path):
    (tmp_path / "latido").write_text(f"{URL}?create=1 \n", encoding="utf-8")
    assert load(f"HEARTBEAT_URL={URL}").heartbeat_url == URL
    assert load("HEARTBEAT_URL_FILE=latido").heartbeat_url == f"{URL}?create=1"
    assert load().heartbeat_url is None


def test_the_heartbeat_is_never_shown(load):
    assert "0a1b2c" not in repr(load(f"HEARTBEAT_URL={URL}"))


@pytest.mark.parametrize(
    "url",
    [
        "avisos.example.com/ping",
        "ftp://avisos.example.com/ping/secreto",
        "file:///secreto",
        "https:///secreto",
        "https://ana:secreto@avisos.example.com/",
        "https://avisos.example.com/secreto#f",
        "https://avisos.example.com:0/secreto",
        "https://avisos.example.com:99999/secreto",
        "https://avisos.example.com/un secreto",
        "https://avisos.example.com/año-secreto",
    ],
)
def test_what_is_no_address_to_request_is_a_fault_that_does_not_show_it(faults, url):
    (fault,) = faults(f"HEARTBEAT_URL='{url}'")
    assert "HEARTBEAT_URL" in fault.where or "línea 1" in fault.where
    assert "secreto" not in str(fault)


def test_every_start_warns_where_nobody_would_know_of_a_failure(load):
    nobody = next(iter(advice(load(**ENOUGH))))
    assert "OPERATORS" in nobody
    assert "HEARTBEAT_URL" in nobody


@pytest.mark.parametrize("told", [{"OPERATORS": "ana@example.com"}, {"HEARTBEAT_URL": URL}])
def test_who_has_one_who_would_know_is_not_warned(load, told):
    assert not any("OPERATORS" in text for text in advice(load(**ENOUGH, **told)))


def test_three_jobs_run_at_once_and_settings_are_read_anew_at_a_signal_unless_told_otherwise(load):
    assert (load().max_workers, load().reload) == (3, "signal")
    changed = load("MASTER_MAX_WORKERS=8\nRELOAD=auto")
    assert (changed.max_workers, changed.reload) == (8, "auto")


@pytest.mark.parametrize("line", ["MASTER_MAX_WORKERS=0", "MASTER_MAX_WORKERS=33", "RELOAD=siempre"])
def test_other_values_are_faults(faults, line):
    assert len(faults(line)) == 1
