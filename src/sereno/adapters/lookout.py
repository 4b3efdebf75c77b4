"""A cheap look for something to do, by bare drivers: the resting master has no library to load."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from threading import Thread
from typing import Any

PATIENCE = 10.0
"""Seconds that looking at a queue may take: its file may lie on a share that hangs."""


@dataclass(frozen=True, slots=True)
class Look:
    """Say how a database is asked, as texts and numbers alone: it is handed from one process to another."""

    name: str
    driver: str
    """A module of the DB-API: `sqlite3`, `psycopg`."""
    args: Sequence[str]
    options: Mapping[str, Any]
    question: str
    """Whose answer has a row where there is something to do; `{now}` stands for the instant."""
    passing: Sequence[str] = ()
    """What a cycle with nothing to do writes: each changes a row, unless another master leads."""
    leaving: Sequence[str] = ()
    """What a master writes that leaves; `{until}` stands for the end of the lead, `{now}` for the instant."""

    def ask(self, now: datetime) -> bool:
        """Tell whether there is something to do; raises the driver's error."""
        with closing(self._connect()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(*self._said(self.question, now, now))
            return cursor.fetchone() is not None

    def write(self, statements: Sequence[str], now: datetime, until: datetime) -> bool:
        """Write in one transaction; False, and nothing is written, where a statement finds no row."""
        with closing(self._connect()) as connection, closing(connection.cursor()) as cursor:
            for statement in statements:
                cursor.execute(*self._said(statement, now, until))
                if cursor.rowcount != 1:
                    connection.rollback()
                    return False
            connection.commit()
        return True

    def _connect(self) -> Any:  # noqa: ANN401  # of any driver
        return import_module(self.driver).connect(*self.args, **self.options)

    def _said(self, statement: str, now: datetime, until: datetime) -> tuple[str, tuple[Any, ...]]:
        """Put the driver's marks into a statement, and beside it what they stand for."""
        given = {"{now}": now, "{until}": until}
        wanted = sorted((name for name in given if name in statement), key=statement.index)
        mark = "?" if self.driver == "sqlite3" else "%s"
        for name in wanted:
            statement = statement.replace(name, mark)
        return statement, tuple(self._instant(given[name]) for name in wanted)

    def _instant(self, moment: datetime) -> object:
        """Give a time as the store keeps it: SQLite as text, in UTC."""
        instant = moment.astimezone(UTC)
        return f"{instant:%Y-%m-%d %H:%M:%S.%f}" if self.driver == "sqlite3" else instant


@dataclass(slots=True)
class Lookout:
    """Look where there may be something to do; what hangs is waited for once, and not looked at again."""

    watcher: Thread | None = None

    def around(self, looks: Sequence[Look], now: datetime) -> str:
        """Say where there is something to do, or what could not be looked at; "" where there is nothing."""
        if self.watcher is not None and self.watcher.is_alive():
            return "lo que se miró la última vez aún no contesta"
        found: dict[str, str] = {}
        self.watcher = Thread(target=_look, args=(looks, now, found), daemon=True)
        self.watcher.start()
        self.watcher.join(PATIENCE)
        unseen = [f"{look.name} no contesta" for look in looks if look.name not in found]
        return "; ".join([*filter(None, found.values()), *unseen[:1]])


def _look(looks: Sequence[Look], now: datetime, found: dict[str, str]) -> None:
    for look in looks:
        try:
            found[look.name] = f"hay trabajo en {look.name}" if look.ask(now) else ""
        except Exception as error:  # noqa: BLE001  # of any driver: whoever goes there will say what is wrong
            found[look.name] = f"no se ha podido mirar {look.name}: {error}"
