"""A store of each version is brought to ours, or refused and left as it is."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from tests.adapters.store.building import (
    LEASE,
    NOW,
    OPEN,
    a_run,
    child,
    column,
    fresh_schema,
    make_version,
    told,
)

from sereno.adapters.store import migrations, schema
from sereno.adapters.store.copy import copy_to_memory
from sereno.adapters.store.opening import open_store
from sereno.domain.errors import StoreUnavailable
from sereno.domain.finding_names import finding_id


def test_the_migrations_make_the_declared_schema(store):
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


@pytest.mark.usefixtures("store")
def test_the_migrations_make_the_declared_constraints(path, tmp_path):
    declared = tmp_path / "declared.sqlite"
    engine = create_engine(f"sqlite:///{declared}")
    schema.metadata.create_all(engine)
    engine.dispose()
    query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version' ORDER BY name"
    assert [" ".join(each.split()) for each in column(path, query)] == [
        " ".join(each.split()) for each in column(declared, query)
    ]


def fill_first_version(engine):
    """Make a store of version 0001 with mail in every state, told and proved."""
    at = "2026-11-24 08:00:00.000000"
    with engine.begin() as connection:
        make_version(connection, "0001")
        connection.execute(text("INSERT INTO store_info VALUES (1, :at, 7)"), {"at": at})
        connection.execute(
            text(
                "INSERT INTO runs (id, monitor, digest, period, state, started_at, finished_at, findings,"
                " messages, why, sent, forced, trial, data_errors, counts)"
                " VALUES ('r1', 'brass', 'diario', '2026-11-24', 'complete', :at, :at, 1, 1, '',"
                " true, false, false, '[]', '{}')"
            ),
            {"at": at},
        )
        for number, state in enumerate(("queued", "sending", "accepted", "dead", "unknown", "diverted"), 1):
            connection.execute(
                text(
                    "INSERT INTO messages (id, run_id, origin, subject, sender, recipients, data, queued_at,"
                    " state, trial, claimed_until, attempts, answer, refused)"
                    " VALUES (:id, 'r1', 'brass/diario', 'Asunto',"
                    " 'a@example.com', :to, :data, :at, :state, false, :until, 1, 'palabras', '{}')"
                ),
                {
                    "id": state,
                    "to": '["b@example.com"]',
                    "data": b"datos",
                    "at": at,
                    "state": state,
                    "until": at if state == "sending" else None,
                },
            )
            connection.execute(
                text(
                    "INSERT INTO tellings VALUES (:number, 'f', 'brass', 'BR-1', '[1]', 'diario',"
                    " '2026-11-24', 'BR-1', NULL, '2026-11-24', :id, 'Fila')"
                ),
                {"number": number, "id": state},
            )
        connection.execute(text("INSERT INTO notices VALUES (1, 3, 'b@example.com', :at)"), {"at": at})


def hold_against_first_version(store):
    assert store.cycles() == 7
    assert [message.id for message in store.pending()] == ["queued"]
    assert store.pending()[0].data == b"datos"
    counts = store.mail_summary(NOW - LEASE).counts
    assert counts == dict.fromkeys(("queued", "sending", "dead", "unknown", "diverted"), 1)
    with store.engine.connect() as connection:
        void = connection.scalars(text("SELECT id FROM messages WHERE unheard ORDER BY id")).all()
        assert void == ["dead", "diverted"]
        assert connection.scalar(text("SELECT count(*) FROM tellings")) == 6
        assert connection.scalar(text("SELECT telling FROM notices")) == 3
    assert store.outbox.lose_abandoned("sin respuesta", NOW) == 1
    store.record(a_run("r2", forced=True), [], [], [told((1,))])


def test_a_store_of_the_first_version_keeps_everything(path, url):
    path.parent.mkdir()
    engine = create_engine(url)
    fill_first_version(engine)
    engine.dispose()
    with closing(open_store(url, NOW)) as store:
        hold_against_first_version(store)
        with store.engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


@pytest.mark.external
def test_a_store_of_the_first_version_on_a_server_keeps_everything(postgres_url):
    with fresh_schema(postgres_url) as url:
        engine = create_engine(url)
        fill_first_version(engine)
        engine.dispose()
        with closing(open_store(url, NOW)) as store:
            hold_against_first_version(store)


@pytest.mark.external
def test_the_migrations_make_the_declared_schema_on_a_server(postgres_url):
    with (
        fresh_schema(postgres_url) as url,
        closing(open_store(url, NOW)) as store,
        store.engine.connect() as connection,
    ):
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


def test_the_version_that_we_expect_is_the_last_step():
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    script = ScriptDirectory.from_config(config)
    assert script.get_current_head() == migrations.HEAD
    steps = [step.revision for step in script.walk_revisions()]
    assert all(newer > older for newer, older in pairwise(steps))


@pytest.mark.usefixtures("store")
def test_a_store_of_our_version_opens_without_alembic(url):
    opening = child(OPEN + "print(store.cycles(), 'alembic' in sys.modules); store.close()", url, str(NOW))
    assert opening.communicate()[0].strip() == "0 False"


@pytest.mark.parametrize("look", [open_store, copy_to_memory])
def test_a_newer_store_is_refused_and_left_as_it_is(store, path, url, look):
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnavailable, match="versión más nueva"):
        look(url, NOW)
    assert column(path, "SELECT version_num FROM alembic_version") == ["9999"]


@pytest.mark.parametrize("look", [open_store, copy_to_memory])
def test_a_database_of_something_else_is_refused_and_left_as_it_is(path, url, look):
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE TbEquipos (IDEquipo INTEGER)")
    with pytest.raises(StoreUnavailable, match="tablas que no son de Sereno"):
        look(url, NOW)
    assert column(path, "SELECT name FROM sqlite_master") == ["TbEquipos"]


@pytest.mark.parametrize("look", [open_store, copy_to_memory])
@pytest.mark.parametrize("damage", ["DELETE FROM alembic_version", "DROP TABLE alembic_version"])
def test_a_store_that_does_not_tell_its_version_is_damaged(store, path, url, look, damage):
    store.record(a_run(), [])
    with store.engine.begin() as connection:
        connection.execute(text(damage))
    with pytest.raises(StoreUnavailable, match=r"está dañado: no dice de qué versión es.* recupere"):
        look(url, NOW)
    assert column(path, "SELECT id FROM runs") == ["r1"]


def test_the_latest_runs_and_satisfied_periods_are_found_by_an_index_in_order(path, store):
    store.record(a_run(), [])
    latest = (
        "FROM runs WHERE monitor = 'brass' AND digest = 'diario' {} ORDER BY finished_at DESC, number DESC"
    )
    for where in ("", f"AND {schema.SATISFIES}"):
        with closing(sqlite3.connect(path)) as connection:
            plan = connection.execute(f"EXPLAIN QUERY PLAN SELECT period {latest.format(where)} LIMIT 9")
            ((*_, step),) = plan.fetchall()
        index = (
            "ix_runs_states (monitor=? AND digest=? AND state=?)"
            if where
            else "ix_runs_latest (monitor=? AND digest=?)"
        )
        assert step.startswith(f"SEARCH runs USING INDEX {index}")


def test_steps_are_known_from_the_last_run_of_a_store_from_before_they_were_noted(path, url):
    path.parent.mkdir()
    engine = create_engine(url)
    fill_first_version(engine)
    engine.dispose()
    with closing(open_store(url, NOW + LEASE)) as store:
        assert store.history.known_from() == NOW - timedelta(hours=1)
        assert store.history.steps(finding_id("brass", "BR-1", (1,))) == []
