"""What every answer carries, and whom the console does not answer."""

import pytest
from tests.engine.building import Department
from tests.web.asking import ask
from tests.web.readings import PAGES, broken_store, reading_in_memory

from sereno.domain.errors import Fault, SettingsError

MACHINES = (
    "/healthz",
    "/metrics",
    "/api/v1/status",
    "/api/v1/runs",
    "/api/v1/openapi.json",
    "/hallazgos.csv",
)
OTHERS = ("/estilo.css", "/sereno.svg", "/nada", "/api/v1/nada", "/correo/x/html")
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


@pytest.mark.parametrize("address", [*PAGES, *MACHINES, *OTHERS])
def test_every_route_answers_under_the_strict_policy(address):
    headers = ask(reading_in_memory(Department()), address).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == ("max-age=3600" if address in OTHERS[:2] else "no-store")


def test_a_fault_of_the_console_itself_is_told_under_the_same_policy_and_without_its_details():
    def broken():
        raise RuntimeError("secreto")

    shown = ask(reading_in_memory(Department(), warnings=broken), "/")
    assert shown.status == 500
    assert shown.headers["content-security-policy"] == POLICY
    assert "secreto" not in shown.text
    assert "No dice nada de la vigilancia" in shown.text


def test_settings_that_cannot_be_read_are_told_and_never_an_all_clear():
    def faulty():
        raise SettingsError((Fault("SMTP_PORT", "«x»", "un número"),))

    shown = ask(reading_in_memory(Department(), calendar=faulty), "/")
    assert shown.status == 503
    assert "SMTP_PORT: «x». Se espera: un número" in shown.text
    assert "En orden" not in shown.text


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost", "[::1]:8765", "LOCALHOST:1"])
def test_this_machine_is_answered_by_any_of_its_names(host):
    assert ask(reading_in_memory(Department()), "/", host=host).status == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost@evil.example:80"])
def test_a_name_that_somebody_else_had_point_here_is_refused(host):
    refused = ask(reading_in_memory(Department()), "/", host=host)
    assert refused.status == 421
    assert "abra la consola por 127.0.0.1" in refused.text


@pytest.mark.parametrize("address", ["/rondas", "/hallazgos.csv", "/api/v1/runs"])
def test_an_unreadable_store_is_a_503_where_all_comes_from_it(address):
    answer = ask(reading_in_memory(Department(), look_at_store=broken_store), address)
    assert answer.status == 503
    assert "el fichero está dañado" in answer.text
