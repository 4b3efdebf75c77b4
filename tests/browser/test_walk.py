"""Each page in a real browser: on a phone and a desktop, light and dark, by mouse, keyboard and ear."""

import pytest
from playwright.sync_api import expect
from tests.browser.consoles import OPERATOR, READER
from tests.browser.looks import (
    DESKTOP,
    PHONE,
    Heard,
    enter,
    is_for_everybody,
    reach_by_keyboard,
    skip_to_content,
)
from tests.browser.places import ALIKE, FURTHER, OTHERS_OWN, Found, place_of

from sereno.web.places import ACTS, OPEN, OPERATORS_ONLY, PLACES

pytestmark = [pytest.mark.external, pytest.mark.long]

PAGES = [place for place in (*PLACES, *OPEN) if place not in ALIKE]


@pytest.fixture(scope="module")
def page(browser, walked):
    with browser.new_context(viewport=DESKTOP, locale="es-ES") as context:
        yield enter(context, walked, OPERATOR)


@pytest.fixture
def heard(page):
    heard = Heard()
    heard.listen(page)
    return heard


def at(found, place) -> Found:
    return found[place] if place in PLACES else Found(place, "text/html")


def test_links_lead_from_the_first_page_to_every_place(browser, found):
    assert set(PLACES) - set(found) == set()


@pytest.mark.parametrize("place", [*PAGES, *FURTHER])
def test_a_page_is_for_everybody_at_every_look(place, page, heard, walked, found):
    address = at(found, place)
    if not address.is_page:
        return  # the test of what is taken away looks at it
    page.set_viewport_size(DESKTOP)
    answer = page.goto(walked + address.address)
    assert answer.status in ({404} if place == "/rondas/1999" else {200})
    assert heard.elsewhere(walked) == []
    assert [each for each in heard.complaints if "404" not in each] == []
    if place in OTHERS_OWN:
        return
    assert page.title().endswith(" · Sereno")
    is_for_everybody(page)


@pytest.mark.parametrize("place", PAGES)
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_keyboard_reaches_everything_and_shows_where_it_is(place, size, page, walked, found):
    address = at(found, place)
    if not address.is_page or place in OTHERS_OWN:
        return
    page.set_viewport_size(size)
    page.goto(walked + address.address)
    reach_by_keyboard(page)
    if place not in OPEN:
        page.goto(walked + address.address)
        skip_to_content(page)


@pytest.mark.parametrize("place", ["/correo/{delivery}/html", "/operar/encargo/{errand}"])
def test_a_framed_mail_is_read_to_its_end_by_keyboard(place, page, walked, found):
    page.set_viewport_size(PHONE)
    page.goto(walked + found[place].address.removesuffix("/html"))
    page.get_by_role("link", name="Abrirlo en una página propia").first.press("Enter")
    page.wait_for_url(lambda url: url.endswith("html"))
    end = page.locator("body > :last-child").last
    page.set_viewport_size({"width": 360, "height": 200})
    assert page.evaluate("scrollY + innerHeight < document.scrollingElement.scrollHeight")
    page.keyboard.press("End")
    expect(end).to_be_in_viewport()


def test_every_section_is_in_sight_on_a_phone(page, walked):
    page.set_viewport_size(PHONE)
    page.goto(f"{walked}/actividad")
    for link in page.get_by_role("navigation", name="Secciones").get_by_role("link").all():
        box = link.bounding_box()
        assert box["x"] >= 0, link.inner_text()
        assert box["x"] + box["width"] <= PHONE["width"], link.inner_text()


def test_what_is_taken_away_comes_as_a_file(page, walked, found):
    files = [each for each in found.values() if not each.is_page and not each.kind.startswith("image/")]
    assert files
    for each in files:
        answer = page.request.get(walked + each.address)
        assert answer.ok
        assert answer.headers["content-disposition"].startswith("attachment")


def test_without_scripts_a_person_enters_sees_every_page_filters_and_leaves(browser, walked, found):
    with browser.new_context(java_script_enabled=False) as context:
        page = enter(context, walked, READER, onward="/hallazgos")
        for place, each in found.items():
            if each.is_page and place not in {*OPERATORS_ONLY, *OTHERS_OWN, *OPEN}:
                assert page.goto(walked + each.address).ok
                assert page.locator("h1").inner_text()
        page.goto(f"{walked}/hallazgos")
        page.get_by_label("Texto").fill("nada de esto hay")
        page.get_by_role("button", name="Filtrar").click()
        assert "texto=nada+de+esto" in page.url
        page.get_by_role("button", name="Salir").click()
        page.wait_for_url(f"{walked}/entrar")


def test_who_only_reads_is_shown_no_action(browser, walked, found):
    with browser.new_context() as context:
        page = enter(context, walked, READER)
        for place, each in found.items():
            if not each.is_page or place in {*OPERATORS_ONLY, *OTHERS_OWN, *OPEN}:
                continue
            page.goto(walked + each.address)
            forms = page.locator("form[method=post]").evaluate_all("all => all.map(each => each.action)")
            assert {form.removeprefix(walked) for form in forms} <= set(ACTS), place
            links = page.locator("a").evaluate_all("all => all.map(each => each.getAttribute('href'))")
            assert {place_of(link) for link in links} & OPERATORS_ONLY == set(), place
