"""Every place of the console, and an address at which each stands: found as people find it, by links."""

import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from urllib.error import HTTPError
from urllib.request import OpenerDirector

from starlette.routing import compile_path

from sereno.web.places import OPEN, PLACES

FIRST = "/"
MOST = 400
"""Pages that are looked at before a place counts as one to which no link leads."""
PATTERNS = {path: compile_path(path)[0] for path in (*PLACES, *OPEN)}
FURTHER = ("/hallazgos?texto=nada-de-esto", "/correo?estado=dead", "/rondas/1999")
"""Addresses whose looks differ from the first one of their place: nothing found, no such thing."""
OTHERS_OWN = frozenset(
    {
        "/correo/{delivery}/html",
        "/correo/{delivery}/contenido/html",
        "/operar/encargo/{errand}/{file}",
    }
)
"""Places that show a mail as it was sent, whose looks are its own."""
ALIKE = frozenset({"/rondas/{year}", "/calendario/{year}"})
"""Places whose first page is that of another: it is looked at once."""
_LINK = re.compile(r'(?<= )(?:(?:href|src)="(/[^"]*)"|action="(/[^"]*)" method="get")')


@dataclass(frozen=True)
class Found:
    address: str
    kind: str

    @property
    def is_page(self) -> bool:
        return self.kind == "text/html"


def place_of(address: str) -> str | None:
    """Name the place that stands at an address, as the router does."""
    path = address.partition("?")[0]
    return next((place for place, pattern in PATTERNS.items() if pattern.match(path)), None)


def links_of(page: str) -> list[str]:
    """List what a page of ours leads to, forms that only ask among it."""
    return [unescape(link or asked) for link, asked in _LINK.findall(page)]


def find_places(
    url: str, opener: OpenerDirector, wanted: Iterable[str], *, may_miss: bool = False
) -> Mapping[str, Found]:
    """Follow links from the first page until each place is found, or no link is left.

    Raises HTTPError for a link that leads nowhere, unless it `may_miss`.
    """
    waiting, known = deque([FIRST]), {FIRST}
    found, missing = dict[str, Found](), set(wanted)
    while waiting and missing and len(known) < MOST:
        address = waiting.popleft()
        try:
            with opener.open(url + address, timeout=30) as answer:
                kind, body = answer.headers.get_content_type(), answer.read()
        except HTTPError as error:
            error.close()
            if may_miss:
                continue
            raise
        place = place_of(address)
        if place is not None and place not in found:
            found[place] = Found(address, kind)
            missing.discard(place)
        links = links_of(body.decode()) if kind == "text/html" else []
        fresh = [link for link in dict.fromkeys(links) if link not in known and place_of(link) is not None]
        known.update(fresh)
        for link in fresh:  # what is not found yet comes first: lists are long
            (waiting.appendleft if place_of(link) in missing else waiting.append)(link)
    return found
