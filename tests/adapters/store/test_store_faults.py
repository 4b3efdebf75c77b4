"""Each fault of the store is told with its own reason and what to do."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC

import pytest
from sqlalchemy import URL, event, make_url
from tests.adapters.store.building import (
    NOW,
    a_message,
    a_run,
    as_nobody,
    without_permission,
)
from tests.mailing import release, settle

from sereno.adapters.store.copy import copy_to_memory
from sereno.adapters.store.engine import open_engine
from sereno.adapters.store.opening import open_store
from sereno.adapters.store.sql import SqlStore
from sereno.domain.errors import StoreUnavailable


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "var").write_text("un archivo")
    with pytest.raises(StoreUnavailable, match=r"no se puede (mirar|crear)"):
        open_store(f"sqlite:///{tmp_path}/var/sereno.sqlite", NOW)


def test_a_folder_that_may_not_be_written():
    with (
        as_nobody() as folder,
        without_permission(folder, 0o555),
        pytest.raises(StoreUnavailable, match="no se puede crear"),
    ):
        open_store(f"sqlite:///{folder}/sereno.sqlite", NOW)


def test_a_file_that_may_not_be_written():
    with as_nobody() as folder:
        url = f"sqlite:///{folder}/sereno.sqlite"
        open_store(url, NOW).close()
        (folder / "sereno.sqlite").chmod(0o444)
        with (
            without_permission(folder, 0o555),
            pytest.raises(StoreUnavailable, match=r"Dé permiso|no se puede"),
        ):
            open_store(url, NOW).record(a_run(), [])


def test_a_file_that_is_not_a_database(path, url):
    path.parent.mkdir()
    path.write_text("Esto es una carta, no una base de datos. " * 99)
    with pytest.raises(StoreUnavailable, match="no es una base de datos"):
        open_store(url, NOW)


def test_a_folder_in_place_of_the_file(path, url):
    path.mkdir(parents=True)
    with pytest.raises(StoreUnavailable, match="no se puede abrir"):
        open_store(url, NOW)


def test_a_damaged_file(store, path, url):
    store.record(a_run(), [a_message("m1")])
    store.close()
    damaged = bytearray(path.read_bytes())
    damaged[4096:] = os.urandom(len(damaged) - 4096)
    path.write_bytes(damaged)
    with pytest.raises(StoreUnavailable, match="está dañado"):
        open_store(url, NOW)


def test_a_full_disk_loses_nothing_that_was_accepted(store, url):
    store.record(a_run("r1"), [a_message("m1")])
    engine = open_engine(make_url(url))

    def fill(connection, _record):
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(engine, "connect", fill)
    with closing(SqlStore(engine, UTC)) as full:
        with pytest.raises(StoreUnavailable, match="disco está lleno"):
            full.record(a_run("r2", period="2026-11-25"), [a_message("m2", data=bytes(100_000))])
        assert [run.id for run in full.runs_since(NOW)] == ["r1"]
        assert [message.id for message in full.pending()] == ["m1"]


@pytest.mark.usefixtures("store")
def test_a_store_that_another_program_locks(path, url):
    engine = open_engine(make_url(url))
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 20"))
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as other,
        closing(SqlStore(engine, UTC)) as waiting,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="otro programa lo bloquea"):
            waiting.record(a_run(), [])
        assert waiting.runs_since(NOW) == []
        release(waiting, [])
        settle(waiting, [], NOW)
        other.execute("ROLLBACK")
        waiting.record(a_run(), [])


def test_a_file_that_vanishes_while_we_rest_is_not_an_empty_store(store, path):
    store.close()
    path.unlink()
    with pytest.raises(StoreUnavailable, match="no se puede abrir"):
        store.pending()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://x:secreto@h/d",
        "postgresql://x:secreto@h/d",
        "//secreto",
    ],
)
def test_an_address_of_another_kind_says_which_are_known_and_no_password(address):
    for look in (open_store, copy_to_memory):
        with pytest.raises(StoreUnavailable, match=r"sqlite:///ruta/sereno\.sqlite") as fault:
            look(address, NOW)
        assert "secreto" not in str(fault.value)


def test_a_server_that_does_not_answer_is_named_without_its_password():
    with pytest.raises(StoreUnavailable, match=r"PostgreSQL sereno en 127\.0\.0\.1") as fault:
        open_store("postgresql+psycopg://x:secreto@127.0.0.1:1/sereno", NOW)
    assert "Compruebe STATE_DB_URL, la red y que el servidor esté en marcha" in str(fault.value)
    assert "secreto" not in str(fault.value)


@pytest.mark.external
@pytest.mark.parametrize(
    "wrong", [{"password": "secreto"}, {"password": None}, {"username": "nadie", "password": "secreto"}]
)
def test_a_wrong_user_or_password(postgres_url, wrong):
    address = make_url(postgres_url)
    refused = URL.create(**{**address.translate_connect_args(), "drivername": address.drivername, **wrong})
    with pytest.raises(
        StoreUnavailable, match=r"rechaza la contraseña del usuario .* Corrija STATE_DB_URL"
    ) as fault:
        open_store(refused.render_as_string(hide_password=False), NOW)
    assert "secreto" not in str(fault.value)


@pytest.mark.external
def test_a_database_that_the_server_does_not_have(postgres_url):
    missing = make_url(postgres_url).set(database="nada")
    with pytest.raises(StoreUnavailable, match=r"/nada no existe en el servidor\. Corrija STATE_DB_URL"):
        open_store(missing.render_as_string(hide_password=False), NOW)
