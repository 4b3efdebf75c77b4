"""What every answer carries, whatever made it, and whom the console does not answer at all."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from sereno.domain.hosts import is_ip

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
MAIL_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""For a mail's own HTML: nothing is fetched, nothing runs."""
FRAMED_POLICY = f"sandbox; {MAIL_POLICY}; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""For a picture of ours that somebody opens by itself: its looks are written in it; nothing runs."""
HEADERS = {
    "content-security-policy": PAGE_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # under a stricter one browsers send a form as if from nowhere
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
REFUSED = "Por ese nombre no se atiende aquí: abra la consola por {names}.\n"


def guarded(
    app: App,
    names: frozenset[str] = LOCAL_NAMES,
    also: Callable[[str, str], bool] = lambda _host, _path: False,
) -> App:
    """Add the headers to every answer, and refuse a request for a host of another name.

    A page elsewhere may have its own name point to this machine; its requests come with that name.
    A number is nobody's name: where others than this machine are answered, any address is.
    `also` tells of a host and a path whether they are answered all the same.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
        elif _is_ours(_host(scope), names) or also(_host(scope), scope["path"]):
            await app(scope, receive, _adding(send))
        else:
            await _refuse(_adding(send), names)

    return answer


def _is_ours(host: str, names: frozenset[str]) -> bool:
    return host in names or (names != LOCAL_NAMES and is_ip(host.strip("[]")))


def _host(scope: Scope) -> str:
    named = next((value for name, value in scope["headers"] if name == b"host"), b"")
    return host_in(named.decode("latin-1"))


def host_in(place: str) -> str:
    """Return the host of a host and port, as a name is compared."""
    host = place.lower()
    return host if host.endswith("]") else host.rsplit(":", 1)[0] if ":" in host else host


def _adding(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            ours = ((name.encode(), value.encode()) for name, value in HEADERS.items())
            message["headers"] = [*message["headers"], *(each for each in ours if each[0] not in there)]
        await send(message)

    return send_with_headers


async def _refuse(send: Send, names: frozenset[str]) -> None:
    said = REFUSED.format(names=" o ".join(sorted(names)))
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": said.encode()})
