"""The form of monitor.toml and cases.toml: which keys there are, and what each may hold."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sereno.domain.rules import CellFormat, Edge, Mails, Tell

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Variable = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
Count = Annotated[int, Field(ge=0, le=999_999)]
Text = Annotated[str, Field(pattern=r"\S")]
Some = Annotated[list[str], Field(min_length=1)]


class Form(BaseModel):
    """Refuse unknown keys and silent conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class FollowsForm(Form):
    """Say whose children are kept."""

    column: str
    table: str
    key: str
    whole: bool = False


class TableForm(Form):
    """Say more of a table than schema.sql can."""

    optional: bool = False
    also: list[str] = []
    columns: dict[str, list[str]] = {}
    """Further names of columns."""
    where: str | None = None
    follows: FollowsForm | None = None


class BandForm(Form):
    """Bound a band."""

    id: str
    title: str
    name: str = ""
    since: Edge = None
    until: Edge = None
    undated: bool = False


class ShownForm(Form):
    """Name a shown column."""

    column: str
    heading: str
    format: CellFormat = "text"
    only: list[str] = []


class EscalateForm(Form):
    """Say who is copied, and when."""

    after: Edge
    to: str


class RuleForm(Form):
    """Describe a rule."""

    id: str
    title: str
    key: Some
    track: list[str] = []
    due: str | None = None
    owner: str | None = None
    bands: list[BandForm] = []
    columns: Annotated[list[ShownForm], Field(min_length=1)]
    replans: bool = True
    expires_after: Edge = None
    escalate: EscalateForm | None = None


class CopiesForm(Form):
    """Say who is copied."""

    people: str
    sections: Some


class DigestForm(Form):
    """Describe a digest."""

    name: Name
    title: str
    subject: str
    cadence: str
    to: str
    to_variable: Variable | None = None
    weekday_variable: Variable | None = None
    sections: Some
    why: str
    mails: Mails = "one"
    bcc: str | None = None
    cc: CopiesForm | None = None
    group_by: str | None = None
    own_first: bool = False
    nobody: str = ""
    stranger: str = ""
    tell: Tell = "always"
    repeat: list[int] = []
    when_empty: str = ""
    always_sent: bool = False
    figures: list[str] = []
    compare_previous: bool = False
    charts: list[Literal["ages", "overdue"]] = []
    overdue_rules: list[str] = []
    closing: str = ""


class MonitorForm(Form):
    """Describe a monitor."""

    name: Name
    title: str
    application: str
    application_id: int
    register_name: str = Field(alias="register")
    prefix: Variable
    settings: dict[Name, Count | Text] = {}
    canaries: dict[str, int] = {}
    tables: dict[str, TableForm] = {}
    digests: Annotated[list[DigestForm], Field(min_length=1)]
    rules: Annotated[list[RuleForm], Field(min_length=1)]


class FindForm(Form):
    """Name a finding."""

    section: str | None = None
    key: list[Any]
    cells: dict[str, Any] = {}


class CaseForm(Form):
    """Describe a case."""

    name: str
    rule: str
    settings: dict[str, int | str] = {}
    rows: dict[str, list[dict[str, Any]]] = {}
    finds: list[FindForm]
    counts: dict[str, int] = {}


class CasesForm(Form):
    """Describe the cases of a monitor."""

    today: date
    cases: list[CaseForm]
