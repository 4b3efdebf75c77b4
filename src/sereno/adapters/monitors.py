"""Read monitors from their folders: four data files in, a validated `Monitor` out."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sereno.adapters.monitor_faults import contradictions, form_faults
from sereno.adapters.monitor_form import DigestForm, MonitorForm, RuleForm, TableForm
from sereno.adapters.queries import parse_queries
from sereno.adapters.schema import parse_schema
from sereno.domain.cadence import parse_cadence
from sereno.domain.errors import Fault, MonitorError
from sereno.domain.rules import (
    Band,
    Choice,
    Condition,
    Copies,
    DigestPlan,
    Follows,
    Monitor,
    Query,
    Rule,
    Shown,
    Table,
)

WHERE = re.compile(
    r"(?P<column>\w+) +"
    r"(?:(?P<empty>empty)|>= *:hoy *- *(?P<days>\w+)|= *(?:'(?P<text>[^']*)'|(?P<number>-?\d+)))"
)
EXPECTED_WHERE = "«columna empty», «columna >= :hoy - N» o «columna = valor», unidas por and y or"


@cache
def shipped_monitors() -> tuple[Monitor, ...]:
    """Load the monitors that come with the package, in alphabetical order."""
    return tuple(load_monitor(folder) for folder in shipped_folders())


def shipped_folders() -> list[Traversable]:
    """List the folders of the monitors that come with the package."""
    folders = (resources.files("sereno") / "monitors").iterdir()
    ours = (folder for folder in folders if folder.joinpath("monitor.toml").is_file())
    return sorted(ours, key=lambda folder: folder.name)


def own_monitors(folder: Path, reserved: Iterable[str]) -> tuple[Monitor, ...]:
    """Load a user's own monitors, in alphabetical order; raise MonitorError with every fault of every one.

    `reserved` are names that they may not have, beside those of the monitors that ship.
    """
    if not folder.is_dir():
        raise MonitorError((missing_folder(folder),))
    monitors: list[Monitor] = []
    faults: list[Fault] = []
    for each in own_folders(folder):
        try:
            monitors.append(load_monitor(each))
        except MonitorError as error:
            faults += error.faults
        faults += taken_name(each, reserved)
    if faults:
        raise MonitorError(tuple(faults))
    return tuple(monitors)


def missing_folder(folder: Path) -> Fault:
    """Find fault with a MONITORS_DIR that is no folder."""
    return Fault("MONITORS_DIR", f"«{folder}» no existe", "una carpeta de monitores")


def taken_name(folder: Path, reserved: Iterable[str]) -> list[Fault]:
    """Find fault with a user's own monitor that has the name of something else."""
    taken = {*reserved, *(shipped.name for shipped in shipped_folders())}
    return [Fault(str(folder), "es el nombre de otra tarea", "otro nombre")] if folder.name in taken else []


def own_folders(folder: Path) -> list[Path]:
    """List the folders that hold a monitor, in alphabetical order."""
    return sorted(file.parent for file in folder.glob("*/monitor.toml"))


def load_monitor(folder: Traversable) -> Monitor:
    """Read and check monitor.toml, schema.sql and queries.sql; raise MonitorError with every fault found."""
    form = _read_form(folder)
    where = f"{folder.name}/monitor.toml"
    views, queries = parse_queries(read_text(folder, "queries.sql"), f"{folder.name}/queries.sql")
    tables = parse_schema(read_text(folder, "schema.sql"), f"{folder.name}/schema.sql")
    faults = (*_name_faults(form, folder, where), *contradictions(form, tables, queries, where))
    if faults:
        raise MonitorError(faults)
    declared = tuple(_table(table, form, where) for table in tables)
    return _assemble(form, declared, views, {query.id: query for query in queries})


