"""What may be taken away from the store in a database, and how it goes: each in the caller's transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    CursorResult,
    Select,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from sereno.adapters.store import schema
from sereno.engine.keeper import KEPT_RESULTS, KEPT_RUNS, SETTLED, Gone, Waste
from sereno.engine.records import IMPORTED

Keys: TypeAlias = Sequence[Any]

_mail, _body, _each = schema.messages.c, schema.bodies.c, schema.deliveries.c
_row, _telling, _notice, _run = schema.taken_in.c, schema.tellings.c, schema.notices.c, schema.runs.c
_finding, _job, _period = schema.findings.c, schema.job_results.c, schema.periods.c
_missed = schema.missed.c
_OVER = _each.state.in_(sorted(SETTLED))


@dataclass(frozen=True, slots=True)
class Pruning:
    """Say how one kind of waste is found, without a lock, and taken away."""

    find: Callable[[datetime], Select[Any]]
    """Select the keys of what may go; times are before then."""
    drop: Callable[[Connection, Keys, datetime], Gone]
    """Take away what of these may still go: others may have written since it was found."""


def _bytes(*kinds: str) -> Pruning:
    def may_go(before: datetime) -> ColumnElement[bool]:
        of_kind = exists().where(
            _mail.id == _body.message_id, _mail.kind.in_(kinds), _mail.queued_at < before
        )
        return and_(of_kind, ~_open_mail(_body.message_id, before))

    def drop(connection: Connection, keys: Keys, before: datetime) -> Gone:
        which = _body.message_id.in_(_locked(connection, keys)), may_go(before)
        size = connection.scalar(select(func.sum(func.length(_body.data))).where(*which)) or 0
        return Gone(_rows(connection.execute(delete(schema.bodies).where(*which))), size)

    return Pruning(lambda before: select(_body.message_id).where(may_go(before)), drop)


def _open_mail(message_id: ColumnElement[Any], before: datetime) -> ColumnElement[bool]:
    """Tell whether a delivery of the message has not ended, or not for so long."""
    each = schema.deliveries.alias().c
    is_over = and_(each.state.in_(sorted(SETTLED)), each.settled_at < before)
    return exists().where(each.message_id == message_id, or_(each.settled_at.is_(None), ~is_over))


def _locked(connection: Connection, message_ids: Keys) -> Keys:
    """Hold messages, so that nobody adds a delivery to one meanwhile; leave out what somebody else holds."""
    wanted = select(_mail.id).where(_mail.id.in_(message_ids)).with_for_update(skip_locked=True)
    return connection.scalars(wanted).all()


def _mail_may_go(message_id: ColumnElement[Any], before: datetime) -> ColumnElement[bool]:
    unstamped = or_(_row.stamped_at.is_(None), _row.stamped_at >= before)
    return and_(
        ~_open_mail(message_id, before),
        ~exists().where(_body.message_id == message_id),
        ~exists().where(_telling.message_id == message_id),
        ~exists().where(_row.message_id == message_id, unstamped),
    )


def _find_mail(before: datetime) -> Select[Any]:
    old = select(_each.message_id).where(_OVER, _each.settled_at < before)
    return old.where(_mail_may_go(_each.message_id, before)).distinct()


def _drop_mail(connection: Connection, keys: Keys, before: datetime) -> Gone:
    locked = _locked(connection, keys)
    ids = connection.scalars(
        select(_mail.id).where(_mail.id.in_(locked), _mail_may_go(_mail.id, before))
    ).all()
    of_these = select(_each.id).where(_each.message_id.in_(ids))
    connection.execute(delete(schema.attempts).where(schema.attempts.c.delivery_id.in_(of_these)))
    for table in (schema.deliveries, schema.taken_in):
        connection.execute(delete(table).where(table.c.message_id.in_(ids)))
    return Gone(_rows(connection.execute(delete(schema.messages).where(_mail.id.in_(ids)))))


def _telling_may_go(before: datetime) -> ColumnElement[bool]:
    """Spare what counts for a finding that is open or has just ended, and what is proof or may become it."""
    counts = exists().where(
        _finding.id == _telling.finding, or_(_finding.ended_on.is_(None), _finding.ended_on >= _day(before))
    )
    void = exists().where(_mail.id == _telling.message_id, or_(_mail.trial, _mail.unheard))
    is_open = exists().where(_each.message_id == _telling.message_id, ~_OVER)
    proves = exists().where(_notice.telling == _telling.number)
    return and_(_telling.told_on < _day(before), or_(void, ~counts), ~is_open, ~proves)


def _find_runs(before: datetime) -> Select[Any]:
    like = (_run.monitor, _run.digest, _run.state, _run.forced, _run.trial)
    place = func.row_number().over(partition_by=like, order_by=(_run.finished_at.desc(), _run.number.desc()))
    columns = (_run.number, _run.monitor, _run.digest, _run.period, _run.finished_at)
    ranked = select(*columns, place.label("place")).subquery().c
    of_run = and_(
        _period.monitor == ranked.monitor, _period.digest == ranked.digest, _period.period == ranked.period
    )
    is_open = exists().where(of_run, _period.closes_at >= before)
    old = ranked.finished_at < before, ranked.place > KEPT_RUNS
    # What says that an older ledger was taken over says so for ever.
    return select(ranked.number).where(*old, ranked.period != IMPORTED, ~is_open)


def _drop_runs(connection: Connection, keys: Keys, _before: datetime) -> Gone:
    ids = select(_run.id).where(_run.number.in_(keys))
    connection.execute(update(schema.messages).where(_mail.run_id.in_(ids)).values(run_id=None))
    connection.execute(delete(schema.traces).where(schema.traces.c.run_id.in_(ids)))
    return Gone(_rows(connection.execute(delete(schema.runs).where(_run.number.in_(keys)))))


def _find_jobs(before: datetime) -> Select[Any]:
    latest = (_job.started_at.desc(), _job.number.desc())
    place = func.row_number().over(partition_by=_job.job, order_by=latest)
    ranked = select(_job.number, _job.ended_at, place.label("place")).subquery().c
    return select(ranked.number).where(ranked.ended_at < before, ranked.place > KEPT_RESULTS)


def _drop_jobs(connection: Connection, keys: Keys, _before: datetime) -> Gone:
    """Count results where totals are kept, in the transaction in which they go."""
    told = (_job.job, _job.code, _job.ended_at, func.length(_job.tail))
    went = connection.execute(delete(schema.job_results).where(_job.number.in_(keys)).returning(*told)).all()
    for job in sorted({each for each, *_ in went}):
        well = [ended for each, code, ended, _ in went if each == job and code == 0]
        runs = sum(each == job for each, *_ in went)
        _add_totals(connection, job, runs, len(well), max(well, default=None))
    return Gone(len(went), sum(size for *_, size in went))


def _add_totals(connection: Connection, job: str, runs: int, well: int, last: datetime | None) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    table = schema.job_totals
    fresh = dialect.insert(table).values(job=job, runs=runs, successes=well, last_success=last)
    theirs, ours = table.c.last_success, fresh.excluded.last_success
    sums = {name: table.c[name] + fresh.excluded[name] for name in ("runs", "successes")}
    later = case((theirs.is_(None), ours), (ours > theirs, ours), else_=theirs)
    connection.execute(
        fresh.on_conflict_do_update(index_elements=["job"], set_=sums | {"last_success": later})
    )


def _plain(key: Column[Any], may_go: Callable[[datetime], ColumnElement[bool]]) -> Pruning:
    """Take rows away of which nothing else is to be said."""
    table: Table = key.table

    def drop(connection: Connection, keys: Keys, before: datetime) -> Gone:
        return Gone(_rows(connection.execute(delete(table).where(key.in_(keys), may_go(before)))))

    return Pruning(lambda before: select(key).where(may_go(before)), drop)


def _find_periods(before: datetime) -> Select[Any]:
    return select(_period.monitor, _period.digest, _period.period).where(_period.closes_at < before)


def _drop_periods(connection: Connection, keys: Keys, before: datetime) -> Gone:
    named = tuple_(_period.monitor, _period.digest, _period.period).in_([tuple(key) for key in keys])
    gone = connection.execute(delete(schema.periods).where(named, _period.closes_at < before))
    return Gone(_rows(gone))


def _find_missed(before: datetime) -> Select[Any]:
    return select(_missed.monitor, _missed.digest, _missed.period).where(_missed.noted_at < before)


def _drop_missed(connection: Connection, keys: Keys, before: datetime) -> Gone:
    named = tuple_(_missed.monitor, _missed.digest, _missed.period).in_([tuple(key) for key in keys])
    gone = connection.execute(delete(schema.missed).where(named, _missed.noted_at < before))
    return Gone(_rows(gone))


def _rows(done: CursorResult[Any]) -> int:
    return max(0, done.rowcount)


def _day(moment: datetime) -> date:
    return moment.date()


PRUNINGS: Mapping[Waste, Pruning] = {
    "own_bytes": _bytes("digest", "notice"),
    "foreign_bytes": _bytes("queue"),
    "notices": _plain(_notice.number, lambda before: _notice.accepted_at < before),
    "tellings": _plain(_telling.number, _telling_may_go),
    "mail": Pruning(_find_mail, _drop_mail),
    "runs": Pruning(_find_runs, _drop_runs),
    "missed": Pruning(_find_missed, _drop_missed),
    "periods": Pruning(_find_periods, _drop_periods),
    "refusals": _plain(schema.refusals.c.address, lambda before: schema.refusals.c.refused_at < before),
    "jobs": Pruning(_find_jobs, _drop_jobs),
    "sessions": _plain(schema.sessions.c.token, lambda before: schema.sessions.c.until < before),
    "deeds": _plain(schema.deeds.c.number, lambda before: schema.deeds.c.at < before),
    "codes": _plain(schema.codes.c.id, lambda before: schema.codes.c.asked_at < before),
}
