"""Who may enter, for how long, and how often somebody may try."""

import re
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from functools import partial
from ipaddress import ip_network

import pytest
from tests.engine.building import Department
from tests.web.asking import ask
from tests.web.readings import NOW, PlainPasswords, alive, broken_store, reading_in_memory
from tests.web.visiting import SECRET, Door, department_with, entered, house

from sereno.domain.access import SESSION, TRIES, TRIES_OF_ALL, WINDOW
from sereno.engine.access import User
from sereno.web.entrance import COOKIE, Terms

ANA, LUIS = ("ana", "operate"), ("luis", "read")
BEYOND = Terms(loopback=False)
PROXY = Terms(proxy_header="X-Remote-User", proxies=(ip_network("10.0.0.0/8"),))


def attempts(reading, number, name="ana", client="127.0.0.1"):
    form = {"usuario": name, "clave": "no es la suya"}
    return [ask(reading, "/entrar", form=form, client=client) for _ in range(number)]


def deeds(department, action):
    return department.store.audit.deeds(NOW - timedelta(days=9), 100, action=action)


def set_password(department, name, password):
    access = department.store.access
    user = access.user(name)
    assert access.change_user(replace(user, password=PlainPasswords().hashed(password)), user)


def test_while_no_users_exist_anybody_of_this_machine_reads_and_is_told_how_to_add_one():
    reading = reading_in_memory(Department())
    assert ask(reading, "/hallazgos").status == 200
    assert "sereno user add" in ask(reading, "/entrar").text


def test_while_no_users_exist_nobody_acts():
    refused = ask(reading_in_memory(Department()), "/salir", form={"guarda": ""})
    assert refused.status == 403
    assert "sereno user add" in refused.text


def test_once_a_user_exists_nobody_unknown_sees_a_page():
    answer = ask(house(LUIS), "/hallazgos?banda=vencida&pagina=2")
    assert (answer.status, answer.body) == (303, b"")
    assert answer.headers["location"] == "/entrar?a=/hallazgos%3Fbanda%3Dvencida%26pagina%3D2"


def test_beyond_this_machine_nobody_unknown_sees_a_page_even_if_no_users_are_left():
    assert ask(reading_in_memory(Department()), "/", terms=BEYOND).status == 303


def test_who_enters_is_led_on_and_stays_in_by_a_cookie_that_no_script_sees():
    answer = ask(
        house(LUIS), "/entrar", form={"usuario": "luis", "clave": SECRET, "a": "/correo?estado=dead"}
    )
    assert (answer.status, answer.headers["location"]) == (303, "/correo?estado=dead")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie  # over plain HTTP no browser would keep it


def test_behind_a_proxy_that_speaks_tls_the_cookie_is_for_tls_alone():
    form, headers = {"usuario": "luis", "clave": SECRET}, [("x-forwarded-proto", "https")]
    told = ask(house(LUIS), "/entrar", form=form, headers=headers, client="10.1.1.1", terms=PROXY)
    assert "secure" in told.headers["set-cookie"].lower()
    untrusted = ask(house(LUIS), "/entrar", form=form, headers=headers, client="11.1.1.1", terms=PROXY)
    assert "secure" not in untrusted.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "onward", ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "/a\r\nx: y", ""]
)
def test_nobody_is_led_on_to_another_place(onward):
    answer = ask(house(LUIS), "/entrar", form={"usuario": "luis", "clave": SECRET, "a": onward})
    assert (answer.status, answer.headers["location"]) == (303, "/")


def test_the_page_says_who_is_in_and_who_leaves_is_out():
    reading = house(LUIS)
    door = entered(reading, "luis")
    assert "Sesión de luis" in door.ask("/").text
    assert door.send("/salir").status == 303
    assert door.ask("/").status == 303


def test_a_session_ends_by_itself():
    department = department_with(LUIS)
    door = entered(reading_in_memory(department), "luis")
    for after, status in ((SESSION - timedelta(seconds=1), 200), (SESSION, 303)):
        later = reading_in_memory(department, alive(), now=NOW + after)
        assert Door(later, door.token).ask("/").status == status


