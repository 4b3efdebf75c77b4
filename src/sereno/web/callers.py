"""Programs at the door of the API: a session, a trusted proxy, or a user's name and password."""

from base64 import b64decode
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials
from fastapi.security.http import HTTPBase

from sereno.domain.errors import StoreUnavailable
from sereno.web import catalogue_access as words
from sereno.web.acting import Refusal, nobody_known
from sereno.web.entrance import COOKIE, Terms, client_of, proxied_name, visitor_of
from sereno.web.login import verified
from sereno.web.places import seen
from sereno.web.reading import Reading, View

API = "/api/v1"
STATUS = f"{API}/status"
REALM = {"www-authenticate": 'Basic realm="sereno", charset="UTF-8"'}
KEPT_OUT: dict[int | str, dict[str, Any]] = {
    401: {"description": "Users exist and the caller is none."},
    429: {"description": "Too many refused passwords; Retry-After says when to try again."},
}
Basic = Annotated[HTTPAuthorizationCredentials | None, Security(HTTPBase(scheme="basic", auto_error=False))]
Cookie = Annotated[str | None, Security(APIKeyCookie(name=COOKIE, auto_error=False))]


def caller(read: Callable[[], Reading], terms: Terms) -> Callable[..., None]:
    """Return what keeps out callers who may not read; while the store cannot be read, its routes tell so."""

    def admit(request: Request, basic: Basic = None, _session: Cookie = None) -> None:
        reading = read()
        is_basic = basic is not None and basic.scheme.lower() == "basic"
        if basic is None or not is_basic or proxied_name(request, terms):  # whose own password may come along
            seen(reading, lambda view: _admit(request, view, terms))
            return
        _admit_by_password(reading, basic.credentials, terms, client_of(request, terms))

    return admit


def _admit(request: Request, view: View, terms: Terms) -> None:
    if view.fault:
        if terms.local and request.url.path == STATUS:
            return  # this machine is told how the watch stands
        raise nobody_known(terms, view.fault)
    if not visitor_of(request, view, terms).may("read"):
        raise Refusal(401, words.API_NEEDS, REALM)


def _admit_by_password(reading: Reading, credentials: str, terms: Terms, client: str) -> None:
    try:
        name, _, password = b64decode(credentials, validate=True).decode().partition(":")
    except ValueError as error:  # no base64, or no UTF-8
        raise Refusal(401, words.API_NEEDS, REALM) from error
    try:
        tried = verified(reading, name, password, client)
    except StoreUnavailable as error:
        raise nobody_known(terms, str(error)) from error
    if tried.wait_until is not None or tried.busy:
        seconds = (tried.wait_until - reading.now()).total_seconds() if tried.wait_until else 5
        raise Refusal(429, words.API_WAITS, {"retry-after": str(max(1, round(seconds)))})
    if tried.user is None:
        raise Refusal(401, words.REFUSED, REALM)
