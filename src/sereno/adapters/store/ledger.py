"""The finding ledger of the store in a database: each function works in the caller's transaction."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.engine import MappingResult

from sereno.adapters.store import schema
from sereno.adapters.store.roll_writing import write_roll
from sereno.adapters.store.rows import (
    ends_of,
    entry_of,
    entry_row,
    notice_of,
    snooze_of,
    snooze_row,
    told_of,
    told_row,
)
from sereno.adapters.store.upserting import upsert
from sereno.domain.finding_names import finding_id
from sereno.domain.ledger import Entry, Ledger, Snooze, Telling, Track
from sereno.engine.records import Notice, Owned, Told

_finding = schema.findings.c
_telling = schema.tellings.c
_mail = schema.messages.c


def read_ledger(connection: Connection, monitor: str, since: date | None) -> Ledger:
    """Read a monitor's entries, but for those that ended before `since`, with the tellings that count."""
    found = read_entries(connection, _wanted(monitor, since))
    return {(entry.rule, entry.track): entry for _, _, entry in found}


def read_entries(
    connection: Connection, wanted: ColumnElement[bool], *, few: bool = False
) -> list[tuple[str, str, Entry]]:
    """Read entries, each with its id and monitor before it, with the tellings that count.

    Three queries, however many entries there are; of like tellings, the first and the last (`condensed`).
    Of a `few` entries the messages that told them are looked up one by one.
    """
    tellings: dict[str, list[Telling]] = defaultdict(list)
    ends = [end for row in _rows(connection, _counted(wanted, few=few)) for end in ends_of(row)]
    for _, _, finding, telling in sorted(ends, key=lambda end: end[:2]):
        tellings[finding].append(telling)
    snoozed = select(schema.snoozes).join(schema.findings, _finding.id == schema.snoozes.c.finding)
    snoozes = {row["finding"]: snooze_of(row) for row in _rows(connection, snoozed.where(wanted))}
    return [
        (row["id"], row["monitor"], entry_of(row, tuple(tellings.get(row["id"], ())), snoozes.get(row["id"])))
        for row in _rows(connection, select(schema.findings).where(wanted))
    ]


def void_messages() -> Select[tuple[str]]:
    """Select the messages that told nobody whom they concerned."""
    # Apart, for each is a run of the index; together they are a search through all mail there ever was.
    return select(_mail.id).where(or_(_mail.trial, and_(~_mail.trial, _mail.unheard)))


def count_told() -> Select[tuple[str, int]]:
    """Count how often each open finding was told since it was first seen."""
    since = _telling.told_on >= schema.roll.c.first_seen
    told = select(_telling.finding, func.count().label("told"))
    joined = told.join_from(schema.roll, schema.tellings, schema.roll.c.id == _telling.finding)
    return joined.where(since, _counts()).group_by(_telling.finding)


def read_finding(connection: Connection, name: str) -> tuple[str, Entry] | None:
    """Read the entry of that name, with its monitor."""
    found = read_entries(connection, _finding.id == name, few=True)
    return next(((monitor, entry) for _, monitor, entry in found), None)


def read_told(connection: Connection, monitor: str, since: date | None) -> list[Told]:
    """Read the tellings of those entries in the order of writing, without their texts."""
    columns = [column for column in schema.tellings.columns if column is not _telling.text]
    told = select(*columns, _finding.track, literal("").label("text"))
    ordered = _of_findings(told).where(_wanted(monitor, since)).order_by(_telling.number)
    return [told_of(row) for row in _rows(connection, ordered)]


def write_entries(connection: Connection, monitor: str, entries: Iterable[Entry]) -> None:
    """Write entries over those that they replace."""
    rows = {str(row["id"]): (row, entry) for row, entry in ((entry_row(e, monitor), e) for e in entries)}
    # In one order for all: processes that write at once wait for each other, and never in a circle.
    ordered = [rows[name] for name in sorted(rows)]
    upsert(connection, schema.findings, [row for row, _ in ordered])
    write_roll(connection, ordered)


