"""Every act of the console as people do it: on which page its form stands, and what they read afterwards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playwright.sync_api import Locator, Page
from starlette.routing import compile_path

from sereno.web import catalogue_operate as words


def _as_it_is(_form: Locator) -> None:
    """Fill in nothing."""


def _with_reason(form: Locator) -> None:
    form.get_by_label("Motivo").fill("lo prueba un navegador")


def _for_a_while(form: Locator) -> None:
    form.get_by_label("Vuelve el").fill(form.get_by_label("Vuelve el").get_attribute("max"))
    _with_reason(form)


def _though_nothing_is_owed(form: Locator) -> None:
    form.get_by_role("checkbox").check()


@dataclass(frozen=True)
class Deed:
    """Say how an act is done in a browser."""

    page: str
    """Where the form stands, or the list whose first line leads there."""
    done: str
    """What the page says that comes afterwards."""
    again: tuple[str, ...]
    """What somebody is told who does the same from a page of before; one of these."""
    fill: Callable[[Locator], None] = _as_it_is
    unless: str = ""
    """The act that makes this one possible where its form is missing."""
    listed: bool = False


LEFT = "Su sesión ha terminado"
OVERTAKEN = (words.OVERTAKEN,)
DEEDS: Mapping[str, Deed] = {
    "/salir": Deed("/", "Contraseña", (LEFT,)),
    "/operar/tareas/{job}/ensayo": Deed("/operar", "ensayo", ("ya está en marcha", "ensayo")),
    "/operar/tareas/{job}/ronda": Deed(
        "/operar", "ronda, forzada", ("ya está en marcha", *OVERTAKEN), _though_nothing_is_owed
    ),
    "/operar/tareas/{job}/pausa": Deed(
        "/operar", words.DONE["pausada"], OVERTAKEN, _for_a_while, unless="/operar/tareas/{job}/reanudar"
    ),
    "/operar/tareas/{job}/reanudar": Deed(
        "/operar", words.DONE["reanudada"], OVERTAKEN, unless="/operar/tareas/{job}/pausa"
    ),
    "/operar/correo/retener": Deed(
        "/operar", words.DONE["retenido"], OVERTAKEN, _with_reason, unless="/operar/correo/soltar"
    ),
    "/operar/correo/soltar": Deed(
        "/operar", words.DONE["suelto"], OVERTAKEN, unless="/operar/correo/retener"
    ),
    "/correo/{delivery}/retener": Deed(
        "/correo?estado=queued", words.DONE["apartado"], OVERTAKEN, _with_reason, listed=True
    ),
    "/correo/{delivery}/descartar": Deed(
        "/correo?estado=queued", words.DONE["descartado"], OVERTAKEN, _with_reason, listed=True
    ),
    "/correo/{delivery}/reenviar": Deed(
        "/correo?estado=dead", words.DONE["reenviado"], OVERTAKEN, listed=True
    ),
}
"""What somebody does who is in, by the path that `ACTS` or `OPERATING_ACTS` gives it."""


def ready(page: Page, url: str, act: str) -> None:
    """Open the page that holds the form of an act, making the act possible where it is not."""
    _open(page, url, act)
    deed = DEEDS[act]
    if deed.unless and form_of(page, act) is None:
        _open(page, url, deed.unless)
        do(page, deed.unless)
        _open(page, url, act)


def _open(page: Page, url: str, act: str) -> None:
    deed = DEEDS[act]
    page.goto(url + deed.page)
    for _ in range(200):
        if words.UNDER_WAY not in seen(page):
            break
        page.wait_for_timeout(300)  # what somebody had done before is still under way
        page.goto(url + deed.page)
    first = page.locator("main tbody th a").first
    if deed.listed and first.count():
        with page.expect_navigation():
            first.click()


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
