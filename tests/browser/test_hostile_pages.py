"""Texts that others wrote, in a browser that would run them: no policy of ours is in their way here."""

from urllib.request import build_opener

import pytest
from tests.browser.consoles import answering
from tests.browser.looks import DESKTOP, PHONE, Heard, overflow
from tests.browser.places import find_places
from tests.web import test_hostile

from sereno.web.places import OPERATORS_ONLY, PLACES

pytestmark = [pytest.mark.external, pytest.mark.long]
department, reading = test_hostile.department, test_hostile.reading
WATCH = "window.alert = window.print = () => { window.__ran = true; };"


@pytest.fixture(scope="module")
def hostile(reading):
    with answering(reading) as url:
        yield url


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_page_runs_or_fetches_what_a_register_says(browser, hostile, size):
    found, heard = find_places(hostile, build_opener(), PLACES, may_miss=True), Heard()
    with browser.new_context(bypass_csp=True, viewport=size) as context:
        context.add_init_script(WATCH)
        page = context.new_page()
        heard.listen(page)
        for place, each in found.items():
            if not each.is_page or place in OPERATORS_ONLY:
                continue
            page.goto(hostile + each.address, wait_until="networkidle")
            assert page.evaluate("window.__ran") is None, place
            assert page.locator("img[src=x]").count() == 0, place
            assert overflow(page) <= 0, place
    assert [each for each in heard.requests if each.endswith("/x")] == []
    said = [each for each in heard.complaints if "404" not in each]  # a mail of its own has no icon
    assert (said, heard.elsewhere(hostile)) == ([], [])


def test_the_same_texts_would_run_if_a_page_took_them_for_markup(browser):
    with browser.new_context() as context:
        page = context.new_page()
        page.add_init_script(WATCH)
        page.goto("about:blank")
        page.set_content(f'<p title="{test_hostile.EVIL}')
        page.wait_for_function("window.__ran")
