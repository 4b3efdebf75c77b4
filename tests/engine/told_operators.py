"""A desk that tells the operators of a department, cycle by cycle, over a given store."""

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from email import message_from_bytes, policy
from itertools import count

from tests import mailing
from tests.engine.building import BRASS, MADRID, no_holidays

from sereno.adapters.composing import compose_bulletin
from sereno.adapters.memory import MemoryLog
from sereno.adapters.mime import SenderPolicy
from sereno.domain.calendar import Calendar, parse_holidays
from sereno.domain.outbox import Attempt, Envelope, Message
from sereno.engine.agenda import Orders, Post
from sereno.engine.conditions import OPERATORS_MAIL, Happenings
from sereno.engine.operators import OperatorsDesk, tell_operators
from sereno.engine.ports import Store
from sereno.engine.records import JobResult, Run

TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=MADRID)
MINUTE = timedelta(minutes=1)
OPERATORS = ("operador@example.com", "guardia@example.com")
ORDERS = Orders(
    operators=OPERATORS,
    blind_send_at=time(12),
    trial=False,
    thresholds=BRASS.settings,
    audiences={},
    cadences={},
)


@dataclass
class Watchroom:
    """Tell the operators at a clock that a test sets; the overview of the week was told already."""

    store: Store
    now: datetime = TUESDAY
    operators: tuple[str, ...] = OPERATORS
    trial: bool = False
    unconfigured: tuple[str, ...] = ()
    holidays: str = ""
    calendar_faults: tuple[str, ...] = ()
    log: MemoryLog = field(default_factory=MemoryLog)
    bulletins: list = field(default_factory=list)
    ids: count = field(default_factory=lambda: count(1))

    def __post_init__(self):
        self.tell()
        self.bulletins.clear()
        self.drain()

    def desk(self) -> OperatorsDesk:
        return OperatorsDesk(
            operators=self.operators,
            trial=self.trial,
            posts=[Post(BRASS, replace(ORDERS, unconfigured=self.unconfigured))],
            store=self.store,
            calendar_faults=lambda: self.calendar_faults,
            compose=self._compose,
            new_id=lambda: f"aviso-{next(self.ids)}",
            log=self.log,
        )

    def tell(self, happened: Happenings | None = None, *, after: timedelta = 5 * MINUTE) -> list:
        """Tell what a cycle found; return the mails that this added."""
        self.now += after
        before = len(self.bulletins)
        calendar = Calendar(no_holidays, parse_holidays(self.holidays))
        self.tell_from(happened or Happenings(), calendar, self.now)
        return self.bulletins[before:]

    def tell_from(self, happened: Happenings, calendar: Calendar, now: datetime) -> None:
        tell_operators(self.desk(), happened, calendar, now)

    def said(self, happened: Happenings | None = None, **when) -> list[tuple[str, str]]:
        """Tell, and return badge and title of each thing said."""
        told = self.tell(happened, **when)
        return [(item.badge.words, item.title) for bulletin in told for item in bulletin.items]

    def job(self, code: int, tail: str = "", *, name: str = "brass") -> None:
        self.store.record_job(JobResult(name, self.now, self.now + MINUTE, code, tail))

    def run(self, state: str, why: str = "") -> None:
        run = Run(
            id=f"ronda-{next(self.ids)}",
            monitor="brass",
            digest="diario",
            period=f"{self.now:%Y-%m-%d}",
            state=state,
            started_at=self.now,
            finished_at=self.now,
            findings=0,
            messages=0,
            why=why,
            sent=False,
        )
        self.store.record(run, [])

    def mail(self, verdict: str, *names: str) -> None:
        """Queue mail of a queue's, and let its sending end so."""
        for name in names:
            envelope = Envelope("pedidos@example.com", (f"{name}@example.com",))
            message = Message(name, "correos", f"Pedido {name}", envelope, b"x", self.now, kind="queue")
            self.store.record(_forced(self.now, name), [message])
        self.let_all_end(verdict)

    def let_all_end(self, verdict: str) -> None:
        claimed = mailing.claim(self.store, 100, self.now, trial=self.trial)
        attempts = [Attempt(each.id, verdict, "550 5.1.1 No such user") for each in claimed]
        mailing.settle(self.store, attempts, self.now)

    def drain(self) -> None:
        """Let what is queued be accepted."""
        self.let_all_end("accepted")

    def own_mail(self) -> list[Message]:
        return [message for message in self.store.pending() if message.origin == OPERATORS_MAIL]

    def _compose(self, bulletin, letter):
        self.bulletins.append(bulletin)
        return compose_bulletin(bulletin, letter, SenderPolicy("example.com"))


def opened(message: Message):
    return message_from_bytes(message.data, policy=policy.default)


def _forced(at, name):
    return Run(
        id=f"ronda-de-{name}",
        monitor="brass",
        digest="diario",
        period="2020-01-01",
        state="complete",
        started_at=at - timedelta(days=30),
        finished_at=at - timedelta(days=30),
        findings=0,
        messages=1,
        why="",
        sent=True,
        forced=True,
    )
