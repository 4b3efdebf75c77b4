"""Which deliveries a page of the outbox shows: found by index, however many have ever left."""

from collections.abc import Iterator
from typing import Any, get_args

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, select, union_all

from sereno.adapters.store import mail_schema as schema
from sereno.domain.outbox import State
from sereno.engine.mail_records import Sieve

EVERY: frozenset[State] = frozenset(get_args(State))
STRAIGHT: frozenset[State] = frozenset({"queued", "sending"})
"""On their way: as few as wait at the moment."""
_each = schema.deliveries.c
_ORIGIN = select(func.min(_each.origin))
_NEXT_ORIGIN = _ORIGIN.where(_each.origin > bindparam("after"))


def sifted(connection: Connection, sieve: Sieve, first: int, number: int) -> list[str]:
    """Name a page of the deliveries that are asked for.

    A part of the answer for each way to find some by index, each no longer than the page reaches; what was
    accepted is walked through by origin, in the order of time.
    """
    reach = first + number
    parts = [
        select(part.subquery()) for part in (_upto(each, sieve, reach) for each in _parts(connection, sieve))
    ]
    if not parts:
        return []
    every = union_all(*parts).subquery()
    found = select(every.c.id).order_by(*_in_order(every.c, sieve)).offset(first).limit(number)
    return list(connection.scalars(found))


def origins_of(connection: Connection) -> list[str]:
    """Name each origin, by a look in the index for the next."""
    found: list[str] = []
    name = connection.scalar(_ORIGIN)
    while name is not None:
        found.append(name)
        name = connection.scalar(_NEXT_ORIGIN, {"after": name})
    return found


def _parts(connection: Connection, sieve: Sieve) -> Iterator[ColumnElement[bool]]:
    origins = [sieve.origin] if sieve.origin is not None else []
    if "accepted" in sieve.states:
        for origin in origins or origins_of(connection):
            yield and_(_each.origin == origin, *_in_states(sieve.states))
        return
    for state in sorted(sieve.states):
        apart = () if state in STRAIGHT else (schema.APART,)
        yield and_(_each.state == state, *apart, *(_each.origin == each for each in origins))


def _in_states(states: frozenset[State]) -> list[ColumnElement[bool]]:
    """Ask for the states, which no index of time holds; for nothing where all are asked for."""
    return [] if states == EVERY else [_each.state.in_(sorted(states))]


def _upto(part: ColumnElement[bool], sieve: Sieve, reach: int) -> Select[Any]:
    asked = select(_each.id, _each.queued_at).where(part)
    if sieve.queued_by is not None:
        asked = asked.where(_each.queued_at <= sieve.queued_by)
    return asked.order_by(*_in_order(_each, sieve)).limit(reach)


def _in_order(columns: Any, sieve: Sieve) -> tuple[ColumnElement[Any], ...]:  # noqa: ANN401  of a table or a part
    named = (columns.queued_at, columns.id)
    return named if sieve.oldest_first else tuple(each.desc() for each in named)
