"""The status of a master that rests: what a cycle wrote, brought up to date without looking at anything."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sereno.domain.wallclock import seconds_between
from sereno.engine.lead import SLACK, extended

Status = Mapping[str, Any]


def passed(status: Status, cycle: int, now: datetime, wake_at: datetime) -> Status:
    """Return the status after a cycle in which there was nothing to do."""
    started = {"started_at": iso(now), "duration_s": 0.0}
    statistics = status.get("estadisticas")
    return {
        **status,
        **_idle(status),
        "timestamp": iso(now),
        "running": True,
        "stop_reason": None,
        "fecha_actual": now.date().isoformat(),
        "cycle_count": cycle,
        "cycle": {**status.get("cycle", {}), **started},
        "estadisticas": statistics
        and {**statistics, "cycles_total": (statistics.get("cycles_total") or 0) + 1},
        **_resting(now, wake_at),
    }


def faulty(status: Status, why: str, now: datetime, wake_at: datetime) -> Status:
    """Return the status after a cycle that died: what it left, and how it ended."""
    return {**status, "timestamp": iso(now), "last_error": why, **_idle(status), **_resting(now, wake_at)}


def over(status: Status, reason: str, now: datetime) -> Status:
    """Return the last status: the master was stopped."""
    ended = {"running": False, "stop_reason": reason, "next_cycle_at": None, "valid_until": None}
    return {
        **status,
        "timestamp": iso(now),
        **_idle(status),
        "proximo_tiempo_espera_minutos": 0,
        **ended,
    }


def valid_until(now: datetime, lasts: timedelta) -> datetime:
    """Say until when a status may be believed that is renewed after that time."""
    return extended(now, lasts + SLACK)


def minutes_left(now: datetime, wake_at: datetime) -> int:
    """Return the whole minutes to a wake-up, rounded up."""
    return max(0, ceil(seconds_between(now, wake_at) / 60))


def iso(moment: datetime) -> str:
    """Write an instant: local, with its offset, to the second."""
    return moment.isoformat(timespec="seconds")


def _resting(now: datetime, wake_at: datetime) -> dict[str, Any]:
    rest = timedelta(seconds=seconds_between(now, wake_at))
    return {
        "next_cycle_at": iso(wake_at),
        "valid_until": iso(valid_until(now, rest)),
        "proximo_tiempo_espera_minutos": minutes_left(now, wake_at),
    }


def _idle(status: Status) -> dict[str, Any]:
    """Show no job as running: whoever ran it is no more."""
    modules = status.get("modulos") or {}
    idle = {
        job: {**module, "state": "en espera"} if module.get("state") == "en marcha" else module
        for job, module in modules.items()
    }
    return {"modulos": idle or status.get("modulos")}
