"""Who may enter the console, as what, and how often somebody may try.

Reading shows everything but what other applications wrote to people; operating shows that too, and acts.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, get_args
from unicodedata import name as unicode_name
from unicodedata import normalize

from sereno.domain.errors import Fault, FaultyInput
from sereno.domain.wallclock import utc

Role = Literal["read", "operate"]
ROLES: tuple[Role, ...] = get_args(Role)
SESSION: Final = timedelta(hours=12)
"""How long somebody who has entered stays in."""
SHORTEST: Final = 12
LONGEST: Final = 256
"""Characters of a password: longer ones would only cost time."""
LONGEST_NAME: Final = 64
WINDOW: Final = timedelta(minutes=15)
TRIES: Final = 5
"""Refused entries within the window after which a name from one address waits."""
TRIES_OF_ALL: Final = 30
"""And after which a name waits wherever it comes from, or an address whatever it is called."""

Action = Literal[
    "user_added",
    "user_removed",
    "password_set",
    "role_set",
    "entered",
    "left",
    "entry_refused",
    "job_paused",
    "job_resumed",
    "job_started",
    "job_ended",
    "job_rehearsed",
    "mail_held",
    "mail_let_go",
    "mail_retried",
    "mail_dropped",
    "mail_kept_back",
    "mail_adopted",
    "mail_ignored",
    "body_seen",
    "people_exported",
    "notices_exported",
    "code_asked",
    "code_given",
    "feed_made",
    "feed_ended",
    "links_revoked",
]
"""What is recorded of people, with who and when."""


def may(role: Role | None, needed: Role) -> bool:
    """Tell whether who has the role may do what needs the other; who has none may do nothing."""
    return role is not None and ROLES.index(role) >= ROLES.index(needed)


def user_name(text: str) -> str:
    """Return a user's name as it is kept; raise FaultyInput for what nobody could tell apart or type."""
    name = normalize("NFKC", text.strip())
    odd = any(each.isalpha() and not unicode_name(each, "").startswith("LATIN") for each in name)
    odd = odd or not name.isprintable() or bool({":", "/"} & set(name))
    if odd or not name or len(name) > LONGEST_NAME or name != text:
        expected = (
            f"hasta {LONGEST_NAME} caracteres visibles del alfabeto latino, sin «:» ni «/», "
            "ni espacios en los bordes"
        )
        raise FaultyInput((Fault("usuario", repr(text), expected),))
    return name


def check_password(password: str, name: str) -> None:
    """Raise FaultyInput for a password that is too short, too long, or the name itself; never say it."""
    if not SHORTEST <= len(password) <= LONGEST or password.casefold() == name.casefold():
        expected = f"entre {SHORTEST} y {LONGEST} caracteres, y que no sea el propio nombre"
        raise FaultyInput((Fault("contraseña", f"{len(password)} caracteres", expected),))


def waits_until(refused: Sequence[datetime], tries: int, now: datetime) -> datetime | None:
    """Return until when nobody may try again after these refusals; `None` where somebody may now.

    The last `tries` of them all lie within the window: the oldest of those leaves it first.
    """
    recent = sorted(utc(at) for at in refused if utc(at) > utc(now) - WINDOW)
    return None if len(recent) < tries else recent[-tries] + WINDOW
