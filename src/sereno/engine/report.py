"""The master's state as other programs read it: the status file, key by key (docs/reference/status.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from math import ceil
from statistics import fmean
from typing import Any

from sereno.domain.cadence import Period
from sereno.domain.calendar import Calendar
from sereno.domain.cycle import CycleTimes
from sereno.domain.errors import StoreUnavailable
from sereno.domain.outbox import State as MailState
from sereno.domain.wallclock import seconds_between
from sereno.engine.agenda import Duty, Post, agenda
from sereno.engine.conditions import failures_in_a_row
from sereno.engine.logbook import Process
from sereno.engine.master import MAIL_JOB, State
from sereno.engine.passing import iso, minutes_left, valid_until
from sereno.engine.pausing import resting
from sereno.engine.ports import Store
from sereno.engine.records import JobResult, JobTotals

SCHEMA_VERSION = 1
SAMPLE = 100
"""How many of a job's last runs its durations and failures in a row are read from."""
COMPARED_DAYS = 31
"""How many completed days of each daily digest are held against each other."""

NOTHING_RUN = JobTotals(0, 0, None)
MAIL_STATES: tuple[MailState, ...] = (
    "deferred",
    "dead",
    "unknown",
    "held",
    "old",
    "diverted",
    "dropped",
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Say which process speaks, and with which configuration."""

    version: str
    me: Process
    started_at: datetime
    times: CycleTimes
    script_timeout: timedelta
    holidays_file: str


def status(
    state: State, who: Identity, posts: Sequence[Post], calendar: Calendar, store: Store, now: datetime
) -> dict[str, Any]:
    """Describe the master's state; times are ISO 8601, local with offset, durations seconds.

    What only the store knows is null where the store cannot be read, and `last_error` says why.
    """
    described = {
        "schema_version": SCHEMA_VERSION,
        "version": who.version,
        "timestamp": _iso(now),
        "running": state.phase != "stopped",
        "stop_reason": state.stop_reason,
        "pid": who.me.pid,
        "host": who.me.host,
        "started_at": _iso(who.started_at),
        "cycle_count": state.cycle,
        "fecha_actual": now.date().isoformat(),
        "es_laborable": state.context.working,
        "es_noche": state.context.night,
        "last_error": "; ".join(state.faults) or None,
        "next_cycle_at": _iso(state.wake_at),
        "valid_until": _iso(_valid_until(state, who, now)),
        "proximo_tiempo_espera_minutos": minutes_left(now, state.wake_at) if state.wake_at else 0,
        "cycle": {
            "context": state.context.label,
            "started_at": _iso(state.started_at),
            "duration_s": _seconds(state.started_at, state.ended_at or now),
        },
        "scripts_disponibles": [*(post.monitor.name for post in posts), MAIL_JOB],
        "configuracion": _configuration(who, posts),
    }
    try:
        return described | _remembered(state, posts, calendar, store, now)
    except StoreUnavailable as error:
        return described | dict.fromkeys(REMEMBERED) | {"last_error": str(error)}


REMEMBERED = ("daily_tasks_completed", "last_daily_tasks_date", "estadisticas", "modulos", "correo")
"""The keys that only the store can fill."""


def _remembered(
    state: State, posts: Sequence[Post], calendar: Calendar, store: Store, now: datetime
) -> dict[str, Any]:
    today, days = now.date().isoformat(), _completed_days(posts, store)
    values = (
        today in days or not calendar.is_working_day(now.date()),
        max(days, default=None),
        _statistics(store.job_totals(), store.cycles()),
        _modules(state, posts, calendar, store, now),
        _mail(store, now),
    )
    return dict(zip(REMEMBERED, values, strict=True))


def _completed_days(posts: Sequence[Post], store: Store) -> set[str]:
    """Return the latest days on which every configured daily digest was completed."""
    daily = [
        set(store.completed_periods(post.monitor.name, plan.name, COMPARED_DAYS))
        for post in posts
        for plan in post.monitor.digests
        if not post.orders.unconfigured and post.orders.cadence(plan).kind == "daily"
    ]
    return set.intersection(*daily) if daily else set()


def _statistics(totals: Mapping[str, JobTotals], cycles: int) -> dict[str, Any]:
    runs = sum(total.runs for total in totals.values())
    successes = sum(total.successes for total in totals.values())
    return {
        "total_scripts_executed": runs,
        "successful_scripts": successes,
        "failed_scripts": runs - successes,
        "success_rate": round(100 * successes / runs, 2) if runs else 0,
        "cycles_total": cycles,
    }


def _modules(
    state: State, posts: Sequence[Post], calendar: Calendar, store: Store, now: datetime
) -> dict[str, dict[str, Any]]:
    totals, pauses = store.job_totals(), resting(store, now.date())
    unconfigured = {post.monitor.name for post in posts if post.orders.unconfigured}
    due = {post.monitor.name: _next_due(post, calendar, store, now) for post in posts}
    return {
        job: {
            "state": "sin configurar"
            if job in unconfigured
            else "en marcha"
            if job in state.running
            else "en pausa"
            if job in pauses
            else "en espera",
            "reason": state.idle.get(job),
            "next_due": None if job in unconfigured else _iso(due.get(job)),
            **_history(store.job_results(job, SAMPLE), totals.get(job, NOTHING_RUN)),
        }
        for job in (*due, MAIL_JOB)
    }


def _next_due(post: Post, calendar: Calendar, store: Store, now: datetime) -> datetime | None:
    """Return when the post next owes something: now, when a retry is due, or when a period opens."""
    duties = agenda(post.monitor, post.orders, now, calendar, store)
    return min(filter(None, (_looked_at(duty, now) for duty in duties)), default=None)


def _looked_at(duty: Duty, now: datetime) -> datetime | None:
    if isinstance(duty.decision, Period):
        return now
    opens = duty.following.opens if duty.following else None
    return duty.decision.again or opens


def _history(results: Sequence[JobResult], totals: JobTotals) -> dict[str, Any]:
    last = results[-1] if results else None
    durations = sorted(_seconds(result.started_at, result.ended_at) for result in results)
    return {
        "last_start": _iso(last.started_at if last else None),
        "last_end": _iso(last.ended_at if last else None),
        "duration_s": _seconds(last.started_at, last.ended_at) if last else None,
        "last_result": None if last is None else "correcto" if last.code == 0 else "fallo",
        "return_code": last.code if last else None,
        "consecutive_failures": failures_in_a_row(results),
        "last_success": _iso(totals.last_success),
        "runs": totals.runs,
        "successes": totals.successes,
        "failures": totals.runs - totals.successes,
        "duration_avg_s": round(fmean(durations), 3) if durations else None,
        "duration_p95_s": durations[ceil(0.95 * len(durations)) - 1] if durations else None,
    }


def _configuration(who: Identity, posts: Sequence[Post]) -> dict[str, Any]:
    return {
        "cycle_times": {f.name: getattr(who.times, f.name).total_seconds() / 60 for f in fields(who.times)},
        "script_timeout": who.script_timeout.total_seconds(),
        "festivos_file": who.holidays_file,
        "daily_scripts": [post.monitor.name for post in posts],
        "continuous_scripts": [MAIL_JOB],
    }


def _mail(store: Store, now: datetime) -> dict[str, Any]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    summary = store.mail_summary(midnight)
    return {
        "pending": summary.pending,
        **{state: summary.of(state) for state in MAIL_STATES},
        "sent_today": summary.accepted_since,
        "held_since": None if summary.hold is None else _iso(summary.hold.since),
        "oldest_pending_s": None if summary.oldest is None else _seconds(summary.oldest, now),
    }


def _valid_until(state: State, who: Identity, now: datetime) -> datetime | None:
    """Say until when the status may be believed: a rest's end or a job's timeout, and some grace."""
    if state.phase == "stopped":
        return None
    lasts = timedelta(seconds=seconds_between(now, state.wake_at)) if state.wake_at else who.script_timeout
    return valid_until(now, lasts)


def _seconds(since: datetime, until: datetime) -> float:
    return round(seconds_between(since, until), 3)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)
