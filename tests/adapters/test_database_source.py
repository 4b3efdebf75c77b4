"""Registers in SQL databases: read in one consistent read, or refused with a clear reason of their own."""

import contextlib
import os
import shutil
import sqlite3
import tempfile
import threading
from contextlib import closing
from pathlib import Path

import pytest
from tests.adapters.registers import read, reason

from sereno.adapters.sources.database import CHUNK, open_source
from sereno.domain.errors import SourceUnavailable


@pytest.fixture
def register(tmp_path):
    """A register as a file, with one piece of equipment."""
    path = tmp_path / "año 1 #brass.sqlite"
    write(path, "CREATE TABLE TbEquiposMedida (IDEquipoMedida INTEGER, Nombre TEXT)")
    write(path, "INSERT INTO TbEquiposMedida VALUES (1, 'Calibrador')")
    return path


def write(path, statement):
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(statement)


def fill(path, count):
    with closing(sqlite3.connect(path)) as database, database:
        rows = ((number, f"Equipo {number}") for number in range(count))
        database.executemany("INSERT INTO TbEquiposMedida VALUES (?, ?)", rows)


def source(path, timeout=0.2):
    return open_source("brass", f"sqlite:///{path}", None, timeout)


@contextlib.contextmanager
def unprivileged():
    """Act as somebody without rights: root would read and write regardless."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def public_folder():
    """A folder that others may enter; pytest's own are closed to them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


def test_it_lists_tables_views_and_columns_and_reads_rows(register):
    write(register, "CREATE VIEW Activos AS SELECT Nombre FROM TbEquiposMedida")
    with source(register).open() as reader:
        assert reader.tables() == ["TbEquiposMedida", "Activos"]
        assert reader.columns("TbEquiposMedida") == ["IDEquipoMedida", "Nombre"]
    assert read(source(register)) == [(1, "Calibrador")]
    assert read(source(register), "Activos", ["Nombre"]) == [("Calibrador",)]


def test_many_rows_come_in_chunks(register):
    fill(register, 2 * CHUNK)
    with source(register).open() as reader:
        chunks = [len(chunk) for chunk in reader.rows("TbEquiposMedida", ["IDEquipoMedida"])]
    assert chunks == [CHUNK, CHUNK, 1]


def test_names_are_quoted(register):
    write(register, 'CREATE TABLE "select" ("a ""b""; DROP" TEXT)')
    write(register, "INSERT INTO \"select\" VALUES ('x')")
    assert read(source(register), "select", ['a "b"; DROP']) == [("x",)]


def test_a_column_that_does_not_exist_is_never_read_as_a_text(register):
    with pytest.raises(SourceUnavailable, match="no such column"):
        read(source(register), columns=["NoExiste"])


def test_text_in_the_encoding_of_windows_is_read(register):
    write(register, "INSERT INTO TbEquiposMedida VALUES (2, CAST(x'4D757EF16F7A' AS TEXT))")
    assert read(source(register))[1] == (2, "Mu~ñoz")


def test_all_tables_of_a_register_belong_to_one_instant(register):
    write(register, "PRAGMA journal_mode = WAL")
    with source(register).open() as reader:
        before = list(reader.rows("TbEquiposMedida", ["IDEquipoMedida"]))
        write(register, "INSERT INTO TbEquiposMedida VALUES (2, 'Otro')")
        assert list(reader.rows("TbEquiposMedida", ["IDEquipoMedida"])) == before
    assert len(read(source(register))) == 2


def test_a_register_cannot_be_written_through_its_source(register):
    with source(register).open() as reader, pytest.raises(Exception, match="readonly"):
        reader.connection.exec_driver_sql("DELETE FROM TbEquiposMedida")
    assert len(read(source(register))) == 1


def test_reading_leaves_the_file_as_it_was(register):
    before = register.read_bytes()
    read(source(register))
    assert register.read_bytes() == before
    assert list(register.parent.iterdir()) == [register]


