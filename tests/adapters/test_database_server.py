"""Registers on a database server: read as files are, or refused with the reason and without the password."""

import psycopg
import pytest
from tests.adapters.registers import read, reason

from sereno.adapters.sources.database import open_source
from sereno.domain.errors import SourceUnavailable


def test_a_server_that_does_not_answer_is_told():
    told = reason(open_source("brass", "postgresql+psycopg://u:secreta@127.0.0.1:1/db", None, 2))
    assert "el servidor de 127.0.0.1:1/db no responde. Compruebe BRASS_DB_URL" in told
    assert "secreta" not in told


def test_an_option_that_the_server_does_not_know_is_told_in_its_words():
    told = reason(open_source("brass", "postgresql+psycopg://u:secreta@127.0.0.1:1/db?nada=1", None, 2))
    assert 'no se puede leer 127.0.0.1:1/db (invalid connection option "nada")' in told
    assert "secreta" not in told


@pytest.fixture
def server(postgres_url):
    """A schema of its own on a real server; yields the address and a connection that may write."""
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as database:
        database.execute("DROP SCHEMA IF EXISTS registro CASCADE; CREATE SCHEMA registro")
        database.execute("SET search_path TO registro")
        database.execute('CREATE TABLE "TbEquiposMedida" ("IDEquipoMedida" int, "Nombre" text)')
        database.execute("INSERT INTO \"TbEquiposMedida\" VALUES (1, 'Calibrador')")
        yield f"{postgres_url}?options=-csearch_path%3Dregistro", database
        database.execute("DROP SCHEMA registro CASCADE")


@pytest.mark.external
class TestServer:
    def test_the_tables_of_the_search_path_are_read(self, server):
        url, database = server
        database.execute('CREATE VIEW activos AS SELECT * FROM "TbEquiposMedida"')
        database.execute("CREATE MATERIALIZED VIEW resumen AS SELECT * FROM activos")
        with open_source("brass", url, None, 5).open() as reader:
            assert sorted(reader.tables()) == ["TbEquiposMedida", "activos", "resumen"]
            assert reader.columns("activos") == ["IDEquipoMedida", "Nombre"]
        assert read(open_source("brass", url, None, 5)) == [(1, "Calibrador")]

    def test_all_tables_belong_to_one_instant(self, server):
        url, database = server
        with open_source("brass", url, None, 5).open() as reader:
            before = list(reader.rows("TbEquiposMedida", ["Nombre"]))
            database.execute("INSERT INTO \"TbEquiposMedida\" VALUES (2, 'Otro')")
            assert list(reader.rows("TbEquiposMedida", ["Nombre"])) == before

    def test_a_register_cannot_be_written_through_its_source(self, server):
        url, _ = server
        refused = pytest.raises(SourceUnavailable, match="read-only transaction")
        with refused, open_source("brass", url, None, 5).open() as reader:
            reader.connection.exec_driver_sql('DELETE FROM "TbEquiposMedida"')
        assert len(read(open_source("brass", url, None, 5))) == 1

    def test_dates_that_python_has_none_for_do_not_fail_the_fetch(self, server):
        url, database = server
        database.execute("CREATE TABLE fechas (d date, t timestamptz)")
        database.execute(
            "INSERT INTO fechas VALUES ('infinity', '2026-01-31 23:30+00'), ('0044-03-15 BC', NULL)"
        )
        (first, second) = read(open_source("brass", url, None, 5), "fechas", ["d", "t"])
        assert first[0] == "infinity"
        assert first[1].startswith("2026-")
        assert second == ("0044-03-15 BC", None)

    def test_the_setting_with_the_password_replaces_that_of_the_address(self, server):
        url, _ = server
        wrong = url.replace("clave-de-prueba", "otra")
        assert read(open_source("brass", wrong, "clave-de-prueba", 5)) == [(1, "Calibrador")]

    def test_a_wrong_password_is_told_and_not_shown(self, server):
        url, _ = server
        told = reason(open_source("brass", url, "no-es-esta", 5))
        assert "rechaza la contraseña del usuario sereno. Corrija BRASS_DB_PASSWORD" in told
        assert "no-es-esta" not in told

    def test_a_database_that_does_not_exist_is_told(self, server):
        url, _ = server
        told = reason(open_source("brass", url.replace("/postgres?", "/otra?"), None, 5))
        assert "/otra no existe en el servidor" in told

    def test_a_user_that_may_not_read_is_told(self, server):
        url, database = server
        database.execute("CREATE ROLE lector LOGIN PASSWORD 'lee'; GRANT USAGE ON SCHEMA registro TO lector")
        try:
            told = reason(open_source("brass", url.replace("sereno:clave-de-prueba", "lector:lee"), None, 5))
        finally:
            database.execute("DROP OWNED BY lector; DROP ROLE lector")
        assert "el usuario lector no tiene permiso de lectura" in told

    def test_a_column_that_may_not_be_read_does_not_matter_when_it_is_not_declared(self, server):
        url, database = server
        database.execute(
            "CREATE ROLE lector LOGIN PASSWORD 'lee'; GRANT USAGE ON SCHEMA registro TO lector;"
            'GRANT SELECT ("Nombre") ON "TbEquiposMedida" TO lector'
        )
        try:
            theirs = open_source("brass", url.replace("sereno:clave-de-prueba", "lector:lee"), None, 5)
            with theirs.open() as reader:
                assert reader.columns("TbEquiposMedida") == ["IDEquipoMedida", "Nombre"]
            assert read(theirs, columns=["Nombre"]) == [("Calibrador",)]
        finally:
            database.execute("DROP OWNED BY lector; DROP ROLE lector")

    def test_a_locked_table_is_not_waited_for_without_end(self, server):
        url, database = server
        with database.transaction():
            database.execute('LOCK TABLE "TbEquiposMedida" IN ACCESS EXCLUSIVE MODE')
            told = reason(open_source("brass", url, None, 0.2))
        assert "otro programa tiene bloqueada una tabla" in told or "no ha respondido a una lectura" in told
