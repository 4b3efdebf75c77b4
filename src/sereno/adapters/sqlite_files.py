"""Read SQLite files that are not to be written, also where nothing can be made beside them."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote


class FileChanged(Exception):
    """Read the file again: it changed while it was read without locks."""


def file_address(path: Path, mode: str) -> str:
    """Write an absolute path as SQLite's own URI, for `rw` or `ro`."""
    place = quote(path.as_posix(), safe="/:")
    return f"file://{'' if place.startswith('/') else '/'}{place}?mode={mode}"


@contextmanager
def reading_file(
    path: Path, timeout: float, text: Callable[[bytes], object] = str
) -> Iterator[Callable[[], sqlite3.Connection]]:
    """Yield what connects to a file that can only be read; `timeout`, in seconds, waits for a lock.

    A WAL database at rest whose side files cannot be made (its folder is read-only) is read as immutable;
    raises FileChanged at the end where it was not.
    """
    frozen, before = _lacks_side_files(path), _stamp(path)
    yield partial(_connect, path, timeout, text, frozen=frozen)
    if frozen and _stamp(path) != before:
        raise FileChanged(str(path))


def _lacks_side_files(path: Path) -> bool:
    try:
        with closing(_connect(path, timeout=0, text=bytes, frozen=False)) as probe:
            probe.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        refused = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
        return refused and not path.with_name(path.name + "-wal").exists()
    return False


def _connect(
    path: Path, timeout: float, text: Callable[[bytes], object], *, frozen: bool
) -> sqlite3.Connection:
    address = file_address(path, "ro") + ("&immutable=1" if frozen else "")
    connection = sqlite3.connect(address, uri=True, timeout=timeout, isolation_level=None)
    connection.execute("PRAGMA query_only = ON")
    connection.text_factory = text
    return connection


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        state = path.stat()
    except OSError:  # gone: connecting says so, or it has changed
        return None
    return state.st_mtime_ns, state.st_size