def write_told(connection: Connection, monitor: str, told: Iterable[Told]) -> None:
    """Write tellings, each after its message."""
    rows = [told_row(each, monitor) for each in told]
    if rows:
        connection.execute(insert(schema.tellings), rows)


def write_snooze(connection: Connection, monitor: str, rule: str, track: Track, snooze: Snooze) -> None:
    """Write that a finding was put off, over what was said before."""
    upsert(connection, schema.snoozes, [snooze_row(finding_id(monitor, rule, track), snooze)])


def write_notices(connection: Connection, accepted: Iterable[tuple[str, str]], now: datetime) -> None:
    """Write a notice for every finding that these messages told these people."""
    told = select(
        _telling.number, bindparam("address", type_=Text), bindparam("at", type_=schema.Instant)
    ).where(_telling.message_id == bindparam("message"))
    notices = insert(schema.notices).from_select(
        ["telling", "address", "accepted_at"], told.order_by(_telling.number)
    )
    rows = [{"message": message, "address": address, "at": now} for message, address in accepted]
    if rows:
        connection.execute(notices, rows)


def read_notices(
    connection: Connection, since: datetime, until: datetime, address: str | None, zone: tzinfo
) -> list[Notice]:
    """Read who was told of what from `since` to before `until`, oldest first."""
    notice = schema.notices.c
    wanted = select(schema.tellings, notice.address, notice.accepted_at).join_from(
        schema.notices, schema.tellings
    )
    if address is not None:
        wanted = wanted.where(func.lower(notice.address) == func.lower(address))
    between = wanted.where(notice.accepted_at >= since, notice.accepted_at < until)
    ordered = between.order_by(notice.accepted_at, notice.number)
    return [notice_of(row, zone) for row in _rows(connection, ordered)]


def read_notices_of(connection: Connection, name: str, zone: tzinfo) -> list[Notice]:
    """Read who was told of the finding of that name, oldest first."""
    notice = schema.notices.c
    told = select(schema.tellings, notice.address, notice.accepted_at).join_from(
        schema.tellings, schema.notices
    )
    ordered = told.where(_telling.finding == name).order_by(notice.accepted_at, notice.number)
    return [notice_of(row, zone) for row in _rows(connection, ordered)]


def read_owners(connection: Connection) -> list[Owned]:
    """Count what is open in a section by whom its rows name."""
    whose = (_finding.monitor, _finding.rule, _finding.section, _finding.owner)
    counted = select(*whose, func.count()).where(schema.OPEN).group_by(*whose)
    return sorted((Owned(*row) for row in connection.execute(counted)), key=Owned.place)


def _wanted(monitor: str, since: date | None) -> ColumnElement[bool]:
    lately = true() if since is None else or_(_finding.ended_on.is_(None), _finding.ended_on >= since)
    return and_(_finding.monitor == monitor, lately)


def _counted(wanted: ColumnElement[bool], *, few: bool) -> Select[Any]:
    alike = (_telling.finding, _telling.digest, _telling.section, _telling.due)
    moment = cast(_telling.told_on, Text).concat(_telling.period)
    told = select(
        *alike,
        func.min(moment).label("first"),
        func.max(moment).label("last"),
        func.min(_telling.number).label("first_number"),
        func.max(_telling.number).label("last_number"),
        func.count().label("times"),
    )
    return (
        _of_findings(told)
        .where(wanted, _counts(few=few))
        .group_by(*alike, _telling.told_on >= _finding.first_seen)
    )


def _counts(*, few: bool = False) -> ColumnElement[bool]:
    if few:
        return ~exists().where(_mail.id == _telling.message_id, or_(_mail.trial, _mail.unheard))
    return or_(_telling.message_id.is_(None), _telling.message_id.not_in(void_messages()))


def _of_findings(told: Select[Any]) -> Select[Any]:
    return told.join_from(schema.tellings, schema.findings, _finding.id == _telling.finding)


def _rows(connection: Connection, query: Select[Any]) -> MappingResult:
    return connection.execute(query).mappings()
