"""Look at what processes ask of the store while a week of mail goes on."""

from datetime import datetime, time
from typing import Any

from tests.simulation.mail_edges import Process

from sereno.domain.mail_policy import MailHours
from sereno.domain.wallclock import utc

HOURS = MailHours(time(7), time(20))


class Watch:
    """Look at what a process asks of the store, and hold it against the promises."""

    def __init__(self, world: Any, process: Process) -> None:
        self._world, self._process = world, process

    def turn(self, call: Any, endings: Any, limit: int, wanted: Any, claimer: Any, now: datetime) -> Any:
        world, process = self._world, self._process
        if limit > 0:
            process.claimer = claimer.id
        ended = {each.attempt.delivery_id for each in endings}
        held = {line.id for line in world.lines("sending")} - ended if limit > 0 else set()
        on_hold = world.store.desk.held() is not None
        claimed = call(endings, limit, wanted, claimer, now)
        assert not claimed or not on_hold, "mail leaves although it is on hold"
        calm = world.policy["hours"] is None or not HOURS.hold(world.clock.now(), world.calendar)
        for each in claimed:
            assert each.id not in held, f"{each.id} is claimed twice"
            assert calm or each.message.kind != "digest", f"{each.id}: a digest leaves in quiet hours"
            assert each.message.trial == process.trial, f"{each.id}: trial and real mail are mixed"
        return claimed

    def lose(self, call: Any, names: Any, claimer_id: str, *others: Any) -> None:
        lost = list(names)
        self._world.truth.lost(lost, claimer_id)
        call(lost, claimer_id, *others)

    def lose_abandoned(self, call: Any, *told: Any) -> int:
        """Machines that never come back, and clocks set wrong, let a claim run out."""
        sending = {line.id for line in self._world.lines("sending")}
        lost = call(*told)
        self._world.truth.uncertain |= sending & {line.id for line in self._world.lines("unknown")}
        return lost

    def again(self, call: Any, before: datetime) -> int:
        world = self._world
        assert world.policy["unknown"] == "retry", "unknown mail is sent again by itself"
        for line in world.lines("unknown"):
            if line.settled_at is not None and utc(line.settled_at) <= utc(before):
                world.truth.agree(line.message_id, line.recipients)
                world.truth.not_before.pop(line.id, None)
        return call(before)

    def looked_through(self, call: Any, origin: str, now: datetime) -> None:
        self._world.first_looks.setdefault(origin, utc(now))
        call(origin, now)

    def take_in(self, call: Any, origin: str, taken: Any, now: datetime) -> None:
        for each in taken:
            self._composed(each)
        call(origin, taken, now)

    def finish(self, call: Any, origin: str, taken: Any, now: datetime) -> None:
        call(origin, taken, now)
        if taken.message is not None and self._world.store.desk.sheet(taken.message_id).data:
            self._composed(taken)

    def _composed(self, taken: Any) -> None:
        if taken.message is not None:
            self._world.truth.recipients.setdefault(taken.message_id, taken.message.envelope.recipients)