def read_text(folder: Traversable, name: str) -> str:
    """Read one of a monitor's files; raise MonitorError where that is impossible."""
    try:
        return folder.joinpath(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fault = Fault(f"{folder.name}/{name}", f"no se puede leer ({error})", "un fichero de texto UTF-8")
        raise MonitorError((fault,)) from error


def _read_form(folder: Traversable) -> MonitorForm:
    where = f"{folder.name}/monitor.toml"
    try:
        return MonitorForm.model_validate(tomllib.loads(read_text(folder, "monitor.toml")))
    except tomllib.TOMLDecodeError as error:
        raise MonitorError((Fault(where, f"no es TOML: {error}", "TOML válido"),)) from error
    except ValidationError as error:
        raise MonitorError(tuple(form_faults(error, where))) from error


def _name_faults(form: MonitorForm, folder: Traversable, where: str) -> Iterator[Fault]:
    if form.name != folder.name:
        yield Fault(f"{where}, name", form.name, f"el nombre de su carpeta, {folder.name}")


def _assemble(
    form: MonitorForm, tables: tuple[Table, ...], views: tuple[str, ...], queries: Mapping[str, Query]
) -> Monitor:
    return Monitor(
        name=form.name,
        title=form.title,
        application=form.application,
        application_id=form.application_id,
        register=form.register_name,
        prefix=form.prefix,
        tables=tables,
        views=views,
        rules=tuple(_rule(rule, queries[rule.id], tables) for rule in form.rules),
        queries={name: query for name, query in queries.items() if query.kind != "rule"},
        digests=tuple(_digest(digest) for digest in form.digests),
        settings=form.settings,
    )


def _table(table: Table, form: MonitorForm, where: str) -> Table:
    more = form.tables.get(table.name, TableForm())
    follows = more.follows
    return replace(
        table,
        at_least=form.canaries.get(table.name, 0),
        optional=more.optional,
        also=tuple(more.also),
        columns=tuple(replace(each, also=tuple(more.columns.get(each.name, ()))) for each in table.columns),
        where=None if more.where is None else _where(more.where, f"{where}, tables.{table.name}.where"),
        follows=None
        if follows is None
        else Follows(follows.column, follows.table, follows.key, whole=follows.whole),
    )


def _where(text: str, where: str) -> Condition | Choice:
    alternatives = tuple(
        tuple(_condition(condition, where) for condition in alternative.split(" and "))
        for alternative in text.split(" or ")
    )
    lone = alternatives[0][0]
    return lone if alternatives == ((lone,),) else Choice(alternatives)


def _condition(text: str, where: str) -> Condition:
    match = WHERE.fullmatch(text.strip())
    if match is None:
        raise MonitorError((Fault(where, text, EXPECTED_WHERE),))
    column = match["column"]
    if match["empty"]:
        return Condition(column, "empty")
    if match["days"]:
        return Condition(
            column, "since", days=int(match["days"]) if match["days"].isdecimal() else match["days"]
        )
    return Condition(
        column, "equals", value=match["text"] if match["number"] is None else int(match["number"])
    )


def _rule(form: RuleForm, query: Query, tables: Sequence[Table]) -> Rule:
    home = next((table for table in tables if _has(table, *form.key)), None) or next(
        table for table in tables if _has(table, form.key[0])
    )
    return Rule(
        id=form.id,
        title=form.title,
        query=query,
        register=home.register,
        table=home.name,
        key=tuple(form.key),
        columns=tuple(Shown(s.column, s.heading, s.format, tuple(s.only)) for s in form.columns),
        track=tuple(form.track),
        due=form.due,
        owner=form.owner,
        bands=tuple(Band(**band.model_dump()) for band in form.bands),
        replans=form.replans,
        expires_after=form.expires_after,
        escalate_after=form.escalate.after if form.escalate else None,
        escalate_to=form.escalate.to if form.escalate else None,
    )


def _has(table: Table, *columns: str) -> bool:
    return {*columns} <= {column.name for column in table.columns}


def _digest(form: DigestForm) -> DigestPlan:
    fields: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in form.model_dump().items()
    }
    fields["cadence"] = parse_cadence(form.cadence)
    fields["cc"] = None if form.cc is None else Copies(form.cc.people, tuple(form.cc.sections))
    return DigestPlan(**fields)
