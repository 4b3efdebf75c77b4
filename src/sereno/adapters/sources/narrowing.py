"""Say of which rows of a table a monitor can tell a difference: its `where` and `follows`, for any source."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta, tzinfo

from sereno.adapters.normalise import normalise_value
from sereno.adapters.sources.ports import AnyOf, Bound, Narrowing
from sereno.domain.findings import Cell
from sereno.domain.rules import Choice, Column, ColumnType, Condition, Setting, Table

_NO_DAY = (date.max, date.max)


def column_named(table: Table, name: str) -> Column:
    """Return a declared column."""
    return next(column for column in table.columns if column.name.casefold() == name.casefold())


def narrow_where(table: Table, today: date, settings: Mapping[str, Setting], tz: tzinfo) -> Bound | None:
    """Ask for the rows that meet the table's `where`, and for those whose value is blank or unreadable."""
    if not isinstance(table.where, Choice):
        return None if table.where is None else _narrow(table, table.where, today, settings, tz)
    alternatives = tuple(
        tuple(
            found
            for condition in alternative
            if (found := _narrow(table, condition, today, settings, tz)) is not None
        )
        for alternative in table.where.alternatives
    )
    return AnyOf(alternatives) if all(alternatives) else None


def _narrow(
    table: Table, condition: Condition, today: date, settings: Mapping[str, Setting], tz: tzinfo
) -> Narrowing | None:
    column = column_named(table, condition.column)
    if condition.kind == "empty":
        days = _NO_DAY if column.type == "DATE" else None
        return Narrowing(
            column.name, lambda value: normalise_value(value, column.type, tz) is None, days=days
        )
    if condition.kind == "since":
        return _since(column, today - timedelta(_days(condition, settings)), tz)
    return _equal(column, condition.value, tz)


def narrow_follows(table: Table, column_name: str, kept: Collection[Cell], tz: tzinfo) -> Narrowing:
    """Ask for the rows that name one of these keys in a column, by their normalised keys."""
    column = column_named(table, column_name)

    def matters(value: object) -> bool:
        cell = normalise_value(value, column.type, tz)
        return cell is None or cell in kept

    numbers = {cell for cell in kept if isinstance(cell, int)} if column.type == "INTEGER" else None
    return Narrowing(column.name, matters, numbers=numbers)


def _days(condition: Condition, settings: Mapping[str, Setting]) -> int:
    days = condition.days
    return int(settings[days]) if isinstance(days, str) else days or 0


def _since(column: Column, first: date, tz: tzinfo) -> Narrowing | None:
    if column.type != "DATE":
        return None

    def matters(value: object) -> bool:
        day = normalise_value(value, "DATE", tz)
        return day is None or str(day) >= first.isoformat()

    return Narrowing(column.name, matters, days=(first, date.max))


def _equal(column: Column, wanted: Cell, tz: tzinfo) -> Narrowing | None:
    cell = normalise_value(wanted, column.type, tz)
    if cell is None:  # a value that the column can never hold: nothing can be told from it
        return None
    return Narrowing(
        column.name,
        lambda value: normalise_value(value, column.type, tz) in (None, cell),
        days=_day(cell, column.type),
    )


def _day(cell: Cell, kind: ColumnType) -> tuple[date, date] | None:
    return (date.fromisoformat(str(cell)),) * 2 if kind == "DATE" else None
