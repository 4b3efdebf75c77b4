"""Every act of the console as people do it: on which page its form stands, and what they read afterwards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playwright.sync_api import Locator, Page
from starlette.routing import compile_path


def _as_it_is(_form: Locator) -> None:
    """Fill in nothing."""


@dataclass(frozen=True)
class Deed:
    """Say how an act is done in a browser."""

    place: str
    """A place of `web/places.py` on whose page the form stands."""
    done: str
    """What the page says that comes afterwards."""
    again: str
    """What somebody is told who does the same from a page of before."""
    fill: Callable[[Locator], None] = _as_it_is


LEFT = "Su sesión ha terminado"
DEEDS: Mapping[str, Deed] = {
    "/salir": Deed("/", done="Contraseña", again=LEFT),
}
"""What somebody does who is in, by the path that `ACTS` or `OPERATING_ACTS` gives it."""


def form_of(page: Page, act: str) -> Locator | None:
    """Find the first form on a page that does an act; None where there is none."""
    pattern = compile_path(act)[0]
    actions = page.locator("form[method=post]").evaluate_all(
        "all => all.map(each => each.getAttribute('action'))"
    )
    at = next((index for index, action in enumerate(actions) if pattern.match(action)), None)
    return None if at is None else page.locator("form[method=post]").nth(at)


def do(page: Page, act: str) -> None:
    """Do an act by the form that a page holds."""
    form = form_of(page, act)
    assert form is not None, f"{page.url} holds no form for {act}"
    DEEDS[act].fill(form)
    with page.expect_navigation():
        form.locator("button[type=submit], button:not([type])").first.click()


def seen(page: Page) -> str:
    """Return what a page says."""
    return page.locator("body").inner_text()
