"""A week of mail from a seed: an injected clock, an agenda, and processes that deliver at random peril."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests.engine.post_office import Stop
from tests.mailing import let_mail_go
from tests.simulation.mail_edges import (
    CONNECTIONS,
    Died,
    FlakyQueue,
    MoodyRelay,
    Porous,
    Process,
    SharedJournals,
    TrialFolder,
)
from tests.simulation.mail_truth import LEFT_BEHIND, Truth
from tests.simulation.mail_watch import HOURS, Watch

from sereno.adapters.attachments import AttachmentPolicy
from sereno.adapters.memory import MemoryLog, MemoryQueue
from sereno.adapters.mime import SenderPolicy
from sereno.adapters.queue_letters import compose_row
from sereno.domain.calendar import Calendar, parse_holidays
from sereno.domain.errors import StoreUnavailable
from sereno.domain.mail_policy import MailPolicy
from sereno.domain.wallclock import utc
from sereno.engine.deliver import deliver
from sereno.engine.journal_ports import Remains
from sereno.engine.post_office import PostOffice

MADRID = ZoneInfo("Europe/Madrid")
MONDAYS = tuple(datetime(2026, *day, tzinfo=MADRID) for day in ((10, 19), (3, 23), (11, 23), (6, 8)))
"""The first two end with a clock change."""
HOUR = timedelta(hours=1)
QUIET = timedelta(days=6)
"""Longer than MAIL_MAX_AGE_HOURS and the last step of the back-off together."""
QUEUES = ("correos", "tareas")
EVERY = ("queued", "sending", "deferred", *sorted(LEFT_BEHIND))


class WorldClock:
    """The true time, and what the clock on the wall makes of it when somebody sets it wrong."""

    def __init__(self, start: datetime) -> None:
        self.true = utc(start)
        self.wrong = timedelta()

    def now(self) -> datetime:
        return (self.true + self.wrong).astimezone(MADRID)

    def rest(self, seconds: float) -> bool:
        self.go_by(seconds)
        return False

    def go_by(self, seconds: float) -> None:
        self.true += timedelta(seconds=seconds)


class World:
    """All there is in a simulated week."""

    def __init__(self, seed: int, store: Callable[[datetime], Any], files: Path) -> None:
        self.rng = Random(seed)
        self.clock = WorldClock(self.rng.choice(MONDAYS))
        self.store = store(self.clock.now())
        self.files = files
        self.truth = Truth(self)
        self.queues = {name: MemoryQueue(name) for name in QUEUES}
        self.down: dict[str, datetime] = {}
        self.trial = False
        self.moody = self.rng.choice((0.3, 1, 3))
        self.policy = {
            "unknown": self.rng.choice(("hold", "hold", "retry")),
            "hours": self.rng.choice((None, HOURS, HOURS)),
            "allowed": self.rng.choice(((), (), ("example.com",))),
            "connections": CONNECTIONS,
        }
        self.first_looks: dict[str, datetime] = {}
        self.interrupted = 0
        self.journals = SharedJournals()
        self.calendar = Calendar(lambda _year: {}, parse_holidays(""))
        self._log = MemoryLog()
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()
        self.surprises: list[Callable[[], None]] = []
        """What may come in the middle of a delivery."""
        self.healthy = False

    def at(self, when: datetime, what: Callable[[], None]) -> None:
        heappush(self._agenda, (utc(when), next(self._numbers), what))

    def live(self, days: float) -> None:
        """Let the days pass; where nothing is to happen, at once."""
        end = self.clock.true + timedelta(days=days)
        tick = self.clock.true
        while min(tick, self._next()) < end:
            while self._agenda and self._next() <= tick:
                at, _, what = heappop(self._agenda)
                self.clock.true = max(self.clock.true, at)
                what()
            self.clock.true = max(self.clock.true, tick)
            self.run()
            tick = self._tick()
        self.clock.true = max(self.clock.true, end)

    def quieten(self) -> None:
        """Let everything heal, and enough time pass."""
        self.healthy, self.down, self.trial, self.moody = True, {}, False, 0.0
        self.clock.wrong = timedelta()
        self.surprises = []
        let_mail_go(self.store)
        self.live(QUIET.days)

    def is_down(self, what: str) -> bool:
        return self.clock.true < self.down.get(what, self.clock.true)

    def mood(self, what: str) -> bool:
        likely = {"mail": 0.005, "lost": 0.03, "data4": 0.04, "data5": 0.01}[what]
        return self.rng.random() < likely * self.moody

    def answer_to(self, address: str) -> str:
        """Say what the relay answers to a recipient; nothing where it takes them."""
        if address.startswith("nadie"):
            return "550 no existe"
        if address.startswith("lleno") or self.rng.random() < 0.01 * self.moody:
            return "452 luego"
        return ""

    def office(self, process: Process | None = None) -> PostOffice:
        """Return the post office of a process; without one, that of a person, whom nothing befalls."""
        store, policy = self.store, MailPolicy(trial=self.trial, **self.policy)
        common = {
            "journals": self.journals,
            "calendar": lambda: self.calendar,
            "policy": policy,
            "clock": self.clock,
            "stop": Stop(),
            "log": self._log,
        }
        if process is None:
            own = {"outbox": store.outbox, "intake": store.intake, "desk": store.desk}
            queues = list(self.queues.values())
            return PostOffice(**own, queues=queues, compose=self._compose, relay=None, **common)
        watch = Watch(self, process)
        return PostOffice(
            outbox=Porous(
                store.outbox,
                process,
                {
                    "turn": watch.turn,
                    "lose": watch.lose,
                    "lose_abandoned": watch.lose_abandoned,
                    "try_unknown_again": watch.again,
                },
            ),
            intake=Porous(
                store.intake,
                process,
                {"take_in": watch.take_in, "finish": watch.finish, "looked_through": watch.looked_through},
            ),
            desk=Porous(store.desk, process, {}),
            queues=[FlakyQueue(each, process) for each in self.queues.values()],
            compose=lambda *what: (process.step(), self._compose(*what))[1],
            relay=TrialFolder(process) if self.trial else MoodyRelay(process),
            **common,
        )

    def run(self) -> None:
        """Deliver once, whatever comes of it."""
        process = self._process()
        started, self.interrupted = self.clock.now(), self.interrupted + 1
        try:
            report = deliver(self.office(process), self.store)
        except Died:
            self._bury(process)
        except StoreUnavailable:
            pass
        else:
            if not (report.troubles or process.meddled or self.interrupted > 1):
                self._nothing_due_is_left(started)
        finally:
            self.interrupted -= 1

    def lines_of(self, message_id: str) -> list[Any]:
        return [line for line in self.lines() if line.message_id == message_id]

    def lines(self, *states: str) -> list[Any]:
        return self.store.desk.lines(states or EVERY, None, 99_999)

    def _process(self) -> Process:
        rng, fate = self.rng, self.rng.random()
        process = Process(self, self.trial)
        if self.healthy:
            return process
        if fate < 0.08:
            process.dies_at = 1 + int(rng.expovariate(1 / 60))
        elif fate < 0.11:
            process.fails_at = 1 + int(rng.expovariate(1 / 60))
        if self.surprises and self.interrupted == 0 and rng.random() < 0.3:
            for _ in range(rng.randint(1, 3)):
                process.meets[1 + int(rng.expovariate(1 / 40))] = rng.choice(self.surprises)
        return process

    def _bury(self, process: Process) -> None:
        """Leave of a dead process what its kind of death leaves."""
        kind = self.rng.choice(("process", "process", "power", "machine"))
        self.truth.deaths[process.claimer] = kind
        left = self.journals.left
        if kind == "process" or not left or left[-1].claimer_id != process.claimer:
            return
        remains = left.pop()
        told = list(remains.told.items())
        kept = told[: self.rng.randint(0, len(told))] if kind == "power" else []
        lost = [sent.ended for _, sent in told[len(kept) :] if sent.ended]
        self.truth.forgotten(lost)
        if kind == "power":
            left.append(Remains(remains.claimer_id, same_boot=False, told=dict(kept)))

    def _nothing_due_is_left(self, started: datetime) -> None:
        if self.store.desk.held() is not None:
            return
        calm = self.policy["hours"] is None or not any(
            HOURS.hold(when, self.calendar) for when in (started, self.clock.now())
        )
        for line in self.lines("queued", "deferred"):
            due = line.next_attempt_at is None or utc(line.next_attempt_at) <= utc(started)
            digest = line.message_id in self.truth.digests
            mine = self.truth.trial.get(line.message_id, False) == self.trial
            left = due and mine and (calm or not digest) and not (self.trial and not digest)
            assert not left, f"{line.id} was due and is left: {line}"
            soon = line.next_attempt_at is None or utc(line.next_attempt_at) <= self.truth.latest(
                line.attempts
            )
            assert soon, f"{line.id} is put off too long: {line}"

    def _compose(self, *what: Any) -> Any:
        policy = AttachmentPolicy((self.files,), 1_000_000)
        return compose_row(*what, sender=SenderPolicy("example.com"), files=policy)

    def _next(self) -> datetime:
        return self._agenda[0][0] if self._agenda else datetime.max.replace(tzinfo=UTC)

    def _tick(self) -> datetime:
        """Say when the next delivery is worth while: hourly, and soon after something happened or is due."""
        due = [utc(line.next_attempt_at) for line in self.lines("deferred") if line.next_attempt_at]
        hour = self.clock.true + HOUR
        waiting = [hour if each <= self.clock.true else each for each in due]
        return self._step_after(min([self._next(), hour, *waiting]))

    def _step_after(self, when: datetime) -> datetime:
        by_day = 7 <= when.astimezone(MADRID).hour < 20
        seconds = 300 if by_day else 3600
        return datetime.fromtimestamp((when.timestamp() // seconds + 1) * seconds, UTC)
