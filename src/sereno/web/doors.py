"""Each place and each form has a door: who may pass is let in, everybody else is told why not."""

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sereno.domain.access import Role
from sereno.domain.errors import FaultyInput, SerenoError, StoreUnavailable
from sereno.web import catalogue_access as words
from sereno.web.acting import GUARD, Act, NotForm, Order, Refusal, form_of, is_own, nobody_known
from sereno.web.entrance import (
    COOKIE,
    Terms,
    Visitor,
    client_of,
    is_encrypted,
    is_guarded,
    proxied_name,
    visitor_of,
)
from sereno.web.page import Asked
from sereno.web.places import LOGIN, LONG, RECORDED, Answer, seen
from sereno.web.reading import Reading, View
from sereno.web.turns import PAGES, SHEETS
from sereno.web.words import visible

Read = Callable[[], Reading]
FIRST = "/"
"""Says how the watch stands, which this machine is told also while nobody can be known."""


def place_route(path: str, answer: Answer, needed: Role | None, read: Read, terms: Terms) -> Route:
    """Let who may see a place see it; `needed` is None for a place that is open to all."""

    def shown(view: View, request: Request) -> Response:
        visitor = visitor_of(request, view, terms)
        is_first = path == FIRST and terms.local and bool(view.fault)
        if needed is None or is_first or visitor.may(needed):
            if path in RECORDED and (request.method != "GET" or _is_from_elsewhere(request)):
                raise Refusal(403, words.STALE_FORM)
            return answer(view, _asked(request, visitor))
        return _kept_out(request, view, terms, visitor)

    turns = SHEETS if path in LONG else PAGES
    return Route(path, lambda request: seen(read(), lambda view: shown(view, request), turns))


def _is_from_elsewhere(request: Request) -> bool:
    return request.headers.get("sec-fetch-site", "none") in {"cross-site", "same-site"}


def form_route(path: str, act: Act, needed: Role | None, read: Read, terms: Terms) -> Route:
    """Do what a form wants whose sender may want it; refuse what another's page may have sent."""

    async def taken(request: Request) -> Response:
        try:
            form = await form_of(request)
        except NotForm as error:
            raise Refusal(error.status, words.BAD_FORMS[error.status]) from error
        return await run_in_threadpool(_done, request, form)

    def _done(request: Request, form: Mapping[str, str]) -> Response:
        reading = read()
        visitor = seen(reading, lambda view: _sender(request, view, needed, terms))
        guarded = needed is None or is_guarded(visitor, form.get(GUARD, ""))
        if not guarded or not is_own(request, terms):
            raise Refusal(403, words.STALE_FORM)
        path_parts = {name: visible(value) for name, value in request.path_params.items()}
        token, encrypted = request.cookies.get(COOKIE, ""), is_encrypted(request, terms)
        order = Order(visitor, path_parts, form, client_of(request, terms), token, encrypted)
        return _acted(act, reading, order, terms)

    endpoint: Callable[[Request], Awaitable[Response]] = taken
    return Route(path, endpoint, methods=["POST"])


def _acted(act: Act, reading: Reading, order: Order, terms: Terms) -> Response:
    """Do it; answer in our words where that cannot be."""
    try:
        return act(reading, order)
    except FaultyInput as error:
        raise Refusal(400, str(error)) from error
    except StoreUnavailable as error:
        if order.visitor.role is None:
            raise nobody_known(terms, str(error)) from error
        raise
    except SerenoError as error:
        raise Refusal(409, str(error)) from error


def _sender(request: Request, view: View, needed: Role | None, terms: Terms) -> Visitor:
    """Tell who sends a form; raise HTTPException for who may not, StoreUnavailable."""
    visitor = visitor_of(request, view, terms)
    if needed is None or (visitor.may(needed) and visitor.guard):
        return visitor
    if view.fault:
        raise nobody_known(terms, view.fault)
    if visitor.role is None and not visitor.name:
        raise Refusal(403, words.SESSION_OVER)
    raise Refusal(403, words.NOT_YOURS if visitor.name else words.NOBODY_OPERATES)


def _kept_out(request: Request, view: View, terms: Terms, visitor: Visitor) -> Response:
    """Say why somebody sees nothing here; who has not said who they are can."""
    if view.fault:
        raise nobody_known(terms, view.fault)
    named = proxied_name(request, terms)
    if named and visitor.role is None:
        raise Refusal(403, words.UNKNOWN_NAME.format(name=visible(named)))
    if visitor.role is not None:
        raise Refusal(403, words.NOT_YOURS if visitor.name else words.NOBODY_OPERATES)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{LOGIN}?a={quote(wanted, safe='/')}", 303)


def _asked(request: Request, visitor: Visitor) -> Asked:
    path = {name: visible(value) for name, value in request.path_params.items()}
    query = {name: visible(value) for name, value in request.query_params.items()}
    return Asked(path, query, visitor=visitor)
