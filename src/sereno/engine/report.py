"""The master's state as other programs read it: the status file, key by key (docs/reference/status.md)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from itertools import takewhile
from math import ceil
from statistics import fmean
from typing import Any

from sereno.domain.cadence import Period
from sereno.domain.calendar import Calendar
from sereno.domain.cycle import CycleTimes
from sereno.engine.agenda import Duty, agenda
from sereno.engine.daemon import MAIL_JOB, Post, State
from sereno.engine.ports import JobResult, JobTotals, Store

SCHEMA_VERSION = 1
SAMPLE = 100
"""How many of a job's last runs its durations and failures in a row are read from."""
SEARCHED_DAYS = 31
GRACE = timedelta(minutes=5)
"""How long after the announced wake-up the status may still be true; a cycle that works renews it."""

NOTHING_RUN = JobTotals(0, 0, None)


@dataclass(frozen=True, slots=True)
class Identity:
    """Say which process speaks, and with which configuration."""

    version: str
    pid: int
    host: str
    started_at: datetime
    times: CycleTimes
    script_timeout: timedelta
    holidays_file: str


def status(
    state: State, who: Identity, posts: Sequence[Post], calendar: Calendar, store: Store, now: datetime
) -> dict[str, Any]:
    """Describe the master's state; times are ISO 8601, local with offset, durations seconds."""
    jobs = [*(post.monitor.name for post in posts), MAIL_JOB]
    return {
        "schema_version": SCHEMA_VERSION,
        "version": who.version,
        "timestamp": _iso(now),
        "running": state.phase != "stopped",
        "stop_reason": state.stop_reason,
        "pid": who.pid,
        "host": who.host,
        "started_at": _iso(who.started_at),
        "cycle_count": state.cycle,
        "fecha_actual": now.date().isoformat(),
        "es_laborable": state.context.working,
        "es_noche": state.context.night,
        "last_error": state.fault or None,
        "next_cycle_at": _iso(state.wake_at),
        "valid_until": _iso(_valid_until(state, who, now)),
        "proximo_tiempo_espera_minutos": _minutes_left(state, now),
        "cycle": {
            "context": state.context.label,
            "started_at": _iso(state.started_at),
            "duration_s": _seconds(state.started_at, state.ended_at or now),
        },
        "scripts_disponibles": jobs,
        **_daily(posts, calendar, store, now.date()),
        "estadisticas": _statistics(store.job_totals(), store.cycles()),
        "modulos": _modules(state, posts, calendar, store, now),
        "correo": _mail(store, now),
        "configuracion": _configuration(who, posts),
    }


def _daily(posts: Sequence[Post], calendar: Calendar, store: Store, today: date) -> dict[str, Any]:
    """Say whether today's daily periods are satisfied, and on which day all of them last were."""
    return {
        "daily_tasks_completed": not calendar.is_working_day(today) or _all_complete(posts, store, today),
        "last_daily_tasks_date": next(
            (day.isoformat() for day in _days_back(calendar, today) if _all_complete(posts, store, day)), None
        ),
    }


def _all_complete(posts: Sequence[Post], store: Store, day: date) -> bool:
    """Tell whether every configured daily digest has a complete run for the day; not when there is none."""
    daily = [
        (post.monitor.name, plan.name)
        for post in posts
        for plan in post.monitor.digests
        if not post.orders.unconfigured and post.orders.cadence(plan).kind == "daily"
    ]
    return bool(daily) and all(_complete(store, monitor, digest, day) for monitor, digest in daily)


def _complete(store: Store, monitor: str, digest: str, day: date) -> bool:
    runs = store.runs(monitor, digest, day.isoformat())
    return any(run.state == "complete" and not run.forced and not run.trial for run in runs)


def _days_back(calendar: Calendar, today: date) -> Iterator[date]:
    back = (today - timedelta(days=days) for days in range(SEARCHED_DAYS))
    return (day for day in back if calendar.is_working_day(day) or day == today)


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
    totals = store.job_totals()
    unconfigured = {post.monitor.name for post in posts if post.orders.unconfigured}
    due = {post.monitor.name: _next_due(post, calendar, store, now) for post in posts}
    return {
        job: {
            "state": "sin configurar"
            if job in unconfigured
            else "en marcha"
            if state.running == job
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
        "consecutive_failures": sum(1 for _ in takewhile(lambda result: result.code != 0, reversed(results))),
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
        "dead": summary.dead,
        "unknown": summary.unknown,
        "diverted": summary.diverted,
        "sent_today": summary.accepted_since,
        "oldest_pending_s": None if summary.oldest is None else _seconds(summary.oldest, now),
    }


def _valid_until(state: State, who: Identity, now: datetime) -> datetime | None:
    """Say until when the status may be believed: a rest's end or a job's timeout, and some grace."""
    if state.phase == "stopped":
        return None
    if state.wake_at is not None:
        return state.wake_at + GRACE
    return now + who.script_timeout + GRACE


def _minutes_left(state: State, now: datetime) -> int:
    return 0 if state.wake_at is None else max(0, ceil((state.wake_at - now).total_seconds() / 60))


def _seconds(since: datetime, until: datetime) -> float:
    return round((until - since).total_seconds(), 3)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
