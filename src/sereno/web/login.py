"""How somebody enters and leaves; whoever fails too often waits."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore, Lock

from starlette.responses import HTMLResponse, Response

from sereno.domain.access import LONGEST, SESSION, TRIES, TRIES_OF_ALL, WINDOW, Action, waits_until
from sereno.engine.access import Deed, User
from sereno.web import catalogue_access as words
from sereno.web.acting import Order, led_to
from sereno.web.entrance import COOKIE, hashed, tag_of
from sereno.web.page import Asked, Page
from sereno.web.reading import Reading, View
from sereno.web.render import render_alone

_ONE = Lock()
"""Passwords are looked at one at a time: each takes much memory, and refusals are counted before the next."""
_QUEUE = BoundedSemaphore(8)
"""Who waits for that; others are sent away, so that they do not keep pages from being answered."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Tell how trying to enter ended."""

    user: User | None = None
    wait_until: datetime | None = None
    """Nobody may try before; the password was not looked at."""
    busy: bool = False


def login(view: View, asked: Asked) -> Page:
    """Show the form by which somebody enters."""
    some = view.store is not None and bool(view.store.access.users())
    return Page("login.html", words.ENTER, {"onward": onward(asked.of("a")), "some": some, "why": ""})


def enter(reading: Reading, order: Order) -> Response:
    """Let somebody in, or say why not."""
    tried = verified(reading, order.form.get("usuario", ""), order.form.get("clave", ""), order.client)
    token = secrets.token_urlsafe(32)
    if tried.user is None or not _is_in(reading, tried.user, token, order.client):
        return _turned_away(reading, order, tried)
    answer = led_to()
    answer.headers["location"] = onward(order.of("a"))
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION.total_seconds()),
        httponly=True,
        samesite="lax",  # a link in a mail leads in; forms have a guard of their own
        secure=order.encrypted,
    )
    return answer


def leave(reading: Reading, order: Order) -> Response:
    """End a session."""
    with reading.change() as store:
        store.audit.note(order.deed(reading, "left"))
        store.access.leave(hashed(order.token))
    answer = led_to("entrar")
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=order.encrypted)
    return answer


def verified(reading: Reading, name: str, password: str, client: str) -> Entry:
    """Hold a password against what is kept; record a refusal. Raises StoreUnavailable."""
    if not _QUEUE.acquire(blocking=False):
        return Entry(busy=True)
    try:
        with _ONE:
            return _verified(reading, name, password[: LONGEST + 1], client)
    finally:
        _QUEUE.release()


def _verified(reading: Reading, name: str, password: str, client: str) -> Entry:
    with reading.change() as store:
        user, now = store.access.user(name), reading.now()
        called = user.name if user else ""  # a password typed into the wrong field is not written down
        seen = client if user else f"{client} #{tag_of(name)}"
        wait = wait_of(store.audit.refusals(now - WINDOW), called, seen, now)
        if wait is not None:
            return Entry(wait_until=wait)
        if reading.passwords.fits(password, user.password if user else None):
            return Entry(user)
        store.audit.note(_deed(reading, "entry_refused", called, seen))
        return Entry()


def wait_of(refused: Sequence[Deed], name: str, client: str, now: datetime) -> datetime | None:
    """Return until when a name from an address must wait; of who is unknown the address bears a tag.

    So that who is unknown waits as who is known does, and nobody learns from it which names there are.
    """
    of_name = [each.at for each in refused if each.subject == name and _tag(each.detail) == _tag(client)]
    here = [each.at for each in refused if _address(each.detail) == _address(client)]
    both = [each.at for each in refused if each.subject == name and each.detail == client]
    waits = (
        waits_until(both, TRIES, now),
        waits_until(of_name, TRIES_OF_ALL, now),
        waits_until(here, TRIES_OF_ALL, now),
    )
    return max(filter(None, waits), default=None)


def _address(detail: str) -> str:
    return detail.partition(" #")[0]


def _tag(detail: str) -> str:
    return detail.partition(" #")[2]


def onward(path: str) -> str:
    """Return the page of ours to go on to; the first where it names none."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours and "\\" not in path and path.isascii() else "/"


def _is_in(reading: Reading, user: User, token: str, client: str) -> bool:
    """Begin a session of who has still the password that was looked at; record how that ended.

    Before the token is handed out, by which alone somebody is in.
    """
    with reading.change() as store:
        still = store.access.enter(hashed(token), user, reading.now() + SESSION)
        store.audit.note(_deed(reading, "entered" if still else "entry_refused", user.name, client))
    return still


def _turned_away(reading: Reading, order: Order, tried: Entry) -> Response:
    status, why, headers = 403, words.REFUSED, {}
    if tried.wait_until is not None:
        status, why = 429, words.WAIT.format(until=tried.wait_until.astimezone(reading.now().tzinfo))
        headers = {"retry-after": str(max(1, round((tried.wait_until - reading.now()).total_seconds())))}
    elif tried.busy:
        status, why, headers = 429, words.BUSY, {"retry-after": "5"}
    shown = render_alone(
        "login.html",
        title=words.ENTER,
        onward=onward(order.of("a")),
        some=True,
        why=why,
        version=reading.version,
    )
    return HTMLResponse(shown, status, headers)


def _deed(reading: Reading, action: Action, name: str, client: str) -> Deed:
    who = name if action == "entered" else ""
    return Deed(reading.now(), who, action, name, client)
