"""Any number of names in a statement, as one parameter.

With a parameter for each, a statement would be written, and prepared, anew for every length of the list.
"""

import json
from collections.abc import Iterable

from sqlalchemy import ARRAY, ColumnElement, Connection, Text, any_, bindparam, func, select


def among(column: ColumnElement[str], names: str, dialect: str) -> ColumnElement[bool]:
    """Tell whether a column holds any of what is bound under `names`, as `listed` writes it."""
    if dialect == "postgresql":
        return column == any_(bindparam(names, type_=ARRAY(Text)))
    every = func.json_each(bindparam(names, type_=Text)).table_valued("value", name=f"{names}_each")
    return column.in_(select(every.c.value))


def listed(connection: Connection, names: Iterable[str]) -> object:
    """Write names as this database takes a list."""
    return list(names) if connection.dialect.name == "postgresql" else json.dumps(list(names))
