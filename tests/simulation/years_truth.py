"""What must hold at every instant of a simulated year, and at its end."""

import json
from collections import Counter
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sereno.domain.cadence import periods_closed
from sereno.domain.outbox import Message
from sereno.domain.wallclock import utc
from sereno.engine.conditions import OPERATORS_MAIL
from sereno.engine.logbook import Process
from sereno.engine.master import State
from sereno.engine.records import Run
from sereno.engine.report import Identity, status

if TYPE_CHECKING:
    from tests.simulation.years_world import World

MINUTE = timedelta(minutes=1)
WALL_EDGES = ((0, 0), (7, 0), (20, 0))
SAMPLED = 400
"""Of so many states one is published, for it takes as long as the rest together."""


class Truth:
    """Keep what has happened, and hold it against what was promised; be the watchers too."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.disturbed = world.clock.true
        self.is_dead = False
        self.doubted: set[date] = set()
        self.arrived: Counter[str] = Counter()
        self.told: Counter[str] = Counter()
        self.shows = self.checks = self.mornings = 0
        self.verdict: bool | None = None
        self._plan_mornings()

    def down(self, now: datetime) -> None:
        """Note that something keeps the master from its rounds, or its clock from the truth."""
        self.disturbed = self.world.clock.true
        for days in (-1, 0, 1, 2):
            self.doubted.add(now.date() + timedelta(days=days))

    def doubtful(self, day: date) -> None:
        self.doubted.add(day)

    def begins(self, _now: datetime) -> None:
        self.disturbed, self.is_dead = self.world.clock.true, False

    def died(self, _me: Process, _now: datetime) -> None:
        self.disturbed, self.is_dead = self.world.clock.true, True

    def ready(self) -> None:
        self.verdict = None

    def alive(self) -> None:
        self.checks += 1

    def stopping(self) -> None:
        self.verdict = None

    def cycle_ended(self, *, failed: bool) -> None:
        self.verdict = failed

    def shown(self, state: State) -> None:
        if state.phase == "resting":
            self._rests_within_edges(state)
        self.shows += 1
        if self.shows % SAMPLED == 0 and not self.world.is_full:
            self._is_json(state)

    def served(self, run: Run) -> None:
        world = self.world
        runs = world.real.runs(run.monitor, run.digest, run.period)
        assert sum(each.state == "complete" for each in runs) <= 1, f"served twice: {run}"

    def delivered(self, message: Message) -> None:
        self.arrived[message.id] += 1
        assert self.arrived[message.id] == 1, f"delivered twice: {message.id}"
        if message.origin == OPERATORS_MAIL and "resumen" not in message.subject:  # which tells all again
            words = message.data.decode().split("\r\n\r\n")[1].split("|")
            self.told.update(set(words))

    def ends(self) -> None:
        """Hold every period that is over against what was recorded of it."""
        world = self.world
        for post in world.posts():
            for plan in post.monitor.digests:
                self._periods_are_accounted_for(post.monitor.name, plan)
        self._missed_periods_are_told_once()
        assert self.mornings or world.ends - world.clock.true < timedelta(days=30)

    def _periods_are_accounted_for(self, monitor: str, plan: Any) -> None:
        world = self.world
        until = world.real.logbook.accounts().get((monitor, plan.name))
        if until is None:
            return
        missed = Counter(
            each.period
            for each in world.real.logbook.missed(world.real.logbook.made_at())
            if (each.monitor, each.digest) == (monitor, plan.name)
        )
        assert all(count == 1 for count in missed.values())
        made = world.real.logbook.made_at()
        for period in periods_closed(plan.cadence, made, until, world.calendar()):
            runs = world.real.runs(monitor, plan.name, period.id)
            complete = sum(run.state == "complete" for run in runs)
            assert complete <= 1, f"{monitor}/{plan.name} {period.id} served {complete} times"
            if not self._is_doubted(period.opens, period.closes):
                assert complete + missed[period.id] == 1, (
                    f"{monitor}/{plan.name} {period.id}: served {complete}, missed {missed[period.id]}"
                )

    def _missed_periods_are_told_once(self) -> None:
        """Hold the operators' mail that has arrived, or is on its way, against what was missed."""
        book = self.world.real.logbook
        told = book.alarms().get("missed")
        for each in book.missed(book.made_at()):
            words = f"{each.monitor}/{each.digest} {each.period} {each.closed_at:%d/%m/%Y %H:%M}"
            on_its_way = any(words.encode() in message.data for message in self.world.real.pending())
            known = told is not None and utc(each.noted_at) <= utc(told.since)
            assert self.told[words] + on_its_way == int(known), f"{words}: told {self.told[words]} times"

    def _is_doubted(self, opens: datetime, closes: datetime) -> bool:
        first, last = opens.date(), closes.date()
        return any(first <= day <= last for day in self.doubted)

    def _rests_within_edges(self, state: State) -> None:
        ended, wake = state.ended_at, state.wake_at
        assert ended is not None
        assert wake is not None
        for days in range((wake.date() - ended.date()).days + 1):
            day = ended.date() + timedelta(days=days)
            for hour, minute in WALL_EDGES:
                edge = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ended.tzinfo)
                assert not utc(ended) < utc(edge) < utc(wake), f"a rest over {edge}: {ended} to {wake}"

    def _is_json(self, state: State) -> None:
        world = self.world
        me = Process(1, 1.0, "arranque", "torre")
        who = Identity("0", me, world.clock.now(), world.times, timedelta(minutes=30), "Festivos.txt")
        text = json.dumps(status(state, who, world.posts(), world.calendar(), world.real, world.clock.now()))
        read = json.loads(text)
        assert read["running"] is (state.phase != "stopped")

    def _plan_mornings(self) -> None:
        """Look every morning, a minute after seven, whether the day's jobs have begun."""
        moment = self.world.clock.now()
        for days in range(400):
            day = moment.date() + timedelta(days=days)
            seven = datetime(day.year, day.month, day.day, 7, 0, tzinfo=moment.tzinfo)
            if utc(seven) > self.world.clock.true:
                self.world.clock.at(utc(seven) + MINUTE, lambda seven=seven: self._morning(seven))

    def _morning(self, seven: datetime) -> None:
        world = self.world
        quiet = self.disturbed < utc(seven) - 20 * MINUTE and world.full_until < utc(seven) - 20 * MINUTE
        if (
            self.is_dead
            or not quiet
            or world.clock.wrong
            or not world.calendar().is_working_day(seven.date())
        ):
            return
        if seven.date() in self.doubted:
            return
        self.mornings += 1
        begun = {job for job, at in world.jobs.started[-40:] if timedelta() <= utc(at) - utc(seven) <= MINUTE}
        assert {"brass", "no_conformidades"} <= begun, f"{seven}: only {begun} began"
