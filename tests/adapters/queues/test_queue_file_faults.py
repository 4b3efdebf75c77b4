"""Each fault of a queue in an SQLite file is told with its own reason, and passes when it is mended."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.adapters.queues.building import MADRID, NOW, STAMP, TABLE, pending, reason, stamp_of, the_row
from tests.adapters.store.building import as_nobody, without_permission

from sereno.adapters.queues.table import open_queue


def path_of(place) -> Path:
    return Path(place.engine.url.database)


def queue_at(path: Path | str, timeout: float = 0.05):
    return open_queue("correos", f"sqlite:///{path}", None, MADRID, timeout)


def test_a_queue_opens_nothing_and_makes_nothing_before_it_is_used(tmp_path):
    queue = queue_at(tmp_path / "no está.sqlite")
    assert queue.origin == "correos"
    queue.close()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_does_not_exist_is_told_and_not_made(tmp_path):
    path = tmp_path / "no está.sqlite"
    told = reason(lambda: pending(queue_at(path)))
    assert f"no existe el fichero {path}. Compruebe CORREOS_DB_URL" in told
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_goes_while_the_queue_is_used_is_told_and_works_when_it_is_back(file, tmp_path):
    file.put(1)
    queue, path = file.open(), path_of(file)
    assert pending(queue) == [the_row(1)]
    path.rename(tmp_path / "fuera")
    told = reason(lambda: queue.stamp([stamp_of(the_row(1))], NOW))
    assert "no existe el fichero" in told
    (tmp_path / "fuera").rename(path)
    assert queue.stamp([stamp_of(the_row(1))], NOW) == {stamp_of(the_row(1))}


def test_a_file_that_is_put_in_the_place_of_another_is_the_one_that_is_read(file, tmp_path):
    file.put(1)
    queue, path = file.open(), path_of(file)
    pending(queue)
    shutil.copy(path, tmp_path / "otro")
    with closing(sqlite3.connect(tmp_path / "otro")) as other, other:
        other.execute(f"UPDATE {TABLE} SET Asunto = 'De otro fichero'")
    (tmp_path / "otro").replace(path)
    assert [row.subject for row in pending(queue)] == ["De otro fichero"]


def test_a_folder_in_place_of_the_file_is_told(tmp_path):
    assert "es una carpeta, no una base de datos" in reason(lambda: pending(queue_at(tmp_path)))


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_an_address_without_a_file_is_told(url):
    queue = open_queue("correos", url, None, MADRID, 1)
    assert "le falta la ruta del fichero" in reason(lambda: pending(queue))


def test_a_file_that_is_no_database_is_told(tmp_path):
    path = tmp_path / "carta.sqlite"
    path.write_text("Esto es una carta, no una base de datos. " * 99)
    assert "no es una base de datos SQLite, o está cifrada" in reason(lambda: pending(queue_at(path)))


def test_a_damaged_file_is_told(file):
    file.put(*range(1, 400))
    path = path_of(file)
    damaged = bytearray(path.read_bytes())
    damaged[4096:] = os.urandom(len(damaged) - 4096)
    path.write_bytes(damaged)
    assert "está dañada" in reason(lambda: pending(queue_at(path)))


def test_a_file_that_is_locked_for_long_is_told_and_stays_as_it_is(file):
    file.put(1)
    queue = queue_at(path_of(file))
    with closing(sqlite3.connect(path_of(file), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert pending(queue) == [the_row(1)]  # a reader is not in its way
        told = reason(lambda: queue.stamp([stamp_of(the_row(1))], NOW))
        assert "otro programa bloquea" in told
        assert "desde hace más de 0.05 s" in told
        other.execute("COMMIT")
        other.execute("BEGIN EXCLUSIVE")
        assert "otro programa bloquea" in reason(lambda: pending(queue))
        other.execute("ROLLBACK")
    assert file.sent() == [(1, None)]
    assert queue.stamp([stamp_of(the_row(1))], NOW) == {stamp_of(the_row(1))}


def test_no_lock_is_held_between_pages_nor_after_a_stamp(file):
    file.put(*range(1, 700))
    queue = file.open()
    pages = queue.pending()
    next(pages)
    with closing(sqlite3.connect(path_of(file), timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("COMMIT")
        queue.stamp([stamp_of(the_row(1))], NOW)
        other.execute("BEGIN EXCLUSIVE")
        other.execute("COMMIT")


def test_a_page_that_cannot_be_read_is_an_error_and_never_the_end(file):
    file.put(*range(1, 700))
    pages = queue_at(path_of(file)).pending()
    next(pages)
    with closing(sqlite3.connect(path_of(file), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "otro programa bloquea" in reason(lambda: list(pages))


@pytest.mark.parametrize("mode", ["delete", "wal", "truncate"])
def test_the_journal_mode_of_the_file_is_left_alone(file, mode):
    with closing(sqlite3.connect(path_of(file))) as other:
        other.execute(f"PRAGMA journal_mode = {mode}")
    file.put(1)
    queue = file.open()
    assert queue.stamp([stamp_of(row) for row in pending(queue)], NOW)
    assert file.sent() == [(1, STAMP)]
    with closing(sqlite3.connect(path_of(file))) as other:
        (now,) = other.execute("PRAGMA journal_mode").fetchone()
    assert now == (mode if mode == "wal" else "delete")  # the others are each connection's own


def test_a_file_that_may_not_be_written_is_told_before_any_mail_is_taken_from_it(file):
    file.put(1)
    with as_nobody() as folder:
        path = folder / "cola.sqlite"
        shutil.copy(path_of(file), path)
        path.chmod(0o444)
        with without_permission(folder, 0o755):
            told = reason(lambda: pending(queue_at(path)))
    assert "se puede leer y no escribir: no se podría sellar. Dé permiso de escritura" in told


def test_a_folder_that_may_not_be_entered_is_told(file):
    with as_nobody() as folder:
        path = folder / "cola.sqlite"
        shutil.copy(path_of(file), path)
        with without_permission(folder, 0o600):
            told = reason(lambda: pending(queue_at(path)))
    assert f"no hay permiso para llegar a {path}" in told


FULL = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from sereno.adapters.queues.table import open_queue
from sereno.domain.errors import QueueUnavailable

queue = open_queue("correos", f"sqlite:///{sys.argv[1]}", None, UTC, 1)
rows = [row for page in queue.pending() for row in page]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))
try:
    queue.stamp([(row.number, row.fingerprint) for row in rows], datetime(2026, 11, 24, tzinfo=UTC))
except QueueUnavailable as error:
    print(error)
"""


