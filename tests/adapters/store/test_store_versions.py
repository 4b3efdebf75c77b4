"""A store of each version is brought to ours, or refused and left as it is."""

import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from tests.adapters.store.building import NOW, OPEN, a_run, child, column, fresh_schema

from sereno.adapters.store import migrations, schema
from sereno.adapters.store.copy import copy_to_memory
from sereno.adapters.store.sql import open_store
from sereno.domain.errors import StoreUnavailable


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
    assert column(path, query) == column(declared, query)


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
        assert step.startswith("SEARCH runs USING INDEX ix_runs_latest (monitor=? AND digest=?)")
