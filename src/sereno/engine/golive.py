"""Going live: today's findings, and what an older ledger knew, are taken for known; nobody is mailed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Protocol

from sereno.domain.cadence import period_id
from sereno.domain.errors import AlreadyComplete
from sereno.domain.findings import Blind, Cell, Finding, Look
from sereno.domain.ledger import Entry, Ledger, Telling, Track
from sereno.domain.rules import DigestPlan, Monitor
from sereno.domain.steps import Step, steps_of
from sereno.engine.agenda import Orders
from sereno.engine.look import blind_for, follow_up, look_at
from sereno.engine.records import IMPORTED, Run, Told
from sereno.engine.rounds import World


@dataclass(frozen=True, slots=True)
class PastRun:
    """Recall on which day an older script last served a digest."""

    monitor: str
    digest: str
    day: date


@dataclass(frozen=True, slots=True)
class PastTelling:
    """Recall that an older script told of a record, and in which of our sections that is now."""

    section: str
    key: int
    on: date


@dataclass(frozen=True, slots=True)
class Past:
    """Hold what an older ledger knew, and in words what of it was not understood."""

    runs: tuple[PastRun, ...] = ()
    tellings: tuple[PastTelling, ...] = ()
    unclear: tuple[str, ...] = ()


class OlderLedger(Protocol):
    """Read what older scripts left; raise SourceUnavailable or SchemaDrift."""

    def runs(self) -> Past:
        """Return when each digest was last served."""
        ...

    def tellings(self) -> Past:
        """Return what was told of which record."""
        ...


@dataclass(frozen=True, slots=True)
class Taken:
    """Tell what was taken for known, by digest, and which rules could not be."""

    known: Mapping[str, int]
    blind: tuple[Blind, ...] = ()
    gone: int = 0
    """Tellings of records that are no longer findings."""
    done_before: bool = False


@dataclass(frozen=True, slots=True)
class _Sight:
    """Hold one look at the registers, followed in the ledger."""

    monitor: Monitor
    orders: Orders
    world: World
    now: datetime
    look: Look
    changes: Sequence[Entry]
    steps: Sequence[Step]
    ledger: Ledger

    def period(self, plan: DigestPlan, day: date) -> str:
        """Name the digest's period of a day."""
        return period_id(self.orders.cadence(plan).kind, day)

    def unseen(self, plan: DigestPlan) -> str:
        """Say why the digest could not be seen whole; nothing where it could."""
        return "; ".join(blind.why for blind in blind_for(self.monitor, plan, self.look))

    def is_known(self, plan: DigestPlan, finding: Finding) -> bool:
        """Tell whether the digest has told the finding as it stands."""
        told = self.ledger[finding.rule, finding.track].told_by(plan.name)
        return any((each.section, each.due) == (finding.section, finding.due) for each in told)


def take_baseline(monitor: Monitor, orders: Orders, world: World) -> Taken:
    """Take for known what the registers now hold, as if every digest had just told it.

    A blind rule is named and left out. What is known already is not written again.
    """
    sight = _see(monitor, orders, world)
    return Taken({plan.name: _take_for_known(plan, sight) for plan in monitor.digests}, sight.look.blind)


def take_over_run(monitor: Monitor, plan: DigestPlan, day: date, orders: Orders, world: World) -> str | None:
    """Take the digest's period of that day for served; return it, or None where it was served before."""
    period = period_id(orders.cadence(plan).kind, day)
    at = datetime.combine(day, time(), world.clock.now().tzinfo)
    run = replace(_run(world, monitor, plan, period, at), why=IMPORTED)
    try:
        world.store.record(run, ())
    except AlreadyComplete:
        return None
    return period


