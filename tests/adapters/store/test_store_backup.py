"""Copies of the store: consistent while others write, whole or not at all, and put in its place with care."""

import os
import sqlite3
import stat
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, make_url, text
from tests.adapters.store.building import (
    NOW,
    OPEN,
    a_message,
    a_run,
    as_nobody,
    child,
    column,
    fresh_schema,
    without_permission,
)
from tests.adapters.store.test_store_versions import fill_first_version, hold_against_first_version
from tests.mailing import claim

from sereno.adapters.store import migrations
from sereno.adapters.store.backup import back_up, restore
from sereno.adapters.store.opening import open_store
from sereno.domain.errors import StoreUnavailable

DAYS = [f"2026-11-{day}" for day in range(20, 28)]
NO_ROOM = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"


@pytest.fixture
def target(tmp_path):
    return tmp_path / "copia.sqlite"


def names(folder):
    return sorted(each.name for each in folder.iterdir() if not each.name.endswith(("-wal", "-shm")))


def test_a_copy_holds_what_the_store_holds_for_its_owner_alone(store, url, target):
    store.record(a_run(), [a_message("m1")])
    assert back_up(url, target) == target.stat().st_size
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert names(target.parent) == ["copia.sqlite", "var"]
    with closing(open_store(f"sqlite:///{target}", NOW)) as copy:
        assert [message.id for message in copy.pending()] == ["m1"]


def test_a_copy_made_while_another_process_writes_is_of_one_instant(store, url, target):
    write = (
        "from tests.adapters.store.building import a_run, a_message\n"
        "import select\nprint('ready', flush=True)\nn = 0\n"
        "while not select.select([sys.stdin], [], [], 0)[0]:\n"
        "    n += 1\n"
        "    store.record(a_run(f'r{n}', forced=True), [a_message(f'm{n}', data=bytes(50_000))])\n"
        "print(n); store.close()"
    )
    store.record(a_run("r0", forced=True), [a_message(f"a{n}", data=bytes(50_000)) for n in range(100)])
    writing = child(OPEN + write, url, str(NOW))
    assert writing.stdout.readline() == "ready\n"
    copies = [target.with_name(f"copia-{n}") for n in range(4)]
    for each in copies:
        back_up(url, each)
    said, errors = writing.communicate("\n")
    assert errors == ""
    for each in copies:
        runs = column(each, "SELECT count(*) FROM runs")[0]
        assert 1 <= runs <= int(said) + 1
        assert column(each, "SELECT count(*) FROM messages") == [runs - 1 + 100]
        assert column(each, "SELECT count(*) FROM bodies") == [runs - 1 + 100]
        assert column(each, "PRAGMA integrity_check") == ["ok"]


@pytest.mark.usefixtures("store")
def test_a_copy_overwrites_nothing(url, target):
    target.write_text("algo")
    with pytest.raises(StoreUnavailable, match=r"ya existe.* otro nombre"):
        back_up(url, target)
    assert target.read_text() == "algo"


def test_where_there_is_no_store_there_is_nothing_to_copy(url, target):
    with pytest.raises(StoreUnavailable, match="no existe"):
        back_up(url, target)


def test_a_copy_that_may_not_be_written_says_where():
    with as_nobody() as folder:
        url = f"sqlite:///{folder}/sereno.sqlite"
        open_store(url, NOW).close()
        with (
            without_permission(folder, 0o555),
            pytest.raises(StoreUnavailable, match=r"No se puede escribir .*permisos"),
        ):
            back_up(url, folder / "copia")


def test_a_full_disk_leaves_no_copy_and_the_store_as_it_was(store, url, target):
    store.record(a_run(), [a_message("m1", data=bytes(500_000))])
    script = (
        "from pathlib import Path\nfrom sereno.adapters.store.backup import back_up\n"
        "back_up(sys.argv[1], Path(sys.argv[2]))"
    )
    copying = child(NO_ROOM + script, url, str(target))
    assert "No se puede copiar" in copying.communicate()[1]
    assert names(target.parent) == ["var"]
    assert [message.id for message in store.pending()] == ["m1"]


