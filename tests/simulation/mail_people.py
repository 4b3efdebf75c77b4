"""Who does things in a simulated week: programs that write to the queues, operators, the weather."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tests.engine.post_office import a_message, queue
from tests.mailing import let_mail_go
from tests.simulation.mail_truth import Posted

from sereno.domain.errors import SerenoError
from sereno.domain.foreign import QueueRow, message_id
from sereno.domain.outbox import Envelope
from sereno.engine import mail_desk
from sereno.engine.taking_in import AGAIN

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
PEOPLE = tuple(f"persona{number}@example.com" for number in range(300))
ODD = ("nadie1@example.com", "lleno1@example.com", "eva@fuera.example")


def settle_in(world: Any, days: float) -> None:
    """Fill the week's agenda."""
    people = People(world)
    rng = world.rng
    for origin in world.queues:
        for _ in range(rng.randint(0, 12)):
            people.write(origin, history=True)
        people.often(days, rng.randint(15, 40), lambda origin=origin: people.write(origin))
        people.often(days, rng.randint(0, 2), lambda origin=origin: people.empty(origin))
        people.often(days, rng.randint(0, 4), lambda origin=origin: people.stamp(origin))
        people.often(days, rng.randint(0, 6), lambda origin=origin: people.unstamp(origin))
        people.often(days, rng.randint(0, 4), lambda origin=origin: people.goes_down(origin, 12 * HOUR))
    people.often(days, rng.randint(0, 4), lambda: people.goes_down("relay", 48 * HOUR))
    people.often(days, rng.randint(5, 40), people.decide)
    people.often(days, rng.randint(0, 2), people.hold)
    people.often(days, rng.randint(0, 1), people.try_out)
    people.often(days, rng.randint(0, 1), people.set_clock)
    for day in range(int(days)):
        morning = (world.clock.now() + day * DAY).replace(hour=9)
        if world.calendar.is_working_day(morning.date()):
            world.at(morning, people.digests)
    world.surprises = [world.run, people.decide, people.decide, people.shake]
    world.surprises += [people.set_clock] if rng.random() < 0.2 else []


