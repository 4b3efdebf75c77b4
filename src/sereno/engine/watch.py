"""One round of a monitor: what is owed, what is found, who is told, all recorded in one transaction."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta

from sereno.domain.cadence import NotOwed, period_id
from sereno.domain.digest import Digest
from sereno.domain.errors import AlreadyComplete
from sereno.domain.findings import Look
from sereno.domain.ledger import Telling
from sereno.domain.outbox import Message
from sereno.domain.parcels import Parcel
from sereno.domain.rules import DigestPlan, Monitor
from sereno.domain.steps import steps_of
from sereno.domain.writing import row_text, write_digest
from sereno.engine.agenda import Orders, owed
from sereno.engine.briefing import DOUBTS_KEPT, Briefing, brief
from sereno.engine.look import follow_up, look_at
from sereno.engine.personal_links import link_for, whom_named
from sereno.engine.ports import Letter, Log
from sereno.engine.records import Run, RunState, Told
from sereno.engine.rounds import Round, World
from sereno.engine.traces import moved, traced

LOOKED_BACK = timedelta(days=400)
"""How long ago an entry may have ended and still be counted in a report of twelve months."""


@dataclass(frozen=True, slots=True)
class Request:
    """Say what is asked of this round beyond what is owed."""

    force: bool = False
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """Tell what became of one digest."""

    plan: DigestPlan
    period: str | None
    reason: str
    """Why nothing was done; empty where a run was made."""
    run: Run | None = None
    parcels: tuple[Parcel, ...] = ()
    """What it would tell whom, sent or not."""
    digests: tuple[Digest, ...] = ()
    """As they are read, one a parcel."""
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Tell how a round ended."""

    monitor: Monitor
    served: tuple[Served, ...]
    look: Look | None
    """`None` where nothing was owed and no register was read."""

    @property
    def needs_a_person(self) -> bool:
        """Say whether a digest could not be completed."""
        return any(
            served.run is not None and served.run.state in {"blind", "unaddressed"} for served in self.served
        )

    @property
    def is_blind(self) -> bool:
        """Say whether something could not be seen."""
        return any(served.run is not None and served.run.state == "blind" for served in self.served)


def watch(monitor: Monitor, request: Request, orders: Orders, world: World) -> Report:
    """Serve every digest of the monitor that owes a period (or that is asked for by force)."""
    plans = [plan for plan in monitor.digests if request.digest in {None, plan.name}]
    started = world.clock.now()
    decisions = [(plan, _decide(monitor, plan, request, orders, world)) for plan in plans]
    if all(isinstance(decision, NotOwed) for _, decision in decisions):
        return Report(monitor, tuple(_idle(plan, d) for plan, d in decisions if isinstance(d, NotOwed)), None)
    look = look_at(monitor, started.date(), orders.thresholds, world.registers, world.log)
    before = world.store.ledger(monitor.name, started.date() - LOOKED_BACK)
    changes = follow_up(monitor, look, before, started.date(), orders.thresholds)
    ledger = {**before, **{(entry.rule, entry.track): entry for entry in changes}}
    moves, served = moved(before, changes), list[Served]()
    steps = steps_of(before, changes, started.date())
    for plan, decision in decisions:
        if isinstance(decision, NotOwed):
            served.append(_idle(plan, decision))
            continue
        runs, forced = world.store.runs(monitor.name, plan.name, decision), request.force
        this = Round(
            monitor,
            plan,
            decision,
            runs,
            look,
            ledger,
            changes,
            steps,
            started,
            forced,
            orders,
            world,
            moves,
        )
        written = any(each.run for each in served)
        served.append(_serve(replace(this, changes=(), steps=(), moves=()) if written else this))
    return Report(monitor, tuple(served), look)


def _decide(
    monitor: Monitor, plan: DigestPlan, request: Request, orders: Orders, world: World
) -> str | NotOwed:
    """Name the period to serve, or why there is none; an owed period is noted as open from now on."""
    now = world.clock.now()
    if request.force:
        return period_id(orders.cadence(plan).kind, now.date())
    decision = owed(monitor, plan, orders, now, world.calendar, world.store)
    if isinstance(decision, NotOwed):
        return decision
    world.store.open_period(monitor.name, plan.name, decision)
    return decision.id


