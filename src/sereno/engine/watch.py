"""One round of a monitor: what is owed, what is found, who is told, all recorded in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sereno.domain.cadence import NotOwed, period_id
from sereno.domain.calendar import Calendar
from sereno.domain.digest import Digest, build_digest
from sereno.domain.directory import audience, is_role
from sereno.domain.errors import AlreadyComplete, NotConfigured
from sereno.domain.findings import Datum, Look
from sereno.domain.outbox import Message
from sereno.domain.rules import DigestPlan, Monitor
from sereno.engine.agenda import Orders, owed
from sereno.engine.look import BLINDING, look_at
from sereno.engine.ports import Clock, Compose, Letter, Log, Registers, Run, RunState, Store

DOUBTS_KEPT = 1000
"""Data to correct that a run remembers, to tell what is new; one bad column can hold a hundred thousand."""


@dataclass(frozen=True, slots=True)
class World:
    """Gather what a round works with."""

    clock: Clock
    log: Log
    store: Store
    registers: Registers
    compose: Compose
    calendar: Calendar
    new_id: Callable[[], str]


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
    digest: Digest | None = None
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
    served = [
        _idle(plan, decision)
        if isinstance(decision, NotOwed)
        else _serve(_Round(monitor, plan, decision, look, started, request.force), orders, world)
        for plan, decision in decisions
    ]
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


@dataclass(frozen=True, slots=True)
class _Round:
    """Hold what is known of one digest's round before it is served."""

    monitor: Monitor
    plan: DigestPlan
    period: str
    look: Look
    started: datetime
    forced: bool


@dataclass(frozen=True, slots=True)
class _Readers:
    """Name who gets the digest, and what must be said about those who do not."""

    addresses: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    blind: str = ""
    """Why the directory could not tell; empty when it could."""
    doubts: tuple[Datum, ...] = ()
    """What could not be understood in the directory."""


def _serve(this: _Round, orders: Orders, world: World) -> Served:
    readers = _readers(this, orders, world)
    this = replace(this, look=replace(this.look, data_errors=(*this.look.data_errors, *readers.doubts)))
    why = "; ".join(filter(None, [*(blind.why for blind in this.look.blind), readers.blind]))
    digest = build_digest(
        this.monitor, this.plan, this.look, this.started.date(), orders.thresholds, readers.warnings
    )
    wanted = (
        _worth_sending(this, digest, orders, world) if not why else _incomplete_is_due(this, orders, world)
    )
    messages = (_compose(this, digest, readers, orders, world),) if wanted and readers.addresses else ()
    state: RunState = "blind" if why else "unaddressed" if wanted and not messages else "complete"
    if state == "unaddressed":
        why = " ".join(readers.warnings)
    run = _run(this, state, why, messages, orders, world)
    return _record(this, run, digest, messages, world)


def _record(this: _Round, run: Run, digest: Digest, messages: tuple[Message, ...], world: World) -> Served:
    try:
        world.store.record(run, messages)
    except AlreadyComplete:
        return Served(this.plan, this.period, "otro proceso ya lo ha hecho")
    told = world.log.info if run.state == "complete" else world.log.warning
    told(
        f"run.{run.state}",
        monitor=run.monitor,
        digest=run.digest,
        period=run.period,
        findings=run.findings,
        messages=run.messages,
        why=run.why,
    )
    return Served(this.plan, this.period, "", run, digest, messages)


def _readers(this: _Round, orders: Orders, world: World) -> _Readers:
    """Resolve the audience; where nobody is found the operators hear it instead, and everybody reads why."""
    to = orders.audiences.get(this.plan.name, this.plan.to)
    try:
        directory = world.registers.directory() if is_role(to) else None
    except NotConfigured as error:
        return _Readers(orders.operators, (f"Sin destinatario: {error}", _instead(orders)))
    except BLINDING as error:
        why = f"No se ha podido leer el directorio de personas: {error}"
        return _Readers(orders.operators, (why, _instead(orders)), blind=why)
    found = audience(directory, to, this.monitor.application_id)
    doubts = directory.doubts if directory else ()
    missing = tuple(
        f"No se ha podido avisar a {person.label}: no tiene dirección válida." for person in found.unreachable
    )
    if found.addresses:
        return _Readers(found.addresses, missing, doubts=doubts)
    nobody = f"Sin destinatario: no hay a quién escribir con el papel «{to}»."
    return _Readers(orders.operators, (nobody, *missing, _instead(orders)), doubts=doubts)


def _compose(this: _Round, digest: Digest, readers: _Readers, orders: Orders, world: World) -> Message:
    plan = this.plan
    letter = Letter(
        message_id=world.new_id(),
        to=readers.addresses,
        cc=(),
        bcc=(),
        subject=plan.subject,
        application=this.monitor.application,
        list_id=f"{this.monitor.name}/{plan.name}",
        date=world.clock.now(),
    )
    return replace(world.compose(digest, letter), trial=orders.trial)


def _worth_sending(this: _Round, digest: Digest, orders: Orders, world: World) -> bool:
    """Send what has findings; data to correct alone make a mail only when something in them is new."""
    if any(section.id in this.plan.sections for section in digest.sections):
        return True
    previous = world.store.last_run(this.monitor.name, this.plan.name, state="complete")
    told = previous.data_errors if previous and previous.trial == orders.trial else ()
    return bool(set(_kept_doubts(this)) - set(told))


def _incomplete_is_due(this: _Round, orders: Orders, world: World) -> bool:
    """Send the incomplete digest once a period, from the hour at which waiting longer would hide it."""
    if this.started.time() < orders.blind_send_at:
        return False
    runs = world.store.runs(this.monitor.name, this.plan.name, this.period)
    sent = [run for run in runs if run.state == "blind" and run.sent]
    return not any((run.forced, run.trial) == (this.forced, orders.trial) for run in sent)


def _run(
    this: _Round,
    state: RunState,
    why: str,
    messages: tuple[Message, ...],
    orders: Orders,
    world: World,
) -> Run:
    return Run(
        id=world.new_id(),
        monitor=this.monitor.name,
        digest=this.plan.name,
        period=this.period,
        state=state,
        started_at=this.started,
        finished_at=world.clock.now(),
        findings=sum(finding.section in this.plan.sections for finding in this.look.findings),
        messages=len(messages),
        why=why,
        sent=bool(messages),
        forced=this.forced,
        trial=orders.trial,
        data_errors=_kept_doubts(this),
    )


def _kept_doubts(this: _Round) -> tuple[Datum, ...]:
    return this.look.doubts[:DOUBTS_KEPT]


def _instead(orders: Orders) -> str:
    if orders.operators:
        return "Este correo va a los operadores en su lugar."
    return "Tampoco hay OPERATORS a quienes decírselo."


def _idle(plan: DigestPlan, decision: NotOwed) -> Served:
    return Served(plan, None, decision.reason)
