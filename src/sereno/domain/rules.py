"""What a monitor declares: tables it relies on, rules, bands, digests. Read from its four data files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sereno.domain.cadence import Cadence

ColumnType = Literal["INTEGER", "REAL", "TEXT", "DATE", "FLAG"]
CellFormat = Literal["text", "date", "days", "age", "number"]
"""`days` is a badge on the days left until a date; `age` is a plain number of days, with no badge."""
QueryKind = Literal["rule", "check", "figure", "count", "people"]
Tell = Literal["always", "once_per_band"]
Mails = Literal["one", "per_person"]
Setting = int | str
Edge = int | str | None
"""A number of days, the name of a setting that holds it, or no bound."""

OWNER = "owner"
"""The audience of a digest that goes to the person each row names (its rule's `owner` column)."""
PEOPLE = "people:"
"""Opens the audience of a digest whose readers a query of kind `people` names: `people:jefes`."""


def url_variable(register: str) -> str:
    """Name the variable that holds a register's address."""
    return f"{register.upper().replace('-', '_')}_DB_URL"


@dataclass(frozen=True, slots=True)
class Column:
    """Declare a column that we fetch, and the type it becomes in the snapshot."""

    name: str
    type: ColumnType
    optional: bool = False
    also: tuple[str, ...] = ()
    """Further names it is found under."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Bound what is fetched: `column empty`, `column >= :hoy - days`, `column = value`.

    A source may apply or ignore it; it never leaves out a row whose value only normalisation understands.
    """

    column: str
    kind: Literal["empty", "since", "equals"]
    days: Edge = None
    value: str | int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Bound what is fetched by any of several alternatives, each of them conditions that all hold."""

    alternatives: tuple[tuple[Condition, ...], ...]


@dataclass(frozen=True, slots=True)
class Follows:
    """Keep the children of the rows that were kept of another table."""

    column: str
    parent: str
    parent_column: str
    whole: bool = False
    """Families come whole: what a `where` keeps brings its parent, and that one all its children."""


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
    also: tuple[str, ...] = ()
    """Further names it is found under."""
    where: Condition | Choice | None = None
    follows: Follows | None = None


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
    name: str = ""
    """`aviso`, `urgente`, `vencida`; what the ledger calls it."""
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
    track: tuple[str, ...] = ()
    """The columns by which the ledger follows a row; its key where there are none, or one of them is NULL."""
    due: str | None = None
    owner: str | None = None
    """The column that names a person: by Id, login or display name."""
    bands: tuple[Band, ...] = ()
    replans: bool = True
    """Whether a new due date is a replanning, told as such."""
    expires_after: Edge = None
    """Days after the due date at which a row leaves the rule unresolved."""
    escalate_after: Edge = None
    """Working days overdue after which `escalate_to` is copied; off where `None`."""
    escalate_to: str | None = None

    @property
    def sections(self) -> tuple[str, ...]:
        """Name its sections: its bands, or itself."""
        return tuple(band.id for band in self.bands) or (self.id,)


@dataclass(frozen=True, slots=True)
class Copies:
    """Say who else hears, by a query of kind `people`, and of which sections."""

    people: str
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DigestPlan:
    """Describe one digest: when it is owed, to whom, under which subject, with which sections in order."""

    name: str
    title: str
    subject: str
    cadence: Cadence
    to: str
    """A role, addresses separated by commas, `owner`, or `people:<query>`."""
    to_variable: str | None
    """The variable that replaces the audience."""
    sections: tuple[str, ...]
    why: str
    """Why the reader gets this, and whom to ask; printed at the foot."""
    weekday_variable: str | None = None
    """An older variable that names a weekly digest's weekday, 0 for Monday."""
    mails: Mails = "one"
    """One mail to all of a role, or one to each of its people."""
    bcc: str | None = None
    """A role that gets every mail of the digest without being named in it."""
    cc: Copies | None = None
    group_by: str | None = None
    """A query of kind `people` by whose person the sections are grouped."""
    own_first: bool = False
    """The reader's own group comes first."""
    nobody: str = ""
    """Heads the group of the rows that have no person."""
    stranger: str = ""
    """Heads the group of a person who does not get the mail; `{persona}` is the name."""
    tell: Tell = "always"
    repeat: tuple[int, ...] = ()
    """Working days after which an overdue finding is told again; the last step recurs."""
    when_empty: str = ""
    """What an empty section says; empty sections are left out where this is empty."""
    always_sent: bool = False
    """Sent even when nothing was found: proof of life."""
    figures: tuple[str, ...] = ()
    """Queries of kind `figure` shown above the sections, and their heading first."""
    compare_previous: bool = False
    charts: tuple[str, ...] = ()
    overdue_rules: tuple[str, ...] = ()
    """The rules whose overdue findings the chart `overdue` counts; the digest's own where empty."""
    closing: str = ""


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
    queries: Mapping[str, Query]
    """Every query but the rules', by id: checks, figures, counts, people."""
    digests: tuple[DigestPlan, ...]
    settings: Mapping[str, Setting] = field(default_factory=dict)

    @property
    def registers(self) -> tuple[str, ...]:
        """List the registers that its tables live in, each once, in order of declaration."""
        return tuple(dict.fromkeys(table.register for table in self.tables))

    def rules_of(self, plan: DigestPlan) -> tuple[Rule, ...]:
        """List the rules that a digest tells of: one that is blind leaves it incomplete."""
        return tuple(rule for rule in self.rules if set(plan.sections).intersection(rule.sections))

    def of_kind(self, kind: QueryKind) -> tuple[Query, ...]:
        """List its queries of a kind."""
        return tuple(query for query in self.queries.values() if query.kind == kind)