@pytest.mark.parametrize("journal", ["WAL", "DELETE"])
def test_a_register_in_a_read_only_folder_is_read(public_folder, register, journal):
    write(register, f"PRAGMA journal_mode = {journal}")
    shared = public_folder / "brass.sqlite"
    shutil.copy(register, shared)
    shared.chmod(0o444)
    public_folder.chmod(0o555)
    with unprivileged():
        assert read(source(shared)) == [(1, "Calibrador")]
    assert list(public_folder.iterdir()) == [shared]


def test_a_wal_file_that_changes_while_it_is_read_without_locks_is_not_believed(public_folder, register):
    write(register, "PRAGMA journal_mode = WAL")
    shared = public_folder / "brass.sqlite"
    shutil.copy(register, shared)
    public_folder.chmod(0o555)
    refused = pytest.raises(SourceUnavailable, match="ha cambiado mientras se leía")
    with refused, unprivileged(), source(shared).open():
        touch(shared)


def touch(path):
    """Change a file as its owner, whoever we act as."""
    acting = os.geteuid()
    os.seteuid(os.getuid())
    os.utime(path, (0, 0))
    os.seteuid(acting)


def test_a_missing_file_is_told_and_never_made(tmp_path):
    path = tmp_path / "no" / "existe.sqlite"
    assert reason(source(path)).startswith(f"brass: no existe el fichero {path}. Compruebe BRASS_DB_URL")
    assert not path.parent.exists()


def test_a_folder_in_place_of_a_file_is_told(tmp_path):
    assert f"{tmp_path} es una carpeta" in reason(source(tmp_path))


def test_a_file_that_is_no_database_is_told(tmp_path):
    path = tmp_path / "notas.txt"
    path.write_text("esto no es una base de datos " * 100)
    assert f"{path} no es una base de datos SQLite, o está cifrada" in reason(source(path))


def test_a_damaged_database_is_told(register):
    with register.open("r+b") as file:
        file.seek(100)  # the root page of the schema
        file.write(b"\xff" * 3000)
    assert "está dañada" in reason(source(register))


def test_a_database_cut_short_is_told(register):
    fill(register, 10_000)
    with register.open("r+b") as file:
        file.truncate(20_000)
    assert "está dañada" in reason(source(register))


def test_a_file_without_permission_is_told(public_folder, register):
    shared = public_folder / "brass.sqlite"
    shutil.copy(register, shared)
    shared.chmod(0)
    with unprivileged():
        assert f"no se puede abrir {shared}. Dé permiso de lectura" in reason(source(shared))


def test_a_folder_without_permission_is_told(public_folder, register):
    closed = public_folder / "cerrada"
    closed.mkdir()
    shutil.copy(register, closed / "brass.sqlite")
    closed.chmod(0)
    with unprivileged():
        assert "no hay permiso para llegar a" in reason(source(closed / "brass.sqlite"))
    closed.chmod(0o755)


def test_a_file_locked_by_another_program_is_told(register):
    with closing(sqlite3.connect(register, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert f"otro programa tiene bloqueado {register}" in reason(source(register))
    assert read(source(register)) == [(1, "Calibrador")]


def test_a_short_lock_is_waited_for(register):
    other = sqlite3.connect(register, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    release = threading.Timer(0.2, other.close)
    release.start()
    assert read(source(register, timeout=20)) == [(1, "Calibrador")]
    release.join()


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("nada", "su dirección no se entiende"),
        ("postgresql+psycopg://u:secreta@h@h:port/db", "su dirección no se entiende"),
        ("oracle://u:secreta@h/db", "Sereno no sabe leer una dirección «oracle:»"),
        ("sqlite://", "le falta la ruta"),
        ("sqlite:///:memory:", "le falta la ruta"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_without_its_password(url, what):
    told = reason(open_source("brass", url, None, 1))
    assert told.startswith("brass: ")
    assert what in told
    assert "BRASS_DB_URL una dirección sqlite:///" in told
    assert "secreta" not in told


def test_nothing_is_opened_before_it_is_asked_for():
    assert "secreta" not in repr(open_source("brass", "oracle://u:secreta@h/db", "muy secreta", 1))