def _serve(this: Round) -> Served:
    briefing = brief(this)
    digests = tuple(write_digest(parcel, briefing.page) for parcel in briefing.parcels)
    silent = bool(briefing.blind) and not _incomplete_is_due(this)
    mail = [] if silent else [(p, d) for p, d in zip(briefing.parcels, digests, strict=True) if p.to]
    linked = (replace(d, link=link_for(p, briefing.readers, this)) for p, d in mail)
    messages = tuple(_compose(this, p, d) for (p, _), d in zip(mail, linked, strict=True))
    # What strays because something could not be seen is still owed to those whom it concerns.
    told = [
        each
        for (parcel, _), message in zip(mail, messages, strict=True)
        if not (parcel.strayed and briefing.blind)
        for each in _told(this, parcel, message.id)
    ]
    run, told = _run(this, briefing, messages), [] if this.orders.trial else told
    trace = traced(this.monitor, this.plan, this.look, this.orders.audience(this.plan), this.moves)
    try:
        this.world.store.record(run, messages, this.changes, told, this.steps, trace, whom_named(this))
    except AlreadyComplete as error:
        return Served(this.plan, this.period, str(error))
    _log_run(run, this.world.log)
    return Served(this.plan, this.period, "", run, briefing.parcels, digests, messages)


def _incomplete_is_due(this: Round) -> bool:
    """Send the incomplete digest once a period, from the hour at which waiting longer would hide it."""
    if this.started.time() < this.orders.blind_send_at:
        return False
    sent = [run for run in this.runs if run.state == "blind" and run.sent]
    return not any((run.forced, run.trial) == (this.forced, this.orders.trial) for run in sent)


def _compose(this: Round, parcel: Parcel, digest: Digest) -> Message:
    letter = Letter(
        message_id=this.world.new_id(),
        to=parcel.to,
        cc=parcel.cc,
        bcc=parcel.bcc,
        subject=this.plan.subject,
        application=this.monitor.application,
        list_id=f"{this.monitor.name}/{this.plan.name}",
        date=this.world.clock.now(),
    )
    return replace(this.world.compose(digest, letter), trial=this.orders.trial)


def _told(this: Round, parcel: Parcel, message_id: str) -> list[Told]:
    """Note every finding of a mail as told, whether its body shows the row or its workbook."""
    today = this.started.date()
    return [
        Told(
            item.finding.rule,
            item.finding.track,
            item.finding.key,
            Telling(this.plan.name, this.period, item.finding.section or "", item.finding.due, today),
            message_id,
            row_text(item, this.monitor),
        )
        for item in parcel.items
    ]


def _run(this: Round, briefing: Briefing, messages: tuple[Message, ...]) -> Run:
    lost = [parcel for parcel in briefing.parcels if not parcel.to]
    state: RunState = "blind" if briefing.blind else "unaddressed" if lost else "complete"
    why = "; ".join(briefing.blind) or " ".join(warning for parcel in lost for warning in parcel.warnings)
    counts = Counter(finding.section for finding in briefing.found if finding.section)
    return Run(
        id=this.world.new_id(),
        monitor=this.monitor.name,
        digest=this.plan.name,
        period=this.period,
        state=state,
        started_at=this.started,
        finished_at=this.world.clock.now(),
        findings=counts.total(),
        messages=len(messages),
        why=why,
        sent=bool(messages),
        forced=this.forced,
        trial=this.orders.trial,
        data_errors=this.look.doubts[:DOUBTS_KEPT],
        counts=counts,
    )


def _log_run(run: Run, log: Log) -> None:
    told = log.info if run.state == "complete" else log.warning
    told(
        f"run.{run.state}",
        monitor=run.monitor,
        digest=run.digest,
        period=run.period,
        findings=run.findings,
        messages=run.messages,
        why=run.why,
    )


def _idle(plan: DigestPlan, decision: NotOwed) -> Served:
    return Served(plan, None, decision.reason)
