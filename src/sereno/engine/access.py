"""What the console has the store remember of people: who may enter, who is in, and who did what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sereno.domain.access import Role

__all__ = ["Access", "Audit", "Deed", "Passwords", "Role", "User"]


@dataclass(frozen=True, slots=True)
class User:
    """Name somebody who may enter."""

    name: str
    role: Role
    password: str | None
    """Its Argon2 hash; `None` for who enters by a trusted proxy alone."""
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Deed:
    """Record that somebody did something."""

    at: datetime
    who: str
    """A user, or `sistema/NAME` for who typed a command; empty where nobody is known."""
    action: str
    subject: str = ""
    """To what: a name, a job, a delivery."""
    detail: str = ""


class Access(Protocol):
    """Keep who may enter, and who is in; every call may raise StoreUnavailable."""

    def users(self) -> list[User]:
        """Return who may enter, by name."""
        ...

    def user(self, name: str) -> User | None:
        """Return who is called so, to the letter."""
        ...

    def add_user(self, user: User) -> bool:
        """Write a user; False where somebody is called so already."""
        ...

    def change_user(self, user: User, of: User) -> bool:
        """Write a user over what they were, and end their sessions; False where they are no longer so."""
        ...

    def remove_user(self, name: str) -> bool:
        """Forget a user, whose sessions end; False where there is none."""
        ...

    def enter(self, token: str, user: User, until: datetime) -> bool:
        """Note that a user is in until then; False where nobody of that name has that password any more.

        `token` names the session, hashed.
        """
        ...

    def inside(self, token: str, now: datetime) -> User | None:
        """Return whose session it is; `None` where it is none, or over."""
        ...

    def leave(self, token: str) -> None:
        """End a session."""
        ...


class Audit(Protocol):
    """Keep what people did; every call may raise StoreUnavailable."""

    def note(self, deed: Deed) -> None:
        """Record something done, for good."""
        ...

    def deeds(self, since: datetime, most: int, *, action: str | None = None) -> list[Deed]:
        """Return what was done at or after `since` (of that kind), the newest first."""
        ...

    def refusals(self, since: datetime) -> Sequence[Deed]:
        """Return the entries refused at or after `since`."""
        ...


class Passwords(Protocol):
    """Hash passwords and hold them against their hashes; slow by intent."""

    def hashed(self, password: str) -> str:
        """Return a hash to keep."""
        ...

    def fits(self, password: str, kept: str | None) -> bool:
        """Tell whether it is the password; takes as long where nothing is kept."""
        ...
