"""Looking after the store in a database: what is no longer needed goes, and its room comes back."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from sereno.adapters.store import schema
from sereno.adapters.store.engine import reading, store_file, writing
from sereno.adapters.store.pruning import PRUNINGS
from sereno.engine.keeper import Gone, Space, Waste

LOOKED_FOR = 20
"""Transactions' worth of rows that are found at a time: finding them locks nothing."""
WHOLE_AT_MOST = 1 << 30
"""Bytes of a file that is written anew in one go, where it cannot give room back bit by bit."""
INCREMENTAL = 2


@dataclass(frozen=True, slots=True)
class SqlKeeper:
    """Look after a store; every call may raise StoreUnavailable."""

    engine: Engine

    def prune(self, what: Waste, before: datetime, most: int) -> Iterator[Gone]:
        """Take away what was over before then; yield after each transaction, of `most` rows at the most."""
        pruning, gone = PRUNINGS[what], Gone(1)
        while gone.rows and (keys := self._found(pruning.find(before), most * LOOKED_FOR)):
            gone = Gone()
            for start in range(0, len(keys), most):
                with writing(self.engine) as connection:
                    went = pruning.drop(connection, keys[start : start + most], before)
                gone += went
                yield went

    def shrink(self, most: int) -> Iterator[int]:
        """Give a file's idle pages back where a quarter of it is idle; a server sees to its own."""
        if self.engine.dialect.name != "sqlite":
            return
        space = self.space()
        if space.idle * 4 <= space.used:
            return
        if self._pragma("auto_vacuum") != INCREMENTAL:
            yield from self._write_anew(space)
            return
        while space.idle * 16 > space.used:
            # Steps through all of it, which `execute` does not: that would give one page back.
            self._alone(f"PRAGMA incremental_vacuum({most})")
            left = self.space()
            yield space.used - left.used
            if left.idle >= space.idle:
                return
            space = left

    def space(self) -> Space:
        """Tell how much room the store takes."""
        path = store_file(self.engine.url)
        if path is None:
            with reading(self.engine) as connection:
                used = connection.scalar(select(func.pg_database_size(func.current_database())))
            return Space(int(used or 0))
        page = self._pragma("page_size")
        used, idle = page * self._pragma("page_count"), page * self._pragma("freelist_count")
        return Space(used, idle, shutil.disk_usage(path.parent).free)

    def _found(self, wanted: Any, most: int) -> list[Any]:  # noqa: ANN401  a selection of keys
        with reading(self.engine) as connection:
            rows = connection.execute(wanted.limit(most)).all()
        return [row[0] if len(row) == 1 else tuple(row) for row in rows]

    def _pragma(self, name: str) -> int:
        with reading(self.engine) as connection:
            return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())

    def _write_anew(self, space: Space) -> Iterator[int]:
        """Write a file of an older version anew, once: from then on it gives room back bit by bit."""
        with reading(self.engine) as connection:
            busy = space.used > WHOLE_AT_MOST or _is_sending(connection)
        if busy or (space.disk_free or 0) < 2 * space.used:
            return
        self._alone(f"PRAGMA auto_vacuum = {INCREMENTAL}; VACUUM")
        yield space.used - self.space().used

    def _alone(self, statements: str) -> None:
        """Run statements that begin their own transaction; locked out by others, they wait."""
        with closing(self.engine.raw_connection()) as raw, suppress(sqlite3.OperationalError):
            driver = raw.driver_connection
            if isinstance(driver, sqlite3.Connection):
                driver.executescript(statements)


def _is_sending(connection: Connection) -> bool:
    sending = select(schema.deliveries.c.id).where(schema.deliveries.c.state == "sending").limit(1)
    return connection.scalar(sending) is not None
