"""The console's pages as files: one look, each page made once, its links leading to the other files."""

import os
import re
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qsl, quote, unquote

from starlette.responses import Response
from starlette.routing import compile_path

from sereno.domain.errors import SerenoError
from sereno.web.page import Asked
from sereno.web.places import PLACES, STATIC, Answer, seen, static
from sereno.web.reading import Reading, View

FIRST = "/"
NAMED = (".css", ".svg", ".csv", ".xlsx")
"""How names end that stay as they are; every other becomes an HTML file."""
_LINK = re.compile(r'(?<= )(href|src)="(/[^"]*)"')
"""Texts of others never look so: in them a quotation mark is escaped."""
_PICTURE = re.compile(r"/hallazgos/graficos/[a-z]+\.svg")
_UNFIT = re.compile(r"[^\w.=-]")
_FOREIGN = re.compile(r"/correo/[^/]+/html")
"""A mail's own HTML, whose links are not ours."""
_PATTERNS = [(compile_path(path)[0], answer) for path, answer in PLACES.items()]


@dataclass(frozen=True, slots=True)
class _Written:
    file: Path
    links: tuple[str, ...]


def export(reading: Reading, folder: Path) -> int:
    """Write every page into a folder; return how many files. Raises SerenoError where that cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # people and their mail are named in it
        return seen(reading, lambda view: _write_all(view, folder))
    except OSError as error:
        why = f"no se puede escribir ahí ({error.strerror})"
        raise SerenoError(f"{folder}: {why}. Elija otra carpeta") from error


def file_of(address: str) -> PurePosixPath:
    """Name the file of an address."""
    path, _, query = address.partition("?")
    *folders, last = [_UNFIT.sub("_", unquote(part)) for part in path.strip("/").split("/")]
    last = last or "index"
    if query:
        last += "." + _UNFIT.sub("_", unquote(query)).replace("=", "-")
    stays = _PICTURE.fullmatch(address) or (last.endswith(NAMED) and not folders)
    return PurePosixPath(*folders, last if stays else f"{last}.html")


def _write_all(view: View, folder: Path) -> int:
    waiting, written = [FIRST], set[str]()
    while waiting:
        address = waiting.pop()
        if address not in written:
            written.add(address)
            waiting += _write(view, address, folder / file_of(address))
    return len(written)


def _write(view: View, address: str, file: Path) -> list[str]:
    """Write what stands at an address; return the addresses that it links to."""
    body, links = _made(view, address), list[str]()
    if file.suffix == ".html" and not _FOREIGN.fullmatch(address):
        text = body.decode()
        links = [unescape(found[2]) for found in _LINK.finditer(text)]
        body = _LINK.sub(lambda found: _relative(found, address), text).encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)
    return links


def _made(view: View, address: str) -> bytes:
    path, _, query = address.partition("?")
    if path in STATIC:
        return static(path)
    answer, named = _place(path)
    asked = Asked(named, dict(parse_qsl(query)), live=False)
    response: Response = answer(view, asked)
    return bytes(response.body)


def _place(path: str) -> tuple[Answer, dict[str, str]]:
    for pattern, answer in _PATTERNS:
        if found := pattern.match(path):
            return answer, {name: unquote(part) for name, part in found.groupdict().items()}
    raise LookupError(path)  # a page links to what the console does not have


def _relative(found: re.Match[str], address: str) -> str:
    here, there = file_of(address), file_of(unescape(found[2]))
    path = os.path.relpath(there, here.parent).replace(os.sep, "/")
    return f'{found[1]}="{escape(quote(path))}"'
