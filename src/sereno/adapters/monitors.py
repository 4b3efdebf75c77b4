"""Read monitors from their folders: four data files in, a validated `Monitor` out."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sereno.adapters.queries import parse_queries
from sereno.adapters.schema import parse_schema
from sereno.domain.cadence import parse_cadence
from sereno.domain.errors import Fault, MonitorError
from sereno.domain.rules import Band, CellFormat, DigestPlan, Monitor, Query, Rule, Shown, Table

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Edge = int | Name | None


class _Form(BaseModel):
    """What every table of monitor.toml has in common: no unknown key, no silent conversion."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Band(_Form):
    id: str
    title: str
    since: Edge = None
    until: Edge = None
    undated: bool = False


class _Shown(_Form):
    column: str
    heading: str
    format: CellFormat = "text"
    only: list[str] = []


class _Rule(_Form):
    id: str
    title: str
    key: Annotated[list[str], Field(min_length=1)]
    due: str | None = None
    bands: list[_Band] = []
    columns: Annotated[list[_Shown], Field(min_length=1)]


class _Digest(_Form):
    name: Name
    title: str
    subject: str
    cadence: str
    to: str
    to_variable: str | None = None
    sections: Annotated[list[str], Field(min_length=1)]
    why: str


class _MonitorFile(_Form):
    name: Name
    title: str
    application: str
    application_id: int
    register_name: str = Field(alias="register")
    prefix: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
    settings: dict[Name, int | str] = {}
    canaries: dict[str, int] = {}
    digests: Annotated[list[_Digest], Field(min_length=1)]
    rules: Annotated[list[_Rule], Field(min_length=1)]


@cache
def shipped_monitors() -> tuple[Monitor, ...]:
    """Load the monitors that come with the package, in alphabetical order."""
    return tuple(load_monitor(folder) for folder in shipped_folders())


def shipped_folders() -> list[Traversable]:
    """List the folders of the monitors that come with the package."""
    folders = (resources.files("sereno") / "monitors").iterdir()
    return sorted(
        (folder for folder in folders if folder.joinpath("monitor.toml").is_file()),
        key=lambda folder: folder.name,
    )


def load_monitor(folder: Traversable) -> Monitor:
    """Read and check monitor.toml, schema.sql and queries.sql; raise MonitorError with every fault found."""
    form = _read_form(folder)
    views, queries = parse_queries(_read(folder, "queries.sql"), f"{folder.name}/queries.sql")
    tables = parse_schema(_read(folder, "schema.sql"), f"{folder.name}/schema.sql")
    faults = tuple(_contradictions(form, tables, queries, f"{folder.name}/monitor.toml"))
    if faults:
        raise MonitorError(faults)
    return _assemble(form, tables, views, {query.id: query for query in queries})


def _read(folder: Traversable, name: str) -> str:
    try:
        return folder.joinpath(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fault = Fault(f"{folder.name}/{name}", f"no se puede leer ({error})", "un fichero de texto UTF-8")
        raise MonitorError((fault,)) from error


def _read_form(folder: Traversable) -> _MonitorFile:
    where = f"{folder.name}/monitor.toml"
    try:
        return _MonitorFile.model_validate(tomllib.loads(_read(folder, "monitor.toml")))
    except tomllib.TOMLDecodeError as error:
        raise MonitorError((Fault(where, f"no es TOML: {error}", "TOML válido"),)) from error
    except ValidationError as error:
        raise MonitorError(tuple(_form_faults(error, where))) from error


def _form_faults(error: ValidationError, where: str) -> Iterator[Fault]:
    for detail in error.errors():
        key = ".".join(map(str, detail["loc"]))
        match detail["type"]:
            case "missing":
                yield Fault(f"{where}, {key}", "falta", "un valor")
            case "extra_forbidden":
                yield Fault(f"{where}, {key}", "clave desconocida", "una de las claves de la referencia")
            case _:
                yield Fault(f"{where}, {key}", f"{detail['input']!r}", detail["msg"])


def _contradictions(
    form: _MonitorFile, tables: Sequence[Table], queries: Sequence[Query], where: str
) -> Iterator[Fault]:
    """Find what names something that is not there."""
    for rule in form.rules:
        yield from _rule_faults(rule, form, tables, queries, where)
    declared = {rule.id for rule in form.rules}
    for query in queries:
        if query.kind == "rule" and query.id not in declared:
            yield Fault(f"{where}, rules", f"falta la regla {query.id} de queries.sql", "una tabla [[rules]]")
    sections = {section for rule in form.rules for section in _section_ids(rule)}
    for digest in form.digests:
        yield from _digest_faults(digest, sections, where)
    for canary in form.canaries.keys() - {table.name for table in tables}:
        yield Fault(f"{where}, canaries", canary, "una tabla de schema.sql")


def _rule_faults(
    rule: _Rule, form: _MonitorFile, tables: Sequence[Table], queries: Sequence[Query], where: str
) -> Iterator[Fault]:
    if not any(query.id == rule.id and query.kind == "rule" for query in queries):
        yield Fault(f"{where}, rules.{rule.id}", "no tiene consulta", f"«-- rule: {rule.id}» en queries.sql")
    if not any(_has(table, rule.key[0]) for table in tables):
        yield Fault(f"{where}, rules.{rule.id}.key", rule.key[0], "una columna de schema.sql")
    for band in rule.bands:
        for edge in (band.since, band.until):
            if isinstance(edge, str) and not isinstance(form.settings.get(edge), int):
                expected = "un número o el nombre de uno en [settings]"
                yield Fault(f"{where}, rules.{rule.id}.{band.id}", edge, expected)


def _digest_faults(digest: _Digest, sections: set[str], where: str) -> Iterator[Fault]:
    place = f"{where}, digests.{digest.name}"
    for section in set(digest.sections) - sections:
        yield Fault(f"{place}.sections", section, f"uno de {', '.join(sorted(sections))}")
    try:
        parse_cadence(digest.cadence)
    except ValueError as error:
        yield Fault(f"{place}.cadence", digest.cadence, str(error))


def _has(table: Table, column: str) -> bool:
    return any(declared.name == column for declared in table.columns)


def _section_ids(rule: _Rule) -> list[str]:
    return [band.id for band in rule.bands] or [rule.id]


def _assemble(
    form: _MonitorFile, tables: Sequence[Table], views: tuple[str, ...], queries: dict[str, Query]
) -> Monitor:
    return Monitor(
        name=form.name,
        title=form.title,
        application=form.application,
        application_id=form.application_id,
        register=form.register_name,
        prefix=form.prefix,
        tables=tuple(replace(table, at_least=form.canaries.get(table.name, 0)) for table in tables),
        views=views,
        rules=tuple(_rule(rule, queries[rule.id], tables) for rule in form.rules),
        counts=tuple(query for query in queries.values() if query.kind == "count"),
        digests=tuple(_digest(digest) for digest in form.digests),
        settings=form.settings,
    )


def _rule(form: _Rule, query: Query, tables: Sequence[Table]) -> Rule:
    home = next(table for table in tables if _has(table, form.key[0]))
    return Rule(
        id=form.id,
        title=form.title,
        query=query,
        register=home.register,
        table=home.name,
        key=tuple(form.key),
        columns=tuple(Shown(s.column, s.heading, s.format, tuple(s.only)) for s in form.columns),
        due=form.due,
        bands=tuple(Band(**band.model_dump()) for band in form.bands),
    )


def _digest(form: _Digest) -> DigestPlan:
    fields = form.model_dump() | {"cadence": parse_cadence(form.cadence), "sections": tuple(form.sections)}
    return DigestPlan(**fields)
