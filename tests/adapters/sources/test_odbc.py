"""Registers through ODBC, on stand-in drivers: only read, locks waited for, no password shown."""

import sqlite3
import struct
import threading
import time
from contextlib import closing
from urllib.parse import quote

import pytest
from sqlalchemy import make_url
from tests.adapters.sources.building import EQUIPMENT, fetched, opened, reason

from sereno.adapters.sources.opening import open_register_source
from sereno.domain.errors import SourceUnavailable

pyodbc = pytest.importorskip("pyodbc", reason="external: unixODBC is not installed", exc_type=ImportError)
odbc = pytest.importorskip("sereno.adapters.sources.odbc")
odbc_faults = pytest.importorskip("sereno.adapters.sources.odbc_faults")

ACCESS = "{Microsoft Access Driver (*.mdb, *.accdb)}"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "brass.accdb"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE TbEquiposMedida (IDEquipoMedida INTEGER, Nombre TEXT, Clave TEXT)")
        database.execute("INSERT INTO TbEquiposMedida VALUES (1, 'Calibrador', 'secreta')")
    return path


def access(path, driver, timeout=5, options=""):
    """Be asked for as an Access file is; SQLite's driver needs the file named once more."""
    told = f"?driver={driver}&Database={quote(str(path))}&Timeout=10{options}"
    return opened("access+pyodbc", path, timeout, told, password="secreta")


@pytest.mark.external
class TestDriver:
    def test_many_rows_come_in_chunks(self, path, sqlite_driver):
        with closing(sqlite3.connect(path)) as database, database:
            rows = ((number, f"Equipo {number}", "x") for number in range(2, 4001))
            database.executemany("INSERT INTO TbEquiposMedida VALUES (?, ?, ?)", rows)
        with access(path, sqlite_driver).open() as reader:
            chunks = [len(chunk) for chunk in reader.rows("TbEquiposMedida", ["Nombre"])]
        assert chunks == [2000, 2000]

    def test_a_file_that_another_program_holds_is_waited_for(self, path, sqlite_driver):
        holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        holder.execute("BEGIN EXCLUSIVE")
        release = threading.Timer(1.0, lambda: holder.execute("ROLLBACK"))
        release.start()
        before = time.monotonic()
        try:
            assert fetched(access(path, sqlite_driver, timeout=20))[0] == [(1, "Calibrador", None)]
        finally:
            release.join()
            holder.close()
        assert time.monotonic() - before > 0.8

    def test_a_file_that_another_program_goes_on_holding_is_told(self, path, sqlite_driver):
        with closing(sqlite3.connect(path, isolation_level=None)) as holder:
            holder.execute("BEGIN EXCLUSIVE")
            told = reason(access(path, sqlite_driver, timeout=0.5))
        assert f"brass: otro programa tiene bloqueado {path}" in told
        assert "secreta" not in told

    def test_a_table_that_is_locked_after_the_register_was_opened_is_told(self, path, sqlite_driver):
        with (
            closing(sqlite3.connect(path, isolation_level=None)) as holder,
            access(path, sqlite_driver, timeout=0.5).open() as reader,
        ):
            holder.execute("BEGIN EXCLUSIVE")
            with pytest.raises(
                SourceUnavailable, match=r"tiene bloqueado .* Se espera 0.5 s como mucho"
            ) as told:
                list(reader.rows("TbEquiposMedida", ["Nombre"]))
        assert "secreta" not in str(told.value)

    def test_nothing_is_held_between_two_tables(self, path, sqlite_driver):
        with access(path, sqlite_driver).open() as reader:
            assert list(reader.rows("TbEquiposMedida", ["Nombre"]))
            with closing(sqlite3.connect(path, timeout=0)) as database, database:
                database.execute("UPDATE TbEquiposMedida SET Nombre = 'Otro'")

    def test_names_of_tables_and_columns_are_quoted(self, path, sqlite_driver):
        with closing(sqlite3.connect(path)) as database, database:
            database.execute('CREATE TABLE "Nº de equipos" ("Fin [previsto" TEXT)')
            database.execute("INSERT INTO \"Nº de equipos\" VALUES ('x')")
        with access(path, sqlite_driver).open() as reader:
            (chunk,) = reader.rows("Nº de equipos", ["Fin [previsto"])
            assert [tuple(row) for row in chunk] == [("x",)]

    def test_what_takes_too_long_is_given_up(self, path, sqlite_driver):
        with closing(sqlite3.connect(path)) as database, database:
            rows = ((number, "x" * 200, "x") for number in range(200_000))
            database.executemany("INSERT INTO TbEquiposMedida VALUES (?, ?, ?)", rows)
        assert "no ha dado tiempo a leer TbEquiposMedida" in reason(access(path, sqlite_driver, timeout=0.05))

    def test_one_table_that_cannot_be_read_is_told_and_the_next_one_read(self, path, sqlite_driver):
        with closing(sqlite3.connect(path)) as database, database:
            database.executescript("CREATE TABLE x (a); CREATE VIEW rota AS SELECT a FROM x; DROP TABLE x")
        with access(path, sqlite_driver).open() as reader:
            with pytest.raises(Exception, match="no se puede leer"):
                reader.columns("rota")
            assert len(list(reader.rows("TbEquiposMedida", ["Nombre"]))) == 1

    def test_a_driver_that_is_missing_is_told_with_the_bits_that_it_must_have(self, path, sqlite_driver):
        told = reason(opened("access+pyodbc", path))
        assert "falta el controlador ODBC, o no es de 64 bits como este Python" in told
        assert "docs/how-to/access.md" in told

    def test_a_server_without_its_driver_does_not_show_the_password(self, sqlite_driver):
        told = reason(open_register_source("brass", "mssql+pyodbc://u:secreta@127.0.0.1:1/brass", None, 1))
        assert "falta el controlador ODBC" in told
        assert "secreta" not in told


