"""Split a monitor's `queries.sql` into its views and its headed SELECTs."""

import re
from collections.abc import Iterator
from typing import get_args

from sereno.domain.errors import Fault, MonitorError
from sereno.domain.rules import Query, QueryKind

HEADING = re.compile(r"^--\s*(?P<kind>[a-z]+):\s*(?P<id>\S+)\s*$", re.MULTILINE)


def parse_queries(text: str, where: str) -> tuple[tuple[str, ...], tuple[Query, ...]]:
    """Return the CREATE VIEW statements in order, and the queries; raise MonitorError with every fault."""
    faults: list[Fault] = []
    views: list[str] = []
    queries: list[Query] = []
    for kind, name, body in _parts(text):
        sentence, sql = _split_comment(body)
        fault = _fault_of(kind, sentence, sql)
        if fault:
            faults.append(Fault(f"{where}, {kind}: {name}", *fault))
        elif kind == "view":
            views.append(sql)
        else:
            queries.append(Query(name, kind, sentence, sql))  # type: ignore[arg-type]  # _fault_of knows the kinds
    if faults:
        raise MonitorError(tuple(faults))
    return tuple(views), tuple(queries)


def _parts(text: str) -> Iterator[tuple[str, str, str]]:
    headings = list(HEADING.finditer(text))
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        body = text[heading.end() : following.start() if following else len(text)]
        yield heading["kind"], heading["id"], body


def _split_comment(body: str) -> tuple[str, str]:
    lines = body.strip().splitlines()
    comment = []
    while lines and lines[0].startswith("--"):
        comment.append(lines.pop(0).removeprefix("--").strip())
    return " ".join(comment), "\n".join(lines).strip().removesuffix(";").rstrip()


def _fault_of(kind: str, sentence: str, sql: str) -> tuple[str, str] | None:
    if kind not in {"view", *get_args(QueryKind)}:
        return f"clase de consulta desconocida «{kind}»", f"view, {', '.join(get_args(QueryKind))}"
    if not sentence:
        return "no dice qué busca", "una frase en un comentario bajo el encabezado"
    opening = r"CREATE\s+VIEW\b" if kind == "view" else r"(SELECT|WITH)\b"
    if not re.match(opening, sql, re.IGNORECASE):
        return f"empieza por «{sql[:20]}»", "CREATE VIEW" if kind == "view" else "una sola SELECT"
    return None
