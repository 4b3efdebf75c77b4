"""Copies of the store's file: made while others write, looked through, and put in its place."""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

from sqlalchemy import URL, delete, update

from sereno.adapters.sqlite_files import file_address
from sereno.adapters.store import schema
from sereno.adapters.store.engine import open_unshared, reading, store_address, store_file, writing
from sereno.adapters.store.faults import sqlite_reason
from sereno.adapters.store.files import is_absent
from sereno.adapters.store.migrations import HEAD, upgrade_store, version_of
from sereno.domain.errors import StoreUnavailable

RESTORED = "Restaurado de una copia: pudo salir después de hacerla. Decida si se reenvía o se descarta"
SIDE_FILES = ("-wal", "-shm", "-journal")


def back_up(url: str, target: Path) -> int:
    """Copy the store, as it stands at one instant, to a new file for its owner alone; return its bytes.

    Others may write meanwhile. The copy appears whole or not at all. Raises StoreUnavailable.
    """
    path = _own_file(url, _DUMP)
    if target.exists() or target.is_symlink():
        raise StoreUnavailable(f"{target} ya existe, y una copia no se sobrescribe. Dé otro nombre")
    with _draft_of(path, target) as draft:
        _check(draft)
        try:
            target.hardlink_to(draft)
        except OSError as error:
            _fail(target, error)
    _flush(target.parent)
    return target.stat().st_size


def copy_before_change(path: Path, to_version: str, today: date) -> Path:
    """Copy the store beside itself before its tables change; a copy of the same day gives way."""
    target = path.with_name(f"{path.name}.antes-de-{to_version}-{today.isoformat()}")
    with _draft_of(path, target) as draft:
        draft.replace(target)
    _flush(target.parent)
    return target


def restore(url: str, source: Path, now: datetime) -> tuple[Path | None, int]:
    """Put a copy in the store's place, at our version; return where what it replaced is kept, and a count.

    The count is of deliveries that waited when the copy was made: they may have left since then, and are
    `unknown` now. Raises StoreUnavailable, and changes nothing, where the copy is damaged or of a newer
    version, or where anybody uses the store.
    """
    address = store_address(url)
    path = _own_file(url, _UNDUMP, must_exist=False)
    if not source.is_file():
        raise StoreUnavailable(f"{source}: no hay tal fichero. Dé el de una copia de seguridad")
    path.parent.mkdir(parents=True, exist_ok=True)
    with _draft_of(source, path) as draft:
        _check(draft)
        waited = _adopt(draft, source)
        with _alone(address, path):
            kept = _put_in_place(path, draft, now.date())
    _flush(path.parent)
    return kept, waited


_DUMP = "pg_dump --format=custom --file=sereno.dump"
_UNDUMP = "pg_restore --clean --if-exists --dbname"


def _own_file(url: str, instead: str, *, must_exist: bool = True) -> Path:
    """Return the store's file; a server has its own tools, and its password stays untold."""
    address = store_address(url)
    path = store_file(address)
    if path is None:
        plain = URL.create("postgresql", address.username, None, address.host, address.port, address.database)
        where = plain.render_as_string()
        command = f'{instead} "{where}"' + (" sereno.dump" if "restore" in instead else "")
        raise StoreUnavailable(
            f"El almacén está en PostgreSQL, que hace sus propias copias. Escriba: {command}"
        )
    if must_exist and is_absent(address):
        raise StoreUnavailable(f"El almacén {path} no existe: no hay nada que copiar")
    return path.resolve()  # what a link names is copied and replaced, not the link


@contextmanager
def _draft_of(source: Path, target: Path) -> Iterator[Path]:
    """Lend a whole copy of a database in the target's folder, on disk, for its owner alone."""
    try:
        with TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
            draft = Path(folder) / target.name
            draft.touch(mode=0o600)
            _copy(source, draft, target)
            yield draft
    except OSError as error:
        _fail(target, error)


