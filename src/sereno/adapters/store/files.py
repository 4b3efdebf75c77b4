"""How the store's file comes to be: whole, or not at all."""

import os
import stat
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL

from sereno.adapters.store.engine import open_unshared, store_file, writing
from sereno.adapters.store.faults import empty_store, unreachable_file
from sereno.adapters.store.migrations import make_store


def is_absent(address: URL) -> bool:
    """Tell whether there is no store yet; a link that leads nowhere is a store that cannot be reached.

    Raises StoreUnavailable where the file system does not tell. A server's store counts as there.
    """
    path = store_file(address)
    if path is None:
        return False
    try:
        path.lstat()
    except FileNotFoundError:
        return True
    except OSError as error:
        raise unreachable_file(path, "mirar", error) from error
    return False


def make_where_absent(address: URL, now: datetime) -> None:
    """Make the store's file where there is none; raise StoreUnavailable for an empty one, and leave it."""
    path = store_file(address)
    if path is None:
        return
    try:
        if is_absent(address):
            _make(path, now)
        elif path.is_file():
            if path.stat().st_size == 0:
                raise empty_store(address)
            close_to_others(path)
    except OSError as error:
        raise unreachable_file(path, "crear", error) from error


def close_to_others(path: Path) -> None:
    """Let the owner alone read a file of ours: one that was copied by hand may be open to all."""
    state = path.stat()
    if os.name == "posix" and state.st_uid == os.geteuid() and state.st_mode & 0o077:
        path.chmod(stat.S_IMODE(state.st_mode) & 0o700)


def _make(path: Path, now: datetime) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        whole = Path(folder) / path.name
        whole.touch(mode=0o600)
        engine = open_unshared(whole, "PRAGMA auto_vacuum = INCREMENTAL")
        try:
            with writing(engine) as connection:
                make_store(connection, now)
        finally:
            engine.dispose()
        with suppress(FileExistsError):  # another process was first: its store counts
            path.hardlink_to(whole)
