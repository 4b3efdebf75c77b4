"""What stands at which path: each place makes its answer of one look, for the browser and for files alike."""

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import TypeVar

from starlette.responses import HTMLResponse, Response

from sereno.domain.errors import StoreUnavailable
from sereno.web.acting import Act
from sereno.web.calendar import calendar
from sereno.web.catalogue import MISSING, PROBLEM, PROBLEMS
from sereno.web.deeds import deeds
from sereno.web.finding import finding
from sereno.web.findings import SHEET, WORKBOOK, findings, sheet, workbook
from sereno.web.foreign import foreign_body, foreign_html
from sereno.web.guard import FRAMED_POLICY, PICTURE_POLICY
from sereno.web.login import enter, leave, login
from sereno.web.mail import delivery, delivery_html, outbox
from sereno.web.operating import errand, errand_page, operating
from sereno.web.orders import (
    drop_mail,
    hold_mail,
    keep_mail_back,
    let_mail_go,
    pause_job,
    rehearse_job,
    resume_job,
    retry_mail,
    run_job,
)
from sereno.web.page import Asked, Page, Show
from sereno.web.people import people
from sereno.web.plots import picture, plots
from sereno.web.reading import Reading, View, look, look_without_store
from sereno.web.render import render
from sereno.web.rounds import period, rounds
from sereno.web.rules import rules
from sereno.web.settings import settings
from sereno.web.sheets import NOTICES_SHEET, PEOPLE_SHEET, notices_sheet, people_sheet
from sereno.web.today import today
from sereno.web.turns import PAGES, Turns

Answer = Callable[[View, Asked], Response]
Write = Callable[[View, Asked], Response | None]
Made = TypeVar("Made")
STATIC = {"/estilo.css": "text/css", "/sereno.svg": "image/svg+xml"}


def seen(reading: Reading, make: Callable[[View], Made], turns: Turns | None = PAGES) -> Made:
    """Make something of one look; of one without the store where that cannot be read."""
    try:
        with look(reading, turns) as view:
            return make(view)
    except StoreUnavailable as error:
        return make(look_without_store(reading, error))


def static(path: str) -> bytes:
    """Read a file that pages refer to."""
    return files("sereno.web").joinpath("static", path.strip("/")).read_bytes()


def _page(section: str, show: Show, *, from_store: bool = True) -> Answer:
    """Answer with a page, or say that there is no such thing, or nothing to make it of."""

    def answer(view: View, asked: Asked) -> Response:
        lacking = from_store and view.store is None
        page = _storeless(view) if lacking else show(view, asked) or _missing()
        return HTMLResponse(render(page, view, asked, section), page.status)

    return answer


def _storeless(view: View) -> Page:
    return Page("storeless.html", PROBLEM, {"fault": view.fault}, 503 if view.fault else 200)


def _missing() -> Page:
    return Page("missing.html", MISSING, {"why": PROBLEMS[404]}, 404)


def _file(write: Write) -> Answer:
    """Answer with a file to be kept, or say that there is nothing to make it of."""

    def answer(view: View, asked: Asked) -> Response:
        storeless = _storeless(view)
        return write(view, asked) or HTMLResponse(render(storeless, view, asked, "hallazgos"), 503)

    return answer


def _mail_html(view: View, asked: Asked) -> Response:
    return _framed(delivery_html(view, asked), view, asked, "correo")


def _foreign_html(view: View, asked: Asked) -> Response:
    return _framed(foreign_html(view, asked), view, asked, "correo")


def _errand_page(view: View, asked: Asked) -> Response:
    return _framed(errand_page(view, asked), view, asked, "operar")


def _framed(shown: str | None, view: View, asked: Asked, section: str) -> Response:
    """Answer with a mail's own HTML, fit for a frame that runs and fetches nothing."""
    if shown is None:
        return HTMLResponse(render(_missing(), view, asked, section), 404)
    return HTMLResponse(shown.encode(errors="replace"), headers={"content-security-policy": FRAMED_POLICY})


