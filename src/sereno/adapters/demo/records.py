"""Invented records as trees, what they claim of the rules, and how the department's forms spell them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from typing import Literal, get_args

Kind = Literal["key", "int", "text", "date", "iso", "stamp", "flag"]
"""`date` is written `dd/mm/yyyy`, `iso` `yyyy-mm-dd`, `stamp` with the time; `flag` in every spelling."""
Value = str | int | None
"""Of a date, days from today; of a flag, True or False; a text is written as it is, whatever the column."""
Keys = Mapping[str, frozenset[int]]

KINDS: tuple[Kind, ...] = get_args(Kind)
YES = ("Sí", "True", "1", "-1", "sí", "S")
NO = ("No", "False", "0", "NO", "N")
HOUR = "08:30:00"


@dataclass(frozen=True, slots=True)
class Sheet:
    """Describe a table of a register."""

    table: str
    columns: Mapping[str, Kind]
    key: str | None
    link: str | None
    """The column that holds the key of the record above."""

    @property
    def creation(self) -> str:
        """Return its CREATE TABLE."""
        types = {"key": "INTEGER PRIMARY KEY", "int": "INTEGER"}
        columns = ", ".join(f"{name} {types.get(kind, 'TEXT')}" for name, kind in self.columns.items())
        return f"CREATE TABLE {self.table} ({columns})"


@dataclass(frozen=True, slots=True)
class Claim:
    """Claim that a rule's section shows a record, or leaves it out."""

    section: str
    found: bool


@dataclass(frozen=True, slots=True)
class Record:
    """Hold a row, and the rows below it."""

    table: str
    values: Mapping[str, Value]
    parts: tuple["Record", ...] = ()
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """Hold a claim and the keys, by column, that its record and those below it were given."""

    claim: Claim
    keys: Keys


Entry = tuple[Sheet, int | None, tuple[Value, ...]]


def sheet(table: str, columns: str, link: str | None = None) -> Sheet:
    """Read columns written `Name kind, Name kind`."""
    kinds: dict[str, Kind] = {}
    for column in columns.split(","):
        name, kind = column.split()
        kinds[name] = KINDS[KINDS.index(kind)]  # raises for what is no kind
    return Sheet(table, kinds, next((name for name, kind in kinds.items() if kind == "key"), None), link)


def found(section: str, record: Record) -> Record:
    """Claim that the section shows it."""
    return replace(record, claims=(*record.claims, Claim(section, found=True)))


def missed(section: str, record: Record) -> Record:
    """Claim that the section leaves it out."""
    return replace(record, claims=(*record.claims, Claim(section, found=False)))


def around(
    section: str,
    build: Callable[..., Record],
    column: str,
    hits: Sequence[Value],
    misses: Sequence[Value],
) -> tuple[Record, ...]:
    """Vary one column across a rule's boundary: what misses is one value away from what is found."""
    return (
        *(found(section, build(**{column: value})) for value in hits),
        *(missed(section, build(**{column: value})) for value in misses),
    )


class Clerk:
    """Number a register's records and write them as the department's forms do."""

    def __init__(self, sheets: Sequence[Sheet], today: date) -> None:
        self._sheets = {each.table: each for each in sheets}
        self._numbers = {each.table: count(1) for each in sheets}
        self._today = today
        self._flags = count()
        self._dates: dict[tuple[Kind, int], str] = {}
        self.placed: list[Placed] = []

    def enter(self, record: Record, above: int | None = None) -> list[Entry]:
        """Return the rows of a record and of those below it; KeyError where a table has no such column."""
        form = self._sheets[record.table]
        if not record.values.keys() <= form.columns.keys():
            raise KeyError(f"{record.table}: {record.values.keys() - form.columns.keys()}")
        key = next(self._numbers[record.table]) if form.key else None
        entries: list[Entry] = [(form, key, self._row(form, record.values, key, above))]
        for part in record.parts:
            entries += self.enter(part, key)
        self.placed += (Placed(claim, _keys(entries)) for claim in record.claims)
        return entries

    def _row(
        self, form: Sheet, values: Mapping[str, Value], key: int | None, above: int | None
    ) -> tuple[Value, ...]:
        given: dict[str, Value] = {**values}
        if form.key:
            given[form.key] = key
        if form.link:
            given.setdefault(form.link, above)
        return tuple(self._spelt(kind, given.get(name)) for name, kind in form.columns.items())

    def _spelt(self, kind: Kind, value: Value) -> Value:
        if value is None or isinstance(value, str):
            return value
        if kind == "flag":
            spellings = YES if value else NO
            return spellings[next(self._flags) % len(spellings)]
        return self._day(kind, value) if kind in {"date", "iso", "stamp"} else value

    def _day(self, kind: Kind, days: int) -> str:
        known = self._dates.get((kind, days))
        if known is None:
            day = self._today + timedelta(days=days)
            forms = {"date": f"{day:%d/%m/%Y}", "iso": day.isoformat(), "stamp": f"{day} {HOUR}"}
            known = self._dates[kind, days] = forms[kind]
        return known


def _keys(entries: Sequence[Entry]) -> Keys:
    columns = {form.key for form, _, _ in entries if form.key}
    return {
        column: frozenset(key for form, key, _ in entries if form.key == column and key is not None)
        for column in columns
    }
