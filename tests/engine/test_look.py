"""A query that does not answer as its kind must makes blind; nothing ends the job."""

from dataclasses import replace

import pytest
from tests.engine.building import BRASS, Department

from sereno.domain.rules import Query
from sereno.engine.look import given_by


def look_with(query=None, rule=None):
    rules = (replace(BRASS.rules[0], query=rule), *BRASS.rules[1:]) if rule else BRASS.rules
    queries = {query.id: query, **BRASS.queries} if query else BRASS.queries
    digests = tuple(
        replace(plan, figures=("mes",) if query and query.kind == "figure" else ()) for plan in BRASS.digests
    )
    monitor = replace(BRASS, rules=rules, queries=queries, digests=digests)
    (served,) = Department(monitor=monitor).round().served
    return served


@pytest.mark.parametrize(
    ("kind", "sql", "told"),
    [
        ("figure", "SELECT 'Altas' AS label, 1 AS now", "La consulta mes no da la columna before"),
        ("figure", "SELECT 'Altas' AS label, 'x' AS now, 0 AS before", "La consulta mes da «x» por número"),
        ("figure", "SELECT 'Altas' AS label, 9e999 AS now, 0 AS before", "por número"),
        ("check", "SELECT 'a' AS registro", "La consulta mes no da la columna clave"),
    ],
)
def test_a_query_without_what_its_kind_gives_blinds_and_is_named(kind, sql, told):
    served = look_with(query=Query("mes", kind, "Altas del mes.", sql))
    assert served.run.state == "blind"
    assert told in served.run.why


def test_a_figure_of_nothing_is_zero():
    query = Query("mes", "figure", "Altas.", "SELECT 'Altas' AS label, NULL AS now, 2.0 AS before")
    assert look_with(query=query).run.state == "complete"


def test_a_rule_without_a_column_that_it_declares_blinds():
    served = look_with(rule=replace(BRASS.rules[0].query, sql="SELECT 1 AS x"))
    assert served.run.state == "blind"
    assert "no da la columna" in served.run.why


def test_a_due_date_that_is_none_blinds_its_rule():
    columns = sorted(given_by(BRASS.rules[0]))
    answer = ", ".join(f"'pronto' AS {column}" for column in columns)
    served = look_with(rule=replace(BRASS.rules[0].query, sql=f"SELECT {answer}"))
    assert served.run.state == "blind"
    assert "da «pronto» por fecha" in served.run.why


@pytest.mark.parametrize("sql", ["SELECT 1 AS n WHERE 0", "SELECT 'x' AS n", "SELECT 9e999 AS n"])
def test_a_count_that_is_none_is_left_out_and_blinds_nothing(sql):
    assert look_with(query=Query("mes", "count", "Altas.", sql)).run.state == "complete"