def _picture(view: View, asked: Asked) -> Response:
    drawn = picture(view, asked)
    if drawn is None:
        page = _missing() if view.store is not None else _storeless(view)
        return HTMLResponse(render(page, view, asked, "hallazgos"), page.status)
    return Response(drawn, media_type="image/svg+xml", headers={"content-security-policy": PICTURE_POLICY})


PLACES: Mapping[str, Answer] = {
    "/": _page("hoy", today, from_store=False),
    "/rondas": _page("rondas", rounds),
    "/rondas/{year}": _page("rondas", rounds),
    "/rondas/{monitor}/{digest}/{period}": _page("rondas", period),
    "/rondas/{monitor}/{digest}/{period}/{run}": _page("rondas", period),
    "/hallazgos": _page("hallazgos", findings),
    "/hallazgos/graficos": _page("hallazgos", plots),
    "/hallazgos/graficos/{picture}": _picture,
    f"/{SHEET}": _file(sheet),
    f"/{WORKBOOK}": _file(workbook),
    "/hallazgos/{monitor}/{token}": _page("hallazgos", finding),
    "/correo": _page("correo", outbox),
    "/correo/{delivery}": _page("correo", delivery),
    "/correo/{delivery}/html": _mail_html,
    "/personas": _page("personas", people),
    f"/{PEOPLE_SHEET}": people_sheet,
    f"/{NOTICES_SHEET}": notices_sheet,
    "/calendario": _page("calendario", calendar, from_store=False),
    "/calendario/{year}": _page("calendario", calendar, from_store=False),
    "/reglas": _page("reglas", rules, from_store=False),
    "/ajustes": _page("ajustes", settings, from_store=False),
    "/actividad": _page("actividad", deeds),
    "/operar": _page("operar", operating),
    "/operar/encargo/{errand}": _page("operar", errand),
    "/operar/encargo/{errand}/{file}": _errand_page,
    "/correo/{delivery}/contenido": _page("correo", foreign_body),
    "/correo/{delivery}/contenido/html": _foreign_html,
}
RECORDED = frozenset(
    {
        "/correo/{delivery}/contenido",
        "/correo/{delivery}/contenido/html",
        f"/{PEOPLE_SHEET}",
        f"/{NOTICES_SHEET}",
    }
)
"""Places of which it is recorded who saw them: shown to who asks for them from a page of ours, or by name."""
LONG = frozenset({f"/{SHEET}", f"/{WORKBOOK}", f"/{PEOPLE_SHEET}", f"/{NOTICES_SHEET}"})
"""Places whose answer may be the whole store's: seconds, where a page takes milliseconds."""
OPERATORS_ONLY = RECORDED | {
    "/actividad",
    "/operar",
    "/operar/encargo/{errand}",
    "/operar/encargo/{errand}/{file}",
}
"""Places that show what only the operating role may see; the static export leaves them out."""
LOGIN = "/entrar"
OPEN: Mapping[str, Answer] = {LOGIN: _page("entrar", login, from_store=False)}
"""Places for who has not said who they are."""
ACTS: Mapping[str, Act] = {"/salir": leave}
"""What a form may do that somebody who is known sends."""
OPEN_ACTS: Mapping[str, Act] = {LOGIN: enter}
OPERATING_ACTS: Mapping[str, Act] = {
    "/operar/tareas/{job}/ronda": run_job,
    "/operar/tareas/{job}/ensayo": rehearse_job,
    "/operar/tareas/{job}/pausa": pause_job,
    "/operar/tareas/{job}/reanudar": resume_job,
    "/operar/correo/retener": hold_mail,
    "/operar/correo/soltar": let_mail_go,
    "/correo/{delivery}/reenviar": retry_mail,
    "/correo/{delivery}/retener": keep_mail_back,
    "/correo/{delivery}/descartar": drop_mail,
}
"""What only the operating role may do."""
