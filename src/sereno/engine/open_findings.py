"""The findings that the ledger holds open, as a person asks for them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sereno.domain.findings import Finding, urgency
from sereno.domain.ledger import Entry
from sereno.domain.rules import Monitor, Rule
from sereno.engine.ports import Store


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """Hold an entry that has not ended, with what it is an entry of."""

    monitor: Monitor
    rule: Rule
    entry: Entry
    today: date
    id: str = ""
    """For all time, where it was asked of the roll."""

    @property
    def days(self) -> int | None:
        """Count the calendar days left."""
        return None if self.entry.due is None else (self.entry.due - self.today).days

    @property
    def band(self) -> str:
        """Name its band as the ledger does; empty where its rule has none."""
        return band_of(self.rule, self.entry.section)

    @property
    def told(self) -> int:
        """Count how often it was told since it was first seen."""
        return sum(each.times for each in self.entry.tellings if each.on >= self.entry.first_seen)

    @property
    def snoozed_until(self) -> date | None:
        """Return until when it is put off; None where that is over, or was for another due date."""
        snooze, due = self.entry.snooze, self.entry.due
        falling_due = due is not None and due <= self.today
        if snooze is None or snooze.until <= self.today or snooze.due != due or falling_due:
            return None
        return snooze.until


@dataclass(frozen=True, slots=True)
class FindingForm:
    """Tell other programs of an open finding (docs/reference/commands.md)."""

    monitor: str
    rule: str
    section: str | None
    band: str | None
    key: list[str | int | float | None]
    due: date | None
    days: int | None
    owner: str | None
    first_seen: date
    last_seen: date
    told: int
    replannings: int
    snoozed_until: date | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Say which findings are asked for: by rule or section, by band, by whom their rows name."""

    rule: str | None = None
    band: str | None = None
    owners: frozenset[str] | None = None
    """As the rows name them."""

    def holds(self, each: OpenFinding) -> bool:
        """Tell whether a finding is asked for."""
        entry = each.entry
        named = self.owners is None or entry.owner in self.owners
        return named and self.takes(each.rule, entry.section)

    def takes(self, rule: Rule, section: str | None) -> bool:
        """Tell whether findings of a section of a rule are asked for."""
        return self.rule in {None, rule.id, section} and self.band in {
            None,
            band_of(rule, section),
            section,
        }


def open_findings(monitors: Iterable[Monitor], store: Store, today: date) -> list[OpenFinding]:
    """List what is open, as digests show it: by section, overdue first, then by due date and key."""
    return [each for monitor in monitors for each in sorted(_open(monitor, store, today), key=_place)]


def band_of(rule: Rule, section: str | None) -> str:
    """Name a section's band as the ledger does; empty where its rule has none."""
    return next((band.name for band in rule.bands if band.id == section), "")


def place_of(monitor: Monitor, section: str | None) -> int:
    """Say where a section stands in the digests of its monitor; those in none come last, as one."""
    shown = [each for plan in monitor.digests for each in plan.sections]
    return shown.index(section) if section in shown else len(shown)


def told_finding(each: OpenFinding) -> FindingForm:
    """Tell of an open finding as other programs read it."""
    entry = each.entry
    return FindingForm(
        each.monitor.name, entry.rule, entry.section, each.band or None, list(entry.key), entry.due,
        each.days, entry.owner, entry.first_seen, entry.last_seen, each.told, entry.replannings,
        each.snoozed_until,
    )  # fmt: skip


def key_text(key: Sequence[object]) -> str:
    """Write a key as a person types it: its values separated by commas."""
    return ",".join("" if cell is None else str(cell).strip() for cell in key)


def _open(monitor: Monitor, store: Store, today: date) -> Iterator[OpenFinding]:
    rules = {rule.id: rule for rule in monitor.rules}
    for (rule, _), entry in store.ledger(monitor.name, today).items():
        if entry.ended is None and entry.section is not None and rule in rules:
            yield OpenFinding(monitor, rules[rule], entry, today)


def _place(each: OpenFinding) -> tuple[object, ...]:
    entry = each.entry
    finding = Finding(
        entry.rule, entry.section, entry.key, entry.track, entry.due, each.days, entry.owner, {}
    )
    return (place_of(each.monitor, entry.section), *urgency(finding), entry.rule)
