"""Queues behind ODBC: how Access and SQL Server are addressed, and their common code on a stand-in."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import make_url
from tests.adapters.queues.building import (
    MADRID,
    NOW,
    STAMP,
    odbc_url,
    pending,
    place_of,
    reason,
    stamp_of,
    the_row,
)

from sereno.adapters.queues.odbc import ACCESS_DRIVER, access_string, quote
from sereno.adapters.queues.table import open_queue


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("access+pyodbc:///C:/share/x.accdb", r"C:\share\x.accdb"),
        ("access+pyodbc:////servidor/recurso/año 1/x.accdb", r"\\servidor\recurso\año 1\x.accdb"),
        ("access+pyodbc://///servidor/recurso/x.accdb", r"\\servidor\recurso\x.accdb"),
    ],
)
def test_an_access_file_is_named_as_windows_names_it(url, place):
    words = access_string(make_url(url), on_windows=True)
    assert words == f"DRIVER={{{ACCESS_DRIVER}}};DBQ={place}"


def test_the_password_of_an_access_file_and_further_words_are_told_to_its_driver():
    url = make_url("access+pyodbc:////srv/x.accdb?ExtendedAnsiSQL=1").set(password="a;b}c")
    assert access_string(url, on_windows=False).endswith(";DBQ=/srv/x.accdb;PWD={a;b}}c};ExtendedAnsiSQL=1")


def test_names_are_quoted_so_that_nothing_ends_them():
    assert quote("Fecha]Envio") == "[Fecha]]Envio]"


@pytest.fixture
def odbc(request, tmp_path):
    with place_of("odbc", tmp_path, request.getfixturevalue) as place:
        yield place


def access_url(place) -> str:
    path = place.engine.url.database
    return f"access+pyodbc:///{path}?driver=SQLite3&Database={path}"


@pytest.mark.external
def test_an_access_address_goes_the_same_way(odbc):
    odbc.create()
    odbc.put(1, 2)
    queue = open_queue("tareas", access_url(odbc), None, MADRID, 5)
    assert pending(queue) == [the_row(1), the_row(2)]
    assert queue.stamp([stamp_of(the_row(2))], NOW) == {stamp_of(the_row(2))}
    assert odbc.sent() == [(1, None), (2, STAMP)]


@pytest.mark.external
def test_a_missing_access_file_is_told_and_not_made(odbc, tmp_path):
    path = tmp_path / "otro" / "no.accdb"
    path.parent.mkdir()
    queue = open_queue("tareas", f"access+pyodbc:///{path}?driver=SQLite3&Database={path}", None, MADRID, 5)
    assert f"no existe el fichero {path}. Compruebe TAREAS_DB_URL" in reason(lambda: pending(queue))
    assert list(path.parent.iterdir()) == []


@pytest.mark.external
def test_a_driver_that_is_not_installed_is_told(odbc):
    url = f"access+pyodbc:///{odbc.engine.url.database}"
    assert "controlador ODBC" in reason(lambda: pending(open_queue("correos", url, None, MADRID, 5)))
    url = "mssql+pyodbc://u:secreta@127.0.0.1:1/db"
    told = reason(lambda: pending(open_queue("correos", url, None, MADRID, 5)))
    assert "no tiene controlador ODBC de SQL Server. Instale «ODBC Driver 18 for SQL Server»" in told
    assert "secreta" not in told


@pytest.mark.external
def test_a_database_that_another_program_locks_is_told(odbc):
    odbc.create()
    odbc.put(1)
    queue = open_queue("correos", odbc_url(odbc.engine.url.database, timeout=0.05), None, MADRID, 0.05)
    asked = {stamp_of(the_row(1))}
    with closing(sqlite3.connect(odbc.engine.url.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert pending(queue) == [the_row(1)]
        assert "otro programa bloquea" in reason(lambda: queue.stamp(asked, NOW))
        other.execute("ROLLBACK")
    assert odbc.sent() == [(1, None)]
    assert queue.stamp(asked, NOW) == asked


@pytest.mark.external
def test_nothing_stays_locked_between_calls(odbc):
    odbc.create()
    odbc.put(*range(1, 700))
    queue = odbc.open()
    pages = queue.pending()
    next(pages)
    with closing(sqlite3.connect(odbc.engine.url.database, timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("COMMIT")
        queue.stamp([stamp_of(the_row(1))], NOW)
        other.execute("BEGIN EXCLUSIVE")
        other.execute("COMMIT")
    pages.close()


@pytest.mark.external
def test_a_stamp_that_is_undone_by_a_trigger_is_told(odbc):
    odbc.create()
    odbc.put(1)
    odbc.run("CREATE TRIGGER no BEFORE UPDATE ON TbCorreosEnviados BEGIN SELECT RAISE(IGNORE); END")
    assert "cambian otras filas" in reason(lambda: odbc.open().stamp([stamp_of(the_row(1))], NOW))
    assert odbc.sent() == [(1, None)]