def test_another_password_and_another_role_end_the_sessions_of_before():
    department = department_with(LUIS)
    door = entered(reading_in_memory(department), "luis")
    set_password(department, "luis", "otra")
    assert door.ask("/").status == 303


class Meanwhile(PlainPasswords):
    """Have something happen while a password is looked at, which takes its time."""

    def __init__(self, happens):
        self.happens = happens

    def fits(self, password, kept):
        fitted = super().fits(password, kept)
        self.happens()
        return fitted


@pytest.mark.parametrize("is_removed", [False, True])
def test_who_is_given_another_password_or_removed_while_the_old_one_is_looked_at_is_refused(is_removed):
    department = department_with(LUIS)
    access = department.store.access
    other = partial(set_password, department, "luis", "otra")
    meanwhile = Meanwhile(partial(access.remove_user, "luis") if is_removed else other)
    reading = reading_in_memory(department, passwords=meanwhile)
    refused = ask(reading, "/entrar", form={"usuario": "luis", "clave": SECRET})
    assert (refused.status, "set-cookie" in refused.headers) == (403, False)
    assert "Usuario o contraseña incorrectos." in refused.text
    assert deeds(department, "entered") == []
    assert [each.subject for each in deeds(department, "entry_refused")] == ["luis"]


@pytest.mark.parametrize("name", ["ana", "nadie", "", "x" * 5000, "ana'; --", "Ana"])
def test_a_wrong_name_or_password_is_refused_in_the_same_words(name):
    answer = ask(house(ANA), "/entrar", form={"usuario": name, "clave": "no es la suya"})
    assert answer.status == 403
    assert "Usuario o contraseña incorrectos." in answer.text


def test_a_refusal_is_recorded_without_what_was_typed():
    department = department_with(ANA)
    attempts(reading_in_memory(department), 1, "ana")
    (refused,) = deeds(department, "entry_refused")
    assert (refused.who, refused.subject, refused.detail) == ("", "ana", "127.0.0.1")


def test_who_fails_too_often_waits_even_with_the_right_password_and_is_told_until_when():
    reading = house(ANA)
    attempts(reading, TRIES)
    answer = ask(reading, "/entrar", form={"usuario": "ana", "clave": SECRET})
    assert answer.status == 429
    assert answer.headers["retry-after"] == str(int(WINDOW.total_seconds()))
    assert f"{NOW + WINDOW:%H:%M}" in answer.text


def test_what_is_not_looked_at_is_not_counted_and_the_wait_ends():
    department = department_with(ANA)
    attempts(reading_in_memory(department), TRIES + 20)
    assert len(deeds(department, "entry_refused")) == TRIES
    later = reading_in_memory(department, now=NOW + WINDOW)
    assert ask(later, "/entrar", form={"usuario": "ana", "clave": SECRET}).status == 303


