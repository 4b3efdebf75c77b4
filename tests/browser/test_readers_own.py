"""A reader's own pages in a real browser: what a person does there, by phone and desktop, light and dark."""

import pytest
from tests.browser.consoles import answering
from tests.browser.looks import (
    DESKTOP,
    PHONE,
    Heard,
    is_for_everybody,
    reach_by_keyboard,
    skip_to_content,
)
from tests.web.reader_site import TODAY, URL, Site
from tests.web.test_reader_snooze import UNTIL

from sereno.web import catalogue_readers as words

pytestmark = [pytest.mark.external, pytest.mark.long]


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def mine(site):
    """Say where a reader's page is while it answers."""
    path = site.link()
    with answering(site.reading()) as url:
        yield url + path


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(request, browser):
    with browser.new_context(viewport=request.param, locale="es-ES") as context:
        page = context.new_page()
        page.heard = Heard()
        page.heard.listen(page)
        yield page


def is_well(page, mine):
    """Hold the page as it is now to what every page is held to."""
    is_for_everybody(page)
    assert page.heard.elsewhere(mine) == []
    refused = "status of 422"  # which a browser notes of a code that was wrong
    assert [each for each in page.heard.complaints if refused not in each] == []


def press(page, name):
    follow(page, page.get_by_role("button", name=name))


def follow(page, what):
    """Click, and wait for the page that comes: what is seen next is of that one."""
    with page.expect_navigation():
        what.click()


def test_a_finding_is_put_off_with_the_code_that_came_by_mail(page, site, mine):
    page.goto(mine)
    is_well(page, mine)
    follow(page, page.locator("a[href*='/hallazgo/']").first)
    is_well(page, mine)
    page.get_by_label(words.UNTIL).fill(UNTIL)
    page.get_by_label(words.REASON).fill("Espera al laboratorio")
    press(page, words.ASK)
    page.wait_for_url("**/codigo/*")
    is_well(page, mine)
    page.get_by_label(words.CODE).fill("0000 0000")
    press(page, words.GIVE)
    is_well(page, mine)
    page.get_by_label(words.CODE).fill(site.code())
    press(page, words.GIVE)
    page.get_by_text("Pospuesto hasta el").first.wait_for()
    is_well(page, mine)
    (snooze,) = [each.snooze for each in site.store.ledger("no_conformidades").values() if each.snooze]
    assert (snooze.reason, (snooze.until - TODAY).days) == ("Espera al laboratorio", 5)


def test_a_calendar_is_made_and_taken_away_and_the_link_revoked(page, mine):
    page.goto(mine)
    press(page, words.FEED_MAKE)
    page.wait_for_url("**/calendario")
    is_well(page, mine)
    address = page.get_by_label(words.FEED_ADDRESS).input_value()
    here = mine.partition("/mi/")[0] + address.removeprefix(URL)
    assert page.request.get(here).status == 200
    page.goto(mine)
    press(page, words.FEED_END)
    is_well(page, mine)
    assert page.request.get(here).status == 404
    page.goto(mine)
    press(page, words.REVOKE_DO)
    is_well(page, mine)
    assert page.goto(mine).status == 404


def test_a_keyboard_reaches_everything_on_every_page(page, mine):
    page.goto(mine)
    reach_by_keyboard(page)
    page.goto(mine)
    skip_to_content(page)
    follow(page, page.locator("a[href*='/hallazgo/']").first)
    reach_by_keyboard(page)
