"""Everything is knocked at, and each says how it fares; what is down hides nothing of the others."""

import sqlite3
from datetime import UTC, datetime

import pytest
from tests.adapters.smtp.building import account
from tests.smtp_server import PASSWORD, USER, smtp_server

from sereno.adapters.probes import (
    Probe,
    knock,
    look_at_queue,
    look_at_relay,
    look_at_source,
    look_at_store,
    place,
)
from sereno.adapters.queues.table import open_queue
from sereno.adapters.sources.opening import open_register_source
from sereno.adapters.store.opening import open_store
from sereno.domain.errors import SerenoError, StoreUnavailable

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def silent() -> str:
    raise SerenoError("no contesta")


def test_answers_come_in_order_with_what_fails_among_them():
    probes = [Probe("uno", "aquí", lambda: "bien"), Probe("dos", "allí", silent), Probe("tres", "", str)]
    answers = list(knock(probes))
    assert [(each.probe.what, each.words, each.fault) for each in answers] == [
        ("uno", "bien", ""),
        ("dos", "MAL", "no contesta"),
        ("tres", "", ""),
    ]
    assert all(each.milliseconds >= 0 for each in answers)


def test_nothing_to_knock_at_is_no_answer():
    assert list(knock([])) == []


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://ana:secreta@servidor:5432/base", "sqlite:////datos/a.sqlite", "a:secreta"]
)
def test_a_place_is_named_without_a_login(url):
    assert "secreta" not in place(url)
    assert "ana" not in place(url)


def test_a_register_and_a_queue_in_files_answer(tmp_path):
    path = tmp_path / "correos.sqlite"
    required = "IDCorreo INTEGER, Aplicacion, Destinatarios, Asunto, Cuerpo, FechaEnvio DATETIME"
    with sqlite3.connect(path) as made:
        made.execute(f"CREATE TABLE TbCorreosEnviados ({required})")
    made.close()
    assert look_at_source(open_register_source("brass", f"sqlite:///{path}", None, 1)) == "1 tabla"
    assert look_at_queue(open_queue("correos", f"sqlite:///{path}", None, UTC, 1)) == "se puede leer y sellar"


def test_a_store_that_is_not_there_yet_is_not_made(tmp_path):
    path = tmp_path / "sereno.sqlite"
    assert "aún no existe" in look_at_store(f"sqlite:///{path}")
    assert list(tmp_path.iterdir()) == []


def test_a_store_tells_its_version_and_a_file_that_is_none_is_told(tmp_path):
    url = f"sqlite:///{tmp_path / 'sereno.sqlite'}"
    open_store(url, NOW).close()
    assert look_at_store(url).startswith("versión ")
    (tmp_path / "otro").write_text("no soy una base de datos, aunque soy bastante largo para parecerlo" * 9)
    with pytest.raises(StoreUnavailable):
        look_at_store(f"sqlite:///{tmp_path / 'otro'}")


def test_a_relay_is_greeted_and_given_no_password():
    with smtp_server(login=True) as server:
        assert look_at_relay(account(server.port, user=USER, password=PASSWORD)) == "saluda"
    assert server.logins == []
