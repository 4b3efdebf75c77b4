"""What a process prints is kept within bounds, and heard as it comes."""

import os
import resource
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.adapters.processes.job_scripts import make_jobs, run

from sereno.adapters.output import HEAD_LINES, LINE_LIMIT, TAIL_LINES, Excerpt, LineCutter, Output

KEPT = HEAD_LINES + TAIL_LINES


@pytest.fixture
def pipe():
    """Give a pipe's reading end as a file, and its writing end."""
    reading, writing = os.pipe()
    yield os.fdopen(reading, "rb", buffering=0), writing
    os.close(writing)


def excerpt(*numbers):
    kept = Excerpt()
    for number in numbers:
        kept.extend([f"línea {each}" for each in range(number)])
    return kept.lines()


@pytest.mark.parametrize("number", [0, 1, HEAD_LINES, HEAD_LINES + 1, KEPT])
def test_what_fits_is_kept_whole(number):
    assert excerpt(number) == [f"línea {each}" for each in range(number)]


def test_of_what_does_not_fit_the_first_and_the_last_lines_are_kept_and_the_gap_is_told():
    lines = excerpt(KEPT + 3)
    assert lines[HEAD_LINES] == "[… 3 líneas omitidas …]"
    assert lines[HEAD_LINES - 1] == f"línea {HEAD_LINES - 1}"
    assert lines[HEAD_LINES + 1] == f"línea {HEAD_LINES + 3}"
    assert lines[-1] == f"línea {KEPT + 2}"
    assert len(lines) == KEPT + 1


@given(st.lists(st.integers(0, 400), max_size=8))
def test_every_line_is_kept_or_counted(numbers):
    lines = excerpt(*numbers)
    gaps = [int(each.split()[1]) for each in lines if each.startswith("[…")]
    assert len(lines) - len(gaps) + sum(gaps) == sum(numbers)


@given(st.lists(st.binary(max_size=3 * LINE_LIMIT), max_size=6))
def test_where_the_bytes_are_parted_makes_no_difference(parts):
    cutter, whole = LineCutter(), LineCutter()
    lines = [line for part in parts for line in cutter.cut(part)] + cutter.cut(b"", final=True)
    assert lines == whole.cut(b"".join(parts)) + whole.cut(b"", final=True)
    assert all(len(line) <= LINE_LIMIT and "\0" not in line and "\n" not in line for line in lines)


def test_lines_end_as_they_do_on_any_system_and_a_character_may_come_in_two_parts():
    cutter = LineCutter()
    assert cutter.cut(b"uno\r\ndos\rtres\n\xc3") == ["uno", "dos", "tres"]
    assert cutter.cut(b"\xb1\n\n\xff\0") == ["ñ", ""]
    assert cutter.cut(b"", final=True) == ["\ufffd\ufffd"]


def test_an_endless_line_is_kept_in_pieces():
    cutter = LineCutter()
    lines = cutter.cut(b"x" * (2 * LINE_LIMIT + 7)) + cutter.cut(b"", final=True)
    assert list(map(len, lines)) == [LINE_LIMIT, LINE_LIMIT, 7]


def test_who_waits_no_longer_has_what_came_and_the_pipe_is_closed(pipe):
    reading, writing = pipe
    heard = []
    output = Output(reading, heard.append)
    output.start()
    os.write(writing, b"uno\ndos")
    started = time.monotonic()
    assert output.finish(0.1) == ["uno", "dos"]
    assert heard == ["uno", "dos"]
    assert reading.closed
    assert time.monotonic() - started < 2


def test_what_was_never_read_is_closed(pipe):
    reading, _ = pipe
    assert Output(reading, print).finish(0) == []
    assert reading.closed


def test_every_line_is_heard_with_the_job_s_name_though_few_are_kept(tmp_path):
    heard = []
    script = f"for number in range({KEPT + 50}): print('línea', number)"
    result = run(make_jobs(tmp_path, job=script, echo=lambda job, line: heard.append((job, line))))
    assert heard == [("job", f"línea {number}") for number in range(KEPT + 50)]
    kept = result.tail.splitlines()
    assert (kept[0], kept[HEAD_LINES]) == ("línea 0", "[… 50 líneas omitidas …]")
    assert (kept[-1], len(kept)) == (f"línea {KEPT + 49}", KEPT + 1)


FILLERS = {
    "of a gigabyte without an end of line": ("b'x' * (1 << 20)", 1024),
    "of short lines": ("b'linea\\n' * (1 << 18)", 60),
    "that is no text": ("bytes(range(256)) * (1 << 12)", 200),
}
"""A block of about a megabyte, and how many."""


@pytest.mark.parametrize(("block", "number"), FILLERS.values(), ids=FILLERS)
def test_a_great_output_costs_little_memory_and_little_time(tmp_path, block, number):
    script = f"""
import os
block = {block}
os.write(1, b"principio\\n")
for _ in range({number}):
    done = 0
    while done < len(block):
        done += os.write(1, block[done:])
os.write(1, b"\\nfin\\n")
"""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = run(make_jobs(tmp_path, timeout=30, job=script))
    lines = result.tail.splitlines()
    assert (result.code, lines[0], lines[-1]) == (0, "principio", "fin")
    assert "líneas omitidas" in result.tail
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024
