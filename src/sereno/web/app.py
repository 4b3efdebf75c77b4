"""The console's routes: pages for people, answers for machines; each opens the store for reading alone."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sereno import __version__
from sereno.domain.errors import SerenoError, StoreUnavailable
from sereno.web.api_routes import API, api_routes
from sereno.web.calendar import calendar
from sereno.web.catalogue import PROBLEMS
from sereno.web.findings import SHEET, finding, findings, sheet
from sereno.web.guard import FRAMED_POLICY
from sereno.web.health import health
from sereno.web.mail import delivery, delivery_html, outbox
from sereno.web.metrics import metrics
from sereno.web.page import Asked, Page, Show
from sereno.web.reading import Reading, View, look, look_without_store
from sereno.web.render import render, render_alone
from sereno.web.rounds import period, rounds
from sereno.web.rules import rules
from sereno.web.settings import settings
from sereno.web.today import today
from sereno.web.words import visible

Read = Callable[[], Reading]
STATIC = {"estilo.css": "text/css", "sereno.svg": "image/svg+xml"}
FOR_AN_HOUR = {"cache-control": "max-age=3600"}


@dataclass(frozen=True, slots=True)
class Place:
    """Say which page stands at a path, and in which section of the navigation."""

    path: str
    section: str
    show: Show
    from_store: bool = True
    """Without a store there is nothing to show."""


PLACES = (
    Place("/", "hoy", today, from_store=False),
    Place("/rondas", "rondas", rounds),
    Place("/rondas/{year}", "rondas", rounds),
    Place("/rondas/{monitor}/{digest}/{period}", "rondas", period),
    Place("/hallazgos", "hallazgos", findings),
    Place("/hallazgos/{monitor}/{token}", "hallazgos", finding),
    Place("/correo", "correo", outbox),
    Place("/correo/{delivery}", "correo", delivery),
    Place("/calendario", "calendario", calendar, from_store=False),
    Place("/calendario/{year}", "calendario", calendar, from_store=False),
    Place("/reglas", "reglas", rules, from_store=False),
    Place("/ajustes", "ajustes", settings, from_store=False),
)


def console(read: Read, *, live: bool = True) -> FastAPI:
    """Make the console of an installation, looked at anew for each answer; not `live`, for files."""
    app = FastAPI(
        title="Sereno",
        version=__version__,
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
        openapi_url=f"{API}/openapi.json",
        routes=[*_pages(read, live=live), *_others(read)],
    )
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(SerenoError, _failed)
    app.add_exception_handler(Exception, _broken)
    app.include_router(api_routes(read))
    return app


def seen(read: Read, make: Callable[[View], Any]) -> Any:  # noqa: ANN401  # whatever is made
    """Make something of one look; of one without the store where that cannot be read."""
    reading = read()
    try:
        with look(reading) as view:
            return make(view)
    except StoreUnavailable as error:
        return make(look_without_store(reading, error))


def _pages(read: Read, *, live: bool) -> list[Route]:
    return [Route(place.path, _page(place, read, live=live)) for place in PLACES]


def _page(place: Place, read: Read, *, live: bool) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        asked = _asked(request, live=live)
        return seen(read, lambda view: _rendered(place, view, asked))  # type: ignore[no-any-return]

    return answer


def _rendered(place: Place, view: View, asked: Asked) -> Response:
    if place.from_store and view.store is None:
        page: Page | None = Page(
            "storeless.html", "Sin almacén", {"fault": view.fault}, 503 if view.fault else 200
        )
    else:
        page = place.show(view, asked)
    page = page or Page("missing.html", "No está", {"why": PROBLEMS[404]}, 404)
    return HTMLResponse(render(page, view, asked, place.section), page.status)


def _asked(request: Request, *, live: bool = True) -> Asked:
    path = {name: visible(str(value)) for name, value in request.path_params.items()}
    return Asked(path, {name: visible(value) for name, value in request.query_params.items()}, live)


def _others(read: Read) -> Sequence[Route]:
    def findings_sheet(request: Request) -> Response:
        written: bytes | None = seen(read, lambda view: sheet(view, _asked(request)))
        if written is None:
            raise HTTPException(503)
        named = {"content-disposition": f'attachment; filename="{SHEET}"'}
        return Response(written, media_type="text/csv; charset=utf-8", headers=named)

    def mail_html(request: Request) -> Response:
        shown: str | None = seen(read, lambda view: delivery_html(view, _asked(request)))
        if shown is None:
            raise HTTPException(404)
        return HTMLResponse(
            shown.encode(errors="replace"), headers={"content-security-policy": FRAMED_POLICY}
        )

    def healthz(_request: Request) -> Response:
        told = seen(read, health)
        return JSONResponse(asdict(told), 200 if told.healthy else 503)

    def prometheus(_request: Request) -> Response:
        return Response(seen(read, metrics), media_type="text/plain; version=0.0.4; charset=utf-8")

    return [
        Route(f"/{SHEET}", findings_sheet),
        Route("/correo/{delivery}/html", mail_html),
        Route("/healthz", healthz),
        Route("/metrics", prometheus),
        *(Route(f"/{name}", _static(name, kind)) for name, kind in STATIC.items()),
    ]


def _static(name: str, kind: str) -> Callable[[Request], Response]:
    content = files("sereno.web").joinpath("static", name).read_bytes()
    return lambda _request: Response(content, media_type=kind, headers=FOR_AN_HOUR)


def _refused(request: Request, error: Exception) -> Response:
    """Answer in Spanish what there is not, or not so."""
    code = error.status_code if isinstance(error, HTTPException) else 500
    return _problem(request, code, PROBLEMS.get(code, PROBLEMS[400]))


def _failed(request: Request, error: Exception) -> Response:
    """Tell what keeps the console from looking: its settings, as a rule, while somebody writes them."""
    return _problem(request, 503, str(error))


def _broken(request: Request, _error: Exception) -> Response:
    return _problem(request, 500, PROBLEMS[500])


def _problem(request: Request, code: int, why: str) -> Response:
    if request.url.path.startswith((API, "/healthz", "/metrics")):
        return JSONResponse({"detail": why}, code)
    return HTMLResponse(render_alone("problem.html", code=code, why=why, version=__version__), code)