def test_a_disk_that_takes_no_more_is_told_and_nothing_is_stamped(file):
    file.put(*range(1, 50))
    done = subprocess.run(
        [sys.executable, "-c", FULL, path_of(file)], capture_output=True, text=True, check=True, timeout=60
    )
    assert "correos: el disco" in done.stdout
    assert {at for _, at in file.sent()} == {None}


def test_a_trigger_that_undoes_the_stamp_is_told_and_nothing_counts_as_stamped(file):
    file.put(1)
    file.run(f"CREATE TRIGGER no BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(IGNORE); END")
    told = reason(lambda: file.open().stamp([stamp_of(the_row(1))], NOW))
    assert "cambian otras filas que las debidas" in told
    assert file.sent() == [(1, None)]


def test_texts_that_are_not_unicode_are_read_as_windows_wrote_them(file):
    file.put(1)
    with closing(sqlite3.connect(path_of(file))) as other, other:
        other.execute(f"UPDATE {TABLE} SET Asunto = CAST(x'41F16F' AS TEXT)")
    (row,) = pending(file.open())
    assert row.subject == "Año"


def test_numbers_that_are_none_in_a_column_of_numbers_are_told_at_the_end(file):
    file.put(1, "siete", 7.5)
    pages = file.open().pending()
    assert [row.number for row in next(pages)] == [1]
    assert "tiene sin enviar 2 filas" in reason(lambda: next(pages))


@pytest.mark.parametrize(
    "url", ["", "//secreto", "oracle://u:secreto@h/d", "mysql://u:secreto@h/d", "postgresql://u:secreto@h/d"]
)
def test_an_address_of_another_kind_says_which_are_known_and_no_password(url):
    told = reason(lambda: pending(open_queue("correos", url, None, MADRID, 1)))
    assert "Escriba en CORREOS_DB_URL una dirección sqlite:///ruta/del/fichero" in told
    assert "secreto" not in told


MISSING = """
import sys
from datetime import UTC
from sereno.adapters.queues.table import open_queue
from sereno.domain.errors import QueueUnavailable

sys.modules[sys.argv[1]] = None  # what Python itself keeps of a module that cannot be imported
queue = open_queue("correos", sys.argv[2], None, UTC, 1)
try:
    queue.rows([1])
except QueueUnavailable as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("driver", "url", "extra"),
    [
        ("psycopg", "postgresql+psycopg://h/d", "postgresql"),
        ("pymysql", "mysql+pymysql://h/d", "mysql"),
        ("pyodbc", "mssql+pyodbc://h/d", "odbc"),
        ("pyodbc", "access+pyodbc:///C:/x.accdb", "odbc"),
    ],
)
def test_a_missing_driver_names_the_extra_that_brings_it(driver, url, extra):
    done = subprocess.run(
        [sys.executable, "-c", MISSING, driver, url], capture_output=True, text=True, check=True, timeout=60
    )
    assert f"pip install 'sereno[{extra}]'" in done.stdout
