"""The rules of the nonconformities once more, as their page tells them: over clean rows, in plain Python."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

TODAY = date(2026, 11, 24)

Row = dict[str, Any]
Estate = dict[str, list[Row]]


class Task(NamedTuple):
    """A task with one of its actions and one of that action's nonconformities."""

    task: Row
    action: Row
    nc: Row


def days(day: date | None) -> int | None:
    return None if day is None else (day - TODAY).days


def alive(estate: Estate) -> list[Row]:
    return [nc for nc in estate["TbNoConformidades"] if nc["Borrado"] is not True]


def is_open(nc: Row) -> bool:
    return nc["FECHACIERRE"] is None


def actions_of(estate: Estate, nc: Row) -> list[Row]:
    known = nc["IDNoConformidad"]
    return [
        action
        for action in estate["TbNCAccionCorrectivas"]
        if known is not None and action["IDNoConformidad"] == known
    ]


def tasks_of(estate: Estate, action: Row) -> list[Row]:
    known = action["IDAccionCorrectiva"]
    return [
        task
        for task in estate["TbNCAccionesRealizadas"]
        if known is not None and task["IDAccionCorrectiva"] == known
    ]


def open_tasks_of(estate: Estate, nc: Row) -> list[Row]:
    every = [task for action in actions_of(estate, nc) for task in tasks_of(estate, action)]
    return [task for task in every if task["FechaFinReal"] is None]


def is_executed(estate: Estate, nc: Row) -> bool:
    actions = actions_of(estate, nc)
    return (
        bool(actions)
        and all(tasks_of(estate, action) for action in actions)
        and not open_tasks_of(estate, nc)
    )


def in_q2(estate: Estate, nc: Row, limits: dict[str, int]) -> bool:
    if not is_executed(estate, nc) or nc["RequiereControlEficacia"] is not True:
        return False
    planned = days(nc["FechaPrevistaControlEficacia"])
    return nc["FechaControlEficacia"] is None and (planned is None or planned <= limits["dias_ce"])


def in_q1(estate: Estate, nc: Row, limits: dict[str, int]) -> bool:
    planned = days(nc["FPREVCIERRE"])
    return bool(open_tasks_of(estate, nc)) and planned is not None and planned <= limits["dias_alerta_nc"]


def pending(estate: Estate) -> Iterator[Task]:
    for nc in filter(is_open, alive(estate)):
        for action in actions_of(estate, nc):
            for task in tasks_of(estate, action):
                if task["FechaFinReal"] is None:
                    yield Task(task, action, nc)


def band(left: int | None, limits: dict[str, int]) -> str | None:
    if left is None or left > limits["dias_alerta_arapc"]:
        return None
    if left <= 0:
        return "NC-T3"
    return "NC-T2" if left <= limits["dias_urgente"] else "NC-T1"


def expected(estate: Estate, limits: dict[str, int]) -> dict[str, set[Any]]:
    """Give the keys that each rule finds; for NC-T with their sections, all that a repeated key may have."""
    opened = [nc for nc in alive(estate) if is_open(nc)]
    tasks = list(pending(estate))
    left = [(each.task["IDAccionRealizada"], days(each.task["FechaFinPrevista"])) for each in tasks]
    return {
        "NC-Q1": {nc["IDNoConformidad"] for nc in opened if in_q1(estate, nc, limits)},
        "NC-Q2": {nc["IDNoConformidad"] for nc in alive(estate) if in_q2(estate, nc, limits)},
        "NC-Q3": {nc["IDNoConformidad"] for nc in opened if not actions_of(estate, nc)},
        "NC-Q4": {key for key, far in left if far is not None and far <= limits["dias_alerta_arapc"]},
        "NC-Q5": {
            action["IDAccionCorrectiva"]
            for nc in opened
            for action in actions_of(estate, nc)
            if not tasks_of(estate, action)
        },
        "NC-Q6": {
            nc["IDNoConformidad"]
            for nc in opened
            if is_executed(estate, nc) and not in_q2(estate, nc, limits)
        },
        "NC-Q7": {key for key, far in left if far is None},
        "NC-T": {(key, band(far, limits)) for key, far in left if far == soonest(left, key)},
    }


def soonest(left: list[tuple[Any, int | None]], key: Any) -> int | None:
    """Of two records with one key the most urgent counts."""
    return min((far for other, far in left if other == key and far is not None), default=None)


def counted_days(estate: Estate) -> Iterator[list[tuple[Any, int | None]]]:
    for column in ("FECHAAPERTURA", "FECHACIERRE"):
        dated = [(nc["IDNoConformidad"], days(nc[column])) for nc in alive(estate)]
        yield [(number, far) for number, far in dated if number is not None]
    replanned = estate["TbReplanificacionesProyecto"]
    yield [(at, days(row["FechaReprogramacion"])) for at, row in enumerate(replanned)]


def among(dates: list[tuple[Any, int | None]], since: int, until: int) -> int:
    return len({number for number, far in dates if far is not None and since <= far <= until})


def tallies(estate: Estate, ncs: Iterator[Row]) -> list[tuple[Any, int]]:
    return sorted(
        (nc["IDNoConformidad"], len({id(task) for task in open_tasks_of(estate, nc)})) for nc in ncs
    )


def orphans(estate: Estate, children: str, parents: str, key: str) -> int:
    known = {parent[key] for parent in estate[parents]} - {None}
    return sum(child[key] not in known for child in estate[children])
