"""The console's routes: pages for people, forms, answers for machines; each opens the store anew."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sereno import __version__
from sereno.domain.errors import SerenoError
from sereno.web.acting import Refusal
from sereno.web.api_routes import api_routes
from sereno.web.callers import API
from sereno.web.catalogue import PROBLEM, PROBLEMS
from sereno.web.doors import Read, form_route, place_route
from sereno.web.entrance import Terms
from sereno.web.health import health
from sereno.web.metrics import metrics
from sereno.web.places import (
    ACTS,
    OPEN,
    OPEN_ACTS,
    OPERATING_ACTS,
    OPERATORS_ONLY,
    PLACES,
    STATIC,
    seen,
    static,
)
from sereno.web.reader_routes import is_for_readers, reader_routes
from sereno.web.reader_visits import shown
from sereno.web.render import render_alone

Endpoint = Callable[[Request], Response]
FOR_AN_HOUR = {"cache-control": "max-age=3600"}
LEAST = 1000
"""Bytes from which an answer is compressed."""


def console(read: Read, terms: Terms | None = None) -> FastAPI:
    """Make the console of an installation, which is looked at anew for each answer."""
    on = terms or Terms()
    files = [Route(path, _static(path, kind)) for path, kind in STATIC.items()]
    app = FastAPI(
        title="Sereno",
        version=__version__,
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # to an address of ours, in the clear, with whatever secret is in it
        openapi_url=f"{API}/openapi.json",
        routes=[
            *reader_routes(read),
            *_places(read, on),
            *files,
            Route("/healthz", _healthz(read)),
            Route("/metrics", _metrics(read)),
        ],
    )
    app.include_router(api_routes(read, on))
    app.add_middleware(GZipMiddleware, minimum_size=LEAST)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(SerenoError, partial(_failed, on))
    app.add_exception_handler(Exception, _broken)
    return app


def _places(read: Read, terms: Terms) -> list[Route]:
    """Say who comes in where; a place that is named in no list is for who may read."""
    return [
        *(place_route(path, answer, None, read, terms) for path, answer in OPEN.items()),
        *(
            place_route(path, answer, "operate" if path in OPERATORS_ONLY else "read", read, terms)
            for path, answer in PLACES.items()
        ),
        *(form_route(path, act, None, read, terms) for path, act in OPEN_ACTS.items()),
        *(form_route(path, act, "read", read, terms) for path, act in ACTS.items()),
        *(form_route(path, act, "operate", read, terms) for path, act in OPERATING_ACTS.items()),
    ]


def _healthz(read: Read) -> Endpoint:
    """Answer who watches the watchman, whoever else waits for a turn."""

    def answer(_request: Request) -> Response:
        told = seen(read(), health, None)
        return JSONResponse(asdict(told), 200 if told.healthy else 503)

    return answer


def _metrics(read: Read) -> Endpoint:
    kind = "text/plain; version=0.0.4; charset=utf-8"
    return lambda _request: Response(seen(read(), metrics, None), media_type=kind)


def _static(path: str, kind: str) -> Endpoint:
    content = static(path)
    return lambda _request: Response(content, media_type=kind, headers=FOR_AN_HOUR)


def _refused(request: Request, error: Exception) -> Response:
    """Answer in Spanish what there is not, or not so."""
    code = error.status_code if isinstance(error, HTTPException) else 500
    said = isinstance(error, Refusal) or code == 503
    why = (
        str(error.detail) if isinstance(error, HTTPException) and said else PROBLEMS.get(code, PROBLEMS[400])
    )
    headers = error.headers if isinstance(error, HTTPException) else None
    return _problem(request, code, why, headers)


def _failed(terms: Terms, request: Request, error: Exception) -> Response:
    """Tell this machine what keeps the console from looking: settings that somebody is writing, mostly."""
    return _problem(request, 503, str(error) if terms.local else PROBLEMS[503])


def _broken(request: Request, _error: Exception) -> Response:
    return _problem(request, 500, PROBLEMS[500])


def _problem(request: Request, code: int, why: str, headers: Mapping[str, str] | None = None) -> Response:
    if request.url.path.startswith((API, "/healthz", "/metrics")):
        return JSONResponse({"detail": why}, code, headers)
    if is_for_readers(request.url.path):  # nothing of the console is told to readers, nor where it is
        return shown(code, "reader_word.html", title=PROBLEM, about=PROBLEMS.get(code, PROBLEMS[400]))
    return HTMLResponse(render_alone("problem.html", code=code, why=why, version=__version__), code, headers)
