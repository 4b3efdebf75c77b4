"""Edges that misbehave: calls between which anything happens, a queue that goes away, a relay with moods."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sereno.adapters.memory import MemoryJournals
from sereno.domain.errors import QueueUnavailable, RelayUnavailable, StoreUnavailable
from sereno.domain.outbox import Attempt, Delivery
from sereno.engine.journal_ports import Remains

CONNECTIONS = 4
ASKED_AHEAD = 8 * CONNECTIONS


class Died(BaseException):
    """The process is gone: nothing catches this."""


@dataclass
class Process:
    """One run of the deliverer, and what befalls it: at which step it dies, fails, or is interrupted."""

    world: Any
    trial: bool
    dies_at: int = 0
    fails_at: int = 0
    meets: dict[int, Callable[[], None]] = field(default_factory=dict)
    steps: int = 0
    claimer: str = ""
    meddled: bool = False

    def step(self, *, store: bool = False, brink: bool = False) -> None:
        """Let happen what is to happen here; who is to die likes to do it on the brink."""
        self.steps += 1
        if self.steps == self.dies_at or (brink and self.dies_at and self.world.rng.random() < 0.3):
            raise Died
        if self.steps in self.meets:
            self.meddled = True
            self.meets.pop(self.steps)()
        if store and 0 < self.fails_at <= self.steps:
            self.fails_at = 0
            raise StoreUnavailable("el disco está lleno")


class Porous:
    """Pass every call on; before it and after it anything may happen. `watched` calls are looked at."""

    def __init__(self, real: Any, process: Process, watched: Mapping[str, Callable[..., Any]]) -> None:
        self._real, self._process, self._watched = real, process, watched

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._real, name)
        watch = self._watched.get(name)

        def crossing(*args: Any, **kwargs: Any) -> Any:
            self._process.step(store=True)
            result = watch(call, *args, **kwargs) if watch else call(*args, **kwargs)
            self._process.step(store=True)
            return result

        return crossing


class SharedJournals:
    """Journals that two processes never recover from at once, as the locks of the real ones see to."""

    def __init__(self) -> None:
        numbers = count(1)
        self._real = MemoryJournals(lambda: f"proceso{next(numbers)}")
        self._looked_at: set[str] = set()
        self.open = self._real.open

    @property
    def left(self) -> list[Remains]:
        return self._real._left

    def remains(self) -> Iterator[Remains]:
        for each in [each for each in self.left if each.claimer_id not in self._looked_at]:
            if each in self.left and each.claimer_id not in self._looked_at:
                self._looked_at.add(each.claimer_id)
                try:
                    yield each
                    self.left.remove(each)
                finally:
                    self._looked_at.discard(each.claimer_id)


class FlakyQueue:
    """A queue that cannot be reached at times, and whose reading may break off."""

    def __init__(self, real: Any, process: Process) -> None:
        self._real, self._process = real, process
        self.origin = real.origin

    def pending(self) -> Iterator[Any]:
        rng = self._process.world.rng
        for page in self._real.pending():
            at = 0
            while at < len(page):
                self._reach()
                size = rng.randint(1, 40)
                yield page[at : at + size]
                at += size
        self._reach()

    def rows(self, numbers: Any) -> Any:
        self._reach()
        return self._real.rows(numbers)

    def stamped(self, rows: Any) -> Any:
        self._reach()
        return self._real.stamped(rows)

    def stamp(self, rows: Any, at: Any) -> Any:
        self._reach()
        before = self._pending()
        needless = self._real.stamp(rows, at)
        self._process.world.truth.stamped(self.origin, before - self._pending(), set(rows))
        self._process.step(brink=True)  # it is written, and not noted
        self._reach()  # it is written, and we are not told
        return needless

    def close(self) -> None:
        self._real.close()

    def _pending(self) -> set[tuple[int, str]]:
        return {(row.number, row.fingerprint) for row, at in self._real.held if at is None}

    def _reach(self) -> None:
        assert not self._process.trial, "a queue was touched on trial"
        self._process.step()
        world = self._process.world
        if world.is_down(self.origin) or world.rng.random() < 0.002:
            raise QueueUnavailable(f"{self.origin}: no se alcanza")


@dataclass
class Line:
    """A connection with a delivery whose data is on its way."""

    delivery: Delivery
    refused: dict[str, str]


class MoodyRelay:
    """A relay with moods, over several connections; the world remembers what it really took."""

    def __init__(self, process: Process) -> None:
        self._process, self._world = process, process.world
        self._waits: list[Delivery] = []
        self._lines: list[Line] = []
        self._known: list[Attempt] = []
        self._more, self._broken = True, ""

    def deliver(self, deliveries: Iterable[Delivery], journal: Any) -> Generator[Attempt]:
        source = iter(deliveries)
        while moves := self._moves():
            self._process.step()
            self._world.clock.go_by(self._world.rng.random() * 3)
            move = self._world.rng.choice(moves)
            if move == "ask":
                self._ask(source)
            elif move == "begin":
                self._begin(self._pick(self._waits), journal)
            elif move == "end":
                self._end(self._pick(self._lines), journal)
            else:
                yield self._pick(self._known)
        if self._broken:
            raise RelayUnavailable(self._broken)

    def _moves(self) -> list[str]:
        in_hand = len(self._waits) + len(self._lines) + len(self._known)
        can = {
            "ask": self._more and not self._broken and in_hand < ASKED_AHEAD,
            "begin": self._waits and not self._broken and len(self._lines) < CONNECTIONS,
            "end": self._lines,
            "tell": self._known,
        }
        return [move for move, possible in can.items() if possible]

    def _pick(self, among: list[Any]) -> Any:
        return among.pop(self._world.rng.randrange(len(among)))

    def _ask(self, source: Iterator[Delivery]) -> None:
        delivery = next(source, None)
        if delivery is None:
            self._more = False
            return
        self._world.truth.handed_over(delivery, self._process)
        self._waits.append(delivery)

    def _begin(self, delivery: Delivery, journal: Any) -> None:
        if self._world.is_down("relay"):
            self._broken = "el servidor no contesta"
            return
        if self._world.mood("mail"):
            self._broken = "550 a MAIL"
            self._know(Attempt(delivery.id, "deferred", self._broken), journal)
            return
        refused = {each: said for each in delivery.recipients if (said := self._world.answer_to(each))}
        if len(refused) == len(delivery.recipients):
            waits = any(said.startswith("4") for said in refused.values())
            self._know(Attempt(delivery.id, "deferred" if waits else "dead", "RCPT", refused), journal)
            return
        self._process.step()
        journal.begun(delivery.id)
        self._process.step()
        self._lines.append(Line(delivery, refused))

    def _end(self, line: Line, journal: Any) -> None:
        name, world = line.delivery.id, self._world
        if world.is_down("relay"):
            self._broken = "se cortó"
            self._know(self._lost(line), journal)
        elif world.mood("lost"):
            self._know(self._lost(line), journal)
        elif world.mood("data4"):
            self._know(Attempt(name, "deferred", "451 luego", line.refused), journal)
        elif world.mood("data5"):
            self._know(Attempt(name, "dead", "554 no", line.refused), journal)
        else:
            self._accept(line)
            self._process.step(brink=True)
            self._know(Attempt(name, "accepted", "250 Ok", line.refused), journal)

    def _lost(self, line: Line) -> Attempt:
        """Lose the connection before the final dot, or after it: then it may have been taken or not."""
        name, rng = line.delivery.id, self._world.rng
        if rng.random() < 0.5:
            return Attempt(name, "deferred", "se cortó antes del punto", line.refused)
        if rng.random() < 0.5:
            self._accept(line)
        self._world.clock.go_by(600)
        return Attempt(name, "unknown", "no contestó tras el punto", line.refused)

    def _accept(self, line: Line) -> None:
        reached = [each for each in line.delivery.recipients if each not in line.refused]
        self._world.truth.accepted(line.delivery, reached, self._process)

    def _know(self, attempt: Attempt, journal: Any) -> None:
        journal.ended(attempt)
        self._world.truth.answered(attempt)
        self._process.step()
        self._known.append(attempt)


class TrialFolder:
    """Keep trial mail, and nothing else."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def deliver(self, deliveries: Iterable[Delivery], journal: Any) -> Generator[Attempt]:
        for delivery in deliveries:
            assert delivery.message.trial, f"{delivery.id}: real mail in the trial's folder"
            journal.begun(delivery.id)
            self._process.step()
            attempt = Attempt(delivery.id, "diverted", "carpeta")
            journal.ended(attempt)
            yield attempt
