"""Who may enter the console, who is in and who did what, in the store in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from operator import attrgetter
from threading import RLock

from sereno.adapters.store.zones import moved
from sereno.domain.wallclock import utc
from sereno.engine.access import Deed, User


@dataclass(slots=True)
class MemoryAccess:
    """Keep who may enter, and who is in; times in UTC."""

    zone: tzinfo
    lock: RLock
    known: dict[str, User] = field(default_factory=dict)
    sessions: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def users(self) -> list[User]:
        """Return who may enter, by name."""
        return [moved(each, self.zone, "made_at") for _, each in sorted(self.known.items())]

    def user(self, name: str) -> User | None:
        """Return who is called so, to the letter."""
        found = self.known.get(name)
        return None if found is None else moved(found, self.zone, "made_at")

    def add_user(self, user: User) -> bool:
        """Write a user; False where somebody is called so already."""
        with self.lock:
            fresh = moved(user, UTC, "made_at")
            return self.known.setdefault(user.name, fresh) is fresh

    def change_user(self, user: User, of: User) -> bool:
        """Write a user over what they were, and end their sessions; False where they are no longer so."""
        with self.lock:
            if self.known.get(of.name) != moved(of, UTC, "made_at"):
                return False
            self._end(user.name)
            self.known[user.name] = moved(user, UTC, "made_at")
            return True

    def remove_user(self, name: str) -> bool:
        """Forget a user, whose sessions end; False where there is none."""
        with self.lock:
            self._end(name)
            return self.known.pop(name, None) is not None

    def enter(self, token: str, user: User, until: datetime) -> bool:
        """Note that a user is in until then; False where nobody of that name has that password any more.

        `token` names the session, hashed.
        """
        with self.lock:
            known = self.known.get(user.name)
            if known is None or known.password != user.password:
                return False
            self.sessions[token] = user.name, utc(until)
            return True

    def inside(self, token: str, now: datetime) -> User | None:
        """Return whose session it is; `None` where it is none, or over."""
        name, until = self.sessions.get(token, ("", utc(now)))
        return self.user(name) if until > utc(now) else None

    def leave(self, token: str) -> None:
        """End a session."""
        self.sessions.pop(token, None)

    def forget(self, before: datetime) -> int:
        """Take away the sessions that were over before then; return how many."""
        kept = {token: each for token, each in self.sessions.items() if each[1] >= before}
        gone, self.sessions = len(self.sessions) - len(kept), kept
        return gone

    def _end(self, name: str) -> None:
        self.sessions = {token: each for token, each in self.sessions.items() if each[0] != name}


@dataclass(slots=True)
class MemoryAudit:
    """Keep what people did; times in UTC."""

    zone: tzinfo
    done: list[Deed] = field(default_factory=list)

    def note(self, deed: Deed) -> None:
        """Record something done, for good."""
        self.done.append(moved(deed, UTC, "at"))

    def deeds(self, since: datetime, most: int, *, action: str | None = None) -> list[Deed]:
        """Return what was done at or after `since` (of that kind), the newest first."""
        wanted = [each for each in self.done if each.at >= utc(since) and action in {None, each.action}]
        newest = sorted(wanted, key=attrgetter("at"))[::-1][:most]
        return [moved(each, self.zone, "at") for each in newest]

    def refusals(self, since: datetime) -> Sequence[Deed]:
        """Return the entries refused at or after `since`."""
        return self.deeds(since, len(self.done), action="entry_refused")

    def forget(self, before: datetime) -> int:
        """Take away what was done before then; return how much."""
        kept = [each for each in self.done if each.at >= before]
        gone, self.done = len(self.done) - len(kept), kept
        return gone
