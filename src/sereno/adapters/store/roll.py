"""The roll of open findings in a database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Select,
    Text,
    and_,
    column,
    func,
    select,
    values,
)

from sereno.adapters.store import schema
from sereno.adapters.store.engine import reading
from sereno.adapters.store.ledger import count_told, read_entries, void_messages
from sereno.adapters.store.roll_rows import folded, in_parts, is_on_the_roll
from sereno.engine.roll import Inquiry, Listed, Lot, RollOrder, Tally

_roll, _run = schema.roll.c, schema.runs.c
# The sum too: on a server a run may be written whose number is not the last.
_MARK = select(
    select(schema.store_info.c.made_at).scalar_subquery(),
    func.count(),
    func.sum(_run.number),
    select(_run.id).order_by(_run.number.desc()).limit(1).scalar_subquery(),
).select_from(schema.runs)


@dataclass(frozen=True, slots=True)
class SqlRoll:
    """Read what is open; every method may raise StoreUnavailable."""

    engine: Engine

    def mark(self) -> str:
        """Return what no two states of the roll share."""
        with reading(self.engine) as connection:
            return _mark(connection)

    def told_mark(self) -> str:
        """Return what no two states of the counts of tellings share."""
        telling = schema.tellings.c
        with reading(self.engine) as connection:
            newest = connection.scalar(select(func.max(telling.number)))
            return f"{_mark(connection)} {newest} {hash(frozenset(connection.scalars(void_messages())))}"

    def tally(self) -> list[Tally]:
        """Count all that is open, by lot and owner."""
        names = (_roll.monitor, _roll.rule, _roll.section, _roll.owner)
        counted = select(*names, func.count()).group_by(*names)
        with reading(self.engine) as connection:
            found = connection.execute(counted).all()
        return [
            Tally(Lot(monitor, rule, section), owner, number)
            for monitor, rule, section, owner, number in found
        ]

    def count(self, inquiry: Inquiry) -> int:
        """Count what is asked for."""
        with reading(self.engine) as connection:
            lots = _lots(inquiry)
            return connection.scalar(_asked(select(func.count()), lots, inquiry, connection)) or 0

    def ids(self, inquiry: Inquiry, first: int, number: int) -> list[str]:
        """Name what is asked for, from the `first` (of 0) on, in its order."""
        with reading(self.engine) as connection:
            return list(connection.scalars(_ordered(inquiry, connection).offset(first).limit(number)))

    def listed(self, ids: Sequence[str]) -> list[Listed]:
        """Return findings whole, with the tellings that count, in the order given."""
        with reading(self.engine) as connection:
            return _listed(connection, ids)

    def every(self, inquiry: Inquiry) -> Iterator[Listed]:
        """Yield all that is asked for, in one look, a few at a time."""
        with reading(self.engine) as connection:
            ids = list(connection.scalars(_ordered(inquiry, connection)))
            for some in in_parts(ids):
                yield from _listed(connection, some)


def _mark(connection: Connection) -> str:
    return " ".join(map(str, connection.execute(_MARK).one()))


def _listed(connection: Connection, ids: Sequence[str]) -> list[Listed]:
    found = {
        name: Listed(name, monitor, entry)
        for name, monitor, entry in read_entries(connection, schema.findings.c.id.in_(ids), few=True)
        if is_on_the_roll(entry)
    }
    return [found[name] for name in ids if name in found]


def _lots(inquiry: Inquiry) -> CTE:
    """Name the lots that are asked for, with what is known of each."""
    titles = sorted({each.title.casefold() for each in inquiry.lots})
    rows = [
        (
            each.lot.monitor, each.lot.rule, each.lot.section, each.place,
            titles.index(each.title.casefold()),
            folded(f" {each.title} {each.lot.rule} {each.lot.section} "),
        )
        for each in inquiry.lots
    ] or [("", "", "", 0, 0, "")]  # fmt: skip
    texts = (column("monitor", Text), column("rule", Text), column("section", Text))
    numbers = (column("place", Integer), column("title", Integer))
    return values(*texts, *numbers, column("about", Text), name="lot").data(rows).cte("lot")


def _asked(wanted: Select[Any], lots: CTE, inquiry: Inquiry, connection: Connection) -> Select[Any]:
    same = and_(lots.c.monitor == _roll.monitor, lots.c.rule == _roll.rule, lots.c.section == _roll.section)
    asked = wanted.select_from(lots.join(schema.roll, same))
    if inquiry.owner is not None:
        asked = asked.where(_roll.owner == inquiry.owner)
    if inquiry.seen_by is not None:
        asked = asked.where(_roll.first_seen <= inquiry.seen_by)
    if inquiry.text:
        line = _roll.key_folded.concat(lots.c.about).concat(func.coalesce(_roll.owner_folded, ""))
        place = func.strpos if connection.dialect.name == "postgresql" else func.instr
        asked = asked.where(place(line, folded(inquiry.text)) > 0)
    return asked


def _ordered(inquiry: Inquiry, connection: Connection) -> Select[Any]:
    lots = _lots(inquiry)
    asked = _asked(select(_roll.id), lots, inquiry, connection)
    if inquiry.order == "told":
        told = count_told().subquery("told")
        asked = asked.join(told, told.c.finding == _roll.id, isouter=True)
        by: ColumnElement[Any] | None = func.coalesce(told.c.told, 0)
    else:
        by = _by(lots, inquiry.order)
    ties = (lots.c.place, _roll.urgency, _roll.rule, _roll.id)
    if by is None:
        return asked.order_by(*ties)
    return asked.order_by(by.is_(None), by.desc() if inquiry.falling else by, *ties)


def _by(lots: CTE, order: RollOrder) -> ColumnElement[Any] | None:
    columns: dict[RollOrder, ColumnElement[Any]] = {
        "due": _roll.due,
        "key": _roll.key_folded,
        "section": lots.c.title,
        "owner": _roll.owner_folded,
        "seen": _roll.first_seen,
        "replannings": _roll.replannings,
    }
    return columns.get(order)
