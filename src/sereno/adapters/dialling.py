"""How a bare driver reaches what a library's engine does."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine

Dial = tuple[str, tuple[str, ...], dict[str, object]]
"""A module of the DB-API, and what its `connect` is given."""
THE_LIBRARY_S_OWN = frozenset({"context"})
"""What SQLAlchemy hands psycopg for itself."""


def dial_of(engine: "Engine", **bounds: object) -> Dial | None:
    """Tell what the engine's driver is given, in words; None where it takes more than words."""
    args, given = engine.dialect.create_connect_args(engine.url)
    options = {name: value for name, value in given.items() if name not in THE_LIBRARY_S_OWN} | bounds
    plain = all(isinstance(each, str | int | float | bool) for each in (*args, *options.values()))
    return (engine.dialect.driver, tuple(map(str, args)), options) if plain else None
