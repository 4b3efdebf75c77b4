"""Looks at a page, and what must be true of every page at every look."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, Page
from tests.browser.chromium import WAIT
from tests.browser.consoles import SECRET

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
LOOKS = [(DESKTOP, "light"), (PHONE, "dark")]
"""Both widths and both schemes; no colour of ours depends on the width."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PRESSES = 40
"""How often Tab is pressed on a page: its head, its filters, and the first rows."""
FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
FOCUS = """selector => {
    const all = [...document.querySelectorAll(selector)].filter(each => each.checkVisibility());
    const at = document.activeElement, box = at.getBoundingClientRect(), style = getComputedStyle(at);
    return {
        index: all.indexOf(at), number: all.length, what: at.outerHTML.slice(0, 120),
        onScreen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0
            && box.top < innerHeight && box.left < innerWidth,
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
    };
}"""
BEYOND = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
AXE = """tags => axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"],
    iframes: false}).then(found => found.violations.flatMap(each => each.nodes.map(
        node => `${each.id}: ${node.target} ${node.failureSummary}`.replace(/\\s+/g, " "))))"""


@dataclass
class Heard:
    """Hold what a page asked for and complained of."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda said: self.complaints.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))

    def elsewhere(self, url: str) -> list[str]:
        """List requests to any other host."""
        ours = urlsplit(url).netloc
        return [
            each
            for each in self.requests
            if urlsplit(each).netloc != ours and urlsplit(each).scheme not in {"data", "about"}
        ]

    def clear(self) -> None:
        self.requests.clear()
        self.complaints.clear()


def enter(context: BrowserContext, url: str, name: str, onward: str = "/") -> Page:
    """Enter by the form, as a person does."""
    context.set_default_timeout(WAIT)
    page = context.new_page()
    page.goto(f"{url}/entrar?a={onward}")
    page.get_by_label("Usuario").fill(name)
    page.get_by_label("Contraseña").fill(SECRET)
    page.get_by_role("button", name="Entrar").click()
    page.wait_for_url(f"{url}{onward}")
    return page


def looks(page: Page) -> Iterator[str]:
    """Show a page at each width, in light and dark; name the look."""
    for size, scheme in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        yield f"{size['width']} {scheme}"


def violations(page: Page) -> list[str]:
    """List what axe-core finds on a page as it now looks; it is put in from outside, past the policy."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(AXE, RULES)


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than the window."""
    return page.evaluate(BEYOND)


def is_for_everybody(page: Page) -> None:
    """Hold a page, as it now is, to one heading, and at every look to its width and to axe-core."""
    assert page.locator("h1").count() == 1
    for look in looks(page):
        assert overflow(page) <= 0, look
        assert violations(page) == [], look


def skip_to_content(page: Page) -> None:
    """Use the first link of the page, by the keyboard alone."""
    page.keyboard.press("Tab")
    skip = page.evaluate(FOCUS, FOCUSABLE)
    assert "skip" in skip["what"], skip
    assert skip["onScreen"], skip
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenido"


def load_frames(page: Page) -> None:
    """Wait for what each frame in sight shows: one that still loads sends Tab back to the page's start.

    A frame that waits to be scrolled to is scrolled to.
    """
    for element in page.locator("iframe:visible").element_handles():
        element.scroll_into_view_if_needed()
        frame = element.content_frame()
        assert frame is not None
        frame.wait_for_url(lambda url: url != "about:blank", wait_until="load")
    page.evaluate("scrollTo(0, 0)")


def reach_by_keyboard(page: Page) -> None:
    """Go on through a page by Tab: each thing in its order, on the screen and outlined."""
    load_frames(page)
    before = -1
    for _ in range(PRESSES):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS, FOCUSABLE)
        if "<iframe" in focus["what"]:  # a mail of its own, which takes the place back while it loads
            return
        if focus["index"] < 0:  # what scrolls without holding anything that could be reached
            continue
        parts = 'type="date"' in focus["what"]  # day, month, year and a calendar with a ring of its own
        assert focus["onScreen"], focus
        assert focus["outlined"] or parts, focus
        assert before == -1 or focus["index"] - before in ({0, 1} if parts else {1}), (before, focus)
        before = focus["index"]
        if before == focus["number"] - 1:
            return