def take_over_tellings(
    monitor: Monitor, tellings: Sequence[PastTelling], orders: Orders, world: World
) -> Taken:
    """Take for told, once and for all, what an older script told of the findings that there are now.

    Each counts with its finding's present due date. Nothing is taken over while one of their rules is blind.
    """
    plans = [plan for plan in monitor.digests if any(each.section in plan.sections for each in tellings)]
    if any(world.store.runs(monitor.name, plan.name, IMPORTED) for plan in plans):
        return Taken({}, done_before=True)
    sight = _see(monitor, orders, world)
    told = {each.section for each in tellings}
    rules = {rule.id for rule in monitor.rules if told.intersection(rule.sections)}
    blind = tuple(each for each in sight.look.blind if each.rule in rules)
    if blind:
        return Taken({}, blind)
    findings = {finding.key: finding for finding in sight.look.findings if finding.rule in rules}
    known = {plan.name: _take_over(plan, tellings, findings, sight) for plan in plans}
    return Taken(known, gone=sum((each.key,) not in findings for each in tellings))


def _see(monitor: Monitor, orders: Orders, world: World) -> _Sight:
    now = world.clock.now()
    look = look_at(monitor, now.date(), orders.thresholds, world.registers, world.log)
    before = world.store.ledger(monitor.name)
    changes = follow_up(monitor, look, before, now.date(), orders.thresholds)
    ledger = {**before, **{(entry.rule, entry.track): entry for entry in changes}}
    steps = steps_of(before, changes, now.date())
    return _Sight(monitor, orders, world, now, look, changes, steps, ledger)


def _take_for_known(plan: DigestPlan, sight: _Sight) -> int:
    today = sight.now.date()
    period = sight.period(plan, today)
    told = [
        _told(finding, Telling(plan.name, period, finding.section or "", finding.due, today))
        for finding in sight.look.findings
        if finding.section in plan.sections and not sight.is_known(plan, finding)
    ]
    if told or sight.unseen(plan):
        _record(plan, period, sight, sight.changes, told)
    return len(told)


def _take_over(
    plan: DigestPlan,
    tellings: Sequence[PastTelling],
    findings: Mapping[tuple[Cell, ...], Finding],
    sight: _Sight,
) -> int:
    told: list[Told] = []
    first: dict[tuple[str, Track], date] = {}
    for each in tellings:
        finding = findings.get((each.key,))
        if finding is not None and each.section in plan.sections:
            telling = Telling(plan.name, sight.period(plan, each.on), each.section, finding.due, each.on)
            told.append(_told(finding, telling))
            followed = finding.rule, finding.track
            first[followed] = min(each.on, first.get(followed, each.on))
    if told:
        _record(plan, IMPORTED, sight, [_seen_since(entry, first) for entry in sight.changes], told)
    return len(told)


def _seen_since(entry: Entry, first: Mapping[tuple[str, Track], date]) -> Entry:
    """Say that a finding was there when it was first told: no telling counts from before."""
    return replace(entry, first_seen=min(entry.first_seen, first.get((entry.rule, entry.track), date.max)))


def _told(finding: Finding, telling: Telling) -> Told:
    return Told(finding.rule, finding.track, finding.key, telling, None, "")


def _record(
    plan: DigestPlan, period: str, sight: _Sight, entries: Sequence[Entry], told: Sequence[Told]
) -> None:
    """Write tellings with a run that satisfies no period; what the digest compares with stays.

    It is as blind as the look was: that somebody went live is no word of what could not be seen.
    """
    world, trial = sight.world, sight.orders.trial
    run = _run(world, sight.monitor, plan, period, sight.now)
    unseen = sight.unseen(plan)
    if unseen:
        run = replace(run, state="blind", why=unseen)
    previous = world.store.last_run(sight.monitor.name, plan.name, state="complete")
    if previous and previous.trial == trial:
        run = replace(run, data_errors=previous.data_errors, counts=previous.counts)
    world.store.record(
        replace(run, findings=len(told), forced=True, trial=trial), (), entries, told, sight.steps
    )


def _run(world: World, monitor: Monitor, plan: DigestPlan, period: str, at: datetime) -> Run:
    return Run(
        id=world.new_id(),
        monitor=monitor.name,
        digest=plan.name,
        period=period,
        state="complete",
        started_at=at,
        finished_at=at,
        findings=0,
        messages=0,
        why="",
        sent=False,
    )