def test_an_access_file_is_opened_shared_and_to_be_read():
    url = make_url("access+pyodbc:////servidor/recurso/x.accdb").set(password="a;b}c")
    told = odbc.connection_string(url)
    assert told == (f"DRIVER={ACCESS};DBQ=/servidor/recurso/x.accdb;ReadOnly=1;Exclusive=0;PWD={{a;b}}}}c}}")


def test_no_option_of_an_address_opens_a_file_for_writing_or_alone():
    url = make_url("access+pyodbc:///C:/x.accdb?readonly=0&EXCLUSIVE=1&dbq=otro&UID=Admin")
    told = odbc.connection_string(url)
    assert told == f"DRIVER={ACCESS};DBQ=C:/x.accdb;ReadOnly=1;Exclusive=0;UID=Admin"


def test_an_account_that_is_locked_out_is_no_lock_to_wait_for():
    words = "[28000] Login failed: the account is currently locked out. (18486)"
    assert not odbc_faults.is_lock(pyodbc.Error("28000", words))


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (
            "mssql+pyodbc://lector:clave@servidor:1433/brass?Encrypt=no",
            "{ODBC Driver 18 for SQL Server};SERVER=servidor,1433;+;UID=lector;PWD=clave;Encrypt=no",
        ),
        (
            "mssql+pyodbc://servidor/brass?driver=ODBC+Driver+17+for+SQL+Server",
            "{ODBC Driver 17 for SQL Server};SERVER=servidor;+;Trusted_Connection=Yes",
        ),
    ],
)
def test_a_server_is_asked_as_its_driver_wants(url, told):
    always = "DATABASE=brass;ApplicationIntent=ReadOnly"
    assert odbc.connection_string(make_url(url)) == "DRIVER=" + told.replace("+", always)


SPANISH = "[Microsoft][Controlador ODBC Microsoft Access] "


@pytest.mark.parametrize(
    ("state", "words", "told"),
    [
        ("HY000", "No se pudo utilizar '(desconocido)'; el archivo ya está en uso. (-1024)", "bloqueado"),
        ("HY000", "Could not use '(unknown)'; file already in use. (-1024) (SQLDriverConnect)", "bloqueado"),
        ("HY000", "opened exclusively by another user, or you need permission (-1032)", "bloqueado"),
        ("HY000", "'(desconocido)' no es una ruta de acceso válida. (-1023)", "no se encuentra"),
        ("HY000", "No se pudo encontrar el archivo '(desconocido)'. (-1811)", "no se encuentra"),
        ("28000", "No es una contraseña válida. (-1905)", "rechaza la contraseña. Corrija BRASS_DB_PASSWORD"),
        ("HY000", "Formato de base de datos no reconocido. (-1028)", "versión posterior"),
        ("HY000", "puede que el archivo esté dañado (-1206)", "Compactar y reparar"),
        ("HY000", "Error de disco o red. (-1022)", "el disco o la red fallan"),
        ("07002", "Pocos parámetros. Se esperaba 1. (-3010)", "le falta un dato"),
        ("42000", "No hay permiso de lectura en 'TbX'. (-1907)", "no hay permiso de lectura"),
        ("IM002", "No se encuentra el nombre del origen de datos (0) (SQLDriverConnect)", "de 64 bits"),
        ("IM014", "El DSN especificado no coincide en su arquitectura (0)", "de 64 bits"),
        ("28000", "Login failed for user 'lector'. (18456)", "rechaza al usuario o su contraseña"),
        ("08001", "TCP Provider: Error code 0x2726 (10022)", "no responde"),
        ("HYT00", "Login timeout expired (0)", "no ha respondido en 30 s"),
        ("HY000", "Cualquier otra cosa (-9999)", "no se puede leer"),
    ],
)
def test_what_a_driver_says_in_its_language_is_told_with_what_to_do(state, words, told):
    url = make_url("access+pyodbc:///C:/x.accdb").set(password="secreta")
    error = pyodbc.Error(state, f"[{state}] {SPANISH}{words} secreta")
    found = str(odbc_faults.explain_odbc("brass", url, error, 30.0))
    assert found.startswith("brass: ")
    assert told in found
    assert "secreta" not in found


def test_this_python_s_bits_are_those_told():
    assert struct.calcsize("P") * 8 == odbc_faults.BITS


def test_an_address_without_a_file_is_told():
    assert "le falta la base de datos, o la ruta del fichero" in reason(
        opened("access+pyodbc", ""), EQUIPMENT
    )
