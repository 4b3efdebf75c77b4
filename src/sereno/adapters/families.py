"""Fetch families of records whole: who matters brings its parent, and a parent brings all its children.

A monitor's rules look at a parent with all its children, so part of a family would give wrong answers. Which
parents the children need is asked first, from the youngest generation up; then everything is fetched from the
eldest down.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import tzinfo

from sereno.adapters.sources.fetch import fetch
from sereno.adapters.sources.narrowing import column_named, narrow_follows
from sereno.adapters.sources.ports import AnyOf, Bound, Narrowing, Reader
from sereno.domain.errors import SchemaDrift
from sereno.domain.findings import Cell
from sereno.domain.rules import Table

Alternatives = tuple[tuple[Narrowing, ...], ...]
Keys = Mapping[tuple[str, str], Collection[Cell]]
"""Keys that children name, by table (case-folded) and column."""


@dataclass(frozen=True, slots=True)
class Families:
    """Know which tables of one register are kin, and which parents the children need."""

    parents: frozenset[str]
    """Tables, case-folded, whose children come with them."""
    wanted: Keys

    def include(self, table: Table) -> bool:
        """Tell whether a table is fetched by families."""
        return _is_child(table) or table.name.casefold() in self.parents

    def bound(
        self, table: Table, where: Bound | None, kept: Collection[Cell] | None, tz: tzinfo
    ) -> AnyOf | None:
        """Ask for what of a table belongs to a family that matters; None is all of it.

        `kept` are the keys of the parents that were fetched: None where all of them were.
        """
        if (_is_child(table) and kept is None) or (table.where is not None and where is None):
            return None
        if not _is_child(table) and table.where is None:
            return None
        follows = table.follows
        down = ((narrow_follows(table, follows.column, kept, tz),),) if follows and kept is not None else ()
        return AnyOf((*alternatives(where), *_as_parents(table, self.wanted, tz), *down))


def find_families(
    reader: Reader, theirs: Sequence[Table], where: Callable[[Table], Bound | None], tz: tzinfo
) -> Families:
    """Ask the children that matter which parents they need; `theirs` are one register's, parents first."""
    wanted: dict[tuple[str, str], set[Cell]] = defaultdict(set)
    for table in reversed(theirs):
        if table.follows is not None and table.follows.whole:
            bound = _own(table, where(table), wanted, tz)
            keys = wanted[table.follows.parent.casefold(), table.follows.parent_column.casefold()]
            if bound is None or bound.alternatives:
                # What is wrong with the table is told when it is fetched.
                with suppress(SchemaDrift):
                    keys.update(_named(reader, table, bound, tz))
    return Families(frozenset(parent for parent, _ in wanted), wanted)


def alternatives(where: Bound | None) -> Alternatives:
    """Write what is asked for as alternatives."""
    if where is None:
        return ()
    return ((where,),) if isinstance(where, Narrowing) else where.alternatives


def _own(table: Table, where: Bound | None, wanted: Keys, tz: tzinfo) -> AnyOf | None:
    """Ask for the children that matter of themselves or by their own children; None is all of them."""
    if table.where is not None and where is None:
        return None
    return AnyOf((*alternatives(where), *_as_parents(table, wanted, tz)))


def _as_parents(table: Table, wanted: Keys, tz: tzinfo) -> Alternatives:
    return tuple(
        (narrow_follows(table, column, keys, tz),)
        for (name, column), keys in wanted.items()
        if name == table.name.casefold()
    )


def _named(reader: Reader, table: Table, bound: AnyOf | None, tz: tzinfo) -> Iterable[Cell]:
    """Read which parents children name."""
    column = column_named(table, table.follows.column if table.follows else "")
    asked = (
        {narrowing.column for alternative in bound.alternatives for narrowing in alternative} if bound else ()
    )
    others = (each for each in table.columns if each.name in asked and each is not column)
    slim = replace(table, columns=(column, *others), key=(), at_least=0)
    for batch in fetch(reader, slim, tz, [bound] if bound else ()):
        yield from (key for key, *_ in batch.rows if key is not None)


def _is_child(table: Table) -> bool:
    return table.follows is not None and table.follows.whole
