"""Time in a simulated year: idle hours are skipped, and the clock on the wall may be set wrong."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from zoneinfo import ZoneInfo

from sereno.domain.wallclock import utc

MADRID = ZoneInfo("Europe/Madrid")


class YearClock:
    """Tell the wall's time, let it pass, and do what happens meanwhile."""

    def __init__(self, start: datetime) -> None:
        self.true = utc(start)
        self.wrong = timedelta()
        self.until: datetime | None = None
        """On the wall: when whoever rests means to wake, so that no slice of it needs to be lived."""
        self.stopped = False
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = count()

    def now(self) -> datetime:
        return (self.true + self.wrong).astimezone(MADRID)

    def at(self, true: datetime, happens: Callable[[], None]) -> None:
        heappush(self._events, (utc(true), next(self._order), happens))

    def rest(self, seconds: float) -> bool:
        target = self.true + timedelta(seconds=seconds)
        if self.until is not None:
            target = max(target, utc(self.until) - self.wrong)
        self.go_to(min(target, self._next()) if self._next() > self.true else target)
        return self.stopped

    def go_to(self, true: datetime) -> None:
        """Let the time pass, events included; one of them may move the clock on."""
        while self._events and self._events[0][0] <= true:
            moment, _, happens = heappop(self._events)
            self.true = max(self.true, moment)
            happens()
        self.true = max(self.true, true)

    def sleep(self, span: timedelta) -> None:
        """Let the machine sleep: the time passes, and whatever happens in it happens when it wakes."""
        self.true += span

    def _next(self) -> datetime:
        return self._events[0][0] if self._events else datetime.max.replace(tzinfo=UTC)
