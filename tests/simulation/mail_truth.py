"""What really happened in a simulated week of mail, and the promises of the specification about it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from tests.simulation.mail_edges import CONNECTIONS, Process

from sereno.domain.foreign import QueueRow
from sereno.domain.outbox import Attempt, Delivery
from sereno.domain.wallclock import utc
from sereno.engine.taking_in import AGAIN

MINUTE = timedelta(minutes=1)
CLAIMED = CONNECTIONS * 25
WAITS = (1, 5, 15, 60, 180, *[360] * 30)
"""Minutes, as the specification says it, not as the code does."""
PATIENT = next(n for n, waited in enumerate(accumulate(WAITS), 1) if waited >= 72 * 60)
"""After so many answered waits mail may be given up."""
LEFT_BEHIND = {"accepted", "dead", "unknown", "held", "old", "dropped", "diverted"}


@dataclass
class Posted:
    """A row that somebody put into a queue."""

    origin: str
    row: QueueRow
    history: bool = False
    """It must not leave unless somebody adopts it."""
    composable: bool = True
    awaits_file: bool = False


@dataclass
class Truth:
    """Remember what a relay took, what people decided, what others did to the queues."""

    world: Any
    posted: dict[str, Posted] = field(default_factory=dict)
    recipients: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of every message that was ever composed."""
    trial: dict[str, bool] = field(default_factory=dict)
    digests: set[str] = field(default_factory=set)
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often the relay took a message for a recipient."""
    got: set[str] = field(default_factory=set)
    """Messages of which the relay took anything."""
    agreed: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often somebody agreed to a further time."""
    deferred: Counter[str] = field(default_factory=Counter)
    """Answers 4xx since a person last reset it, as far as the journal outlived deaths."""
    all_deferred: Counter[str] = field(default_factory=Counter)
    not_before: dict[str, datetime] = field(default_factory=dict)
    parts: dict[tuple[str, tuple[str, ...]], datetime] = field(default_factory=dict)
    """When those may be tried again who were put off while others got the mail."""
    refused: set[str] = field(default_factory=set)
    uncertain: set[str] = field(default_factory=set)
    adopted: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)
    stamped_by_others: set[tuple[str, int, str]] = field(default_factory=set)
    deaths: dict[str, str] = field(default_factory=dict)
    handed: dict[str, Delivery] = field(default_factory=dict)

    def handed_over(self, delivery: Delivery, process: Process) -> None:
        """A delivery is about to be tried."""
        message, now = delivery.message, self.world.clock.now()
        assert not message.trial, f"{delivery.id}: trial mail reached the relay"
        part = self.parts.get((message.id, delivery.recipients))
        due = self.not_before.get(delivery.id) or (part if delivery.attempts == 1 else None)
        if part is not None and delivery.attempts == 1:
            self.deferred.setdefault(delivery.id, 1)  # its first answer was that to another delivery
        late = process.meddled or due is None or utc(now) >= due
        assert late, f"{delivery.id} is tried at {utc(now)}, before it is due: {due}"
        posted = self.posted.get(message.id)
        if posted is not None:
            adopted = not posted.history or message.id in self.adopted
            assert adopted, f"{message.id}: history is sent and nobody adopted it"
            assert posted.composable, f"{message.id}: what cannot be composed is sent"
        self.handed[delivery.id] = delivery

    def accepted(self, delivery: Delivery, reached: Iterable[str], process: Process) -> None:
        """The relay has really taken it, whether we are told or not."""
        for each in reached:
            key = (delivery.message.id, each)
            self.got.add(delivery.message.id)
            self.taken[key] += 1
            most = 1 + self.agreed[key]
            assert self.taken[key] <= most, f"{delivery.id}: {each} gets it {self.taken[key]} times"

    def answered(self, attempt: Attempt) -> None:
        """The journal was told how an attempt ended."""
        name, now = attempt.delivery_id, utc(self.world.clock.now())
        if attempt.verdict == "deferred":
            self.not_before[name] = now + WAITS[self.deferred[name]] * MINUTE
            self.deferred[name] += 1
            self.all_deferred[name] += 1
        elif attempt.verdict == "accepted":
            later = tuple(
                each for each in self.handed[name].recipients if attempt.refused.get(each, "").startswith("4")
            )
            self.parts[self.handed[name].message.id, later] = now + WAITS[0] * MINUTE
        elif attempt.verdict == "dead":
            self.refused.add(name)
        else:
            self.uncertain.add(name)

    def forgotten(self, attempts: Iterable[Attempt]) -> None:
        """A power cut took what the journal knew."""
        for each in attempts:
            if each.verdict == "deferred":
                self.deferred[each.delivery_id] -= 1
            self.not_before.pop(each.delivery_id, None)

    def latest(self, attempts: int) -> datetime:
        """Say until when a delivery is put off at most, if the clock was set back meanwhile."""
        return utc(self.world.clock.now()) + (WAITS[attempts - 1] + 61) * MINUTE

    def reset(self, name: str) -> None:
        """A delivery is as if it were new."""
        self.deferred[name] = 0
        self.not_before.pop(name, None)
        self.parts = {key: at for key, at in self.parts.items() if not name.startswith(key[0])}

    def agree(self, message_id: str, recipients: Iterable[str]) -> None:
        """Somebody agrees that these may get the message once more."""
        self.agreed.update((message_id, each) for each in recipients)

    def lost(self, names: list[str], claimer: str) -> None:
        """Mail of a dead process is given up as unknown."""
        most = CONNECTIONS if self.deaths.get(claimer, "process") == "process" else CLAIMED
        assert len(names) <= most, f"one death made {len(names)} unknown"
        self.uncertain.update(names)

    def stamped(self, origin: str, rows: set[tuple[int, str]], wanted: set[tuple[int, str]]) -> None:
        """We stamped rows of a queue."""
        assert rows <= wanted, f"{origin}: {rows - wanted} are stamped and were not asked for"
        for number, mark in rows:
            name = f"{origin}-{number:010d}-{mark[:8]}"
            assert name in self.got, f"{name} is stamped and nobody got it"
            if not self.world.interrupted:
                states = {line.state for line in self.world.lines_of(name)}
                assert states <= {"accepted", "dropped"}, f"{name} is stamped in {states}"

    def is_justified(self, sheet: Any) -> bool:
        """Tell whether the world has a reason for where a delivery has ended."""
        line = sheet.line
        name, posted = line.id, self.posted.get(line.message_id)
        by_others = any(_named(*row) == line.message_id for row in self.stamped_by_others)
        reached = [each for each in line.recipients if each not in sheet.refused]
        return {
            "accepted": bool(reached) and all(self.taken[line.message_id, each] for each in reached),
            "dead": self._is_dead(sheet, posted),
            "dropped": name in self.dropped or by_others,
            "unknown": name in self.uncertain,
            "held": line.answer == AGAIN or "MAIL_ALLOW_DOMAINS" in line.answer,
            "old": posted is not None and self._is_old(posted, line.queued_at),
            "diverted": self.trial.get(line.message_id, False),
        }.get(line.state, False)

    def _is_dead(self, sheet: Any, posted: Posted | None) -> bool:
        if sheet.data is None:
            return posted is not None and (not posted.composable or posted.awaits_file)
        name = sheet.line.id
        put_off = 1 if "." in name else 0  # its first answer was that to another delivery
        return name in self.refused or self.all_deferred[name] + put_off >= PATIENT

    def _is_old(self, posted: Posted, seen_at: datetime) -> bool:
        if posted.row.recorded_at is None:
            first = self.world.first_looks.get(posted.origin)
            return first is None or utc(seen_at) <= first + 60 * MINUTE  # the clock may be set back meanwhile
        return utc(posted.row.recorded_at) < utc(seen_at) - timedelta(days=3)


def _named(origin: str, number: int, mark: str) -> str:
    return f"{origin}-{number:010d}-{mark[:8]}"
