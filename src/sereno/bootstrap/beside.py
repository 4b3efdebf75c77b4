"""The console beside a master that somebody started by hand: it comes and goes with it."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from uuid import uuid4

from sereno.adapters.process_trees import end_tree, start_tree

LIBRARIES = ("argon2", "fastapi", "icalendar", "prometheus_client", "uvicorn")
"""Of the console's extra; none is loaded here."""


@contextmanager
def console_beside(environment: Mapping[str, str] | None) -> Iterator[bool]:
    """Have the console served meanwhile; tell whether its libraries are there.

    It says itself where it answers, or why it does not: the watch goes on without it.
    """
    if not all(map(find_spec, LIBRARIES)):
        yield False
        return
    mark = uuid4().hex
    command = [sys.executable, "-m", "sereno", "console", "--parent", str(os.getpid())]
    here = dict(os.environ) if environment is None else environment  # noqa: TID251  # handed on unread
    try:
        process = start_tree(command, here, mark, pipes={})
    except OSError:
        yield False
        return
    try:
        yield True
    finally:
        end_tree(process, mark)
