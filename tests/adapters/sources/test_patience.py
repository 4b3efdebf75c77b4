"""What another program is writing or holds is waited for, and then told; half of it is never read."""

import os
import threading
import time
from pathlib import Path

import pytest
from tests.adapters.sources.building import EQUIPMENT, fetched, opened, reason
from tests.contracts.sources.building import at_rest

from sereno.adapters.sources.patience import (
    await_rest,
    copy_at_rest,
    copy_unchanged,
    may_be_held,
    patience,
)
from sereno.domain.errors import SourceUnavailable

HEADING = "IDEquipoMedida;Nombre;FechaFinServicio\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "TbEquiposMedida.csv"
    path.write_text(HEADING)
    return path


def in_the_background(work):
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_file_that_is_being_written_is_read_once_it_is_whole(file):
    def write():
        with file.open("a") as growing:
            for number in range(8):
                growing.write(f"{number};a;\n")
                growing.flush()
                time.sleep(0.3)

    writing = in_the_background(write)
    time.sleep(0.1)
    rows, _ = fetched(opened("csv", file.parent, timeout=20))
    writing.join()
    assert len(rows) == 8


@pytest.mark.parametrize("kind", ["csv", "accdb", "xlsx"])
def test_a_file_that_somebody_goes_on_writing_blinds(file, kind):
    stopped = threading.Event()

    def write():
        while not stopped.wait(0.05):
            with file.open("a") as growing:
                growing.write("1;a;\n")

    writing = in_the_background(write)
    try:
        told = reason(opened(kind, file.parent if kind == "csv" else file, timeout=1))
    finally:
        stopped.set()
        writing.join()
    assert f"brass: otro programa está escribiendo {file.parent}" in told


def test_a_file_that_was_left_alone_is_not_waited_for(file):
    at_rest(file)
    before = time.monotonic()
    fetched(opened("csv", file.parent))
    assert time.monotonic() - before < 0.5


def test_a_file_that_was_replaced_between_looking_and_copying_is_no_longer_that_file(file):
    at_rest(file)
    limit = patience("brass", str(file), 5)
    stamp = await_rest(limit, [file])[file]
    other = file.with_suffix(".new")
    other.write_text(HEADING)
    os.utime(other, ns=(stamp[0], stamp[0]))
    other.replace(file)  # as long, and stamped alike
    assert copy_unchanged(limit, file, stamp) is None


def test_what_is_written_in_place_between_looking_and_copying_is_seen(file):
    at_rest(file)
    limit = patience("brass", str(file), 5)
    stamp = await_rest(limit, [file])[file]
    with file.open("r+") as changed:
        changed.write("x")
    assert copy_unchanged(limit, file, stamp) is None


def test_a_file_that_vanishes_meanwhile_is_told(file):
    limit = patience("brass", str(file), 5)
    stamp = await_rest(limit, [file])[file]
    file.unlink()
    with pytest.raises(SourceUnavailable, match="no existe el fichero"):
        copy_unchanged(limit, file, stamp)


def test_a_large_file_that_takes_too_long_is_given_up(file):
    at_rest(file)
    with pytest.raises(SourceUnavailable, match=r"no ha dado tiempo a leer .* en 0 s"):
        copy_at_rest("brass", file, 0)


def test_many_rows_that_take_too_long_are_given_up(file):
    file.write_text(HEADING + "1;a;\n" * 50_000)
    at_rest(file)
    with opened("csv", file.parent, timeout=0.02).open() as reader:
        rows = reader.rows(EQUIPMENT.name, ["Nombre"])
        with pytest.raises(SourceUnavailable, match=r"no ha dado tiempo a leer .* en 0.02 s"):
            list(rows)


def test_nothing_is_held_after_the_copy(file):
    at_rest(file)
    with opened("csv", file.parent).open() as reader:
        next(reader.rows(EQUIPMENT.name, ["Nombre"]), None)
        held = [each.resolve() for each in Path("/proc/self/fd").iterdir()]
        assert file not in held


@pytest.mark.parametrize(
    ("error", "system", "held"),
    [
        (PermissionError(13, "Permission denied"), "nt", True),  # so it calls a sharing violation
        (FileNotFoundError(2, "No such file"), "nt", False),
        (PermissionError(13, "Permission denied"), "posix", False),
    ],
)
def test_what_windows_does_not_let_open_may_be_open_elsewhere_and_is_waited_for(error, system, held):
    assert may_be_held(error, system) == held
