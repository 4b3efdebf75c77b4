"""The queue in memory, as other programs would see it."""

from datetime import datetime, tzinfo

from tests.adapters.queues.building import MAIL

from sereno.adapters.memory import MemoryQueue
from sereno.adapters.queues.cells import COLUMNS, row_of
from sereno.engine.mail_ports import Queue


class MemoryPlace:
    kind = "memory"

    def __init__(self, tz: tzinfo) -> None:
        self._tz = tz
        self._queue = MemoryQueue("correos")

    def put(self, *numbers: int, **cells: object) -> None:
        for number in numbers:
            row = {**MAIL, **cells}
            self._queue.put(row_of(number, [row.get(column) for column in COLUMNS], self._tz))

    def fill(self, number: int) -> None:
        self._queue.fill(number, datetime(2026, 11, 21, 10, tzinfo=self._tz))

    def empty(self, *numbers: int) -> None:
        self._queue.remove(numbers or {number for number, _ in self.sent()})

    def sent(self) -> list[tuple[int, str | None]]:
        return sorted(
            (row.number, at and f"{at.astimezone(self._tz):%Y-%m-%d %H:%M:%S}")
            for row, at in self._queue.held
        )

    def open(self) -> Queue:
        return self._queue