def test_another_persons_failures_elsewhere_keep_nobody_out_until_they_are_very_many():
    reading = house(ANA)
    attempts(reading, TRIES, client="10.9.9.9")
    assert ask(reading, "/entrar", form={"usuario": "ana", "clave": SECRET}).status == 303
    for at in range(TRIES_OF_ALL // TRIES):
        attempts(reading, TRIES, client=f"10.9.9.{at}")
    assert ask(reading, "/entrar", form={"usuario": "ana", "clave": SECRET}).status == 429


def test_an_address_that_tries_many_names_waits():
    crowd = [f"persona{at}" for at in range(TRIES_OF_ALL // TRIES)]
    reading = house(LUIS, *((name, "read") for name in crowd))
    for name in crowd:
        attempts(reading, TRIES, name=name)
    assert ask(reading, "/entrar", form={"usuario": "luis", "clave": SECRET}).status == 429


def test_names_that_nobody_has_are_written_down_as_nothing_that_leads_back_to_them():
    department = department_with(LUIS)
    attempts(reading_in_memory(department), 1, name="contraseña en el campo del nombre")
    (refused,) = deeds(department, "entry_refused")
    assert refused.subject == ""
    assert re.fullmatch(r"127\.0\.0\.1 #[0-9a-f]{8}", refused.detail)


def test_a_login_that_another_page_sends_is_refused():
    form = {"usuario": "luis", "clave": SECRET}
    for header in (("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("origin", "null")):
        assert ask(house(LUIS), "/entrar", form=form, headers=[header]).status == 403


def test_while_the_store_cannot_be_read_nobody_is_known_and_only_how_the_watch_stands_is_told_here():
    reading = house(LUIS, look_at_store=broken_store)
    first = ask(reading, "/")
    assert first.status == 200
    assert "el fichero está dañado" in first.text
    for address in ("/reglas", "/ajustes", "/correo", "/calendario"):
        kept_out = ask(reading, address)
        assert kept_out.status == 503
        assert "no se sabe quién puede entrar" in kept_out.text
    assert ask(reading, "/", terms=BEYOND).status == 503


def test_a_login_while_the_store_cannot_be_written_says_so():
    shown = ask(house(LUIS, change=broken_store), "/entrar", form={"usuario": "luis", "clave": SECRET})
    assert shown.status == 503
    assert "el fichero está dañado" in shown.text


def by_proxy(name, client="10.1.2.3", reading=None, **more):
    return ask(
        reading or house(ANA, LUIS),
        "/actividad",
        headers=[("x-remote-user", name)],
        client=client,
        terms=PROXY,
        **more,
    )


def test_a_trusted_proxy_says_who_somebody_is_and_the_store_what_they_may_do():
    assert by_proxy("ana").status == 200
    assert by_proxy("luis").status == 403


def test_a_name_that_a_proxy_gives_and_nobody_has_is_told_what_is_missing():
    answer = by_proxy("marta")
    assert answer.status == 403
    assert "sereno user add marta --role read --no-password" in answer.text


@pytest.mark.parametrize("client", ["127.0.0.1", "11.1.2.3", "::1", "testclient", "::ffff:11.1.2.3"])
def test_nobody_elses_header_is_looked_at(client):
    assert by_proxy("ana", client).status == 303


def test_an_address_of_the_older_kind_written_in_the_newer_is_the_same():
    assert by_proxy("ana", "::ffff:10.1.2.3").status == 200


def test_two_names_are_none():
    headers = [("x-remote-user", "ana"), ("x-remote-user", "luis")]
    assert ask(house(ANA), "/", headers=headers, client="10.1.2.3", terms=PROXY).status == 303


def test_where_a_proxy_is_trusted_nobody_comes_in_without_it_though_no_users_exist():
    assert ask(reading_in_memory(Department()), "/", terms=PROXY).status == 303


def test_a_header_without_trusted_addresses_is_nothing():
    terms = Terms(proxy_header="X-Remote-User")
    assert ask(house(ANA), "/", headers=[("x-remote-user", "ana")], terms=terms).status == 303


def test_who_comes_by_proxy_has_forms_of_their_own_that_nobody_else_can_send():
    reading, headers = house(ANA, LUIS), [("x-remote-user", "ana")]
    assert (
        ask(reading, "/salir", form={"guarda": "x"}, headers=headers, client="10.1.2.3", terms=PROXY).status
        == 403
    )


def test_a_cookie_of_nobody_is_nothing():
    for token in ("x", "ñ", "a" * 10_000):
        assert (
            ask(house(LUIS), "/", headers=[("cookie", f"{COOKIE}={token}".encode().decode("latin-1"))]).status
            == 303
        )


def test_two_at_once_are_each_who_they_are():
    reading = house(ANA, LUIS)
    ana, luis = entered(reading, "ana"), entered(reading, "luis")
    assert "Sesión de ana" in ana.ask("/").text
    assert "Sesión de luis" in luis.ask("/").text


def test_the_store_is_not_needed_to_be_there_for_nobody_to_be_kept_out_of_an_empty_house():
    reading = reading_in_memory(Department(), look_at_store=lambda: nullcontext(None))
    assert ask(reading, "/reglas").status == 200


PUBLIC = Terms(proxy_header="X-Remote-User", proxies=(ip_network("10.0.0.0/8"),), public="sereno.example.com")
NAMES = frozenset({"localhost", "127.0.0.1", "[::1]", "sereno.example.com"})


@pytest.mark.parametrize("host", ["sereno.example.com", "127.0.0.1:8765"])
def test_behind_a_proxy_a_form_comes_from_the_consoles_public_name_whether_the_host_is_kept_or_not(host):
    form, origin = {"usuario": "luis", "clave": SECRET}, [("origin", "https://sereno.example.com")]
    how = {"host": host, "client": "10.1.1.1", "terms": PUBLIC, "names": NAMES}
    assert ask(house(LUIS), "/entrar", form=form, headers=origin, **how).status == 303
    other = [("origin", "https://evil.example")]
    assert ask(house(LUIS), "/entrar", form=form, headers=other, **how).status == 403


@pytest.mark.parametrize("origin", ["http://[", "null", "", "https://"])
def test_an_origin_that_is_none_is_not_ours(origin):
    form = {"usuario": "luis", "clave": SECRET}
    assert ask(house(LUIS), "/entrar", form=form, headers=[("origin", origin)]).status == 403


def test_behind_a_trusted_proxy_each_address_that_it_saw_waits_by_itself():
    reading = house(ANA)
    via = {"client": "10.1.1.1", "terms": PROXY}
    for _ in range(TRIES):
        ask(
            reading,
            "/entrar",
            form={"usuario": "ana", "clave": "no"},
            headers=[("x-forwarded-for", "1.1.1.1, 2.2.2.2")],
            **via,
        )
    form = {"usuario": "ana", "clave": SECRET}
    assert ask(reading, "/entrar", form=form, headers=[("x-forwarded-for", "2.2.2.2")], **via).status == 429
    assert (
        ask(reading, "/entrar", form=form, headers=[("x-forwarded-for", "2.2.2.2, 3.3.3.3")], **via).status
        == 303
    )
    assert (
        ask(reading, "/entrar", form=form, headers=[("x-forwarded-for", "3.3.3.3")], client="2.2.2.2").status
        == 429
    )


def test_a_name_that_nobody_has_waits_as_one_does_that_somebody_has():
    reading = house(ANA)
    for name in ("ana", "nadie"):
        assert [each.status for each in attempts(reading, TRIES + 1, name)] == [403] * TRIES + [429]
    assert attempts(reading, 1, "otro")[0].status == 403


def test_a_name_that_nobody_has_and_very_many_try_waits_everywhere_as_one_does_that_somebody_has():
    for name in ("ana", "nadie"):
        reading = house(ANA)
        for at in range(TRIES_OF_ALL // TRIES):
            assert attempts(reading, TRIES, name, f"10.9.9.{at}")[-1].status == 403
        assert attempts(reading, 1, name, "10.1.1.1")[0].status == 429
        assert attempts(reading, 1, "otro", "10.1.1.1")[0].status == 403


def test_a_password_is_taken_as_it_was_typed():
    department = department_with()
    department.store.access.add_user(User("luis", "read", "plain:doce \u200e caracteres", NOW))
    form = {"usuario": "luis", "clave": "doce \u200e caracteres"}
    assert ask(reading_in_memory(department), "/entrar", form=form).status == 303


def test_beyond_this_machine_who_has_not_entered_is_not_told_what_is_wrong_with_the_store():
    reading = house(LUIS, look_at_store=broken_store, change=broken_store)
    for shown in (
        ask(reading, "/correo", terms=BEYOND),
        ask(reading, "/entrar", form={"usuario": "luis", "clave": SECRET}, terms=BEYOND),
        ask(reading, "/api/v1/runs", terms=BEYOND),
    ):
        assert shown.status == 503
        assert "dañado" not in shown.text


def test_a_view_that_is_recorded_is_given_to_no_other_page_and_not_without_its_content():
    department = department_with(ANA)
    door = entered(reading_in_memory(department), "ana")
    assert door.ask("/personas.csv", method="HEAD").status in {403, 405}
    assert door.ask("/personas.csv", headers=[("sec-fetch-site", "cross-site")]).status == 403
    assert deeds(department, "people_exported") == []
