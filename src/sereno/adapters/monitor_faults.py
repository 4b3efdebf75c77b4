"""What is wrong with a monitor's files: what their form refuses, and names of what is not there."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic import ValidationError

from sereno.adapters.monitor_form import DigestForm, MonitorForm, RuleForm, TableForm
from sereno.domain.addresses import check_address
from sereno.domain.cadence import parse_cadence
from sereno.domain.directory import ROLES
from sereno.domain.errors import Fault
from sereno.domain.rules import OWNER, PEOPLE, Query, QueryKind, Table


def form_faults(error: ValidationError, where: str) -> Iterator[Fault]:
    """Tell what a form refused, key by key."""
    for detail in error.errors():
        key = ".".join(map(str, detail["loc"]))
        match detail["type"]:
            case "missing":
                yield Fault(f"{where}, {key}", "falta", "un valor")
            case "extra_forbidden":
                yield Fault(f"{where}, {key}", "clave desconocida", "una de las claves de la referencia")
            case _:
                yield Fault(f"{where}, {key}", f"{detail['input']!r}", detail["msg"])


def contradictions(
    form: MonitorForm, tables: Sequence[Table], queries: Sequence[Query], where: str
) -> Iterator[Fault]:
    """Find every name in monitor.toml that nothing stands behind, or that means two things."""
    yield from _repeated(form, queries, where)
    registers = {table.register for table in tables}
    if form.register_name not in registers:
        expected = f"un registro de schema.sql: {_listed(registers)}"
        yield Fault(f"{where}, register", form.register_name, expected)
    if "hoy" in form.settings:
        yield Fault(f"{where}, settings.hoy", "es el día de la ronda", "otro nombre")
    for rule in form.rules:
        yield from _rule_faults(rule, form, tables, queries, where)
    declared = {rule.id for rule in form.rules}
    for query in queries:
        if query.kind == "rule" and query.id not in declared:
            yield Fault(f"{where}, rules", f"falta la regla {query.id} de queries.sql", "una tabla [[rules]]")
    for digest in form.digests:
        yield from _digest_faults(digest, form, queries, f"{where}, digests.{digest.name}")
    yield from _table_faults(form, tables, where)


def _rule_faults(
    rule: RuleForm, form: MonitorForm, tables: Sequence[Table], queries: Sequence[Query], where: str
) -> Iterator[Fault]:
    place = f"{where}, rules.{rule.id}"
    if rule.id not in _ids(queries, "rule"):
        yield Fault(place, "no tiene consulta", f"«-- rule: {rule.id}» en queries.sql")
    if not any(_has(table, rule.key[0]) for table in tables):
        yield Fault(f"{place}.key", rule.key[0], "una columna de schema.sql")
    edges = [edge for band in rule.bands for edge in (band.since, band.until)]
    for edge in (*edges, rule.expires_after, rule.escalate.after if rule.escalate else None):
        if isinstance(edge, str) and not isinstance(form.settings.get(edge), int):
            yield Fault(place, edge, "un número o el nombre de uno en [settings]")
    if rule.escalate and rule.escalate.to not in ROLES and not _are_addresses(rule.escalate.to):
        yield Fault(f"{place}.escalate.to", rule.escalate.to, f"{_listed(ROLES)} o direcciones")


def _repeated(form: MonitorForm, queries: Sequence[Query], where: str) -> Iterator[Fault]:
    named = {
        "rules": [section for rule in form.rules for section in _sections(rule)],
        "digests": [digest.name for digest in form.digests],
        "queries.sql": [query.id for query in queries],
    }
    for place, ids in named.items():
        for name, times in Counter(ids).items():
            if times > 1:
                yield Fault(f"{where}, {place}", f"{name} está dos veces", "un nombre para cada cosa")


def _digest_faults(
    digest: DigestForm, form: MonitorForm, queries: Sequence[Query], place: str
) -> Iterator[Fault]:
    sections = {section for rule in form.rules for section in _sections(rule)}
    for section in {*digest.sections, *(digest.cc.sections if digest.cc else ())} - sections:
        yield Fault(f"{place}.sections", section, f"uno de {', '.join(sorted(sections))}")
    yield from _audience_faults(digest, place)
    to = [digest.to.removeprefix(PEOPLE)] if digest.to.startswith(PEOPLE) else []
    for people in filter(None, [*to, digest.group_by, digest.cc.people if digest.cc else None]):
        if people not in _ids(queries, "people"):
            yield Fault(place, people, f"«-- people: {people}» en queries.sql")
    for figure in digest.figures:
        if figure not in _ids(queries, "figure"):
            yield Fault(f"{place}.figures", figure, f"«-- figure: {figure}» en queries.sql")
    try:
        parse_cadence(digest.cadence)
    except ValueError as error:
        yield Fault(f"{place}.cadence", digest.cadence, str(error))


def _audience_faults(digest: DigestForm, place: str) -> Iterator[Fault]:
    personal = digest.to == OWNER or digest.to.startswith(PEOPLE)
    if not personal and digest.to not in ROLES and not _are_addresses(digest.to):
        expected = f"{_listed(ROLES)}, {OWNER}, {PEOPLE}<consulta> o direcciones"
        yield Fault(f"{place}.to", digest.to, expected)
    if personal and digest.to_variable:
        expected = f"ninguna: «{digest.to}» no se puede sustituir"
        yield Fault(f"{place}.to_variable", digest.to_variable, expected)
    if digest.bcc not in {None, *ROLES}:
        yield Fault(f"{place}.bcc", str(digest.bcc), f"un rol: {_listed(ROLES)}")


def _are_addresses(text: str) -> bool:
    return all(check_address(part.strip()) for part in re.split("[,;]", text))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _table_faults(form: MonitorForm, tables: Sequence[Table], where: str) -> Iterator[Fault]:
    known = {table.name: table for table in tables}
    for name in {*form.canaries, *form.tables} - known.keys():
        place = "canaries" if name in form.canaries else "tables"
        yield Fault(f"{where}, {place}", name, "una tabla de schema.sql")
    for name, table in form.tables.items():
        wanted = [(name, column) for column in table.columns]
        if table.where:
            wanted += [(name, condition.split()[0]) for condition in re.split(" (?:and|or) ", table.where)]
        if table.follows:
            wanted += [(name, table.follows.column), (table.follows.table, table.follows.key)]
        for of, column in wanted:
            if of not in known or not _has(known[of], column):
                yield Fault(f"{where}, tables.{name}", f"{of}.{column}", "una columna de schema.sql")
        yield from _kinship_faults(name, table, known, f"{where}, tables.{name}.follows")


def _kinship_faults(name: str, form: TableForm, known: Mapping[str, Table], place: str) -> Iterator[Fault]:
    """Find families that could not be fetched whole: a key must be found by what its children name."""
    follows = form.follows
    if follows is None or not follows.whole or not {name, follows.table} <= known.keys():
        return
    child, parent = known[name], known[follows.table]
    kinds = [
        [column.type for column in table.columns if column.name == named]
        for table, named in ((child, follows.column), (parent, follows.key))
    ]
    if child.register != parent.register or kinds[0] != kinds[1]:
        yield Fault(
            place,
            f"{name}.{follows.column} y {follows.table}.{follows.key}",
            "con whole, columnas del mismo tipo en tablas del mismo registro",
        )


def _ids(queries: Sequence[Query], kind: QueryKind) -> set[str]:
    return {query.id for query in queries if query.kind == kind}


def _has(table: Table, column: str) -> bool:
    return any(declared.name == column for declared in table.columns)


def _sections(rule: RuleForm) -> list[str]:
    return [band.id for band in rule.bands] or [rule.id]
