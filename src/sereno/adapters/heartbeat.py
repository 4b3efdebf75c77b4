"""Request an address after each cycle: whoever watches it raises the alarm when the requests stay away."""

from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import urlsplit, urlunsplit

LIMIT = 10.0
"""Seconds that a request may take in all."""
AGENT = "sereno"


def beat(url: str, *, failed: bool, limit: float = LIMIT) -> str:
    """Request the address, or its `/fail`; return what went wrong, "" where nothing did. Never raise.

    In a thread of its own: a name that is slow to be found, or an answer that drips, keeps to no time limit
    of a socket.
    """
    answers: SimpleQueue[str] = SimpleQueue()
    target = failure_url(url) if failed else url
    Thread(target=lambda: answers.put(_requested(target, limit)), daemon=True, name="heartbeat").start()
    try:
        return answers.get(timeout=limit)
    except Empty:
        return _late(limit)


def failure_url(url: str) -> str:
    """Return where a bad cycle is told: `/fail` after the path, before the query."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/fail"))


def host_of(url: str) -> str:
    """Name the host of an address alone: its path is a secret."""
    return urlsplit(url).hostname or ""


def _requested(url: str, limit: float) -> str:
    from http.client import HTTPException
    from urllib import request
    from urllib.error import HTTPError

    # By name: the usual set would follow a redirect to ftp: as well.
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPRedirectHandler(),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),
        request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    try:
        asked = request.Request(url, headers={"User-Agent": AGENT})  # noqa: S310  # the settings allow http and https alone
        with opener.open(asked, timeout=limit):
            return ""
    except HTTPError as error:
        error.close()
        return f"contestó {error.code}"
    except (OSError, HTTPException, ValueError) as error:
        return _reason(error, limit)


def _late(limit: float) -> str:
    return f"no contestó en {limit:g} s"


def _reason(error: Exception, limit: float) -> str:
    """Say why, without the address: some errors quote it."""
    why = getattr(error, "reason", error)
    if isinstance(why, TimeoutError) and why.errno is None:
        return _late(limit)
    words = why.strerror if isinstance(why, OSError) and why.strerror else type(why).__name__
    return str(words)
