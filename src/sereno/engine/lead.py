"""Who leads the watch over a store: one master at a time, by a lease; and what a dead one left running."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sereno.domain.errors import LeadHeld
from sereno.domain.wallclock import utc
from sereno.engine.logbook import Lease, Logbook, Process
from sereno.engine.ports import Jobs, Log, Store
from sereno.engine.records import JobResult

WORKING = timedelta(minutes=15)
"""How long the lead lasts while a cycle works; it is renewed long before."""
SLACK = timedelta(minutes=5)
"""How long after its announced wake-up the lead of a resting master lasts."""
LOST = 137
"""What a job is recorded with whose end nobody saw: as if it had been killed."""

IsAlive = Callable[[Process], bool | None]
"""Tells whether a process is there; None where that cannot be told: it is another machine's."""


def lead(book: Logbook, me: Process, now: datetime, until: datetime, is_alive: IsAlive) -> None:
    """Take or renew the lead until then; raise LeadHeld, naming who holds it, where another master does."""
    held = book.lease()
    if held is not None and held.holder != me and not _is_stale(held, now, is_alive):
        raise _held(held)
    mine = held is not None and held.holder == me
    since = held.since if held is not None and mine else now
    if not book.take(Lease(me, since, until), held):
        taken = book.lease()
        raise _held(taken) if taken else LeadHeld("Otro maestro acaba de soltar el mando. Arranque de nuevo")


def extended(now: datetime, by: timedelta) -> datetime:
    """Return the instant after some time has elapsed, whatever the clock on the wall does meanwhile."""
    return (now.astimezone(UTC) + by).astimezone(now.tzinfo)


def reconcile(store: Store, jobs: Jobs, now: datetime, log: Log) -> None:
    """End what a master that is no more left running, and record it: nobody knows how it ended."""
    for left in store.logbook.running():
        lived = jobs.end_left(left.worker)
        what = "seguía en marcha y se ha terminado" if lived else "ya no existe"
        tail = f"Su proceso ({left.worker.pid}) se quedó sin maestro: {what}. Nadie vio cómo acabó"
        store.record_job(JobResult(left.job, left.started_at, now, LOST, tail))
        log.warning("job.lost", job=left.job, pid=left.worker.pid, lived=lived)


def _is_stale(lease: Lease, now: datetime, is_alive: IsAlive) -> bool:
    return utc(now) >= utc(lease.until) or is_alive(lease.holder) is False


def _held(lease: Lease) -> LeadHeld:
    who = f"el proceso {lease.holder.pid} de {lease.holder.host}"
    return LeadHeld(
        f"Ya vigila otro Sereno sobre este almacén: {who}, desde el {lease.since:%d/%m/%Y %H:%M}. "
        f"Solo puede haber uno: deténgalo, o espere (si ha muerto, el mando queda libre "
        f"el {lease.until:%d/%m/%Y} a las {lease.until:%H:%M})"
    )