@pytest.mark.external
def test_a_server_makes_its_own_copies_and_the_command_is_told_without_the_password(postgres_url, target):
    with pytest.raises(StoreUnavailable, match=r'pg_dump .*"postgresql://sereno@127') as fault:
        back_up(postgres_url, target)
    assert make_url(postgres_url).password not in str(fault.value)
    with pytest.raises(StoreUnavailable, match="pg_restore"):
        restore(postgres_url, target, NOW)


def test_a_restored_store_sends_nothing_by_itself_that_may_have_left(store, path, url, target):
    store.record(a_run(), [a_message(name) for name in ("m1", "m2", "m3")])
    claim(store, 1, NOW)
    back_up(url, target)
    store.record(a_run("later", period="2026-11-25"), [a_message("m4")])
    store.close()
    kept, waited = restore(url, target, NOW + timedelta(days=1))
    assert (kept.name, waited) == ("sereno.sqlite.reemplazado-2026-11-25", 3)
    assert names(path.parent) == ["sereno.sqlite", kept.name]
    assert {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()} == {0o600}
    with closing(open_store(url, NOW)) as restored:
        assert restored.pending() == []
        assert restored.mail_summary(NOW).of("unknown") == 3
        assert [run.id for run in restored.runs_since(NOW)] == ["r1"]
        assert restored.desk.retry("m1")
    assert column(kept, "SELECT count(*) FROM runs") == [2]


def test_what_a_second_restoring_replaces_is_kept_as_well(store, path, url, target):
    back_up(url, target)
    store.close()
    kept = [restore(url, target, NOW)[0].name for _ in range(2)]
    assert kept == ["sereno.sqlite.reemplazado-2026-11-24", "sereno.sqlite.reemplazado-2026-11-24-2"]
    assert path.exists()


def test_a_store_behind_a_link_is_replaced_where_it_lies(store, path, target, tmp_path):
    store.close()
    link = tmp_path / "enlace.sqlite"
    link.symlink_to(path)
    back_up(f"sqlite:///{link}", target)
    kept, _ = restore(f"sqlite:///{link}", target, NOW)
    assert link.is_symlink()
    assert kept.parent == path.parent


def test_a_store_that_is_not_there_is_restored(store, path, url, target):
    back_up(url, target)
    store.close()
    path.unlink()
    assert restore(url, target, NOW) == (None, 0)
    open_store(url, NOW).close()


def test_a_store_that_another_process_has_open_is_not_replaced(store, path, url, target):
    back_up(url, target)
    store.close()
    before = path.read_bytes()
    resting = child(OPEN + "store.cycles()\nprint('ready', flush=True)\nsys.stdin.read()", url, str(NOW))
    assert resting.stdout.readline() == "ready\n"
    with pytest.raises(StoreUnavailable, match=r"en uso: detenga Sereno"):
        restore(url, target, NOW)
    resting.communicate("")
    assert path.read_bytes() == before
    assert names(path.parent) == ["sereno.sqlite"]
    restore(url, target, NOW)


def test_a_damaged_copy_is_refused_and_the_store_stays(store, path, url, target):
    store.record(a_run(), [a_message("m1", data=bytes(100_000))])
    back_up(url, target)
    store.close()
    damaged = bytearray(target.read_bytes())
    damaged[8192:40_000] = os.urandom(40_000 - 8192)
    target.write_bytes(damaged)
    with pytest.raises(StoreUnavailable, match="dañad"):
        restore(url, target, NOW)
    assert names(path.parent) == ["sereno.sqlite"]
    assert column(path, "SELECT id FROM runs") == ["r1"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "vac"),
        (b"una carta, no una base de datos. " * 200, "no es una base de datos"),
        (None, "no hay tal"),
    ],
)
def test_what_is_no_copy_is_refused(store, path, url, target, content, reason):
    store.close()
    if content is not None:
        target.write_bytes(content)
    with pytest.raises(StoreUnavailable, match=reason):
        restore(url, target, NOW)
    assert names(path.parent) == ["sereno.sqlite"]


