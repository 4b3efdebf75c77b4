"""A week of a department whose master ran every day, for the overview that tells of it."""

from datetime import datetime, time, timedelta

from sereno.adapters.memory import MemoryStore
from sereno.adapters.monitors import shipped_monitors
from sereno.domain.cadence import Period
from sereno.domain.outbox import Envelope, Message
from sereno.engine.agenda import Orders, Post
from sereno.engine.records import JobResult, Run

UNCONFIGURED = {"no_conformidades": ("NC_DB_URL",)}
MINUTE = timedelta(minutes=1)


def _orders(monitor):
    return Orders(
        operators=("operador@example.com",),
        blind_send_at=time(12),
        trial=False,
        thresholds=monitor.settings,
        audiences={},
        cadences={},
        unconfigured=UNCONFIGURED.get(monitor.name, ()),
    )


POSTS = tuple(Post(monitor, _orders(monitor)) for monitor in shipped_monitors())


def a_week(now: datetime, *, failed: bool) -> MemoryStore:
    """Remember five working days; `failed`: risks did not end, and a week of theirs was missed."""
    store = MemoryStore(now - timedelta(days=30))
    for days in range(5):
        _day(store, now - timedelta(days=days), failed=failed and days == 0)
    for number in range(12):
        name = f"correo-{number}"
        store.record(_run(now, "brass", "diario", name, forced=True), [_message(name, now)])
    if failed:
        closed = now - timedelta(days=4, hours=3)
        week = Period("2026-W47", closed - timedelta(days=4), closed)
        store.logbook.account("riesgos", "tecnico", closed, [week], closed + MINUTE)
    return store


def _day(store, day, *, failed):
    for job in ("brass", "expedientes", "riesgos"):
        code = -2 if failed and job == "riesgos" else 0
        store.record_job(JobResult(job, day - 5 * MINUTE, day - 4 * MINUTE, code, "…"))
    for monitor in ("brass", "expedientes"):
        store.record(_run(day - 4 * MINUTE, monitor, "diario", f"{monitor}-{day:%d}"), [])
    store.record_job(JobResult("email_services", day - 3 * MINUTE, day - 2 * MINUTE, 0, "Nada que enviar"))


def _run(at, monitor, digest, name, *, forced=False):
    return Run(
        id=name,
        monitor=monitor,
        digest=digest,
        period=f"{at:%Y-%m-%d}",
        state="complete",
        started_at=at - MINUTE,
        finished_at=at,
        findings=3,
        messages=0,
        why="",
        sent=False,
        forced=forced,
    )


def _message(name, at):
    return Message(name, "brass/diario", "Equipos", Envelope("b@example.com", ("a@example.com",)), b"x", at)
