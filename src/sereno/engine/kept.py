"""What was read once, and stays true as long as a mark of the store stays the same."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

Value = TypeVar("Value")
MOST = 64
"""Answers that are kept; of others the one that was asked for least lately goes."""


class Kept:
    """Keep answers, each under the mark at which it was read.

    The mark is read first, the answer after it: what is kept is at least as new as its mark says.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, tuple[str, Any]] = OrderedDict()

    def get(self, mark: str, what: Hashable, read: Callable[[], Value]) -> Value:
        """Return what was read at this mark; read it where nothing was."""
        with self._lock:
            at, value = self._kept.get(what, ("", None))
            if at == mark:
                self._kept.move_to_end(what)
                kept: Value = value
                return kept
        fresh = read()
        with self._lock:
            self._kept[what] = (mark, fresh)
            self._kept.move_to_end(what)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return fresh
