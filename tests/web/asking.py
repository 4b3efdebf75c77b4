"""Ask the console as a browser does, over ASGI and without a network."""

import asyncio
import json
from dataclasses import dataclass
from urllib.parse import unquote, urlencode

from sereno.web.app import console
from sereno.web.guard import LOCAL_NAMES, guarded


@dataclass(frozen=True)
class Answered:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)


def ask(
    reading,
    address,
    *,
    method="GET",
    host="localhost:8765",
    headers=(),
    form=None,
    client="127.0.0.1",
    terms=None,
    names=LOCAL_NAMES,
) -> Answered:
    """Ask once; `form` is sent as a page of ours would, with whatever further headers are given."""
    app = guarded(console(lambda: reading, terms), names)
    body = b"" if form is None else urlencode(form).encode()
    kind = [] if form is None else [("content-type", "application/x-www-form-urlencoded")]
    lines = [("host", host), *kind, *headers]
    method = method if form is None else "POST"
    return asyncio.run(_ask(app, address, method, lines, body, client))


async def _ask(app, address, method, lines, body, client):
    path, _, query = address.partition("?")
    sent = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in lines],
        "server": ("127.0.0.1", 8765),
        "client": (client, 1),
    }

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    try:
        await app(scope, receive, send)
    except Exception:  # as a server does, who has been given the answer by then
        if not sent:
            raise
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answered(sent[0]["status"], headers, b"".join(each.get("body", b"") for each in sent[1:]))