def _copy(source: Path, draft: Path, target: Path) -> None:
    try:
        with closing(_connect(source, "ro")) as whole, closing(_connect(draft, "rw")) as copy:
            whole.backup(copy)  # in one step: a reader sees one instant, however many write
            copy.execute("PRAGMA journal_mode = DELETE")  # whole without side files
    except sqlite3.Error as error:
        reason = sqlite_reason(error) or str(error)
        raise StoreUnavailable(f"No se puede copiar {source} en {target}: {reason} ({error})") from error
    with draft.open("rb+") as file:
        os.fsync(file.fileno())


def _check(draft: Path) -> None:
    """Refuse a copy that is damaged."""
    try:
        with closing(_connect(draft, "ro")) as copy:
            said = [row[0] for row in copy.execute("PRAGMA integrity_check")]
            strays = copy.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error as error:
        said, strays = [str(error)], []
    if said != ["ok"] or strays:
        what = said[0] if said != ["ok"] else f"faltan las filas de las que dependen otras {len(strays)}"
        raise StoreUnavailable(
            f"La copia está dañada y no sirve ({what}). Use otra; el almacén sigue como estaba"
        )


def _adopt(draft: Path, source: Path) -> int:
    """Bring the copy to our version, and let nothing in it leave by itself."""
    engine = open_unshared(draft)
    try:
        with reading(engine) as connection:
            found = version_of(connection)
        if found != HEAD:
            with writing(engine) as connection:
                upgrade_store(connection)
        with writing(engine) as connection:
            waiting = schema.deliveries.c.state.in_(["queued", "deferred", "sending"])
            changed = {"state": "unknown", "answer": RESTORED, "claimed_by": None, "claimed_until": None}
            lost = update(schema.deliveries).where(waiting).values(changed)
            for table in (schema.lease, schema.running):  # whoever led then, leads no more
                connection.execute(delete(table))
            return connection.execute(lost).rowcount
    except StoreUnavailable as error:
        raise StoreUnavailable(str(error).replace(str(draft), str(source))) from error
    finally:
        engine.dispose()


@contextmanager
def _alone(address: URL, path: Path) -> Iterator[None]:
    """Hold the store's file against everybody else; refuse where anybody has it open."""
    if is_absent(address):
        yield
        return
    with closing(_connect(path, "rw")) as held:
        try:
            # Whoever has the store open, at rest too, holds a lock that ending the WAL needs.
            held.execute("PRAGMA journal_mode = DELETE")
            held.execute("BEGIN EXCLUSIVE")
            in_use = held.execute("PRAGMA journal_mode").fetchone() != ("delete",)  # somebody came between
        except sqlite3.Error as error:  # a damaged one, which is why it is replaced, nobody can use
            in_use = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        if in_use:
            what = "está en uso: detenga Sereno (run_master.py) y toda orden suya, y repita"
            raise StoreUnavailable(f"El almacén {path} {what}")
        if sys.platform == "win32":
            held.close()  # no open file can be replaced there
        yield


def _put_in_place(path: Path, draft: Path, today: date) -> Path | None:
    """Replace the store at one instant: at none is there no store, which would be taken for a new one."""
    kept = _free_name(path, today) if path.exists() else None
    if kept is not None:
        kept.hardlink_to(path)
    for each in SIDE_FILES:
        beside = path.with_name(path.name + each)
        if beside.exists():  # of a damaged store alone; never to be read into the new one
            beside.replace((kept or path).with_name((kept or path).name + each))
    draft.replace(path)
    return kept


def _free_name(path: Path, today: date) -> Path:
    stem = f"{path.name}.reemplazado-{today.isoformat()}"
    names = (path.with_name(stem if n == 1 else f"{stem}-{n}") for n in count(1))
    return next(name for name in names if not name.exists())


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(file_address(path.absolute(), mode), uri=True, timeout=2, isolation_level=None)


def _flush(folder: Path) -> None:
    """Let a new name reach the disk, where the system knows how."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _fail(target: Path, error: OSError) -> NoReturn:
    raise StoreUnavailable(
        f"No se puede escribir {target}: {error.strerror or error}. "
        "Revise la carpeta, sus permisos y el espacio"
    ) from error
