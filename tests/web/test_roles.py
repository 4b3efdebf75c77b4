"""Each role at each route: who may see it, who may act, and who is told to say who they are."""

import base64

import pytest
from starlette.routing import Route
from tests.web.asking import ask
from tests.web.visiting import SECRET, Door, entered, house

from sereno.domain.access import TRIES
from sereno.web.app import console
from sereno.web.entrance import guard_of
from sereno.web.places import ACTS, OPEN, OPEN_ACTS, OPERATING_ACTS, OPERATORS_ONLY, PLACES, STATIC
from sereno.web.reader_routes import reader_routes

USERS = (("ana", "operate"), ("luis", "read"))
ANYBODYS = {*OPEN, *OPEN_ACTS, *STATIC, "/healthz", "/metrics", "/api/v1/openapi.json"}
API = ("/api/v1/status", "/api/v1/runs", "/api/v1/findings", "/api/v1/messages")


def filled(path):
    """Name something in the place of each part of a path that is open."""
    return "/".join("2026" if part.startswith("{") else part for part in path.split("/"))


def basic(name, password):
    return ("authorization", f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}")


def test_every_route_is_known_to_these_tests():
    routes = {route.path for route in console(house).routes if isinstance(route, Route)}
    routes -= {route.path for route in reader_routes(house)}  # who comes by a link of their own
    assert routes - {"/api/v1/openapi.json"} == {*PLACES, *ACTS, *OPERATING_ACTS, *ANYBODYS} - {
        "/api/v1/openapi.json"
    }


def test_what_only_operators_see_is_what_shows_deeds_foreign_texts_people_and_work():
    assert {
        "/actividad",
        "/operar",
        "/operar/encargo/{errand}",
        "/operar/encargo/{errand}/{file}",
        "/correo/{delivery}/contenido",
        "/correo/{delivery}/contenido/html",
        "/personas.csv",
        "/avisos.csv",
    } == OPERATORS_ONLY


@pytest.mark.parametrize("path", sorted(PLACES))
def test_a_place_is_shown_to_whom_it_is_for(path):
    reading, address = house(*USERS), filled(path)
    stranger, reader, operator = Door(reading), entered(reading, "luis"), entered(reading, "ana")
    assert stranger.ask(address).status == 303
    assert (reader.ask(address).status == 403) == (path in OPERATORS_ONLY)
    assert operator.ask(address).status in {200, 404}


@pytest.mark.parametrize("path", sorted({**ACTS, **OPERATING_ACTS}))
def test_a_form_is_taken_from_whom_it_is_for_and_from_no_page_but_ours(path):
    reading, address = house(*USERS), filled(path)
    stranger, reader, operator = Door(reading), entered(reading, "luis"), entered(reading, "ana")
    assert stranger.send(address).status == 403
    for door in (reader, operator):
        assert door.ask(address, form={}).status == 403
        assert door.ask(address, form={"guarda": guard_of("otra")}).status == 403
        for header in (("origin", "http://evil.example"), ("sec-fetch-site", "same-site")):
            assert door.send(address, headers=[header]).status == 403
    if path in OPERATING_ACTS:
        assert reader.send(address).status == 403
    assert operator.send(address).status not in {401, 403, 405, 500}


@pytest.mark.parametrize("path", sorted({**ACTS, **OPERATING_ACTS}))
@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [("text/plain", b"guarda=x", 415), ("application/json", b"{}", 415), ("", b"x", 415)],
)
def test_what_is_no_form_is_refused(path, kind, body, status):
    door = entered(house(*USERS), "ana")
    assert door.ask(filled(path), method="POST", headers=[("content-type", kind)]).status == status


def test_a_form_that_is_too_large_or_of_too_many_fields_is_refused():
    door = entered(house(*USERS), "ana")
    assert door.send("/salir", x="y" * 70_000).status == 413
    assert door.send("/salir", **{f"f{n}": "" for n in range(200)}).status == 400


@pytest.mark.parametrize("path", sorted({*ACTS, *OPERATING_ACTS} - {*PLACES}))
def test_looking_at_where_a_form_is_sent_does_nothing(path):
    assert entered(house(*USERS), "ana").ask(filled(path)).status == 405


@pytest.mark.parametrize("address", API)
def test_a_program_says_who_it_is_or_is_told_how(address):
    reading = house(*USERS)
    refused = ask(reading, address)
    assert refused.status == 401
    assert refused.headers["www-authenticate"].startswith("Basic ")
    assert ask(reading, address, headers=[basic("luis", SECRET)]).status == 200
    assert entered(reading, "luis").ask(address).status == 200
    assert ask(reading, address, headers=[basic("luis", "no es la suya")]).status == 401
    for broken in ("Basic %%%", "Basic /w==", "Basic", "Bearer x"):
        answer = ask(reading, address, headers=[("authorization", broken)])
        assert (answer.status, answer.headers["www-authenticate"]) == (
            401,
            refused.headers["www-authenticate"],
        )


def test_a_scheme_that_is_none_of_ours_takes_nothing_from_a_session():
    bearer = [("authorization", "Bearer x")]
    assert entered(house(*USERS), "luis").ask(API[0], headers=bearer).status == 200


def test_a_program_may_have_a_name_that_is_not_ascii():
    reading = house(("begoña", "read"))
    assert ask(reading, API[0], headers=[basic("begoña", SECRET)]).status == 200


def test_a_program_that_fails_too_often_waits():
    reading = house(*USERS)
    for _ in range(TRIES):
        ask(reading, API[0], headers=[basic("luis", "no es la suya")])
    waits = ask(reading, API[0], headers=[basic("luis", SECRET)])
    assert waits.status == 429
    assert int(waits.headers["retry-after"]) > 0


@pytest.mark.parametrize("address", sorted(ANYBODYS - {*OPEN_ACTS}))
def test_what_names_no_person_and_no_record_is_open_to_programs_and_browsers(address):
    assert ask(house(*USERS), address).status in {200, 503}


def test_the_register_of_deeds_tells_who_entered_and_who_could_not():
    reading = house(*USERS)
    ask(reading, "/entrar", form={"usuario": "luis", "clave": "no es la suya"})
    page = entered(reading, "ana").ask("/actividad").text
    assert "intentó entrar y no pudo" in page
    assert page.index("entró") < page.index("intentó entrar")
    assert "/actividad" not in entered(reading, "luis").ask("/").text