class People:
    """Do what people and programs do."""

    def __init__(self, world: Any) -> None:
        self._world, self._rng = world, world.rng
        self._texts = count(1)

    def often(self, days: float, times: int, what: Callable[[], None]) -> None:
        """Do something so many times, at any moment of the days."""
        for _ in range(times):
            self._world.at(self._world.clock.true + self._rng.random() * days * DAY, what)

    def write(self, origin: str, *, history: bool = False) -> None:
        """Insert a row under the next number."""
        held = self._world.queues[origin].held
        number = max((row.number for row, _ in held), default=0) + 1
        for nth in range(self._rng.choice((1, 1, 1, 2, 5))):
            posted = self._posted(origin, number + nth, history)
            self._world.queues[origin].put(posted.row)
            self._world.truth.posted[message_id(origin, posted.row)] = posted

    def empty(self, origin: str) -> None:
        """Empty the table: the next number is 1 again."""
        whole = self._world.queues[origin]
        whole.remove({row.number for row, _ in whole.held})

    def stamp(self, origin: str) -> None:
        """Stamp a row in the place of Sereno."""
        for row in self._some([row for row, at in self._world.queues[origin].held if at is None]):
            self._world.queues[origin].fill(row.number, self._world.clock.now())
            self._world.truth.stamped_by_others.add((origin, row.number, row.fingerprint))
            if row.recorded_at is None:  # unstamped again, it is new to whoever saw the table meanwhile
                self._world.truth.posted[message_id(origin, row)].history = False

    def unstamp(self, origin: str) -> None:
        """Ask for a row to be sent again, as people do."""
        whole = self._world.queues[origin]
        for row in self._some([row for row, at in whole.held if at is not None]):
            whole.held = [(each, None if each is row else at) for each, at in whole.held]

    def shake(self) -> None:
        """Do something to a queue while mail is being delivered."""
        origin = self._rng.choice(list(self._world.queues))
        self._rng.choice((self.write, self.stamp, self.unstamp))(origin)

    def goes_down(self, what: str, most: timedelta) -> None:
        """Let something be out of reach, mostly for minutes."""
        self._world.down[what] = self._world.clock.true + most * self._rng.random() ** 3

    def hold(self) -> None:
        """Hold all mail for a while."""
        store = self._world.store
        store.desk.hold_mail("mudanza", self._world.clock.now())
        until = self._world.clock.true + 12 * HOUR * self._rng.random() ** 2
        self._world.at(until, lambda: let_mail_go(store))

    def try_out(self) -> None:
        """Switch trial on for a while."""
        self._world.trial = True
        self._world.at(self._world.clock.true + DAY * self._rng.random(), self._end_trial)

    def set_clock(self) -> None:
        """Set the clock back an hour, and right again later."""
        if self._world.interrupted:  # what has been answered may be noted by either clock
            self._world.truth.not_before.clear()
            self._world.truth.parts.clear()
        self._world.clock.wrong = -HOUR
        self._world.at(self._world.clock.true + DAY * self._rng.random(), self._set_right)

    def digests(self) -> None:
        """Queue the morning's digests, as a run does."""
        now, world = self._world.clock.now(), self._world
        for _ in range(self._rng.randint(1, 5)):
            name = f"resumen{next(self._texts):05d}"
            size = self._rng.choice((1, 2, 3, 8, 8, 230))
            envelope = Envelope("sereno@example.com", tuple(self._recipients(size)))
            world.truth.trial[name] = world.trial
            world.truth.digests.add(name)
            world.truth.recipients[name] = envelope.recipients
            queue(world.store, a_message(name, now, envelope=envelope, trial=world.trial))

    def decide(self) -> None:
        """Decide about some mail, as an operator does; what is refused stays as it is."""
        with suppress(SerenoError):
            self._rng.choice(
                (self._retry, self._retry, self._send_to, self._drop, self._adopt, self._ignore)
            )()

    def _retry(self) -> None:
        for line in self._some(self._world.lines("held", "dead", "unknown", "deferred", "dropped")):
            again = line.state == "unknown" or (line.state == "held" and line.answer == AGAIN)
            mail_desk.retry(line.id, None, self._world.office())
            if again:
                self._world.truth.agree(line.message_id, line.recipients)
            assert line.state != "dropped", f"{line.id} was dropped, and is sent again"
            self._world.truth.reset(line.id)

    def _send_to(self) -> None:
        for line in self._some(self._world.lines("accepted", "dead", "held")):
            to = self._rng.choice(line.recipients or PEOPLE)
            composed = self._world.store.desk.sheet(line.id).data is not None
            mail_desk.retry(line.id, to, self._world.office())
            if composed:
                self._world.truth.agree(line.message_id, (to,))
            elif self._world.store.desk.sheet(line.id).data is not None:
                self._world.truth.recipients[line.message_id] = (to,)
                self._world.truth.posted[line.message_id].composable = True

    def _drop(self) -> None:
        for line in self._some(self._world.lines("queued", "deferred", "held", "dead", "unknown")):
            mail_desk.drop(line.id, "", self._world.store.desk, self._world.clock.now())
            self._world.truth.dropped.add(line.id)

    def _adopt(self) -> None:
        office = self._world.office()
        origin = self._rng.choice(list(self._world.queues))
        for name, stamp in self._some(mail_desk.chosen_old(origin, None, office)):
            self._world.truth.adopted.add(name)
            rows = mail_desk.rows_now(origin, [(name, stamp)], office)
            mail_desk.adopt(origin, (name, stamp), rows, office)

    def _ignore(self) -> None:
        office = self._world.office()
        origin = self._rng.choice(list(self._world.queues))
        for name, stamp in self._some(mail_desk.chosen_old(origin, None, office)):
            mail_desk.ignore((name, stamp), office)
            self._world.truth.dropped.add(name)

    def _some(self, among: list[Any]) -> list[Any]:
        return self._rng.sample(among, min(len(among), self._rng.randint(1, 3)))

    def _posted(self, origin: str, number: int, history: bool) -> Posted:  # noqa: FBT001
        rng, text = self._rng, next(self._texts)
        kind = rng.random()
        to = ", ".join(self._recipients(rng.choice((1, 1, 2, 4))))
        row = {"to": to, "cc": "", "bcc": "", "subject": f"Asunto {text}", "attachments": ""}
        row["cc"] = "; ".join(self._recipients(rng.choice((0, 0, 1, 3))))
        recorded_at: datetime | None = self._world.clock.now().replace(microsecond=0)
        composable, awaits, old = True, False, history
        if history:
            recorded_at = rng.choice((None, recorded_at - rng.randint(4, 400) * DAY))
        elif kind < 0.05:
            recorded_at, old = recorded_at - rng.randint(4, 400) * DAY, True
        elif kind < 0.10:
            recorded_at = None
        if 0.10 <= kind < 0.14:
            row["to"], row["cc"], composable = "nadie", "", False
        elif 0.14 <= kind < 0.18:
            row["subject"], composable = f"Asunto {text}\r\nBcc: malo@example.com", False
        elif 0.18 <= kind < 0.22:
            row["bcc"] = ";".join(self._recipients(150))
        elif 0.22 <= kind < 0.30:
            row["attachments"], awaits = self._file(text), True
        return Posted(origin, self._row(number, recorded_at, text, row), old, composable, awaits)

    def _row(self, number: int, at: datetime | None, text: int, row: dict[str, str]) -> QueueRow:
        return QueueRow(
            number,
            "Pedidos",
            **row,
            body=f"<p>Cuerpo {text}</p>",
            html=False,
            recorded_at=at,
            recorded_as="" if at is None else str(at),
        )

    def _file(self, text: int) -> str:
        """Name a file that comes later, or never."""
        path = self._world.files / f"{text}.pdf"
        if self._rng.random() < 0.7:
            comes = self._world.clock.true + 30 * HOUR * self._rng.random() ** 2
            self._world.at(comes, lambda: path.write_bytes(b"%PDF"))
        return str(path)

    def _recipients(self, many: int) -> list[str]:
        chosen = self._rng.sample(PEOPLE, many)
        return [self._rng.choice(ODD), *chosen[1:]] if many and self._rng.random() < 0.1 else chosen

    def _end_trial(self) -> None:
        self._world.trial = False

    def _set_right(self) -> None:
        self._world.clock.wrong = timedelta()
