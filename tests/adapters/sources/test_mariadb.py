"""Registers on MariaDB: read as of one instant, or refused with the reason and without the password."""

import pytest
from tests.adapters.sources.building import EQUIPMENT, fetched, reason
from tests.contracts.sources.building import mariadb_database

from sereno.adapters.sources.opening import open_register_source
from sereno.domain.errors import SourceUnavailable

pytestmark = pytest.mark.external


def opened(url, timeout=5, password=None):
    return open_register_source("brass", url, password, timeout)


@pytest.fixture
def server(mariadb_url):
    with mariadb_database(mariadb_url) as (url, connection), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE TbEquiposMedida (IDEquipoMedida INT, Nombre TEXT, FechaFinServicio DATE)"
        )
        cursor.execute("INSERT INTO TbEquiposMedida VALUES (1, 'Muñoz', '2026-01-31')")
        yield url, cursor


def test_all_tables_belong_to_one_instant(server):
    url, cursor = server
    with opened(url).open() as reader:
        before = list(map(list, reader.rows("TbEquiposMedida", ["Nombre"])))
        cursor.execute("INSERT INTO TbEquiposMedida VALUES (2, 'Otro', NULL)")
        assert list(map(list, reader.rows("TbEquiposMedida", ["Nombre"]))) == before
    assert len(fetched(opened(url))[0]) == 2


def test_a_register_cannot_be_written_through_its_source(server):
    url, _ = server
    refused = pytest.raises(SourceUnavailable, match="READ ONLY transaction")
    with refused, opened(url).open() as reader:
        reader.connection.exec_driver_sql("DELETE FROM TbEquiposMedida")
    assert len(fetched(opened(url))[0]) == 1


def test_a_date_of_zeros_is_reported_and_fails_nothing(server):
    url, cursor = server
    cursor.execute("SET SESSION sql_mode = ''")
    cursor.execute("INSERT INTO TbEquiposMedida VALUES (2, 'Otro', '0000-00-00')")
    rows, doubts = fetched(opened(url))
    assert rows[1] == (2, "Otro", None)
    assert [doubt.value for doubt in doubts] == ["0000-00-00"]


def test_views_and_many_rows_are_read(server):
    url, cursor = server
    cursor.execute("INSERT INTO TbEquiposMedida SELECT seq, seq, NULL FROM seq_2_to_4500")
    cursor.execute("CREATE VIEW Todos AS SELECT * FROM TbEquiposMedida")
    with opened(url).open() as reader:
        assert sorted(reader.tables()) == ["TbEquiposMedida", "Todos"]
        assert sum(len(chunk) for chunk in reader.rows("Todos", ["Nombre"])) == 4500


@pytest.mark.parametrize(
    ("change", "password", "told"),
    [
        (lambda url: url, "no-es-esta", "rechaza al usuario sereno o su contraseña"),
        (lambda url: url.rpartition("/")[0] + "/otra", None, "/otra no existe en el servidor"),
        (
            lambda _: "mysql+pymysql://u:secreta@127.0.0.1:1/b",
            None,
            "el servidor de 127.0.0.1:1/b no responde",
        ),
    ],
)
def test_a_server_that_lets_nobody_in_is_told_and_no_password_shown(server, change, password, told):
    found = reason(opened(change(server[0]), password=password))
    assert told in found
    assert not any(secret in found for secret in ("no-es-esta", "secreta", "clave-de-prueba"))


def test_a_user_that_may_not_read_is_told(server):
    url, cursor = server
    cursor.execute("CREATE TABLE Otra (a INT)")
    cursor.execute("CREATE USER lector@'127.0.0.1' IDENTIFIED BY 'lee'")
    try:
        name = url.rpartition("/")[2]
        cursor.execute(f"GRANT SELECT (Nombre) ON {name}.TbEquiposMedida TO lector@'127.0.0.1'")
        told = reason(opened(url.replace("sereno:clave-de-prueba", "lector:lee")))
    finally:
        cursor.execute("DROP USER lector@'127.0.0.1'")
    assert "no existe la columna IDEquipoMedida" in told or "no tiene permiso de lectura" in told


def test_a_locked_table_is_not_waited_for_without_end(server):
    url, cursor = server
    cursor.execute("LOCK TABLES TbEquiposMedida WRITE")
    try:
        told = reason(opened(url, timeout=1))
    finally:
        cursor.execute("UNLOCK TABLES")
    assert "bloqueada una tabla" in told or "no ha respondido a una lectura en 1 s" in told


def test_a_driver_that_is_missing_is_told_with_how_to_install_it(server, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pymysql", None)
    assert "pip install 'sereno[mysql]'" in reason(opened(server[0]), EQUIPMENT)
