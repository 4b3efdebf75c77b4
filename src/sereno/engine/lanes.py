"""The jobs of a cycle, several at once: the daily ones share some lanes, mail has one of its own."""

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from sereno.domain.cadence import NotOwed
from sereno.domain.calendar import Calendar
from sereno.domain.cycle import interval, wake_at
from sereno.domain.errors import LeadHeld
from sereno.domain.wallclock import seconds_between, utc
from sereno.engine.agenda import Post, decisions
from sereno.engine.lead import extended
from sereno.engine.logbook import Running
from sereno.engine.master import MAIL_JOB, Master, State, guarded, keep_lead, show
from sereno.engine.pausing import resting
from sereno.engine.records import JobResult

DAY = timedelta(days=1)
SLICE = 60.0
"""Seconds after which a master that waits for its jobs shows that it lives, and renews its lead."""
NO_MAIL = "no hay correo que enviar ni sellar"


@dataclass(slots=True)
class Lanes:
    """Hold what runs, what waits for a lane, and when mail is next looked at."""

    master: Master
    every: timedelta
    """How often mail is seen to while daily jobs run."""
    state: State
    mail_at: datetime
    look_at: datetime
    """When the daily jobs are next asked what they owe: the next edge."""
    mail_wanted: bool = True
    """Mail is looked at though no daily job runs."""
    waiting: deque[str] = field(default_factory=deque)
    running: dict[str, datetime] = field(default_factory=dict)
    lost: LeadHeld | None = None
    """Another master leads: nothing more is started."""

    @property
    def closed(self) -> bool:
        """Say whether nothing more is started."""
        return self.master.stop.requested or self.lost is not None


def run_jobs(master: Master, state: State, calendar: Calendar) -> State:
    """Run every daily job that owes a period, and mail: at once, at its interval, and after each job's mail.

    A stop starts nothing more, and waits for what runs to end; so does a lead that is lost, which is raised.
    """
    now = master.clock.now()
    lanes = Lanes(master, interval(state.context, master.times), state, mail_at=now, look_at=now)
    _look_at_posts(lanes, calendar)
    return _run(lanes, calendar)


def run_mail(master: Master, state: State, calendar: Calendar) -> State:
    """Run mail alone, if there is any."""
    now = master.clock.now()
    never = wake_at(now, DAY, ())
    return _run(Lanes(master, DAY, state, mail_at=now, look_at=never), calendar)


def _run(lanes: Lanes, calendar: Calendar) -> State:
    master = lanes.master
    _fill(lanes)
    while lanes.running:
        ended = master.jobs.next_end(_patience(lanes))
        _renew_lead(lanes)
        if ended is not None:
            lanes.running.pop(ended.job, None)
            lanes.state = guarded(master, _with_result(lanes, ended), partial(_record, lanes, ended))
        _look_at_posts(lanes, calendar)
        _fill(lanes)
        _show(lanes)
    if lanes.lost:
        raise lanes.lost
    return replace(lanes.state, running=())


def _look_at_posts(lanes: Lanes, calendar: Calendar) -> None:
    """Queue the jobs that owe something, and again at each edge: mail that takes long delays no daily job."""
    master, now = lanes.master, lanes.master.clock.now()
    if utc(now) < utc(lanes.look_at):
        return
    lanes.look_at = wake_at(now, DAY, master.edges)
    for post in master.posts:
        if post.monitor.name not in (*lanes.running, *lanes.waiting):
            lanes.state = guarded(master, lanes.state, partial(_queue, lanes, post, calendar))


def _queue(lanes: Lanes, post: Post, calendar: Calendar, state: State) -> State:
    """Let the post's job wait for a lane if one of its digests owes a period; else keep why not."""
    master, job = lanes.master, post.monitor.name
    reason = reason_to_rest(post, master, calendar)
    if not reason:
        lanes.waiting.append(job)
        return state
    master.log.debug("job.idle", job=job, why=reason)
    return replace(state, idle={**state.idle, job: reason})


