"""The store's file: where it lies, who may read it, how it comes to be."""

import sqlite3
import stat
from contextlib import closing

import pytest
from tests.adapters.store.building import LEASE, NOW, OPEN, a_run, child, column

from sereno.adapters.store.copy import copy_to_memory
from sereno.adapters.store.opening import open_store
from sereno.domain.errors import StoreUnavailable


def test_a_new_store_is_readable_by_its_owner_alone(store, path):
    store.record(a_run(), [])
    modes = {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    assert modes == {0o600}


def test_what_is_committed_is_on_disk_and_readers_do_not_wait_for_a_writer(store):
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_a_path_with_signs_of_an_address_names_that_very_file(tmp_path):
    path = tmp_path / "año 100%#1.sqlite"
    with closing(open_store(f"sqlite:///{path}", NOW)) as store:
        store.count_cycle()
    assert column(path, "SELECT cycles FROM store_info") == [1]


def test_a_relative_path_is_taken_from_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with closing(open_store("sqlite:///var/sereno.sqlite", NOW)) as store:
        store.record(a_run(), [])
    assert (tmp_path / "var" / "sereno.sqlite").is_file()
    (tmp_path / "otra").mkdir()
    monkeypatch.chdir(tmp_path / "otra")
    assert copy_to_memory("sqlite:///../var/sereno.sqlite", NOW).last_run("brass", "diario") == a_run()


def test_a_store_remembers_when_it_was_made_however_often_it_is_opened(path, url):
    for opened in (NOW, NOW + LEASE):
        open_store(url, opened).close()
    assert column(path, "SELECT made_at FROM store_info") == ["2026-11-24 09:00:00.000000"]


def test_a_store_is_made_whole_and_nothing_else_is_left_in_its_folder(path, url):
    open_store(url, NOW).close()
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_nlink == 1


def test_a_store_whose_making_is_cut_short_leaves_nothing_in_its_place(path, url):
    no_room = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
    making = child(no_room + OPEN, url, str(NOW))
    assert "StoreUnavailable" in making.communicate()[1]
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("look", [open_store, copy_to_memory])
@pytest.mark.parametrize("statement", [None, "PRAGMA user_version = 1"], ids=["no bytes", "no tables"])
def test_an_empty_file_is_not_taken_for_a_new_store_and_is_left_as_it_is(path, url, look, statement):
    path.parent.mkdir()
    path.touch()
    if statement:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(statement)
    with pytest.raises(StoreUnavailable, match=r"está vacío.* Recupere la última copia"):
        look(url, NOW)
    assert column(path, "SELECT name FROM sqlite_master") == []
    assert bool(path.stat().st_size) == bool(statement)
