"""Who may enter the console, who is in and who did what, in the store in a database."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from operator import attrgetter
from typing import Any

from sqlalchemy import Engine, RowMapping, Select, delete, insert, select, update

from sereno.adapters.store import access_schema
from sereno.adapters.store.engine import reading, writing
from sereno.adapters.store.upserting import insert_absent
from sereno.engine.access import Deed, User

_user, _session, _deed = access_schema.users.c, access_schema.sessions.c, access_schema.deeds.c


@dataclass(frozen=True, slots=True)
class SqlAccess:
    """Keep who may enter, and who is in."""

    engine: Engine
    zone: tzinfo

    def users(self) -> list[User]:
        """Return who may enter, by name."""
        found = map(self._user, _rows(self.engine, select(access_schema.users)))
        return sorted(found, key=attrgetter("name"))

    def user(self, name: str) -> User | None:
        """Return who is called so, to the letter."""
        return self._only(select(access_schema.users).where(_user.name == name))

    def add_user(self, user: User) -> bool:
        """Write a user; False where somebody is called so already."""
        with writing(self.engine) as connection:
            return insert_absent(connection, access_schema.users, [asdict(user)]) == 1

    def change_user(self, user: User, of: User) -> bool:
        """Write a user over what they were, and end their sessions; False where they are no longer so."""
        same = [_user[column] == was for column, was in asdict(of).items()]
        with writing(self.engine) as connection:
            changed = connection.execute(update(access_schema.users).where(*same).values(asdict(user)))
            if changed.rowcount == 1:
                # Last: with the user's row nobody enters any more as they were, and who did is seen.
                connection.execute(delete(access_schema.sessions).where(_session.name == user.name))
            return changed.rowcount == 1

    def remove_user(self, name: str) -> bool:
        """Forget a user, whose sessions end; False where there is none."""
        with writing(self.engine) as connection:  # which takes the sessions with the user
            return connection.execute(delete(access_schema.users).where(_user.name == name)).rowcount == 1

    def enter(self, token: str, user: User, until: datetime) -> bool:
        """Note that a user is in until then; False where nobody of that name has that password any more.

        `token` names the session, hashed.
        """
        same = select(_user.name).where(_user.name == user.name, _user.password == user.password)
        with writing(self.engine) as connection:
            if connection.execute(same.with_for_update()).first() is None:
                return False
            connection.execute(
                insert(access_schema.sessions).values(token=token, name=user.name, until=until)
            )
            return True

    def inside(self, token: str, now: datetime) -> User | None:
        """Return whose session it is; `None` where it is none, or over."""
        joined = select(access_schema.users).join(access_schema.sessions, _session.name == _user.name)
        return self._only(joined.where(_session.token == token, _session.until > now))

    def leave(self, token: str) -> None:
        """End a session."""
        with writing(self.engine) as connection:
            connection.execute(delete(access_schema.sessions).where(_session.token == token))

    def _only(self, wanted: Select[Any]) -> User | None:
        return next(map(self._user, _rows(self.engine, wanted)), None)

    def _user(self, row: RowMapping) -> User:
        return User(**{**row, "made_at": row["made_at"].astimezone(self.zone)})


@dataclass(frozen=True, slots=True)
class SqlAudit:
    """Keep what people did."""

    engine: Engine
    zone: tzinfo

    def note(self, deed: Deed) -> None:
        """Record something done, for good."""
        with writing(self.engine) as connection:
            connection.execute(insert(access_schema.deeds).values(asdict(deed)))

    def deeds(self, since: datetime, most: int, *, action: str | None = None) -> list[Deed]:
        """Return what was done at or after `since` (of that kind), the newest first."""
        wanted = select(access_schema.deeds).where(_deed.at >= since)
        wanted = wanted if action is None else wanted.where(_deed.action == action)
        newest = wanted.order_by(_deed.at.desc(), _deed.number.desc()).limit(most)
        return [self._deed(row) for row in _rows(self.engine, newest)]

    def refusals(self, since: datetime) -> Sequence[Deed]:
        """Return the entries refused at or after `since`."""
        return self.deeds(since, MOST_REFUSALS, action="entry_refused")

    def _deed(self, row: RowMapping) -> Deed:
        at = row["at"].astimezone(self.zone)
        return Deed(at, row["who"], row["action"], row["subject"], row["detail"])


MOST_REFUSALS = 10_000
"""Beyond what the limits let anybody cause within their window."""


def _rows(engine: Engine, wanted: Select[Any]) -> Sequence[RowMapping]:
    with reading(engine) as connection:
        return connection.execute(wanted).mappings().all()