def reason_to_rest(post: Post, master: Master, calendar: Calendar) -> str:
    """Say why the job is not started; nothing when one of its digests owes a period."""
    if post.orders.unconfigured:
        return f"sin configurar: falta {', '.join(post.orders.unconfigured)}"
    now = master.clock.now()
    pause = resting(master.store, now.date()).get(post.monitor.name)
    if pause is not None:
        return pause.words
    found = decisions(post, now, calendar, master.store)
    idle = [f"{plan.name}: {decision.reason}" for plan, decision in found if isinstance(decision, NotOwed)]
    return "" if len(idle) < len(found) else "; ".join(idle)


def _fill(lanes: Lanes) -> None:
    """Start what may start now."""
    master = lanes.master
    while lanes.waiting and not lanes.closed and len(_daily(lanes)) < master.workers:
        _start(lanes, lanes.waiting.popleft())
    now = master.clock.now()
    due = lanes.mail_wanted or (_daily(lanes) and utc(now) >= utc(lanes.mail_at))
    if due and MAIL_JOB not in lanes.running and not lanes.closed:
        lanes.mail_at, lanes.mail_wanted = extended(now, lanes.every), False
        _look_at_mail(lanes, now)


def _look_at_mail(lanes: Lanes, now: datetime) -> None:
    if lanes.master.mail_waits(now):
        _start(lanes, MAIL_JOB)
    elif MAIL_JOB not in lanes.state.results:
        lanes.master.log.debug("job.idle", job=MAIL_JOB, why=NO_MAIL)
        lanes.state = replace(lanes.state, idle={**lanes.state.idle, MAIL_JOB: NO_MAIL})


def _start(lanes: Lanes, job: str) -> None:
    lanes.running[job] = lanes.master.clock.now()
    lanes.state = guarded(lanes.master, lanes.state, partial(_started, lanes, job))
    _show(lanes)


def _started(lanes: Lanes, job: str, state: State) -> State:
    master = lanes.master
    master.log.info("job.started", job=job)
    try:
        worker = master.jobs.start(job)
    except BaseException:
        del lanes.running[job]  # nobody will tell of its end
        raise
    if worker is not None:
        master.store.logbook.job_started(Running(job, worker, lanes.running[job]))
    return state


def _with_result(lanes: Lanes, result: JobResult) -> State:
    told = lanes.master.log.info if result.code == 0 else lanes.master.log.error
    seconds = round(seconds_between(result.started_at, result.ended_at), 1)
    told("job.ended", job=result.job, code=result.code, seconds=seconds)
    idle = {job: reason for job, reason in lanes.state.idle.items() if job != result.job}
    return replace(lanes.state, results={**lanes.state.results, result.job: result}, idle=idle)


def _record(lanes: Lanes, result: JobResult, state: State) -> State:
    """Write how a job ended; mail that it queued leaves at once."""
    store = lanes.master.store
    store.record_job(result)
    ours = (run for run in store.runs_since(result.started_at) if run.monitor == result.job)
    if any(run.messages for run in ours):
        lanes.mail_wanted = True
    return state


def _renew_lead(lanes: Lanes) -> None:
    """Let the lead last; where another master took it, what runs may end, for a period is recorded once."""
    try:
        lanes.state = guarded(lanes.master, lanes.state, partial(keep_lead, lanes.master))
    except LeadHeld as error:
        lanes.lost = error


def _patience(lanes: Lanes) -> float:
    """Say how long to wait for a job's end: mail has its hour while daily jobs run, and they have theirs."""
    now = lanes.master.clock.now()
    mail = [] if MAIL_JOB in lanes.running else [lanes.mail_at]
    waits = [seconds_between(now, moment) for moment in (lanes.look_at, *mail)]
    return SLICE if lanes.closed else min(SLICE, *(max(0.0, wait) for wait in waits))


def _daily(lanes: Lanes) -> list[str]:
    return [job for job in lanes.running if job != MAIL_JOB]


def _show(lanes: Lanes) -> None:
    lanes.state = replace(lanes.state, running=tuple(lanes.running))
    show(lanes.master, lanes.state)
