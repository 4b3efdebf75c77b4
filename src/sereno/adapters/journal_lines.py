"""Write and read the lines of a journal: a JSON array each, UTF-8."""

import json
from collections.abc import Mapping
from typing import cast, get_args

from sereno.domain.outbox import Attempt, Sent, Verdict

_VERSION = 1
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))  # once: two lines for each message
_VERDICTS = frozenset(get_args(Verdict))


def head_line(boot_id: str) -> bytes:
    """Say of which start of the machine the journal is."""
    return _line("journal", _VERSION, boot_id)


def begun_line(delivery_id: str) -> bytes:
    """Say that data is about to leave."""
    return _line("begun", delivery_id)


def ended_line(attempt: Attempt) -> bytes:
    """Say how an attempt ended."""
    return _line("ended", attempt.delivery_id, attempt.verdict, attempt.answer, dict(attempt.refused))


def read_lines(data: bytes) -> tuple[str | None, Mapping[str, Sent]]:
    """Return the start of the machine and what is told; no start where any line cannot be read.

    A last line without its end was broken off: what it would have noted had not been done.
    """
    told: dict[str, Sent] = {}
    head, *lines = data.split(b"\n")[:-1] or [b""]
    boot_id = _boot_id(head)
    for line in lines:
        if not _take(line, told):
            boot_id = None
    return boot_id, told


def _boot_id(head: bytes) -> str | None:
    match _parsed(head):
        case ["journal", 1, str(boot_id)]:
            return boot_id
    return None


def _take(line: bytes, told: dict[str, Sent]) -> bool:
    match _parsed(line):
        case ["begun", str(name)]:
            told[name] = Sent(begun=True)
        case ["ended", str(name), str(verdict), str(answer), dict(refused)] if verdict in _VERDICTS:
            begun = name in told and told[name].begun
            told[name] = Sent(begun, Attempt(name, cast("Verdict", verdict), answer, refused))
        case _:
            return False
    return True


def _parsed(line: bytes) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _line(*parts: object) -> bytes:
    return _ENCODER.encode(parts).encode(errors="replace") + b"\n"
