"""The routes of readers' own pages: no other page of the console leads there, and they lead to no other."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sereno.domain.errors import SerenoError
from sereno.domain.redaction import PERSONAL
from sereno.web import catalogue_readers as words
from sereno.web.acting import NotForm, form_of
from sereno.web.reader_actions import FEEDS, Typed, ask_for_code, end_feed, give_code, make_feed, revoke
from sereno.web.reader_feed import feed
from sereno.web.reader_pages import code_page, finding_page, my_page, request_called
from sereno.web.reader_visits import Visit, shown, visited
from sereno.web.reading import Reading

MOST_BYTES = 16_384
"""Of a form; the longest that a page can send is a tenth of it."""
SHARED = ("/estilo.css", "/sereno.svg")
"""What readers' pages refer to, beside themselves."""

Read: TypeAlias = Callable[[], Reading]
Show: TypeAlias = Callable[[Visit, str], Response]
Do: TypeAlias = Callable[[Visit, str, Typed], Response]


def reader_routes(read: Read) -> list[Route]:
    """List the routes; without CONSOLE_URL each answers 404."""
    mine = PERSONAL + "{token}"
    shows: dict[str, Show] = {
        mine: lambda visit, _: my_page(visit),
        f"{mine}/hallazgo/{{name}}": finding_page,
        f"{mine}/codigo/{{name}}": lambda visit, name: code_page(visit, request_called(visit, name)),
    }
    does: dict[str, Do] = {
        f"{mine}/hallazgo/{{name}}": ask_for_code,
        f"{mine}/codigo/{{name}}": give_code,
        f"{mine}/calendario": lambda visit, _, typed: make_feed(visit, typed),
        f"{mine}/calendario/anular": lambda visit, _, typed: end_feed(visit, typed),
        f"{mine}/anular": lambda visit, _, typed: revoke(visit, typed),
    }
    return [
        *(Route(path, _showing(read, show)) for path, show in shows.items()),
        *(Route(path, _doing(read, do), methods=["POST"]) for path, do in does.items()),
        Route(f"{FEEDS}{{token}}.ics", lambda request: feed(read, request.path_params["token"])),
    ]


def is_for_readers(path: str) -> bool:
    """Tell whether a path is one that readers ask for by CONSOLE_URL, and nobody logs in to."""
    return path.startswith(PERSONAL) or path in SHARED


def is_reader(read: Read, host: str, path: str) -> bool:
    """Tell whether a request for a host is a reader's: by CONSOLE_URL's name, for a reader's own paths."""
    if not is_for_readers(path):
        return False
    try:
        reception = read().reception
    except SerenoError:  # settings at fault: nobody knows the name now
        return False
    return reception is not None and reception.host == host.strip("[]")


def _showing(read: Read, show: Show) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        named = request.path_params
        return visited(read, named["token"], lambda visit: show(visit, named.get("name", "")))

    return answer


def _doing(read: Read, do: Do) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            typed = await form_of(request, MOST_BYTES)
        except NotForm as error:
            about = words.NOT_SENT.get(error.status, words.NOT_SENT[400])
            return shown(error.status, "reader_word.html", title=words.UNSENT, about=about)
        return await run_in_threadpool(_done, read, do, request, typed)

    return answer


def _done(read: Read, do: Do, request: Request, typed: Typed) -> Response:
    named = request.path_params
    return visited(read, named["token"], lambda visit: do(visit, named.get("name", ""), typed), sent=True)
