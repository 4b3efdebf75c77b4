"""Keep journals in a folder: small files that tell which mail of a process that died may have left.

A file `<claimer id>.journal` a process: its head, then a line before the data of a delivery leaves and one
when it is known how that ended, each handed to the system before anything else is done. So it outlives the
process; it is not forced to the disk, and what a power cut leaves of it is not believed (`same_boot`). The
process holds a lock on `<claimer id>.lock` while it lives.
"""

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import NoReturn

from filelock import FileLock, Timeout

from sereno.adapters.journal_lines import begun_line, ended_line, head_line, read_lines
from sereno.domain.errors import StoreUnavailable
from sereno.domain.outbox import Attempt
from sereno.engine.journal_ports import Remains

ENOUGH = 256 * 1024
"""Bytes from which a file is written anew, without what is settled."""
_APPEND = os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0)
_CREATE = _APPEND | os.O_CREAT | os.O_EXCL


@dataclass(frozen=True, slots=True)
class FolderJournals:
    """Keep journals in a folder of this machine, made for its owner alone (mode 0700)."""

    folder: Path
    boot_id: str
    """Which start of the machine this is: `boot_id()`."""
    new_id: Callable[[], str]
    """Names a process, differently each time and fit for a file's name."""

    @contextmanager
    def open(self) -> Iterator["FileJournal"]:
        """Begin a journal; raise StoreUnavailable. What leaves by an exception is there for `remains`."""
        claimer_id = self.new_id()
        path = self.folder / f"{claimer_id}.journal"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            _fail(path, error)
        with _lock(path) as held:
            if not held:
                raise StoreUnavailable(f"El diario de envíos {path} es de otro proceso. Vuelva a empezar.")
            journal = FileJournal(claimer_id, path, head_line(self.boot_id))
            try:
                yield journal
            finally:
                journal.close()
            path.unlink(missing_ok=True)

    def remains(self) -> Iterator[Remains]:
        """Yield what dead processes left, each forgotten once the next is asked for."""
        for path in sorted(self.folder.glob("*.journal")):
            with _lock(path) as held:
                if held and path.exists():  # else its process lives, or others have recovered it
                    yield _read(path, self.boot_id)
                    path.unlink(missing_ok=True)


class FileJournal:
    """Append to a file; safe to call from threads."""

    def __init__(self, claimer_id: str, path: Path, head: bytes) -> None:
        self._claimer_id = claimer_id
        self._path = path
        self._head = head
        self._told: dict[str, bytes] = {}  # the lines of what is not settled
        self._guard = Lock()
        self._size = 0
        self._limit = ENOUGH
        self._file: int | None = None
        try:
            self._file = os.open(path, _CREATE, 0o600)
        except OSError as error:
            _fail(path, error)
        self._append(head)

    @property
    def claimer_id(self) -> str:
        """Name the process as it claims mail."""
        return self._claimer_id

    def begun(self, delivery_id: str) -> None:
        """Note that the delivery's data is about to be sent; raise StoreUnavailable."""
        line = begun_line(delivery_id)
        with self._guard:
            self._append(line)
            self._told[delivery_id] = line

    def ended(self, attempt: Attempt) -> None:
        """Note how it ended; raise StoreUnavailable."""
        line = ended_line(attempt)
        with self._guard:
            self._append(line)
            self._told[attempt.delivery_id] = self._told.get(attempt.delivery_id, b"") + line

    def settled(self, delivery_ids: Collection[str]) -> None:
        """Forget what the outbox has recorded; raise StoreUnavailable, the file being as good as before."""
        with self._guard:
            for each in delivery_ids:
                self._told.pop(each, None)
            if self._size > self._limit:
                self._write_anew(self._head + b"".join(self._told.values()))

    def close(self) -> None:
        """Let go of the file; whoever has something to note later is refused."""
        with self._guard:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def _append(self, line: bytes) -> None:
        """Add a line in one write, or nothing of it."""
        if self._file is None:
            raise StoreUnavailable(f"El diario de envíos {self._path} ya está cerrado.")
        try:
            _write_whole(self._file, line)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._file, self._size)
            _fail(self._path, error)
        self._size += len(line)

    def _write_anew(self, whole: bytes) -> None:
        draft = self._path.with_suffix(".tmp")
        try:
            _create(draft, whole)
            self._replace(draft)
        except OSError as error:
            with suppress(OSError):
                draft.unlink()
            _fail(self._path, error)
        self._size = len(whole)
        self._limit = max(ENOUGH, 2 * self._size)

    def _replace(self, draft: Path) -> None:
        """Put the draft into the file's place, closed for a moment: Windows replaces no open file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        try:
            draft.replace(self._path)
        finally:
            self._file = os.open(self._path, _APPEND)


@contextmanager
def _lock(path: Path) -> Iterator[bool]:
    """Hold the lock of a journal while it is looked at, if nobody else does; it goes with the journal."""
    lock = FileLock(path.with_suffix(".lock"), timeout=0, mode=0o600, thread_local=False)
    held = False
    try:
        lock.acquire()
        held = True
    except Timeout:
        pass
    except OSError as error:
        _fail(path, error)
    try:
        yield held
    finally:
        if held:
            lock.release()
            if not path.exists():
                with suppress(OSError):
                    path.with_suffix(".lock").unlink()


def _read(path: Path, boot: str) -> Remains:
    try:
        data = path.read_bytes()
    except OSError:  # then nobody can tell
        data = b""
    written_at, told = read_lines(data)
    return Remains(path.stem, written_at == boot, told)


def _create(path: Path, whole: bytes) -> None:
    path.unlink(missing_ok=True)
    file = os.open(path, _CREATE, 0o600)
    try:
        _write_whole(file, whole)
    finally:
        os.close(file)


def _write_whole(file: int, data: bytes) -> None:
    if os.write(file, data) < len(data):
        raise OSError("no cabe entero en el disco")


def _fail(path: Path, error: OSError) -> NoReturn:
    raise StoreUnavailable(
        f"No se puede escribir el diario de envíos {path}: {error.strerror or error}. "
        "Revise el espacio en disco y los permisos de la carpeta: sin él no se envía nada."
    ) from error
