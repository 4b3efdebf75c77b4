"""Every act in a real browser: entering, leaving, what operators do, and two tabs that do it at once."""

import sqlite3
from contextlib import closing

import pytest
from tests.browser.consoles import OPERATOR, READER, SECRET, add_users, entered, have_done, started
from tests.browser.deeds import DEEDS, LEFT, do, form_of, ready, seen
from tests.browser.looks import Heard, enter

from sereno.web.places import ACTS, OPEN_ACTS, OPERATING_ACTS

pytestmark = [pytest.mark.external, pytest.mark.long]
ENTERING = "/entrar"


@pytest.fixture(scope="module")
def acted(served, tmp_path_factory):
    """Say where a console answers whose installation is ours to act on."""
    installation = served.copy(tmp_path_factory.mktemp("acted"))
    add_users(installation)
    some_die(installation)
    with started(installation) as url:
        have_done(url, entered(url, OPERATOR), "tareas", "riesgos", "ronda", forzar="1")  # mail that waits
        yield url


def some_die(installation):
    """Let mail of the first cycle have been given up, as after days without a relay."""
    with closing(sqlite3.connect(installation.demo / "sereno.sqlite")) as store, store:
        some = "SELECT id FROM deliveries ORDER BY id LIMIT 6"
        store.execute(f"UPDATE deliveries SET state = 'dead' WHERE id IN ({some})")


@pytest.fixture
def context(browser):
    with browser.new_context(locale="es-ES") as context:
        yield context


def tabs(context, acted, act, number):
    """Open the page that holds the form of an act, in so many further tabs at once."""
    pages = [context.new_page() for _ in range(number)]
    for page in pages:
        page.on("dialog", lambda dialog: dialog.dismiss())
    ready(pages[0], acted, act)
    for page in pages[1:]:
        page.goto(pages[0].url)
    return pages


def test_every_act_is_known_to_these_tests():
    assert set(DEEDS) == {*ACTS, *OPERATING_ACTS}
    assert set(OPEN_ACTS) == {ENTERING}


@pytest.mark.parametrize("act", DEEDS)
def test_an_act_is_done_from_its_page_and_the_next_page_says_so(act, context, acted):
    enter(context, acted, OPERATOR)
    (page,), heard = tabs(context, acted, act, 1), Heard()
    heard.listen(page)
    do(page, act)
    assert DEEDS[act].done in seen(page)
    assert (heard.complaints, heard.elsewhere(acted)) == ([], [])


@pytest.mark.parametrize("act", DEEDS)
def test_who_does_the_same_in_a_second_tab_is_told_that_it_is_no_longer_so(act, context, acted):
    enter(context, acted, OPERATOR)
    first, second = tabs(context, acted, act, 2)
    do(first, act)
    do(second, act)
    assert any(words in seen(second) for words in DEEDS[act].again)


@pytest.mark.parametrize(
    "act", ["/operar/tareas/{job}/pausa", "/operar/correo/retener", "/correo/{delivery}/descartar"]
)
def test_two_people_who_do_the_same_are_told_who_was_first(act, browser, acted):
    with browser.new_context() as one, browser.new_context() as other:
        for context in (one, other):
            enter(context, acted, OPERATOR)
        (first,), second = tabs(one, acted, act, 1), other.new_page()
        second.goto(first.url)
        do(first, act)
        do(second, act)
        assert any(words in seen(second) for words in DEEDS[act].again)


def test_who_only_reads_finds_no_form_for_what_operators_do(browser, acted):
    with browser.new_context() as one, browser.new_context() as other:
        page, addresses = enter(one, acted, OPERATOR), {}
        for act in OPERATING_ACTS:
            ready(page, acted, act)
            assert form_of(page, act) is not None
            addresses[act] = page.url
        page = enter(other, acted, READER)
        for act, address in addresses.items():
            page.goto(address)
            assert form_of(page, act) is None


def test_a_wrong_password_is_told_and_the_right_one_leads_on(context, acted):
    page = context.new_page()
    page.goto(f"{acted}/hallazgos?banda=vencida")
    assert page.url.startswith(f"{acted}/entrar?a=")
    page.get_by_label("Usuario").fill(OPERATOR)
    page.get_by_label("Contraseña").fill("no es la suya")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    assert "incorrectos" in page.get_by_role("alert").inner_text()
    page.get_by_label("Usuario").fill(OPERATOR)
    page.get_by_label("Contraseña").fill(SECRET)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{acted}/hallazgos?banda=vencida")
    assert "Sesión de ana" in seen(page)


def test_who_has_left_in_another_tab_is_led_to_the_door_from_every_page(context, acted):
    held = enter(context, acted, OPERATOR)
    do(*tabs(context, acted, "/salir", 1), "/salir")
    do(held, "/salir")
    assert LEFT in seen(held)
    held.get_by_role("link", name="Entrar").click()
    held.wait_for_url(f"{acted}/entrar")
    held.goto(f"{acted}/correo")
    assert held.url.startswith(f"{acted}/entrar")


def test_a_form_of_who_was_in_before_does_nothing_for_who_is_in_now(context, acted):
    held = enter(context, acted, OPERATOR)
    other = enter(context, acted, READER)
    do(held, "/salir")
    assert "ya no vale" in seen(held)
    other.reload()
    assert "Sesión de luis" in seen(other)


def test_leaving_in_one_browser_leaves_the_other_in(browser, acted):
    with browser.new_context() as one, browser.new_context() as other:
        pages = [enter(context, acted, OPERATOR) for context in (one, other)]
        do(pages[0], "/salir")
        pages[1].reload()
        assert "Sesión de ana" in seen(pages[1])


def test_going_back_after_leaving_shows_nothing_of_before(context, acted):
    page = enter(context, acted, OPERATOR, onward="/correo")
    do(page, "/salir")
    page.go_back()
    assert "Contraseña" in seen(page)
