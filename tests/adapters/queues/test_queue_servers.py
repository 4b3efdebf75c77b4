"""Queues on database servers: what waits, what is cut, and who is refused."""

import threading
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import make_url, text
from tests.adapters.queues.building import (
    MADRID,
    NOW,
    STAMP,
    TABLE,
    pending,
    place_of,
    reason,
    stamp_of,
    the_row,
)

from sereno.adapters.queues.table import open_queue

pytestmark = pytest.mark.external
ASKED = [stamp_of(the_row(1))]


@pytest.fixture
def postgresql(request, tmp_path):
    with place_of("postgresql", tmp_path, request.getfixturevalue) as place:
        place.create()
        place.put(1)
        yield place


@pytest.fixture
def mysql(request, tmp_path):
    with place_of("mysql", tmp_path, request.getfixturevalue) as place:
        place.create()
        place.put(1)
        yield place


@pytest.fixture(params=["postgresql", "mysql"])
def server(request):
    return request.getfixturevalue(request.param)


def test_mail_that_another_program_holds_is_waited_for_and_told(server):
    queue = server.open(timeout=1)
    with server.engine.connect() as other, other.begin():
        other.execute(text(f"UPDATE {server.quoted} SET {server.name('Asunto')} = 'Otro'"))
        assert pending(queue) == [the_row(1)]
        told = reason(lambda: queue.stamp(ASKED, NOW))
        assert "otro programa bloquea" in told
    assert queue.stamp(ASKED, NOW) == set(ASKED)
    assert server.sent() == [(1, None)]  # another mail by now


WAITING = {
    "postgresql": "SELECT 1 FROM pg_stat_activity"
    " WHERE wait_event_type = 'Lock' AND datname = current_database()",
    "mysql": "SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'",
}


@contextmanager
def stamping(server, asked):
    """Stamp in a thread that waits for a lock when this is entered; yields what it answers, later."""
    answers: list[frozenset] = []
    queue = server.open(timeout=30)
    pending(queue)
    thread = threading.Thread(target=lambda: answers.append(queue.stamp(asked, NOW)))
    thread.start()
    while thread.is_alive() and not server.run(WAITING[server.kind]):
        pass
    yield answers
    thread.join()


def test_mail_that_becomes_another_while_its_stamp_waits_is_not_stamped(server):
    with server.engine.connect() as other:
        other.execute(text(f"UPDATE {server.quoted} SET {server.name('Asunto')} = 'Otro'"))
        with stamping(server, ASKED) as answers:
            other.commit()
    assert answers == [set(ASKED)]
    assert server.sent() == [(1, None)]


def test_mail_that_takes_a_number_while_its_stamp_is_being_written_is_not_stamped(postgresql):
    # MariaDB lets nobody insert there meanwhile.
    postgresql.put(2)
    asked = [*ASKED, stamp_of(the_row(2))]
    key = postgresql.name("IDCorreo")
    with postgresql.engine.connect() as other:
        other.execute(text(f"SELECT 1 FROM {postgresql.quoted} WHERE {key} = 2 FOR UPDATE"))
        with stamping(postgresql, asked) as answers:
            postgresql.put(1, Asunto="Otro")
            other.rollback()
    assert answers == [{asked[1]}]
    assert postgresql.sent() == [(1, None), (1, None), (2, STAMP)]


def test_a_table_that_another_program_locks_is_told(postgresql):
    queue = postgresql.open(timeout=1)
    pending(queue)
    with postgresql.engine.connect() as other, other.begin():
        other.execute(text(f"LOCK TABLE {postgresql.quoted} IN ACCESS EXCLUSIVE MODE"))
        assert "otro programa bloquea" in reason(lambda: queue.rows([1]))
    assert queue.rows([1]) == [the_row(1)]


def test_a_server_that_is_restarted_while_it_reads_fails_the_call_and_not_the_next(mysql, mariadb_server):
    mysql.put(*range(2, 700))
    queue = mysql.open()
    pages = queue.pending()
    next(pages)
    mariadb_server.stop()
    try:
        told = reason(lambda: list(pages))
        assert "no responde" in told or "se ha cortado la conexión" in told
        assert "no responde" in reason(lambda: queue.stamp(ASKED, NOW))
    finally:
        mariadb_server.start()
    assert queue.stamp(ASKED, NOW) == set(ASKED)
    assert len(pending(queue)) == 698


def test_a_server_that_was_restarted_while_nothing_was_asked_of_it_is_no_fault(mysql, mariadb_server):
    queue = mysql.open()
    pending(queue)
    mariadb_server.stop()
    mariadb_server.start()
    assert queue.stamp(ASKED, NOW) == set(ASKED)


