"""The console's pages as files: each page is asked for once, and its links lead to the other files."""

import asyncio
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

from sereno.domain.errors import SerenoError
from sereno.web.app import Read, console
from sereno.web.guard import App, Message, guarded

FIRST = ("/", "/sereno.svg")
_LINK = re.compile(r'(?<= )(href|src)="(/[^"]*)"')
"""Texts of others never look so: in them a quotation mark is escaped."""
_UNFIT = re.compile(r"[^\w.=-]")
NAMED = (".css", ".svg", ".csv")
_FOREIGN = re.compile(r"/correo/[^/]+/html")
"""A mail's own HTML, whose links are not ours."""


@dataclass(slots=True)
class _Answer:
    status: int = 0
    kind: str = ""
    body: bytearray = field(default_factory=bytearray)


def export(read: Read, folder: Path) -> int:
    """Write every page into a folder; return how many files. Raises SerenoError where that cannot be."""
    app, waiting, written = guarded(console(read, live=False)), list(FIRST), dict[str, Path]()
    try:
        while waiting:
            address = waiting.pop()
            if address not in written:
                written[address] = folder / file_of(address)
                waiting += _write(app, address, written[address])
    except OSError as error:
        raise SerenoError(
            f"{folder}: no se puede escribir ahí ({error.strerror}). Elija otra carpeta"
        ) from error
    return len(written)


def file_of(address: str) -> PurePosixPath:
    """Name the file of an address; every page is an HTML file."""
    path, _, query = address.partition("?")
    parts = [_UNFIT.sub("_", unquote(part)) for part in path.strip("/").split("/")]
    last = parts[-1] or "index"
    if query:
        last += "." + _UNFIT.sub("_", unquote(query)).replace("=", "-")
    named = last if last.endswith(NAMED) and len(parts) == 1 else f"{last}.html"
    return PurePosixPath(*parts[:-1], named)


def _write(app: App, address: str, file: Path) -> Iterator[str]:
    """Write what an address answers; return the addresses that it links to."""
    answer = asyncio.run(_ask(app, address))
    if answer.status >= 500 and not answer.body:
        raise SerenoError(f"{address}: no se ha podido componer")
    body, links = bytes(answer.body), []
    if answer.kind.startswith("text/html") and not _FOREIGN.fullmatch(address):
        text = body.decode()
        links = [unescape(found[2]) for found in _LINK.finditer(text)]
        body = _LINK.sub(lambda found: _relative(found, address), text).encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)
    return iter(links)


def _relative(found: re.Match[str], address: str) -> str:
    here, there = file_of(address), file_of(unescape(found[2]))
    path = os.path.relpath(there, here.parent).replace(os.sep, "/")
    return f'{found[1]}="{escape(quote(path))}"'


async def _ask(app: App, address: str) -> _Answer:
    answer = _Answer()
    path, _, query = address.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(b"host", b"localhost")],
        "server": ("localhost", 80),
        "client": None,
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            headers = dict(message["headers"])
            answer.kind = headers.get(b"content-type", b"").decode()
        else:
            answer.body += message.get("body", b"")

    await app(scope, receive, send)
    return answer