def test_a_copy_of_something_else_is_refused(store, url, target):
    store.close()
    with closing(sqlite3.connect(target)) as connection:
        connection.execute("CREATE TABLE TbEquipos (IDEquipo INTEGER)")
    with pytest.raises(StoreUnavailable, match=rf"{target}.*tablas que no son de Sereno"):
        restore(url, target, NOW)


def test_a_copy_of_a_newer_version_is_refused_and_the_store_stays(store, path, url, target):
    back_up(url, target)
    store.close()
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreUnavailable, match=rf"{target}.*versión más nueva"):
        restore(url, target, NOW)
    assert column(path, "SELECT version_num FROM alembic_version") == [migrations.HEAD]


def test_a_copy_of_an_older_version_is_brought_to_ours_and_stays_what_it_is(url, target):
    engine = create_engine(f"sqlite:///{target}")
    fill_first_version(engine)
    engine.dispose()
    before = target.read_bytes()
    assert restore(url, target, NOW) == (None, 2)
    assert target.read_bytes() == before
    with closing(open_store(url, NOW)) as store:
        assert store.mail_summary(NOW).of("unknown") == 3
        assert store.cycles() == 7


def test_a_damaged_store_is_replaced_and_kept_with_its_side_files(store, path, url, target):
    store.record(a_run(), [])
    back_up(url, target)
    store.close()
    path.write_bytes(b"nada de nada " * 999)
    path.with_name("sereno.sqlite-wal").write_bytes(b"resto")
    kept, _ = restore(url, target, NOW)
    assert kept.read_bytes().startswith(b"nada de nada")
    assert kept.with_name(f"{kept.name}-wal").read_bytes() == b"resto"
    with closing(open_store(url, NOW)) as restored:
        assert [run.id for run in restored.runs_since(NOW)] == ["r1"]


def test_a_full_disk_restores_nothing(store, path, url, target):
    store.record(a_run(), [a_message("m1", data=bytes(500_000))])
    back_up(url, target)
    store.close()
    script = (
        "from pathlib import Path\nfrom sereno.adapters.store.backup import restore\n"
        "restore(sys.argv[1], Path(sys.argv[2]), datetime.now(UTC))"
    )
    restoring = child(NO_ROOM + script, url, str(target))
    assert "StoreUnavailable" in restoring.communicate()[1]
    assert names(path.parent) == ["sereno.sqlite"]
    assert column(path, "SELECT id FROM runs") == ["r1"]


def test_before_its_tables_change_a_store_is_copied_beside_itself(path, url):
    path.parent.mkdir()
    engine = create_engine(url)
    fill_first_version(engine)
    engine.dispose()
    opening = [child(OPEN + "store.close()", url, str(NOW)) for _ in range(3)]
    assert [process.communicate()[1] for process in opening] == [""] * 3
    copy = f"sereno.sqlite.antes-de-{migrations.HEAD}-2026-11-24"
    assert names(path.parent) == ["sereno.sqlite", copy]
    assert stat.S_IMODE((path.parent / copy).stat().st_mode) == 0o600
    assert column(path.parent / copy, "SELECT version_num FROM alembic_version") == ["0001"]
    assert column(path.parent / copy, "PRAGMA integrity_check") == ["ok"]
    with closing(open_store(url, NOW)) as store:
        hold_against_first_version(store)


def test_where_the_copy_does_not_fit_the_tables_do_not_change(path, url):
    path.parent.mkdir()
    engine = create_engine(url)
    fill_first_version(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE messages SET data = zeroblob(300000)"))
    engine.dispose()
    opening = child(NO_ROOM + OPEN, url, str(NOW))
    assert "antes-de-" in opening.communicate()[1]
    assert names(path.parent) == ["sereno.sqlite"]
    assert column(path, "SELECT version_num FROM alembic_version") == ["0001"]


@pytest.mark.external
def test_a_server_is_brought_to_our_version_without_a_copy(postgres_url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with fresh_schema(postgres_url) as url:
        engine = create_engine(url)
        fill_first_version(engine)
        engine.dispose()
        open_store(url, NOW).close()
    assert list(tmp_path.iterdir()) == []


def test_a_store_open_to_others_is_closed_to_them_when_it_is_opened(store, path, url):
    store.close()
    path.chmod(0o644)
    open_store(url, NOW).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
