"""Random estates over random calendars with random outages: the ledger keeps every promise of telling."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.engine.building import MADRID, Department
from tests.engine.nonconformities import NC, department, task

from sereno.domain.calendar import working_days_between

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=MADRID)
ENGINEER = "ana@example.com"
LADDER = (5, 10, 30, 50, 70, 90)


@dataclass
class Telling:
    on: date
    section: str
    due: date
    mark: str


@dataclass
class Followed:
    due: date
    tellings: list[Telling] = field(default_factory=list)


class Ledger(RuleBasedStateMachine):
    """Live day after day with a handful of tasks of one engineer."""

    def __init__(self):
        super().__init__()
        self.site: Department = department({})
        self.site.now = MONDAY
        self.open: dict[int, Followed] = {}
        self.ended: list[Followed] = []
        self.down = False
        self.days = 0

    @rule(days=st.integers(-30, 40))
    def open_a_task(self, days):
        if len(self.open) < 4:
            self.open[len(self.open) + len(self.ended) + 1] = Followed(self.today + timedelta(days=days))

    @precondition(lambda self: self.open)
    @rule(data=st.data(), days=st.integers(1, 40))
    def replan(self, data, days):
        number = data.draw(st.sampled_from(sorted(self.open)))
        self.open[number].due = self.today + timedelta(days=days)

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def finish(self, data):
        self.ended.append(self.open.pop(data.draw(st.sampled_from(sorted(self.open)))))

    @rule()
    def lose_or_find_the_register(self):
        self.down = not self.down

    @rule()
    def declare_tomorrow_a_holiday(self):
        self.site.holidays += f"{self.today + timedelta(days=1):%d/%m/%Y} - Fiesta\n"

    @rule(days=st.integers(1, 12))
    def let_days_pass(self, days):
        for _ in range(days):
            self.site.now += timedelta(days=1)
            self.days += 1
            self.round()

    @property
    def today(self):
        return self.site.now.date()

    def round(self):
        rows = None if self.down else task(*((number, each.due) for number, each in self.open.items()))
        self.site.registers["no_conformidades"] = rows
        report = self.site.round(digest="tecnico")
        (served,) = report.served
        working = self.site.calendar.is_working_day(self.today)
        assert (served.run is not None) == working
        if self.down and working:
            assert served.run.state == "blind"
            assert not served.messages
            return
        told = {item.finding.key[0]: item for parcel in served.parcels for item in parcel.items}
        for number, item in told.items():
            self.open[number].tellings.append(
                Telling(self.today, item.finding.section, item.finding.due, item.mark)
            )
        if working:
            self.check_nothing_is_overdue_untold()

    def check_nothing_is_overdue_untold(self):
        for number, each in self.open.items():
            days = (each.due - self.today).days
            told = [telling for telling in each.tellings if telling.due == each.due]
            if days <= 15:
                note(f"task {number}, due {each.due}, told {told}")
                assert told, "a task within the bands was never told for its date"
            overdue = [telling for telling in told if telling.section == "NC-T3"]
            if days <= 0:
                assert overdue
                elapsed = working_days_between(self.site.calendar, overdue[0].on, self.today)
                assert len(overdue) == 1 + sum(step <= elapsed for step in LADDER) or self.was_down(
                    overdue[0].on
                )

    def was_down(self, since):
        """Outages merge the steps that passed meanwhile: told once, on the day they end."""
        return bool(self.outages(since))

    def outages(self, since):
        runs = self.site.store.runs_since(datetime.combine(since, MONDAY.timetz()))
        return [run for run in runs if run.state == "blind"]

    @invariant()
    def each_finding_band_and_due_date_is_told_once(self):
        for each in [*self.open.values(), *self.ended]:
            firsts = [(telling.section, telling.due) for telling in each.tellings if telling.mark != "again"]
            assert len(firsts) == len(set(firsts))
            assert not [t for t in each.tellings if t.mark == "again" and t.section != "NC-T3"]

    @invariant()
    def what_has_ended_is_resolved_and_what_has_not_is_open(self):
        if self.down or not self.days:
            return
        entries = {
            entry.key[0]: entry for entry in self.site.store.ledger(NC.name).values() if entry.rule == "NC-T"
        }
        for number in self.open:
            if number in entries:
                assert entries[number].ended is None


TestLedger = pytest.mark.long(Ledger.TestCase)
TestLedger.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
