"""The console's routes: pages for people, answers for machines; each opens the store for reading alone."""

from collections.abc import Callable
from dataclasses import asdict

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sereno import __version__
from sereno.domain.errors import SerenoError
from sereno.web.api_routes import API, api_routes
from sereno.web.catalogue import PROBLEMS
from sereno.web.health import health
from sereno.web.metrics import metrics
from sereno.web.page import Asked
from sereno.web.places import PLACES, STATIC, Answer, seen, static
from sereno.web.reading import Reading
from sereno.web.render import render_alone
from sereno.web.words import visible

Read = Callable[[], Reading]
Endpoint = Callable[[Request], Response]
FOR_AN_HOUR = {"cache-control": "max-age=3600"}
LEAST = 1000
"""Bytes from which an answer is compressed."""


def console(read: Read) -> FastAPI:
    """Make the console of an installation, which is looked at anew for each answer."""
    pages = [Route(path, _place(answer, read)) for path, answer in PLACES.items()]
    files = [Route(path, _static(path, kind)) for path, kind in STATIC.items()]
    app = FastAPI(
        title="Sereno",
        version=__version__,
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
        openapi_url=f"{API}/openapi.json",
        routes=[*pages, *files, Route("/healthz", _healthz(read)), Route("/metrics", _metrics(read))],
    )
    app.include_router(api_routes(read))
    app.add_middleware(GZipMiddleware, minimum_size=LEAST)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(SerenoError, _failed)
    app.add_exception_handler(Exception, _broken)
    return app


def _place(answer: Answer, read: Read) -> Endpoint:
    return lambda request: seen(read(), lambda view: answer(view, _asked(request)))


def _asked(request: Request) -> Asked:
    path = {name: visible(value) for name, value in request.path_params.items()}
    return Asked(path, {name: visible(value) for name, value in request.query_params.items()})


def _healthz(read: Read) -> Endpoint:
    def answer(_request: Request) -> Response:
        told = seen(read(), health)
        return JSONResponse(asdict(told), 200 if told.healthy else 503)

    return answer


def _metrics(read: Read) -> Endpoint:
    kind = "text/plain; version=0.0.4; charset=utf-8"
    return lambda _request: Response(seen(read(), metrics), media_type=kind)


def _static(path: str, kind: str) -> Endpoint:
    content = static(path)
    return lambda _request: Response(content, media_type=kind, headers=FOR_AN_HOUR)


def _refused(request: Request, error: Exception) -> Response:
    """Answer in Spanish what there is not, or not so."""
    code = error.status_code if isinstance(error, HTTPException) else 500
    why = str(error.detail) if isinstance(error, HTTPException) and code == 503 else PROBLEMS.get(code)
    return _problem(request, code, why or PROBLEMS[400])


def _failed(request: Request, error: Exception) -> Response:
    """Tell what keeps the console from looking: its settings, as a rule, while somebody writes them."""
    return _problem(request, 503, str(error))


def _broken(request: Request, _error: Exception) -> Response:
    return _problem(request, 500, PROBLEMS[500])


def _problem(request: Request, code: int, why: str) -> Response:
    if request.url.path.startswith((API, "/healthz", "/metrics")):
        return JSONResponse({"detail": why}, code)
    return HTMLResponse(render_alone("problem.html", code=code, why=why, version=__version__), code)
