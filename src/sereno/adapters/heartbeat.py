"""The heartbeat: an address that is asked for after each cycle; somebody is there who misses it."""

from urllib.parse import urlsplit, urlunsplit

PATIENCE = 10.0
"""Seconds that asking for it may take."""
FAIL = "fail"
"""What is added to the path after a bad cycle (the convention of healthchecks.io)."""


def beat(url: str, *, failed: bool) -> str:
    """Ask for the address, or for its `/fail`; say why it could not be done, "" where it was."""
    from http.client import HTTPException  # noqa: PLC0415  # few have one
    from urllib.request import HTTPRedirectHandler, Request, build_opener  # noqa: PLC0415  # few have one

    class Stay(HTTPRedirectHandler):
        """Follow no redirection: it might lead to a file."""

        def redirect_request(self, *_: object) -> None:
            return None

    asked = Request(_failed(url) if failed else url, headers={"User-Agent": "sereno"})  # noqa: S310  # http(s), by settings
    try:
        with build_opener(Stay).open(asked, timeout=PATIENCE) as answer:
            answer.read(1)
    except (OSError, ValueError, HTTPException) as error:
        return str(error) or repr(error)
    return ""


def host_of(url: str) -> str:
    """Name the host: the rest of the address is a secret."""
    return urlsplit(url).hostname or ""


def _failed(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{FAIL}"))
