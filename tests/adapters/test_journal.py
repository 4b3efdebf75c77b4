"""What a journal says survives its process, and is believed only as far as it can be."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.adapters.journal import ENOUGH, FolderJournals
from sereno.adapters.journal_lines import begun_line, ended_line, head_line, read_lines
from sereno.adapters.machine import boot_id
from sereno.adapters.memory import MemoryJournals
from sereno.domain.errors import StoreUnavailable
from sereno.domain.outbox import Attempt, Sent

TAKEN = Attempt("dos", "accepted", "250 2.0.0 Ok: año", {"luis@example.com": "550 nobody"})
CHILD = """
import sys
from pathlib import Path
from sereno.adapters.journal import FolderJournals
from sereno.domain.outbox import Attempt
with FolderJournals(Path(sys.argv[1]), "este", lambda: "hijo").open() as journal:
    journal.begun("uno")
    journal.begun("dos")
    journal.ended(Attempt("dos", "accepted", "250 ok"))
    print("listo", flush=True)
    {then}
"""


class Stopped(Exception):
    pass


def ids():
    numbers = count(1)
    return lambda: f"proceso-{next(numbers)}"


def folder_of(path, boot="este"):
    return FolderJournals(path / "diarios", boot, ids())


@pytest.fixture(params=["folder", "memory"])
def journals(request, tmp_path):
    return folder_of(tmp_path) if request.param == "folder" else MemoryJournals(ids())


@contextmanager
def dying(journals):
    """Leave the journal behind, as a process does that is stopped by an error."""
    with suppress(Stopped), journals.open() as journal:
        yield journal
        raise Stopped


def die(journals, *, tell=()):
    with dying(journals) as journal:
        for each in tell:
            journal.begun(each) if isinstance(each, str) else journal.ended(each)


def start(path, then):
    script = CHILD.replace("{then}", then)
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout.readline() == b"listo\n"
    return child


def test_what_was_begun_and_ended_is_told_when_an_error_left_the_journal(journals):
    die(journals, tell=("uno", "dos", TAKEN, Attempt("tres", "dead", "RCPT: nobody")))
    (left,) = journals.remains()
    assert (left.claimer_id, left.same_boot) == ("proceso-1", True)
    assert left.told == {
        "uno": Sent(begun=True),
        "dos": Sent(begun=True, ended=TAKEN),
        "tres": Sent(begun=False, ended=Attempt("tres", "dead", "RCPT: nobody")),
    }


def test_what_is_begun_again_has_no_end_yet(journals):
    die(journals, tell=("dos", TAKEN, "dos"))
    (left,) = journals.remains()
    assert left.told == {"dos": Sent(begun=True)}


def test_what_is_settled_is_told_no_more_than_needed(journals):
    with dying(journals) as journal:
        journal.begun("uno")
        journal.settled(["uno", "nadie"])
        journal.begun("dos")
    (left,) = journals.remains()
    assert left.told["dos"] == Sent(begun=True)


def test_a_journal_that_ends_well_leaves_nothing(journals):
    with journals.open() as journal:
        journal.begun("uno")
    assert list(journals.remains()) == []


def test_remains_are_forgotten_once_the_next_are_asked_for(journals):
    die(journals, tell=("uno",))
    die(journals, tell=("dos",))
    remains = journals.remains()
    assert next(remains).claimer_id == "proceso-1"
    remains.close()
    assert [each.claimer_id for each in journals.remains()] == ["proceso-1", "proceso-2"]
    assert list(journals.remains()) == []


def test_ones_own_journal_is_no_remains(journals):
    with journals.open() as journal:
        journal.begun("uno")
        assert list(journals.remains()) == []


def test_each_journal_has_a_name_of_its_own(journals):
    with journals.open() as one, journals.open() as other:
        assert {one.claimer_id, other.claimer_id} == {"proceso-1", "proceso-2"}


def test_nothing_is_left_in_the_folder_and_all_in_it_is_for_its_owner_alone(tmp_path):
    journals = folder_of(tmp_path)
    with journals.open():
        if sys.platform != "win32":
            assert stat.S_IMODE(journals.folder.stat().st_mode) == 0o700
            assert {stat.S_IMODE(each.stat().st_mode) for each in journals.folder.iterdir()} == {0o600}
        assert len(list(journals.folder.iterdir())) == 2
    assert list(journals.folder.iterdir()) == []
    die(journals)
    list(journals.remains())
    assert list(journals.folder.iterdir()) == []


def test_without_a_folder_there_are_no_remains(tmp_path):
    assert list(folder_of(tmp_path).remains()) == []


def test_a_killed_process_leaves_every_line_it_has_written(tmp_path):
    child = start(tmp_path, "sys.stdin.read()")
    journals = FolderJournals(tmp_path, "este", ids())
    assert list(journals.remains()) == []  # it lives
    child.kill()
    child.communicate()
    (left,) = journals.remains()
    assert (left.claimer_id, left.same_boot) == ("hijo", True)
    assert left.told == {
        "uno": Sent(begun=True),
        "dos": Sent(begun=True, ended=Attempt("dos", "accepted", "250 ok")),
    }


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of a file's size there")
@pytest.mark.parametrize(
    "then", ['journal.begun("x" * 10)', 'journal.ended(Attempt("uno", "dead", "x" * 10))']
)
def test_a_full_disk_is_said_and_leaves_no_half_of_a_line(tmp_path, then):
    limit = "import resource, os; size = os.path.getsize(Path(sys.argv[1]) / 'hijo.journal'); "
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (size + 5, resource.RLIM_INFINITY)); "
    script = CHILD.replace("{then}", limit + then)
    child = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], check=False, capture_output=True, text=True
    )
    assert "StoreUnavailable: No se puede escribir el diario de envíos" in child.stderr
    assert "Revise el espacio en disco" in child.stderr
    assert (tmp_path / "hijo.journal").read_bytes().endswith(b"\n")
    (left,) = FolderJournals(tmp_path, "este", ids()).remains()
    assert left.same_boot
    assert left.told.keys() == {"uno", "dos"}


def test_a_folder_that_cannot_be_is_said(tmp_path):
    (tmp_path / "diarios").write_text("a file stands here")
    with pytest.raises(StoreUnavailable, match="diario de envíos"), folder_of(tmp_path).open():
        pass


def test_after_a_power_cut_the_journal_is_of_another_start(tmp_path):
    die(folder_of(tmp_path), tell=("dos", TAKEN))
    (left,) = folder_of(tmp_path, boot="otro").remains()
    assert not left.same_boot
    assert left.told["dos"].ended == TAKEN


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\x00" * 100,
        b'["journal",2,"este"]\n',
        head_line("este") + b"\x00\x00\n",
        head_line("este") + b'["ended","a","sent","b",{}]\n',
        head_line("este") + b"[" * 10,
        begun_line("a") + head_line("este"),
    ],
    ids=["empty", "zeros", "version", "hole", "verdict", "torn", "order"],
)
def test_what_cannot_be_read_is_not_taken_for_untried(tmp_path, damage):
    journals = folder_of(tmp_path)
    die(journals)
    (path,) = journals.folder.glob("*.journal")
    path.write_bytes(damage)
    (left,) = journals.remains()
    assert left.same_boot == (damage == head_line("este") + b"[" * 10)  # a last line without its end is none
    assert list(journals.folder.iterdir()) == []


@given(st.data())
def test_a_journal_broken_off_anywhere_tells_no_more_than_was_written(data):
    lines = [
        begun_line("uno"),
        ended_line(Attempt("uno", "dead", "ñ\n\u2028", {"a@b": "550 no"})),
        begun_line("dos"),
    ]
    whole = head_line("este") + b"".join(lines)
    cut = data.draw(st.integers(0, len(whole)))
    boot, told = read_lines(whole[:cut])
    complete = whole[:cut].count(b"\n")
    assert boot == ("este" if complete else None)
    assert [name for name, sent in told.items() if sent.begun] == ["uno", "dos"][: (complete) // 2]
    assert [name for name, sent in told.items() if sent.ended] == ["uno"][: max(0, complete - 2)]


def test_a_file_that_has_grown_is_written_anew_with_what_is_not_settled(tmp_path):
    journals = folder_of(tmp_path)
    with dying(journals) as journal:
        journal.begun("sigue")
        for number in range(6000):
            journal.begun(f"m{number}")
            journal.ended(Attempt(f"m{number}", "accepted", "250 2.0.0 Ok: queued"))
            journal.settled([f"m{number}"])
        journal.begun("otro")
        (path,) = journals.folder.glob("*.journal")
        assert path.stat().st_size < ENOUGH + 1000
    (left,) = journals.remains()
    assert left.same_boot
    assert {name for name, sent in left.told.items() if sent.ended is None} == {"sigue", "otro"}
    assert len(left.told) < 5000


def test_threads_may_note_and_settle_at_once(tmp_path):
    journals = folder_of(tmp_path)

    def work(thread):
        for number in range(2000):
            name = f"{thread}-{number}"
            journal.begun(name)
            journal.ended(Attempt(name, "accepted", "250 ok"))
            if number % 10:
                journal.settled([name])

    with dying(journals) as journal, ThreadPoolExecutor(6) as threads:
        list(threads.map(work, range(6)))
    (left,) = journals.remains()
    assert left.same_boot
    assert {f"{thread}-{number}" for thread in range(6) for number in range(0, 2000, 10)} <= left.told.keys()


def test_a_closed_journal_takes_no_more(tmp_path):
    with folder_of(tmp_path).open() as journal:
        pass
    with pytest.raises(StoreUnavailable, match="cerrado"):
        journal.begun("uno")


def test_the_start_of_the_machine_is_the_same_while_it_runs():
    assert boot_id() == boot_id() != ""
