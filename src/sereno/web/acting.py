"""What a form does: who sent it, from where, and that nobody else's page sent it in their name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sereno.engine.access import Deed
from sereno.web import catalogue_access as words
from sereno.web.entrance import Terms, Visitor
from sereno.web.reading import Reading
from sereno.web.render import link
from sereno.web.words import visible

FORM = "application/x-www-form-urlencoded"
LARGEST = 64 * 1024
"""Bytes of a form: all that we show are small."""
MOST_FIELDS = 100
SECRET = "clave"  # noqa: S105  what the field is called
"""The field that holds a password: it is kept as it was typed, and never shown."""
GUARD = "guarda"
"""The field that holds what only the visitor's own pages know."""


@dataclass(frozen=True, slots=True)
class Order:
    """Hold what somebody wants done."""

    visitor: Visitor
    path: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    client: str = ""
    """The address that it came from."""
    token: str = ""
    """Of the session that it came in; empty where it came in none."""
    encrypted: bool = False

    def of(self, name: str) -> str:
        """Return a field; empty where it is missing."""
        return self.form.get(name, "").strip()

    def deed(self, reading: Reading, action: str, subject: str = "", detail: str = "") -> Deed:
        """Say what is done, by whom and when."""
        return Deed(reading.now(), self.visitor.name, action, subject, detail)


Act = Callable[[Reading, Order], Response]
"""Do what an order wants, and lead the browser on; raise SerenoError where it cannot be done."""


class Refusal(HTTPException):
    """Answer with our own words why something is not done or not shown."""


def nobody_known(terms: Terms, fault: str) -> Refusal:
    """Say that nobody can be known; what is wrong with the store is told to this machine alone."""
    told = words.NOBODY_KNOWN.format(fault=fault if terms.local else "")
    return Refusal(503, told.rstrip())


class NotForm(Exception):
    """The request is not a form that a page of ours could have sent."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


async def form_of(request: Request, largest: int = LARGEST) -> Mapping[str, str]:
    """Read a form; raise NotForm for what is too large, of another kind, or no text."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise NotForm(415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise NotForm(413)
    return _fields(bytes(body))


def is_own(request: Request, terms: Terms) -> bool:
    """Tell whether a page of ours sent the request, as far as the browser says where it comes from."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site", "same-origin")
    ours = {request.headers.get("host", "").lower(), terms.public} - {""}
    try:
        named = None if origin is None else urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    return named in {None, *ours} and site in {"same-origin", "none"}


def led_to(*parts: object, **query: object) -> Response:
    """Lead the browser to a page, which it asks for anew: sending again needs a person."""
    return RedirectResponse(link(*parts, **query), 303)


def _fields(body: bytes) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise NotForm(400) from error
    return {name: value if name == SECRET else visible(value) for name, value in pairs}
