"""Ask the console as a browser does, over ASGI and without a network."""

import asyncio
import json
from dataclasses import dataclass
from urllib.parse import unquote

from sereno.web.app import console
from sereno.web.guard import guarded


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


def ask(reading, address, *, method="GET", host="localhost:8765") -> Answered:
    return asyncio.run(_ask(guarded(console(lambda: reading)), address, method, host))


async def _ask(app, address, method, host):
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
        "headers": [(b"host", host.encode())],
        "server": ("127.0.0.1", 8765),
        "client": ("127.0.0.1", 1),
    }

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    try:
        await app(scope, receive, send)
    except Exception:  # as a server does, who has been given the answer by then
        if not sent:
            raise
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answered(sent[0]["status"], headers, b"".join(each.get("body", b"") for each in sent[1:]))