def test_a_connection_that_is_cut_under_a_statement_is_told_and_made_anew(postgresql):
    queue = postgresql.open(timeout=20)
    pending(queue)
    told: list[str] = []
    with postgresql.engine.connect() as other, other.begin():
        other.execute(text(f"LOCK TABLE {postgresql.quoted} IN ACCESS EXCLUSIVE MODE"))
        waiting = threading.Thread(target=lambda: told.append(reason(lambda: queue.rows([1]))))
        waiting.start()
        end = text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        while not postgresql.run(end.text):
            pass
        waiting.join()
    assert "se ha cortado la conexión" in told[0]
    assert queue.rows([1]) == [the_row(1)]


def test_a_time_with_its_zone_is_written_with_it(request, tmp_path):
    with place_of("postgresql", tmp_path, request.getfixturevalue) as place:
        place.create(FechaEnvio="timestamptz", FechaGrabacion="timestamptz")
        place.put(1, FechaGrabacion="2026-11-20 08:30:00+01")
        queue = place.open()
        (row,) = pending(queue)
        assert (row.recorded_at, row.recorded_as) == (the_row(1).recorded_at, "2026-11-20 07:30:00+00:00")
        assert queue.stamp([stamp_of(row)], NOW)
        with place.engine.connect() as other:
            other.execute(text("SET TimeZone = 'UTC'"))
            ((at,),) = other.execute(text(f'SELECT "FechaEnvio" FROM {place.quoted}')).fetchall()
        assert at == NOW.replace(microsecond=0)


def test_times_that_python_has_none_for_do_not_fail_the_page(postgresql):
    postgresql.put(2, FechaGrabacion="infinity")
    _, row = pending(postgresql.open())
    assert (row.recorded_at, row.recorded_as) == (None, "infinity")


def test_a_stamp_that_a_column_would_cut_short_is_refused(request, tmp_path, server):
    with place_of(server.kind, tmp_path, request.getfixturevalue) as place:
        place.create(FechaEnvio="VARCHAR(10)")
        place.put(1)
        assert "no se puede usar" in reason(lambda: place.open().stamp(ASKED, NOW))
        assert place.sent() == [(1, None)]


def test_a_wrong_password_is_told_and_not_shown(server):
    queue = open_queue("correos", server.url, "no-es-esta", MADRID, 5)
    told = reason(lambda: pending(queue))
    assert "rechaza la contraseña del usuario sereno. Corrija CORREOS_DB_PASSWORD" in told
    assert "no-es-esta" not in told
    assert "clave-de-prueba" not in told


def test_the_setting_with_the_password_replaces_that_of_the_address(server):
    url = make_url(server.url).set(password="otra").render_as_string(hide_password=False)
    with closing(open_queue("correos", url, "clave-de-prueba", MADRID, 5)) as queue:
        assert pending(queue) == [the_row(1)]


def test_a_database_that_does_not_exist_is_told(server):
    url = make_url(server.url).set(database="nada").render_as_string(hide_password=False)
    told = reason(lambda: pending(open_queue("correos", url, None, MADRID, 5)))
    assert "/nada no existe en el servidor. Corrija CORREOS_DB_URL" in told


@pytest.mark.parametrize("kind", ["postgresql+psycopg", "mysql+pymysql"])
def test_a_server_that_does_not_answer_is_told_without_its_password(kind):
    queue = open_queue("correos", f"{kind}://u:secreta@127.0.0.1:1/db", None, MADRID, 2)
    told = reason(lambda: pending(queue))
    assert "el servidor de 127.0.0.1:1/db no responde. Compruebe CORREOS_DB_URL" in told
    assert "secreta" not in told


def test_a_user_needs_to_read_and_to_write_the_one_column(server):
    user = f"lector_{server.engine.url.database[-8:]}"
    quoted = {"postgresql": (user, '"FechaEnvio"'), "mysql": (f"'{user}'@'127.0.0.1'", "`FechaEnvio`")}
    name, column = quoted[server.kind]
    made = "LOGIN PASSWORD" if server.kind == "postgresql" else "IDENTIFIED BY"
    server.run(f"CREATE USER {name} {made} 'lee'")
    server.run(f"GRANT SELECT ON {server.quoted} TO {name}")
    url = make_url(server.url).set(username=user, password="lee").render_as_string(hide_password=False)
    try:
        with closing(open_queue("correos", url, None, MADRID, 5)) as queue:
            assert pending(queue) == [the_row(1)]
            told = reason(lambda: queue.stamp(ASKED, NOW))
            assert f"el usuario {user} no tiene permiso" in told
            assert f"Pida permiso para leer {TABLE} (SELECT) y para sellar su FechaEnvio (UPDATE)" in told
            server.run(f"GRANT UPDATE ({column}) ON {server.quoted} TO {name}")
            assert queue.stamp(ASKED, NOW) == set(ASKED)
    finally:
        if server.kind == "postgresql":
            server.run(f"DROP OWNED BY {name}")
        server.run(f"DROP USER {name}")
    assert server.sent() == [(1, STAMP)]
