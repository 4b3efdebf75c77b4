"""How often each job ran, of all there ever were: counted in the caller's transaction."""

from datetime import tzinfo
from typing import Any

from sqlalchemy import Connection, Select, func, select

from sereno.adapters.store import schema
from sereno.adapters.store.rows import job_totals_of, joined
from sereno.engine.records import JobTotals

_job = schema.job_results.c


def read_totals(connection: Connection, zone: tzinfo) -> dict[str, JobTotals]:
    """Count the results that are kept one by one, and add those that are not."""
    well = _job.code == 0
    counted = select(
        _job.job,
        func.count().label("runs"),
        func.count().filter(well).label("successes"),
        func.max(_job.ended_at).filter(well).label("last_success"),
    ).group_by(_job.job)
    recent = _read(connection, counted, zone)
    folded = _read(connection, select(schema.job_totals), zone)
    return {job: joined(folded.get(job), recent.get(job)) for job in {*folded, *recent}}


def _read(connection: Connection, totals: Select[Any], zone: tzinfo) -> dict[str, JobTotals]:
    return {row["job"]: job_totals_of(row, zone) for row in connection.execute(totals).mappings()}
