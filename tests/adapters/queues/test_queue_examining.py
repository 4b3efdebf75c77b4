"""A queue is looked through without taking or writing anything."""

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from tests.adapters.queues.building import MADRID, NOW, TABLE, pending, place_of, reason, stamp_of
from tests.adapters.store.building import as_nobody, without_permission

from sereno.adapters.memory import MemoryStore
from sereno.adapters.queues.examining import examine_queue
from sereno.adapters.queues.table import open_queue
from sereno.domain.foreign import message_id
from sereno.engine.mail_ports import TakenIn

OLDEST = timedelta(days=3)
RECENT = "2026-11-24 08:00:00"


def examined(queue, store=None):
    return examine_queue(queue, (store or MemoryStore(NOW)).intake, NOW, OLDEST)


def test_a_table_of_any_kind_is_found_fit_for_stamps_and_none_is_written(bare):
    bare.create()
    bare.put(1, 2)
    assert bare.open().examine() == ()
    assert [stamp for _, stamp in bare.sent()] == [None, None]


def test_columns_that_are_read_and_missing_are_named(bare):
    bare.create(URLAdjunto=None, CuerpoHTML=None)
    assert bare.open().examine() == ("URLAdjunto", "CuerpoHTML")


def test_a_table_without_a_required_column_is_told(bare):
    bare.create(Asunto=None)
    assert "le faltan columnas: Asunto" in reason(bare.open().examine)


@pytest.mark.external
def test_a_server_on_which_nothing_may_be_written_is_told_before_anything_is(request, tmp_path):
    with place_of("postgresql", tmp_path, request.getfixturevalue) as place:
        place.create()
        joined = "&" if "?" in place.url else "?"
        url = f"{place.url}{joined}options=-cdefault_transaction_read_only%3Don"
        with closing(open_queue("correos", url, None, MADRID, 5)) as queue:
            assert "solo lectura" in reason(queue.examine)


def test_what_waits_is_counted_by_what_it_is_to_us(file):
    file.put(1, 2, FechaGrabacion=RECENT)
    file.put(3)  # recorded four days before
    file.put(4, FechaGrabacion=RECENT)
    file.fill(4)
    assert examined(file.open()).waiting == {"new": 2, "old": 1}


def test_what_was_taken_in_before_is_known(file):
    file.put(1, 2, FechaGrabacion=RECENT)
    store, queue = MemoryStore(NOW), file.open()
    first = pending(queue)[0]
    store.intake.take_in("correos", [TakenIn(message_id("correos", first), first, "old")], NOW)
    assert examined(queue, store).waiting == {"new": 1, "known": 1}
    assert stamp_of(first)[0] == 1


def test_looking_leaves_the_file_as_it_was(file):
    file.put(1, FechaGrabacion=RECENT)
    path = Path(file.engine.url.database)
    before = path.read_bytes(), sorted(each.name for each in path.parent.iterdir())
    assert examined(file.open()).fault == ""
    assert (path.read_bytes(), sorted(each.name for each in path.parent.iterdir())) == before


def test_a_file_that_cannot_be_written_is_told(file):
    file.put(1)
    with as_nobody() as folder:
        path = Path(shutil.copy(file.engine.url.database, folder / "correos.sqlite"))
        path.chmod(0o644)
        with without_permission(folder, 0o555):
            found = examined(open_queue("correos", f"sqlite:///{path}", None, MADRID, 1))
    assert "se puede leer y no escribir" in found.fault


def test_a_file_that_another_program_holds_is_told(file):
    path = Path(file.engine.url.database)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        found = examined(file.open(timeout=0.05))
    assert "otro programa bloquea" in found.fault


def test_rows_without_a_number_are_told_and_the_others_counted(file):
    file.put(1, None, FechaGrabacion=RECENT)
    found = examined(file.open())
    assert found.waiting == {"new": 1}
    assert "IDCorreo" in found.fault
    assert TABLE in found.fault
