"""What a monitor declares: tables it relies on, rules, bands, digests. Read from its four data files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sereno.domain.cadence import Cadence

ColumnType = Literal["INTEGER", "REAL", "TEXT", "DATE", "FLAG"]
CellFormat = Literal["text", "date", "days", "number"]
QueryKind = Literal["rule", "count"]
Setting = int | str
Edge = int | str | None
"""A number of days, the name of a setting that holds it, or no bound."""


def url_variable(register: str) -> str:
    """Name the variable that holds a register's address."""
    return f"{register.upper().replace('-', '_')}_DB_URL"


@dataclass(frozen=True, slots=True)
class Column:
    """Declare a column that we fetch, and the type it becomes in the snapshot."""

    name: str
    type: ColumnType
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Declare a table that we fetch: only these columns, never another."""

    name: str
    register: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    optional: bool = False
    at_least: int = 0
    """Canary: with fewer rows than this the table is not believed, and what reads it is blind."""


@dataclass(frozen=True, slots=True)
class Query:
    """Hold one SELECT over the snapshot, headed by its id, kind and a sentence."""

    id: str
    kind: QueryKind
    sentence: str
    sql: str


@dataclass(frozen=True, slots=True)
class Band:
    """Bound a window of days left, ends included; `None` leaves that end open."""

    id: str
    title: str
    """May show thresholds: `{dias_aviso}`."""
    since: Edge = None
    until: Edge = None
    undated: bool = False
    """Rows without a date belong here."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Name a column that a section shows, its heading and its format."""

    column: str
    heading: str
    format: CellFormat = "text"
    only: tuple[str, ...] = ()
    """The sections that show it; all of the rule's where empty."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Describe what a query's rows mean."""

    id: str
    title: str
    query: Query
    register: str
    table: str
    """The table whose records its key identifies."""
    key: tuple[str, ...]
    columns: tuple[Shown, ...]
    due: str | None = None
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True)
class DigestPlan:
    """Describe one digest: when it is owed, to whom, under which subject, with which sections in order."""

    name: str
    title: str
    subject: str
    cadence: Cadence
    to: str
    """A role, or addresses separated by commas."""
    to_variable: str | None
    sections: tuple[str, ...]
    why: str
    """Why the reader gets this, and whom to ask; printed at the foot."""


@dataclass(frozen=True, slots=True)
class Monitor:
    """Hold one monitor: what it reads, finds and tells."""

    name: str
    title: str
    application: str
    application_id: int
    register: str
    prefix: str
    """Leads the names of its variables: `BRASS` gives `BRASS_DIAS_AVISO`."""
    tables: tuple[Table, ...]
    views: tuple[str, ...]
    rules: tuple[Rule, ...]
    counts: tuple[Query, ...]
    digests: tuple[DigestPlan, ...]
    settings: Mapping[str, Setting] = field(default_factory=dict)

    @property
    def registers(self) -> tuple[str, ...]:
        """List the registers that its tables live in, each once, in order of declaration."""
        return tuple(dict.fromkeys(table.register for table in self.tables))
