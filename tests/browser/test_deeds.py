"""Every act in a real browser: entering, leaving, what operators do, and two tabs that do it at once."""

import pytest
from tests.browser.consoles import OPERATOR, READER, SECRET, add_users, entered, started
from tests.browser.deeds import DEEDS, LEFT, do, form_of, seen
from tests.browser.looks import Heard, enter
from tests.browser.places import find_places

from sereno.web.places import ACTS, OPEN_ACTS, OPERATING_ACTS, PLACES

pytestmark = [pytest.mark.external, pytest.mark.xdist_group("browser")]
ENTERING = "/entrar"


@pytest.fixture(scope="module")
def acted(served, tmp_path_factory):
    """Say where a console answers whose installation is ours to act on."""
    installation = served.copy(tmp_path_factory.mktemp("acted"))
    add_users(installation)
    with started(installation) as url:
        yield url


@pytest.fixture(scope="module")
def stands(acted):
    """Say at which address each place stands there."""
    return find_places(acted, entered(acted, OPERATOR), PLACES)


@pytest.fixture
def context(browser):
    with browser.new_context(locale="es-ES") as context:
        yield context


def page_of(context, acted, stands, act):
    """Open the page, in one more tab, that holds the form of an act."""
    page = context.new_page()
    page.goto(acted + stands[DEEDS[act].place].address)
    return page


def test_every_act_is_known_to_these_tests():
    assert set(DEEDS) == {*ACTS, *OPERATING_ACTS}
    assert set(OPEN_ACTS) == {ENTERING}


@pytest.mark.parametrize("act", DEEDS)
def test_an_act_is_done_from_its_page_and_the_next_page_says_so(act, context, acted, stands):
    enter(context, acted, OPERATOR)
    page, heard = page_of(context, acted, stands, act), Heard()
    heard.listen(page)
    do(page, act)
    assert DEEDS[act].done in seen(page)
    assert (heard.complaints, heard.elsewhere(acted)) == ([], [])


@pytest.mark.parametrize("act", DEEDS)
def test_who_does_the_same_in_a_second_tab_is_told_that_it_is_no_longer_so(act, context, acted, stands):
    enter(context, acted, OPERATOR)
    first, second = (page_of(context, acted, stands, act) for _ in range(2))
    do(first, act)
    do(second, act)
    assert DEEDS[act].again in seen(second)


@pytest.mark.parametrize("act", OPERATING_ACTS)
def test_two_people_who_do_the_same_are_told_who_was_first(act, browser, acted, stands):
    with browser.new_context() as one, browser.new_context() as other:
        pages = []
        for context in (one, other):
            enter(context, acted, OPERATOR)
            pages.append(page_of(context, acted, stands, act))
        do(pages[0], act)
        do(pages[1], act)
        assert DEEDS[act].again in seen(pages[1])


@pytest.mark.parametrize("act", OPERATING_ACTS)
def test_who_only_reads_finds_no_form_for_what_operators_do(act, context, acted, stands):
    enter(context, acted, READER)
    assert form_of(page_of(context, acted, stands, act), act) is None


def test_a_wrong_password_is_told_and_the_right_one_leads_on(context, acted):
    page = context.new_page()
    page.goto(f"{acted}/hallazgos?banda=vencida")
    assert page.url.startswith(f"{acted}/entrar?a=")
    page.get_by_label("Usuario").fill(OPERATOR)
    page.get_by_label("Contraseña").fill("no es la suya")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    assert "no son esos" in page.get_by_role("alert").inner_text()
    page.get_by_label("Usuario").fill(OPERATOR)
    page.get_by_label("Contraseña").fill(SECRET)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{acted}/hallazgos?banda=vencida")
    assert "Dentro como ana" in seen(page)


def test_who_has_left_in_another_tab_is_led_to_the_door_from_every_page(context, acted, stands):
    held = enter(context, acted, OPERATOR)
    do(page_of(context, acted, stands, "/salir"), "/salir")
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
    assert "Dentro como luis" in seen(other)


def test_leaving_in_one_browser_leaves_the_other_in(browser, acted):
    with browser.new_context() as one, browser.new_context() as other:
        pages = [enter(context, acted, OPERATOR) for context in (one, other)]
        do(pages[0], "/salir")
        pages[1].reload()
        assert "Dentro como ana" in seen(pages[1])


def test_going_back_after_leaving_shows_nothing_of_before(context, acted):
    page = enter(context, acted, OPERATOR, onward="/correo")
    do(page, "/salir")
    page.go_back()
    assert "Contraseña" in seen(page)
