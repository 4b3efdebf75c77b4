"""Write a register of invented records as an SQLite file, batch by batch."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date
from itertools import islice
from pathlib import Path

from sereno.adapters.demo.records import Clerk, Placed, Record, Sheet, Value

BATCH = 500
"""Records, with all below them, that are held in memory at once."""


def write_register(
    path: Path, sheets: Sequence[Sheet], records: Iterable[Record], today: date
) -> list[Placed]:
    """Replace the register as a whole, so that nobody reads half of it; return what its records claim."""
    clerk = Clerk(sheets, today)
    draft = path.with_suffix(".tmp")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(draft)) as database:
        database.execute("PRAGMA synchronous = OFF")  # a draft is made again, not recovered
        for each in sheets:
            database.execute(each.creation)
        for batch in _batches(records):
            _insert(database, clerk, batch)
        database.commit()
    draft.replace(path)
    return clerk.placed


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    remaining = iter(records)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _insert(database: sqlite3.Connection, clerk: Clerk, batch: Sequence[Record]) -> None:
    rows: dict[str, list[tuple[Value, ...]]] = defaultdict(list)
    for record in batch:
        for form, _, row in clerk.enter(record):
            rows[form.table].append(row)
    for table, entered in rows.items():
        marks = ", ".join("?" * len(entered[0]))
        database.executemany(f"INSERT INTO {table} VALUES ({marks})", entered)  # noqa: S608  # our own names
